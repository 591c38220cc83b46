"""Sessions as they change, told by server-sent events."""

from __future__ import annotations

import enum
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Stream as EventStream

from adapters_http.auth.callers import not_delegated
from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import Asked
from adapters_http.session_events import session_events
from adapters_http.streams import Streams
from recital_core.speakers import Role

EVENTS = "text/event-stream"


class Scope(enum.StrEnum):
    MINE = "mine"
    ALL = "all"


@get(
    "/sessions/events",
    operation_id="followSessions",
    guards=[not_delegated],
    media_type=EVENTS,
    responses=declared(401, 403, 503),
)
async def follow_sessions(
    recital: Asked, request: RecitalRequest, whose: Annotated[Scope, QueryParameter(name="scope")] = Scope.MINE
) -> EventStream:
    """The caller's sessions as they change, for an admin with `scope=all` everybody's: events named `session`.

    Whoever connects, or connects again, looks at the lists for what was before.
    """
    role = Role.ADMIN if whose is Scope.ALL else Role.SPEAKER
    request.user.must_be(role)
    open_streams: Streams = request.app.state.streams
    opened = open_streams.opened(request.user.id, everybodys=whose is Scope.ALL)
    stream = await opened.__aenter__()
    # Proxies of nginx's kind would keep the events back until they fill a page.
    return EventStream(session_events(recital, request, opened, stream, role), headers={"X-Accel-Buffering": "no"})
