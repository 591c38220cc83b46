"""The caller's own account: what it is, what they say of themselves, all that is held of them, and its end."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import MediaType, Response, delete, get, patch, post
from litestar.params import JSONBody, QueryParameter
from litestar.response import Stream

from adapters_http.auth.callers import browser_only, not_delegated, sign_in_cookie
from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import Asked, AtStorage
from adapters_http.wire import EMPTY, answered
from adapters_http.wire_people import Invited, Me, MeChanged, Signing, me_shown
from adapters_http.zips import zipped


@get("/me", operation_id="getMe", sync_to_thread=False, responses=declared(401, 503))
def get_me(recital: Asked, request: RecitalRequest) -> Me:
    """The caller's own account."""
    return me_shown(request.user, recital.membership.agreement)


@patch("/me", operation_id="changeMe", sync_to_thread=True, responses=declared(401, 403, 409, 413, 415, 503))
def change_me(recital: Asked, request: RecitalRequest, data: JSONBody[MeChanged]) -> Me:
    """Change what others see of the caller, and what they say of themselves."""
    return me_shown(recital.membership.update(request.user, data.given()), recital.membership.agreement)


@post(
    "/me/agreement",
    operation_id="signAgreement",
    status_code=200,
    sync_to_thread=True,
    responses=declared(401, 403, 409, 413, 415, 503),
)
def sign_agreement(recital: Asked, request: RecitalRequest, data: JSONBody[Signing]) -> Me:
    """Agree to the agreement of today."""
    agreed = recital.membership.agree(request.user, data.version, data.language, request.auth.actor)
    return me_shown(agreed, recital.membership.agreement)


@post(
    "/me/invitation",
    operation_id="acceptInvitation",
    status_code=200,
    sync_to_thread=True,
    responses=declared(401, 403, 409, 413, 415, 503),
)
def accept_invitation(recital: Asked, request: RecitalRequest, data: JSONBody[Invited]) -> Me:
    """Wait no longer, by an invitation."""
    admitted = recital.membership.accept(request.user, data.secret, request.auth.actor)
    return me_shown(admitted, recital.membership.agreement)


@get(
    "/me/data",
    operation_id="downloadMyData",
    sync_to_thread=False,
    guards=[not_delegated],
    media_type="application/zip",
    responses={200: answered(bytes, "application/zip"), **declared(401, 403, 503)},
)
def download_my_data(recital: Asked, reading: AtStorage, request: RecitalRequest) -> Stream:
    """Everything that is held of the caller, as one archive."""
    files = recital.personal_data.files(request.user, request.auth.actor)
    named = {"Content-Disposition": 'attachment; filename="recital-my-data.zip"'}
    return Stream(reading.stream(zipped(files)), headers=named)


@delete(
    "/me",
    operation_id="eraseMe",
    status_code=202,
    sync_to_thread=True,
    guards=[browser_only],
    responses={202: EMPTY, **declared(401, 403, 409, 503)},
)
def erase_me(
    recital: Asked,
    request: RecitalRequest,
    texts: Annotated[Literal["keep", "retire"], QueryParameter(description="what becomes of the caller's texts")],
) -> Response[None]:
    """Erase the caller: the account now, recordings soon after, in the archive too."""
    recital.personal_data.erase(request.user, request.auth.actor, retire_texts=texts == "retire")
    return Response(None, media_type=MediaType.TEXT, cookies=[sign_in_cookie(recital.settings, None)])


ROUTES = (get_me, change_me, sign_agreement, accept_invitation, download_my_data, erase_me)
