"""The audio of a session: segments in, and the finished files out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, put, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)
from litestar.params import FromPath, HeaderParameter, PathParameter, QueryParameter
from litestar.types import Method
from litestar.types.internal_types import PathParameterDefinition

from adapters_http.body import arriving, declared_digest
from adapters_http.problems import declared
from adapters_http.ranges import file_answer
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import Asked, AtStorage
from adapters_http.routes.sessions import PATH
from adapters_http.wire import EMPTY, answered
from adapters_http.wire_sessions import SegmentHeld
from recital_core.sessions import (
    MAX_SAMPLES,
    MAX_SEGMENT_BYTES,
    MAX_SEGMENTS,
    MEDIA_TYPES,
    Segment,
    SessionId,
    media_type,
)

LATEST = 2**40
"""Seconds since 1970, far beyond any link's end."""


@dataclass
class SegmentUpload(Operation):
    """The entry of an upload in the OpenAPI document: the body is audio of any type that is taken."""

    def __post_init__(self) -> None:
        binary = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY))
        self.request_body = RequestBody(required=True, content=dict.fromkeys(sorted(MEDIA_TYPES), binary))


@put(
    f"{PATH}/audio/{{number:int}}",
    operation_id="putSegment",
    operation_class=SegmentUpload,
    request_max_body_size=MAX_SEGMENT_BYTES,
    responses={201: answered(SegmentHeld), **declared(401, 403, 404, 409, 413, 415, 422, 503)},
)
async def put_segment(
    *,
    recital: Asked,
    uploading: AtStorage,
    request: RecitalRequest,
    session_id: FromPath[UUID],
    number: Annotated[int, PathParameter(ge=0, lt=MAX_SEGMENTS)],
    first_sample: Annotated[int, HeaderParameter(name="Recital-First-Sample", ge=0, le=MAX_SAMPLES)],
    samples: Annotated[int, HeaderParameter(name="Recital-Sample-Count", ge=1, le=MAX_SAMPLES)],
    content_digest: Annotated[str | None, HeaderParameter(name="Content-Digest", max_length=1000)] = None,
) -> Response[SegmentHeld]:
    """Keep a segment."""
    kind, digest = media_type(request.headers.get("content-type", "")), declared_digest(content_digest)
    async with arriving(request, digest) as body:
        segment = Segment(
            number=number,
            digest=digest,
            media_type=kind,
            first_sample=first_sample,
            samples=samples,
            bytes=body.bytes,
        )
        is_new = await uploading.take(
            recital.recording.take_segment, request.user, SessionId(session_id), segment, body.file
        )
    if is_new:
        recital.metrics.received(segment.bytes)
    return Response(SegmentHeld(number=number, digest=digest), status_code=201 if is_new else 200)


def _operation_id(_handler: HTTPRouteHandler, method: Method, _path: list[str | PathParameterDefinition]) -> str:
    return "playFile" if method == HttpMethod.GET else "measureFile"


@route(
    f"{PATH}/files/{{name:str}}",
    http_method=[HttpMethod.GET, HttpMethod.HEAD],
    operation_id=_operation_id,
    media_type="application/octet-stream",
    responses={206: answered(bytes, "application/octet-stream"), 307: EMPTY, **declared(403, 404, 416, 422, 503)},
)
async def play_file(
    *,
    recital: Asked,
    reading: AtStorage,
    request: RecitalRequest,
    session_id: FromPath[UUID],
    name: FromPath[str],
    expires: Annotated[int, QueryParameter(ge=0, le=LATEST)],
    seal: Annotated[str, QueryParameter(max_length=200)],
) -> Response[Any]:
    """A file of a finished session, by an address that a preview signed; no sign-in is needed."""
    file = await reading.take(recital.listening.open_file, SessionId(session_id), name, expires, seal)
    if file.address is not None and request.method == HttpMethod.GET:
        return Response(b"", status_code=307, headers={"Location": file.address})
    return await file_answer(request, reading, file, f'"{session_id.hex}-{file.bytes:x}"')
