"""Sessions: opening them, sending their marks, ending, looking at them, disavowing them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar import MediaType, Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import PAGE, Asked, AtStorage, Cursor, Limit
from adapters_http.wire import EMPTY, answered
from adapters_http.wire_sessions import (
    MarksHeld,
    MarksSent,
    Opening,
    Preview,
    ReceivedShown,
    SessionInFull,
    SessionPage,
    SessionShown,
    preview_shown,
    received_shown,
    session_in_full,
    session_shown,
)
from recital_core.measures import Verdict
from recital_core.ports import Neighbours, SessionFilter
from recital_core.sessions import Ending, SessionId, State
from recital_core.speakers import SpeakerId
from recital_core.texts import Language, TextId

PATH = "/sessions/{session_id:uuid}"


@put(
    PATH,
    operation_id="openSession",
    sync_to_thread=True,
    responses={201: answered(SessionShown), **declared(401, 403, 404, 409, 413, 415, 422, 503)},
)
def open_session(
    recital: Asked, request: RecitalRequest, session_id: FromPath[UUID], data: JSONBody[Opening]
) -> Response[SessionShown]:
    """Open a session of the caller's, or find it again."""
    session, is_new = recital.recording.open(
        request.user, SessionId(session_id), TextId(data.text_id), data.text_revision, data.capture
    )
    shown = session_shown(recital.recording.get(request.user, session.id))
    return Response(shown, status_code=201 if is_new else 200)


@put(
    f"{PATH}/marks",
    operation_id="putMarks",
    sync_to_thread=True,
    responses=declared(401, 403, 404, 409, 413, 415, 422, 503),
)
def put_marks(
    recital: Asked, request: RecitalRequest, session_id: FromPath[UUID], data: JSONBody[MarksSent]
) -> MarksHeld:
    """Keep marks, and say how many are held in all."""
    return MarksHeld(marks=recital.recording.take_marks(request.user, SessionId(session_id), data.marks))


@get(
    f"{PATH}/received",
    operation_id="getReceived",
    sync_to_thread=True,
    responses=declared(401, 403, 404, 503),
)
def get_received(recital: Asked, request: RecitalRequest, session_id: FromPath[UUID]) -> ReceivedShown:
    """What is held of a session, for resuming."""
    return received_shown(recital.recording.received(request.user, SessionId(session_id)))


@post(
    f"{PATH}/end",
    operation_id="endSession",
    status_code=202,
    sync_to_thread=True,
    responses={200: answered(SessionShown), **declared(401, 403, 404, 409, 413, 415, 422, 503)},
)
def end_session(
    recital: Asked, request: RecitalRequest, session_id: FromPath[UUID], data: JSONBody[Ending]
) -> Response[SessionShown]:
    """End a session when everything that the client counts is held."""
    session, is_new = recital.recording.end(request.user, SessionId(session_id), data)
    shown = session_shown(recital.recording.get(request.user, session.id))
    return Response(shown, status_code=202 if is_new else 200)


@get("/sessions", operation_id="listSessions", sync_to_thread=True, responses=declared(401, 403, 422, 503))
def list_sessions(
    *,
    recital: Asked,
    request: RecitalRequest,
    states: Annotated[list[State] | None, QueryParameter(name="state", max_items=10)] = None,
    text_id: FromQuery[UUID | None] = None,
    speaker_id: FromQuery[UUID | None] = None,
    verdict: FromQuery[Verdict | None] = None,
    trouble: FromQuery[bool] = False,
    language: Annotated[str | None, QueryParameter(max_length=35)] = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> SessionPage:
    """The caller's sessions, for an admin everybody's, the newest first.

    `trouble` asks for those alone that something is told against, `since` and `until` by when they were opened.
    """
    wanted = SessionFilter(
        speaker_id=SpeakerId(speaker_id) if speaker_id else None,
        text_id=TextId(text_id) if text_id else None,
        states=tuple(states or ()),
        verdict=verdict,
        trouble=trouble,
        language=Language(language) if language else None,
        since=_in_utc(since),
        until=_in_utc(until),
    )
    page = recital.recording.page(request.user, wanted, cursor=cursor, limit=limit)
    return SessionPage(items=[session_shown(summary) for summary in page.items], next=page.next)


@get(PATH, operation_id="getSession", sync_to_thread=True, responses=declared(401, 403, 404, 503))
def get_session(recital: Asked, request: RecitalRequest, session_id: FromPath[UUID]) -> SessionInFull:
    """One session, with what was measured of it."""
    return session_in_full(recital.recording.get(request.user, SessionId(session_id)))


@get(
    f"{PATH}/preview",
    operation_id="previewSession",
    responses=declared(401, 403, 404, 409, 503),
)
async def preview_session(
    recital: Asked, reading: AtStorage, request: RecitalRequest, session_id: FromPath[UUID]
) -> Preview:
    """Where to hear the session and read its captions."""
    preview = await reading.take(recital.listening.preview, request.user, SessionId(session_id))
    return preview_shown(SessionId(session_id), preview)


@get(
    f"{PATH}/neighbours",
    operation_id="getNeighbours",
    sync_to_thread=True,
    responses=declared(401, 403, 404, 503),
)
def get_neighbours(recital: Asked, request: RecitalRequest, session_id: FromPath[UUID]) -> Neighbours:
    """Which recordings of the same speaker can be heard next, after it and before it."""
    return recital.listening.neighbours(request.user, SessionId(session_id))


@delete(
    PATH,
    operation_id="disavowSession",
    status_code=202,
    sync_to_thread=True,
    responses={202: EMPTY, **declared(401, 403, 404, 409, 503)},
)
def disavow_session(recital: Asked, request: RecitalRequest, session_id: FromPath[UUID]) -> Response[None]:
    """Have the session erased, whatever is under way."""
    recital.recording.disavow(request.user, SessionId(session_id), request.auth.actor)
    return Response(None, media_type=MediaType.TEXT)


def _in_utc(moment: datetime | None) -> datetime | None:
    """A moment that names no time zone is one of UTC, as all of ours are."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


ROUTES = (
    open_session,
    put_marks,
    get_received,
    end_session,
    list_sessions,
    get_session,
    preview_session,
    get_neighbours,
    disavow_session,
)
