"""Every request gets an id, and is counted, timed and traced by the operation that answers it, never by its address."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any, cast

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from adapters_storage.telemetry.logs import about
from adapters_storage.telemetry.metrics import Metrics
from adapters_storage.telemetry.tracing import Tracer

SESSION = re.compile(r"/api/(?:admin/)?sessions/([0-9a-f-]{36})(?:/|$)")
HEADER = b"x-request-id"
NONE = "none"
"""The operation of a request that no route took."""


def observed(app: ASGIApp, metrics: Metrics, tracer: Tracer) -> ASGIApp:
    """`app`, observed. The id of a request is in its answer's `X-Request-Id`, and in every line that is logged."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if "method" not in scope:  # the lifespan of the application, which is no request
            await app(scope, receive, send)
            return
        method = cast("HTTPScope", scope)["method"]
        request_id = uuid.uuid4().hex
        found = SESSION.match(scope["path"])
        started = time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (HEADER, request_id.encode())]
                took = time.perf_counter() - started
                metrics.answered(_operation(scope), method, message["status"], took)
            await send(message)

        with (
            about(request=request_id, session=found and found[1]),
            metrics.in_hand(),
            tracer.span(method, request=request_id) as rename,
        ):
            await app(scope, receive, answer)
            rename(_operation(scope))

    return call


def _operation(scope: Any) -> str:
    handler = scope.get("route_handler")
    return getattr(handler, "operation_id", None) or NONE
