"""The events of one stream: sessions as their follower may see them, as long as they may."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec
from litestar.concurrency import sync_to_thread

from adapters_http.auth.callers import signed_in
from adapters_http.requests import RecitalRequest
from adapters_http.streams import Stream
from adapters_http.wire_sessions import session_in_full
from adapters_storage.assembly import Recital
from recital_core import errors
from recital_core.sessions import SessionId
from recital_core.speakers import Role

HEARTBEAT_S = 15.0
"""A proxy ends a connection that is silent for long; and so often is a caller's sign-in looked at again."""
BEGINNING = b"retry: 3000\n\n"
HEARTBEAT = b":\n\n"


async def session_events(
    recital: Recital,
    request: RecitalRequest,
    opened: AbstractAsyncContextManager[Stream],
    stream: Stream,
    role: Role,
) -> AsyncGenerator[bytes, None]:
    """Events of `stream`, which is left in the end, as long as its caller is signed in and has `role`."""
    try:
        yield BEGINNING
        async for part in _told(recital, request, stream, role):
            yield part
    finally:
        await opened.__aexit__(None, None, None)


async def _told(recital: Recital, request: RecitalRequest, stream: Stream, role: Role) -> AsyncGenerator[bytes, None]:
    """Events as long as the caller's sign-in holds, and their role allows what they follow."""
    connection: Any = request
    while not stream.is_over:
        changed = await stream.next(HEARTBEAT_S)
        try:
            await signed_in(connection, request.route_handler)
            request.user.must_be(role)
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
