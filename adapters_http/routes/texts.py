"""Texts: adding, finding, reading and looking after them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, patch, post, put
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from adapters_http.offers import (
    FILE_BYTES,
    FileOffer,
    FileOffered,
    Offer,
    TextOffered,
    offered,
    offered_file,
)
from adapters_http.problems import declared
from adapters_http.requests import RecitalRequest
from adapters_http.routes.parameters import PAGE, Asked, Cursor, Limit
from adapters_http.wire import (
    Chapter,
    ChapterList,
    PlaceShown,
    SuggestionList,
    TextChanged,
    TextList,
    TextPage,
    TextShown,
    answered,
    chapter_shown,
    reading_shown,
    text_row,
    text_shown,
)
from recital_core.audit import Actor
from recital_core.library import Library
from recital_core.ports import TextFilter
from recital_core.speakers import Speaker
from recital_core.texts import Language, Place, TextId, TextScope, TextSort

PATH = "/texts/{text_id:uuid}"
Chapters = Annotated[
    list[int] | None, QueryParameter(name="chapter", max_items=1000, description="of a book only these, from 0")
]


@post(
    "/texts",
    operation_id="addText",
    operation_class=TextOffered,
    request_max_body_size=FILE_BYTES,
    responses={200: answered(TextShown), **declared(401, 403, 409, 413, 415, 422, 503)},
)
async def add_text(
    recital: Asked, request: RecitalRequest, preview: FromQuery[bool] = False, numbers: Chapters = None
) -> Response[TextShown]:
    """Keep a text, or only show how it would be split."""
    offer = await offered(request)
    kept_by = None if preview else request.auth.actor
    shown = await sync_to_thread(_taken, recital.library, request.user, offer, numbers=numbers, kept_by=kept_by)
    if preview:
        return Response(shown, status_code=200)
    return Response(shown, headers={"Location": f"/api/texts/{shown.id}"})


@post(
    "/texts/chapters",
    operation_id="addChapters",
    operation_class=FileOffered,
    request_max_body_size=FILE_BYTES,
    responses={200: answered(ChapterList), **declared(401, 403, 409, 413, 415, 422, 503)},
)
async def add_chapters(
    recital: Asked, request: RecitalRequest, preview: FromQuery[bool] = False, numbers: Chapters = None
) -> Response[ChapterList]:
    """Keep each chapter of a book as a text of its own, or only show which there are."""
    offer = await offered_file(request)
    kept_by = None if preview else request.auth.actor
    chapters = await sync_to_thread(
        _taken_apart, recital.library, request.user, offer, numbers=numbers, kept_by=kept_by
    )
    return Response(ChapterList(items=chapters), status_code=200 if preview else 201)


@get(
    "/texts/suggestions",
    operation_id="suggestTexts",
    sync_to_thread=True,
    responses=declared(401, 403, 422, 503),
)
def suggest_texts(recital: Asked, language: Annotated[str, QueryParameter(max_length=40)]) -> SuggestionList:
    """Random articles that somebody may like to read."""
    return SuggestionList(items=recital.library.suggestions(language))


@get("/texts/begun", operation_id="listBegunTexts", sync_to_thread=True, responses=declared(401, 403, 503))
def list_begun_texts(recital: Asked, request: RecitalRequest) -> TextList:
    """The few texts in which the caller stopped before their end, the latest first."""
    return TextList(items=[text_row(listed, request.user) for listed in recital.library.begun(request.user)])


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
    reading = recital.library.reading(request.user, TextId(text_id))
    return reading_shown(reading, recital.library.pieces(reading.text), request.user)


@patch(PATH, operation_id="changeText", sync_to_thread=True, responses=declared(401, 403, 404, 409, 413, 415, 503))
def change_text(
    recital: Asked, request: RecitalRequest, text_id: FromPath[UUID], data: JSONBody[TextChanged]
) -> TextShown:
    """Another title, sharing, limit of long sentences, wording: for whoever added the text, and admins."""
    text = recital.library.change(
        request.user,
        TextId(text_id),
        title=data.title,
        public=data.public,
        wording={Place(one.paragraph, one.sentence): one.words for one in data.wording},
        long_sentence_words=data.long_sentence_words,
        by=request.auth.actor,
    )
    return text_shown(text, recital.library.pieces(text), request.user)


@delete(PATH, operation_id="retireText", sync_to_thread=True, responses=declared(401, 403, 404, 409, 503))
def retire_text(recital: Asked, request: RecitalRequest, text_id: FromPath[UUID]) -> None:
    """Take a text out of all lists; recordings keep its words."""
    recital.library.retire(request.user, TextId(text_id), request.auth.actor)


@put(
    f"{PATH}/place",
    operation_id="putPlace",
    status_code=204,
    sync_to_thread=True,
    responses=declared(401, 403, 404, 409, 413, 415, 503),
)
def put_place(recital: Asked, request: RecitalRequest, text_id: FromPath[UUID], data: JSONBody[PlaceShown]) -> None:
    """Keep where the caller will go on."""
    recital.library.save_place(request.user, TextId(text_id), Place(data.paragraph, data.sentence))


def _taken(
    library: Library, owner: Speaker, offer: Offer | FileOffer, *, numbers: list[int] | None, kept_by: Actor | None
) -> TextShown:
    match offer:
        case FileOffer():
            text = library.from_file(owner, offer.name, offer.body, offer.wishes, numbers)
        case Offer(kind="article"):
            text = library.from_article(owner, offer.url or "", offer.wishes)
        case Offer():
            text = library.from_prose(owner, offer.prose or "", offer.wishes)
    twin = library.twin(owner, text)
    if kept_by is not None:
        library.keep(owner, text, kept_by)
    return text_shown(text, library.pieces(text), owner, kept=kept_by is not None, twin=twin)


def _taken_apart(
    library: Library, owner: Speaker, offer: FileOffer, *, numbers: list[int] | None, kept_by: Actor | None
) -> list[Chapter]:
    found = []
    for number, text in enumerate(library.chapters(owner, offer.name, offer.body, offer.wishes)):
        if numbers is None or number in numbers:
            if kept_by is not None:
                library.keep(owner, text, kept_by)
            found.append(chapter_shown(number, text, kept=kept_by is not None))
    return found


ROUTES = (
    add_text,
    add_chapters,
    suggest_texts,
    list_begun_texts,
    list_texts,
    get_text,
    change_text,
    retire_text,
    put_place,
)
