"""Signing in by link, signing out, who am I, and what a client has to know before that."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from adapters_http.auth.callers import sign_in_cookie
from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import Asked
from adapters_http.routes.texts import TEXT_BYTES
from adapters_http.wire import Config, Limits, Me, SignInWays
from recital_core import errors
from recital_core.sessions import MAX_SEGMENT_BYTES

OUR_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path of this site in printable ASCII, without a backslash, which browsers take for a slash."""


@get("/config", operation_id="getConfig", sync_to_thread=False, responses=declared())
def get_config(recital: Asked) -> Config:
    """Public settings."""
    return Config(
        sign_in=SignInWays(),
        languages=recital.settings.languages,
        segment_ms=recital.settings.segment_ms,
        limits=Limits(segment_bytes=MAX_SEGMENT_BYTES, text_bytes=TEXT_BYTES),
        agreement_version=None,
        version=version("recital"),
    )


@get("/me", operation_id="getMe", sync_to_thread=False, responses=declared(401, 503))
def get_me(request: RecitalRequest) -> Me:
    """The caller's own account."""
    return Me(
        id=request.user.id,
        email=request.user.email,
        display_name=request.user.display_name,
        role=request.user.role,
        agreement_version=request.user.agreement_version,
    )


def _to_sign_in(_request: Request[Any, Any, Any], refusal: errors.LinkNotValid) -> Response[Any]:
    return Redirect(f"/sign-in?problem={refusal.slug()}", status_code=303)


@get(
    "/auth/link/{secret:str}",
    operation_id="signInByLink",
    status_code=303,
    sync_to_thread=True,
    exception_handlers={errors.LinkNotValid: _to_sign_in},
    responses=declared(422, 503),
)
def sign_in_by_link(
    recital: Asked,
    secret: FromPath[str],
    next_page: Annotated[str, QueryParameter(name="next", max_length=2000)] = "/",
) -> Redirect:
    """Sign a browser in, once, and go on to a page of this site."""
    token = recital.accounts.sign_in_by_link(secret)
    onward = next_page if OUR_OWN_PATH.fullmatch(next_page) else "/"
    return Redirect(onward, status_code=303, cookies=[sign_in_cookie(recital.settings, token)])


@post("/auth/sign-out", operation_id="signOut", status_code=204, sync_to_thread=True, responses=declared(401, 403, 503))
def sign_out(recital: Asked, request: RecitalRequest) -> Response[None]:
    """End the caller's sign-in."""
    recital.accounts.sign_out(request.auth)
    return Response(None, cookies=[sign_in_cookie(recital.settings, None)])
