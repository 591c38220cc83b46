"""The caller's sign-ins, and tokens for their programs."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from adapters_http.auth.callers import browser_only, not_delegated
from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import Asked
from adapters_http.wire_people import TokenList, TokenMade, TokenWanted, token_shown
from recital_core.speakers import CredentialId


@get(
    "/tokens",
    operation_id="listTokens",
    sync_to_thread=True,
    guards=[not_delegated],
    responses=declared(401, 403, 503),
)
def list_tokens(recital: Asked, request: RecitalRequest) -> TokenList:
    """Where the caller is signed in, and the tokens of their programs."""
    held = recital.accounts.credentials(request.user)
    return TokenList(items=[token_shown(credential, request.auth.credential_id) for credential in held])


@post(
    "/tokens",
    operation_id="makeToken",
    sync_to_thread=True,
    guards=[browser_only],
    responses=declared(401, 403, 409, 413, 415, 503),
)
def make_token(recital: Asked, request: RecitalRequest, data: JSONBody[TokenWanted]) -> TokenMade:
    """A token for a program, to be sent as `Authorization: Bearer`."""
    lasts = timedelta(days=data.days)
    credential, token = recital.accounts.token(request.user, lasts, data.note, request.auth.actor)
    return TokenMade(id=credential.id, token=token, note=credential.note, expires_at=credential.expires_at)


@delete(
    "/tokens/{token_id:uuid}",
    operation_id="revokeToken",
    sync_to_thread=True,
    guards=[not_delegated],
    responses=declared(401, 403, 404, 409, 503),
)
def revoke_token(recital: Asked, request: RecitalRequest, token_id: FromPath[UUID]) -> None:
    """End a sign-in or a token of the caller's."""
    recital.accounts.revoke(request.user, CredentialId(token_id), request.auth.actor)


ROUTES = (list_tokens, make_token, revoke_token)
