"""For whoever watches over the server."""

from __future__ import annotations

from litestar import Response, get

from adapters_http.problems import declared
from adapters_http.routes.parameters import Asked
from adapters_http.wire import Readiness, answered


@get("/live", operation_id="isLive", sync_to_thread=False, responses=declared())
def live() -> dict[str, bool]:
    """The server answers."""
    return {"live": True}


@get("/ready", operation_id="isReady", sync_to_thread=True, responses={503: answered(Readiness), **declared()})
def ready(recital: Asked) -> Response[Readiness]:
    """Whether every part that Recital stands on does its work; 503 when one does not. At most two seconds old."""
    found = recital.readiness.recent()
    parts = {part: trouble and "unavailable" for part, trouble in found.items()}
    fine = not any(parts.values())
    return Response(Readiness(ready=fine, parts=parts), status_code=200 if fine else 503)
