"""Figures of one process, and of the installation, in the format of Prometheus (OpenMetrics)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from recital_core import errors

ANSWERS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
WORK_S = (0.5, 1, 2.5, 5, 10, 30, 60, 180, 600, 1800)

Figures = Callable[[], Mapping[str, Mapping[str, float]]]
"""Gauges of the whole installation: by name, and by what tells its lines apart."""


class Metrics:
    """What this process counts. Each is a few microseconds; nothing here waits or fails."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._answers = Histogram(
            "recital_http_answer_seconds",
            "Time until an answer begins, by operation, method and status.",
            ("operation", "method", "status"),
            buckets=ANSWERS_S,
            registry=self.registry,
        )
        self._under_way = Gauge("recital_http_requests_under_way", "Requests in hand.", registry=self.registry)
        self._received = Counter("recital_segment_bytes", "Bytes of segments that were kept.", registry=self.registry)
        self._ffmpeg = Counter("recital_ffmpeg_seconds", "Seconds that ffmpeg ran.", registry=self.registry)
        self._finalised = Histogram(
            "recital_finalize_seconds",
            "Time that finalising a session took, by how it ended: `done`, or the kind of failure.",
            ("outcome",),
            buckets=WORK_S,
            registry=self.registry,
        )

    @contextlib.contextmanager
    def in_hand(self) -> Iterator[None]:
        with self._under_way.track_inprogress():
            yield

    def answered(self, operation: str, method: str, status: int, seconds: float) -> None:
        self._answers.labels(operation, method, status).observe(seconds)

    def received(self, count: int) -> None:
        """That `count` bytes of a segment were kept."""
        self._received.inc(count)

    def ffmpeg_ran(self, seconds: float) -> None:
        self._ffmpeg.inc(seconds)

    @contextlib.contextmanager
    def finalising(self) -> Iterator[None]:
        """Count a session that is finalised within the block, and a failure that leaves it."""
        started, outcome = time.perf_counter(), "done"
        try:
            yield
        except errors.RecitalError as failure:
            outcome = failure.slug()
            raise
        except Exception:
            outcome = "accident"
            raise
        finally:
            self._finalised.labels(outcome).observe(time.perf_counter() - started)

    def queue_answered(self) -> None:
        """That the queue has answered this process's worker just now."""
        self._heartbeat.set_to_current_time()

    @cached_property
    def _heartbeat(self) -> Gauge:
        """Where no worker is it is not told."""
        name, meaning = "recital_worker_heartbeat_seconds", "When the queue last answered the worker, since 1970."
        return Gauge(name, meaning, registry=self.registry)

    def also(self, figures: Figures) -> None:
        """Tell these, too, asked whenever somebody looks; while they cannot be had the rest is told."""
        self.registry.register(_Asked(figures))

    @contextlib.contextmanager
    def served(self, host: str, port: int) -> Iterator[None]:
        """Answer with all of it on a port of its own until the block ends. Raises SettingWrong."""
        from prometheus_client import start_http_server

        try:
            server, thread = start_http_server(port, host, registry=self.registry)
        except OSError as failure:
            name = "RECITAL_METRICS_PORT"
            raise errors.SettingWrong(f"{name} {port} on {host}: {failure.strerror}.", setting=name) from failure
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Asked(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        try:
            found = self._figures()
        except errors.Unavailable:
            return
        for name, lines in found.items():
            family = GaugeMetricFamily(f"recital_{name}", name.replace("_", " "), labels=("kind",))
            for kind, value in lines.items():
                family.add_metric((kind,), value)
            yield family
