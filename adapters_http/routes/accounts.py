"""Who am I, and what a client has to know before that."""

from __future__ import annotations

from importlib.metadata import version

from litestar import get

from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import Asked
from adapters_http.routes.texts import TEXT_BYTES
from adapters_http.wire import Config, Limits, Me, SignInWays
from recital_core.sessions import MAX_SEGMENT_BYTES


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
