"""Sessions as they change, told by server-sent events."""

from __future__ import annotations

import enum
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.concurrency import sync_to_thread
from litestar.params import QueryParameter
from litestar.response import Stream as EventStream

from adapters_http.auth.callers import not_delegated, signed_in
from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import Asked
from adapters_http.streams import Stream, Streams
from adapters_http.wire_sessions import session_in_full
from adapters_storage.assembly import Recital
from recital_core import errors
from recital_core.sessions import SessionId
from recital_core.speakers import Role

EVENTS = "text/event-stream"
HEARTBEAT_S = 15.0
"""A proxy ends a connection that is silent for long; and so often is a caller's sign-in looked at again."""
BEGINNING = b"retry: 3000\n\n"
HEARTBEAT = b":\n\n"


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
    if whose is Scope.ALL:
        request.user.must_be(Role.ADMIN)
    open_streams: Streams = request.app.state.streams
    opened = open_streams.opened(request.user.id, everybodys=whose is Scope.ALL)
    stream = await opened.__aenter__()

    async def events() -> AsyncGenerator[bytes, None]:
        try:
            yield BEGINNING
            async for part in _told(recital, request, stream, whose):
                yield part
        finally:
            await opened.__aexit__(None, None, None)

    # Proxies of nginx's kind would keep the events back until they fill a page.
    return EventStream(events(), headers={"X-Accel-Buffering": "no"})


async def _told(recital: Recital, request: RecitalRequest, stream: Stream, whose: Scope) -> AsyncGenerator[bytes, None]:
    """Events as long as the caller's sign-in holds, and their role allows what they follow."""
    connection: Any = request
    while not stream.is_over:
        changed = await stream.next(HEARTBEAT_S)
        try:
            await signed_in(connection, request.route_handler)
            request.user.must_be(Role.ADMIN if whose is Scope.ALL else Role.SPEAKER)
            shown = [await sync_to_thread(_event, recital, request, session_id) for session_id in changed]
        except errors.NotAllowed:
            return
        except errors.Unavailable:
            if changed:
                return  # its client comes back, and looks for itself
            shown = []
        yield b"".join(shown) or HEARTBEAT


def _event(recital: Recital, request: RecitalRequest, session_id: SessionId) -> bytes:
    """The session as its caller may see it now; nothing when it is not theirs to see."""
    try:
        summary = recital.recording.get(request.user, session_id)
    except errors.SessionNotFound:
        return b""
    return b"event: session\ndata: " + msgspec.json.encode(session_in_full(summary)) + b"\n\n"
