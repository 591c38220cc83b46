"""Every error as a problem document (RFC 9457): the one table of families and statuses, and the three handlers."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec

from adapters_http import refusals
from recital_core import errors

log = logging.getLogger("recital.http")

PROBLEM_JSON = "application/problem+json"

STATUSES: Mapping[type[errors.RecitalError], int] = {
    errors.NotSignedIn: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    refusals.MethodNotAllowed: 405,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.UnsupportedMediaType: 415,
    refusals.RangeNotSatisfiable: 416,
    refusals.HostNotKnown: 421,
    errors.Invalid: 422,
    errors.TooMany: 429,
    refusals.Accident: 500,
    errors.Unavailable: 503,
}
ALWAYS_POSSIBLE = (400, 421, 422, 429, 500)  # Litestar names 400 by itself; ours are 422
HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "60"},
    503: {"Retry-After": "5"},
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was refused; members beside these are facts of the type. `type` can be opened and read."""

    type: str
    title: str
    status: int
    detail: str
    instance: str


def status_of(kind: type[errors.RecitalError]) -> int:
    """The status of the nearest family that the table names."""
    return next(STATUSES[family] for family in kind.__mro__ if family in STATUSES)


def problem_types() -> Iterator[type[errors.RecitalError]]:
    """Every kind of refusal that there is, families included, each before its own kinds."""
    waiting = list(errors.RecitalError.__subclasses__())
    while waiting:
        kind = waiting.pop(0)
        yield kind
        waiting = kind.__subclasses__() + waiting


def declared(*statuses: int) -> dict[int, ResponseSpec]:
    """What an operation's OpenAPI entry says of its refusals."""
    return {
        status: ResponseSpec(
            Problem, generate_examples=False, description=HTTPStatus(status).phrase, media_type=PROBLEM_JSON
        )
        for status in (*statuses, *ALWAYS_POSSIBLE)
    }


def problem(error: errors.RecitalError, instance: str, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    status = status_of(type(error))
    body = {
        **error.facts,
        "type": f"/problems/{error.slug()}",
        "title": error.title,
        "status": status,
        "detail": error.detail,
        "instance": instance,
    }
    return Response(
        msgspec.json.encode(body),
        status_code=status,
        media_type=PROBLEM_JSON,
        headers={**HEADERS.get(status, {}), **_pause(error), **(headers or {})},
    )


def _pause(error: errors.RecitalError) -> Mapping[str, str]:
    """When to come again, where the refusal knows (RFC 9110, 10.2.3)."""
    seconds = error.facts.get("retry_after")
    return {} if seconds is None else {"Retry-After": str(seconds)}


def refused(request: Request[Any, Any, Any], error: errors.RecitalError) -> Response[bytes]:
    """Answers an error of the domain."""
    if isinstance(error, errors.Unavailable):
        log.warning("%s %s: %s", request.method, _template(request), error.detail, exc_info=error)
    return problem(error, request.url.path)


def refused_by_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answers what the framework found wrong, in our words."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return accident(request, error)
    return problem(_translated(error, request), request.url.path, error.headers)


def accident(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answers anything unforeseen with an id, under which the log has the whole story."""
    instance = uuid.uuid4().urn
    log.error("%s %s: accident %s", request.method, _template(request), instance, exc_info=error)
    return problem(refusals.Accident("It was logged. Quote the instance when you report it."), instance)


def _translated(error: HTTPException, request: Request[Any, Any, Any]) -> errors.RecitalError:
    if isinstance(error, ValidationException):
        found = error.extra if isinstance(error.extra, list) else []
        return errors.Invalid("; ".join(_place(wrong, request) for wrong in found) or error.detail)
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return errors.NotFound("There is nothing at this address.")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return refusals.MethodNotAllowed(f"{request.method} is not for this address; see Allow.")
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return errors.TooLarge("The body is over this address's limit.")
        case _:
            return refusals.Malformed(error.detail)


def _place(wrong: dict[str, str], request: Request[Any, Any, Any]) -> str:
    """Where something is wrong, as the client named it, and what."""
    parameter = wrong.get("key", "request")
    if parameter == "data":
        return "The body is missing."
    declared_as = request.route_handler.parsed_fn_signature.parameters.get(parameter)
    name = getattr(declared_as and declared_as.kwarg_definition, "name", None) or parameter
    return f"{name} is missing" if wrong["message"] == repr(parameter) else f"{name}: {wrong['message']}"


def _template(request: Request[Any, Any, Any]) -> str:
    """The address without what was filled in: a log must not hold the secret of a sign-in link."""
    return str(request.scope.get("path_template", "an unknown address"))
