"""Signing in, with a provider or by a link, and signing out."""

from __future__ import annotations

import logging
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter, SkipValidation
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from adapters_http.afterwards import afterwards
from adapters_http.auth.callers import address_of, not_delegated, sign_in_cookie
from adapters_http.auth.flows import Flow, flow_of, over, own_path, superfluous
from adapters_http.auth.providers import Providers, Return
from adapters_http.limits import by_mailbox
from adapters_http.problems import accident, declared
from adapters_http.refusals import Accident, Malformed
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import Asked
from adapters_http.wire import EMPTY
from recital_core import errors
from recital_core.speakers import email_address

log = logging.getLogger("recital.http")

Invited = Annotated[str | None, QueryParameter(max_length=200, description="the secret of an invitation")]
Next = Annotated[str, QueryParameter(name="next", description="the path of this site to go on to")]
SignInProviders = NamedDependency[SkipValidation[Providers]]


class LinkWanted(msgspec.Struct, frozen=True, kw_only=True):
    email: Annotated[str, msgspec.Meta(max_length=320)]
    invitation: Annotated[str, msgspec.Meta(max_length=200)] | None = None


def _to_sign_in(request: Request[Any, Any, Any], refusal: errors.RecitalError) -> Response[Any]:
    """A person is on the way here, not a program: the sign-in page says what went wrong, and the log why."""
    settings = request.app.state.recital.settings
    log.warning("sign-in: %s: %s", refusal.slug(), refusal.detail)
    tab = [over(state, settings)] if (state := request.query_params.get("state")) else []
    return Redirect(f"/sign-in?problem={refusal.slug()}", status_code=303, cookies=tab)


def _malformed(request: Request[Any, Any, Any], _error: HTTPException) -> Response[Any]:
    return _to_sign_in(request, Malformed("This is no request of ours."))  # the framework's words hold the address


def _accident(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    accident(request, error)
    return _to_sign_in(request, Accident("It is in the log."))


BACK = ResponseSpec(None, generate_examples=False, description="Back to the sign-in page, with `problem`")
ON_THE_WAY: ExceptionHandlersMap = {errors.RecitalError: _to_sign_in, HTTPException: _malformed, Exception: _accident}


@get(
    "/auth/sign-in",
    operation_id="startSignIn",
    status_code=302,
    exception_handlers=ON_THE_WAY,
    responses={303: BACK, **declared()},
)
async def start_sign_in(
    *,
    recital: Asked,
    providers: SignInProviders,
    request: RecitalRequest,
    provider: FromQuery[str | None] = None,
    next_page: Next = "/",
    invitation: Invited = None,
) -> Redirect:
    """Send a browser to a sign-in provider; without `provider` to the first one."""
    chosen = providers.named(provider)
    flow = Flow.begun(chosen.id, next_page, invitation)
    settings = recital.settings
    cookies = [flow.cookie(settings), *superfluous(request.cookies, settings)]
    return Redirect(await chosen.sign_in_address(flow), status_code=302, cookies=cookies)


@get(
    "/auth/callback",
    operation_id="finishSignIn",
    status_code=303,
    exception_handlers=ON_THE_WAY,
    responses=declared(),
)
async def finish_sign_in(
    *,
    recital: Asked,
    providers: SignInProviders,
    request: RecitalRequest,
    flow_state: Annotated[str, QueryParameter(name="state")] = "",
    code: FromQuery[str | None] = None,
    iss: FromQuery[str | None] = None,
    error: FromQuery[str | None] = None,
) -> Redirect:
    """Sign a browser in that its provider sent back, and go on to where it wanted to go."""
    settings = recital.settings
    flow = flow_of(request.cookies, flow_state, settings)
    identity = await providers.named(flow.provider).identity(flow, Return(code, iss, error))
    token = await sync_to_thread(
        recital.accounts.sign_in_by_identity, identity, invitation=flow.invitation, address=address_of(request)
    )
    cookies = [sign_in_cookie(settings, token), over(flow_state, settings)]
    return Redirect(own_path(flow.next), status_code=303, cookies=cookies)


@get(
    "/auth/link/{secret:str}",
    operation_id="signInByLink",
    status_code=303,
    sync_to_thread=True,
    exception_handlers={errors.LinkNotValid: _to_sign_in},
    responses=declared(422, 503),
)
def sign_in_by_link(recital: Asked, request: RecitalRequest, secret: FromPath[str], next_page: Next = "/") -> Redirect:
    """Sign a browser in, once, and go on to a page of this site."""
    token = recital.accounts.sign_in_by_link(secret, address_of(request))
    return Redirect(own_path(next_page), status_code=303, cookies=[sign_in_cookie(recital.settings, token)])


@post(
    "/auth/link",
    operation_id="askForLink",
    status_code=202,
    sync_to_thread=False,
    responses={202: EMPTY, **declared(413, 415)},
)
def ask_for_link(recital: Asked, request: RecitalRequest, data: JSONBody[LinkWanted]) -> Response[None]:
    """Have a sign-in link mailed, if the address is known; the answer is the same and as fast if it is not."""
    email = email_address(data.email)
    by_mailbox(request, email)
    work = afterwards(recital.accounts.ask_for_link, email, data.invitation)
    return Response(None, media_type=MediaType.TEXT, background=work)


@post(
    "/auth/sign-out",
    operation_id="signOut",
    status_code=204,
    sync_to_thread=True,
    guards=[not_delegated],
    responses={204: EMPTY, **declared(401, 403, 503)},
)
def sign_out(recital: Asked, request: RecitalRequest) -> Response[None]:
    """End the caller's sign-in."""
    if (credential_id := request.auth.credential_id) is not None:
        recital.accounts.sign_out(credential_id)
    return Response(None, cookies=[sign_in_cookie(recital.settings, None)])


@post(
    "/auth/sign-out-everywhere",
    operation_id="signOutEverywhere",
    status_code=204,
    sync_to_thread=True,
    guards=[not_delegated],
    responses={204: EMPTY, **declared(401, 403, 409, 503)},
)
def sign_out_everywhere(recital: Asked, request: RecitalRequest) -> Response[None]:
    """End every sign-in and every token of the caller."""
    recital.accounts.sign_out_everywhere(request.user, request.auth.actor)
    return Response(None, cookies=[sign_in_cookie(recital.settings, None)])


ANYBODY = (start_sign_in, finish_sign_in, sign_in_by_link, ask_for_link)
SIGNED_IN = (sign_out, sign_out_everywhere)
