"""Texts: adding, finding, reading and looking after them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import PAGE, Asked, Cursor, Limit
from adapters_http.wire import (
    PlaceShown,
    Prose,
    TextChanged,
    TextPage,
    TextShown,
    answered,
    reading_shown,
    text_row,
    text_shown,
)
from recital_core.ports import TextFilter
from recital_core.texts import Language, Place, TextId, TextScope, TextSort

TEXT_BYTES = 6 * 1024 * 1024
PATH = "/texts/{text_id:uuid}"


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
    text = recital.library.preview(request.user, data.prose, data.language, data.title)
    twin = recital.library.twin(request.user, text)
    if preview:
        return Response(text_shown(text, request.user, kept=False, twin=twin), status_code=200)
    recital.library.keep(request.user, text)
    return Response(text_shown(text, request.user, twin=twin), headers={"Location": f"/api/texts/{text.id}"})


@get("/texts", operation_id="listTexts", sync_to_thread=True, responses=declared(401, 403, 422, 503))
def list_texts(
    *,
    recital: Asked,
    request: RecitalRequest,
    whose: Annotated[TextScope, QueryParameter(name="scope")] = TextScope.ALL,
    search: Annotated[str, QueryParameter(name="q", max_length=200, description="part of a title")] = "",
    language: Annotated[str | None, QueryParameter(max_length=40)] = None,
    kind: Annotated[str | None, QueryParameter(max_length=40, description="prose, file, article or page")] = None,
    max_words: Annotated[int | None, QueryParameter(ge=1, le=2**31 - 1)] = None,
    sort: FromQuery[TextSort] = TextSort.NEWEST,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> TextPage:
    """The texts that the caller may read."""
    wanted = TextFilter(
        scope=whose,
        search=search,
        language=Language(language) if language else None,
        kind=kind,
        max_words=max_words,
    )
    page = recital.library.page(request.user, wanted, sort=sort, cursor=cursor, limit=limit)
    return TextPage(items=[text_row(listed, request.user) for listed in page.items], next=page.next)


@get(PATH, operation_id="getText", sync_to_thread=True, responses=declared(401, 403, 404, 503))
def get_text(recital: Asked, request: RecitalRequest, text_id: FromPath[UUID]) -> TextShown:
    """One text with its sentences, those that the caller has read, and where they go on."""
    return reading_shown(recital.library.reading(request.user, TextId(text_id)), request.user)


@patch(PATH, operation_id="changeText", sync_to_thread=True, responses=declared(401, 403, 404, 409, 413, 415, 503))
def change_text(
    recital: Asked, request: RecitalRequest, text_id: FromPath[UUID], data: JSONBody[TextChanged]
) -> TextShown:
    """Another title, sharing, other words for sentences: for whoever added the text, and admins."""
    wording = {Place(one.paragraph, one.sentence): one.words for one in data.wording}
    text = recital.library.change(request.user, TextId(text_id), title=data.title, public=data.public, wording=wording)
    return text_shown(text, request.user)


@delete(PATH, operation_id="retireText", sync_to_thread=True, responses=declared(401, 403, 404, 503))
def retire_text(recital: Asked, request: RecitalRequest, text_id: FromPath[UUID]) -> None:
    """Take a text out of all lists; recordings keep its words."""
    recital.library.retire(request.user, TextId(text_id))


@put(
    f"{PATH}/place",
    operation_id="putPlace",
    status_code=204,
    sync_to_thread=True,
    responses=declared(401, 403, 404, 413, 415, 503),
)
def put_place(recital: Asked, request: RecitalRequest, text_id: FromPath[UUID], data: JSONBody[PlaceShown]) -> None:
    """Keep where the caller will go on."""
    recital.library.save_place(request.user, TextId(text_id), Place(data.paragraph, data.sentence))


ROUTES = (add_text, list_texts, get_text, change_text, retire_text, put_place)
