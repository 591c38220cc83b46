"""The Litestar application, put together: which routes there are, and who may call them."""

from __future__ import annotations

from importlib.metadata import version

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityRequirement, SecurityScheme

from adapters_http.auth.callers import agreed_or_admin, approved, cookie_name, is_admin, known_host, signed_in
from adapters_http.auth.providers import Providers
from adapters_http.headers import on_every_answer
from adapters_http.limits import Limits, limited
from adapters_http.problems import accident, refused, refused_by_framework
from adapters_http.requests import JSON_BYTES, RecitalRequest
from adapters_http.routes import (
    admin,
    auth,
    config,
    events,
    health,
    jobs,
    me,
    problems,
    segments,
    sessions,
    standings,
    texts,
    tokens,
)
from adapters_http.streams import Streams
from adapters_http.turns import Turns
from adapters_http.web import client_routes
from adapters_storage.assembly import Recital
from recital_core import errors

SIGN_IN: list[SecurityRequirement] = [{"browser": []}, {"program": []}]


def create_app(recital: Recital, limits: Limits | None = None) -> Litestar:
    """The whole HTTP side of `recital`: the API, health, problem types and the web client."""
    anybody = [*config.ROUTES, *auth.ANYBODY, segments.play_file]
    whoever_is_signed_in = [*auth.SIGNED_IN, *me.ROUTES, *tokens.ROUTES]
    whoever_is_approved = [*sessions.ROUTES, events.follow_sessions, segments.put_segment, *standings.ROUTES]
    providers = Providers(recital.settings.sign_in_providers, f"{recital.settings.address}/api/auth/callback")
    uploading, reading = Turns(), Turns()
    return Litestar(
        route_handlers=[
            Router("/api", guards=[limited], route_handlers=anybody),
            Router("/api", guards=[signed_in, limited], security=SIGN_IN, route_handlers=whoever_is_signed_in),
            Router("/api", guards=[approved, limited], security=SIGN_IN, route_handlers=whoever_is_approved),
            Router("/api", guards=[agreed_or_admin, limited], security=SIGN_IN, route_handlers=texts.ROUTES),
            Router("/api", guards=[is_admin, limited], security=SIGN_IN, route_handlers=[*admin.ROUTES, *jobs.ROUTES]),
            Router("/health", route_handlers=[health.live, health.ready]),
            Router("/problems", route_handlers=[problems.show_problem]),
            *client_routes(),
        ],
        before_request=known_host,
        dependencies={
            "recital": Provide(lambda: recital, sync_to_thread=False),
            "providers": Provide(lambda: providers, sync_to_thread=False),
            "uploading": Provide(lambda: uploading, sync_to_thread=False),
            "reading": Provide(lambda: reading, sync_to_thread=False),
        },
        state=State({"recital": recital, "limits": limits or Limits(), "streams": Streams(recital.news)}),
        request_class=RecitalRequest,
        request_max_body_size=JSON_BYTES,
        exception_handlers={
            errors.RecitalError: refused,
            HTTPException: refused_by_framework,
            Exception: accident,
        },
        before_send=[
            on_every_answer(https_only=recital.settings.is_https_for_good, media_from=recital.listening.origins())
        ],
        openapi_config=_document(recital),
        logging_config=None,
    )


def _document(recital: Recital) -> OpenAPIConfig:
    """The OpenAPI document, at /api/openapi.json and nowhere else."""
    return OpenAPIConfig(
        title="Recital",
        version=version("recital"),
        description="Read texts aloud; get speech data. Refusals are problem documents (RFC 9457).",
        openapi_router=Router("/api/openapi.json", route_handlers=[], include_in_schema=False),
        render_plugins=[JsonRenderPlugin(path="/")],
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "browser": SecurityScheme(
                    type="apiKey", name=cookie_name(recital.settings), security_scheme_in="cookie"
                ),
                "program": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
            }
        ),
    )
