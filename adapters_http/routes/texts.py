"""Texts: adding, finding and reading them."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import PAGE, Asked, Cursor, Limit
from adapters_http.wire import Prose, TextPage, TextShown, answered, text_row, text_shown
from recital_core.texts import TextId

TEXT_BYTES = 6 * 1024 * 1024


@post(
    "/texts",
    operation_id="addText",
    sync_to_thread=True,
    request_max_body_size=TEXT_BYTES,
    responses={200: answered(TextShown), **declared(401, 403, 413, 415, 422, 503)},
)
def add_text(
    recital: Asked, request: RecitalRequest, data: JSONBody[Prose], preview: FromQuery[bool] = False
) -> Response[TextShown]:
    """Keep a text, or only show how it would be split."""
    take = recital.library.preview if preview else recital.library.add
    text = take(request.user, data.prose, data.language, data.title)
    if preview:
        return Response(text_shown(text, kept=False), status_code=200)
    return Response(text_shown(text), headers={"Location": f"/api/texts/{text.id}"})


@get("/texts", operation_id="listTexts", sync_to_thread=True, responses=declared(401, 403, 422, 503))
def list_texts(recital: Asked, request: RecitalRequest, cursor: Cursor = None, limit: Limit = PAGE) -> TextPage:
    """The texts that the caller may read, the newest first."""
    page = recital.library.page(request.user, cursor=cursor, limit=limit)
    return TextPage(items=[text_row(text) for text in page.items], next=page.next)


@get("/texts/{text_id:uuid}", operation_id="getText", sync_to_thread=True, responses=declared(401, 403, 404, 503))
def get_text(recital: Asked, request: RecitalRequest, text_id: FromPath[UUID]) -> TextShown:
    """One text with its sentences."""
    return text_shown(recital.library.get(request.user, TextId(text_id)))


ROUTES = (add_text, list_texts, get_text)
