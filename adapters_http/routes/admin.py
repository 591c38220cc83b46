"""For operators: who belongs, invitations, the log, and sessions that need a hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import PAGE, Asked, Cursor, Limit
from adapters_http.wire_overview import OverviewShown, overview_shown
from adapters_http.wire_people import (
    Approval,
    InvitationMade,
    InvitationPage,
    InvitationWanted,
    LogShown,
    RoleChanged,
    SpeakerPage,
    SpeakerShown,
    speaker_listed,
    speaker_shown,
)
from adapters_http.wire_sessions import LimitsOfQuality, SessionShown, session_shown
from recital_core.audit import Event
from recital_core.ports import SpeakerFilter
from recital_core.quality import LIMITS
from recital_core.sessions import SessionId
from recital_core.speakers import InvitationId, Role, SpeakerId


@get("/admin/speakers", operation_id="listSpeakers", sync_to_thread=True, responses=declared(401, 403, 503))
def list_speakers(
    *,
    recital: Asked,
    search: Annotated[str, QueryParameter(max_length=200, description="part of an e-mail address or a name")] = "",
    role: FromQuery[Role | None] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> SpeakerPage:
    """Accounts with what they have published, the oldest first."""
    wanted = SpeakerFilter(search=search, role=role)
    page = recital.membership.page(wanted, cursor=cursor, limit=limit)
    given = recital.standings.given([speaker.id for speaker in page.items])
    return SpeakerPage(items=[speaker_listed(speaker, given.get(speaker.id)) for speaker in page.items], next=page.next)


@post(
    "/admin/speakers",
    operation_id="approveSpeaker",
    status_code=200,
    sync_to_thread=True,
    responses=declared(401, 403, 409, 413, 415, 503),
)
def approve_speaker(recital: Asked, request: RecitalRequest, data: JSONBody[Approval]) -> SpeakerShown:
    """Let somebody record, also before they ever signed in; never lowers a role."""
    return speaker_shown(recital.membership.approve(data.email, data.role, request.auth.actor))


@patch(
    "/admin/speakers/{speaker_id:uuid}",
    operation_id="changeRole",
    sync_to_thread=True,
    responses=declared(401, 403, 404, 409, 413, 415, 503),
)
def change_role(
    recital: Asked, request: RecitalRequest, speaker_id: FromPath[UUID], data: JSONBody[RoleChanged]
) -> SpeakerShown:
    """Give somebody exactly this role."""
    return speaker_shown(recital.membership.change_role(SpeakerId(speaker_id), data.role, request.auth.actor))


@get("/admin/invitations", operation_id="listInvitations", sync_to_thread=True, responses=declared(401, 403, 503))
def list_invitations(recital: Asked, cursor: Cursor = None, limit: Limit = PAGE) -> InvitationPage:
    """Invitations, the newest first."""
    page = recital.membership.invitations(cursor=cursor, limit=limit)
    return InvitationPage(items=page.items, next=page.next)


@post(
    "/admin/invitations",
    operation_id="makeInvitation",
    sync_to_thread=True,
    responses=declared(401, 403, 409, 413, 415, 503),
)
def make_invitation(recital: Asked, request: RecitalRequest, data: JSONBody[InvitationWanted]) -> InvitationMade:
    """An address that lets whoever opens it record without waiting."""
    invitation, secret = recital.membership.invite(
        uses=data.uses, lasts=timedelta(days=data.days), purpose=data.note, by=request.auth.actor
    )
    return InvitationMade(
        id=invitation.id,
        address=recital.invitation_address(secret),
        uses=invitation.uses,
        note=invitation.note,
        expires_at=invitation.expires_at,
    )


@delete(
    "/admin/invitations/{invitation_id:uuid}",
    operation_id="withdrawInvitation",
    sync_to_thread=True,
    responses=declared(401, 403, 404, 409, 503),
)
def withdraw_invitation(recital: Asked, request: RecitalRequest, invitation_id: FromPath[UUID]) -> None:
    """Let an invitation admit nobody any more."""
    recital.membership.withdraw(InvitationId(invitation_id), request.auth.actor)


@get("/admin/overview", operation_id="getOverview", sync_to_thread=True, responses=declared(401, 403, 503))
def get_overview(recital: Asked, days: Annotated[int, QueryParameter(ge=1, le=366)] = 30) -> OverviewShown:
    """How it goes: what was published day by day and in all, what waits, who takes part."""
    return overview_shown(recital.oversight.overview(days))


@get("/admin/audit", operation_id="readAudit", sync_to_thread=True, responses=declared(401, 403, 503))
def read_audit(
    *,
    recital: Asked,
    event: FromQuery[Event | None] = None,
    speaker_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> LogShown:
    """The log of what matters, the newest first."""
    speaker = SpeakerId(speaker_id) if speaker_id else None
    page = recital.oversight.audit(event=event, speaker_id=speaker, cursor=cursor, limit=limit)
    people = {str(speaker): known for speaker, known in page.people.items()}
    return LogShown(items=page.entries.items, people=people, next=page.entries.next)


@get("/admin/limits", operation_id="getLimits", sync_to_thread=False, responses=declared(401, 403))
def get_limits() -> LimitsOfQuality:
    """From which measures on a recording has a blemish, or is in doubt."""
    return LimitsOfQuality(limits=LIMITS)


@post(
    "/admin/sessions/{session_id:uuid}/retry",
    operation_id="retrySession",
    status_code=202,
    sync_to_thread=True,
    responses=declared(401, 403, 404, 409, 503),
)
def retry_session(recital: Asked, request: RecitalRequest, session_id: FromPath[UUID]) -> SessionShown:
    """Have a session that failed tried again."""
    recital.aggregation.retry(SessionId(session_id), request.auth.actor)
    return session_shown(recital.recording.get(request.user, SessionId(session_id)))


@post(
    "/admin/sessions/{session_id:uuid}/discard",
    operation_id="discardSession",
    status_code=202,
    sync_to_thread=True,
    responses=declared(401, 403, 404, 409, 503),
)
def discard_session(recital: Asked, request: RecitalRequest, session_id: FromPath[UUID]) -> SessionShown:
    """Have a session erased, whoever recorded it."""
    recital.recording.disavow(request.user, SessionId(session_id), request.auth.actor)
    return session_shown(recital.recording.get(request.user, SessionId(session_id)))


ROUTES = (
    list_speakers,
    approve_speaker,
    change_role,
    list_invitations,
    make_invitation,
    withdraw_invitation,
    get_overview,
    read_audit,
    get_limits,
    retry_session,
    discard_session,
)
