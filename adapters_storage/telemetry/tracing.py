"""Traces by OpenTelemetry, sent by OTLP over HTTP; off unless they are configured."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from recital_core import errors

SETTING = "RECITAL_OTLP_URL"


Rename = Callable[[str], None]


class Tracer(Protocol):
    def span(self, name: str, **attributes: str) -> AbstractContextManager[Rename]:
        """What happens within the block, under a name that may become known in it; never an address or a secret."""


class NoTracer:
    """Tells nobody."""

    def span(self, name: str, **attributes: str) -> AbstractContextManager[Rename]:  # noqa: ARG002 - a Tracer's
        return contextlib.nullcontext(lambda _name: None)


class OpenTelemetryTracer:
    def __init__(self, url: str, service: str) -> None:
        """Raises SettingWrong where the libraries, the extra `telemetry`, are not installed."""
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as missing:
            advice = f"{SETTING} needs OpenTelemetry's libraries: pip install 'recital[telemetry]'"
            raise errors.SettingWrong(advice, setting=SETTING) from missing
        self._provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url}/v1/traces")))
        self._tracer = self._provider.get_tracer("recital")

    @contextlib.contextmanager
    def span(self, name: str, **attributes: str) -> Iterator[Rename]:
        with self._tracer.start_as_current_span(name, attributes=attributes) as span:
            yield span.update_name

    def close(self) -> None:
        """Send what waits, for a few seconds at most."""
        self._provider.shutdown()


@contextlib.contextmanager
def tracer_of(url: str | None, service: str = "recital") -> Iterator[Tracer]:
    """The tracer that the settings ask for, until the block ends."""
    if url is None:
        yield NoTracer()
        return
    tracer = OpenTelemetryTracer(url, service)
    try:
        yield tracer
    finally:
        tracer.close()
