"""What somebody offers as a text: prose or the address of an article as JSON, or a file as a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, BinaryIO, Literal, cast

import msgspec
from litestar.datastructures import UploadFile
from litestar.openapi.spec import (
    OpenAPIFormat,
    OpenAPIMediaType,
    OpenAPIType,
    Operation,
    RequestBody,
    Schema,
)

from adapters_http.requests import JSON, RecitalRequest
from recital_core import errors
from recital_core.library import FEWEST_WORDS, MOST_WORDS, Wishes

FORM = "multipart/form-data"
FILE_BYTES = 11 * 1024 * 1024
"""A file of 10 MiB, and the form around it."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` says which of `prose` and `url` is there; a missing language is what an article says of itself."""

    kind: Literal["prose", "article"] = "prose"
    prose: str | None = None
    url: Annotated[str, msgspec.Meta(max_length=2000)] | None = None
    language: str | None = None
    title: str | None = None
    public: bool = False
    brackets: bool = True
    long_sentence_words: int | None = None

    @property
    def wishes(self) -> Wishes:
        return Wishes(
            language=self.language,
            title=self.title,
            public=self.public,
            brackets=self.brackets,
            long_sentence_words=self.long_sentence_words,
        )


class FileOffer(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    body: BinaryIO
    wishes: Wishes


async def offered(request: RecitalRequest) -> Offer | FileOffer:
    """What the body offers. Raises UnsupportedMediaType, Malformed, Invalid."""
    declared, _parameters = request.content_type
    if not await request.body():
        raise errors.Invalid("The body is missing.")
    if declared == FORM:
        return await offered_file(request)
    if declared != JSON:
        raise errors.UnsupportedMediaType(f"Send this as {JSON} or {FORM}.", accepted=[JSON, FORM])
    offer = await request.sent(Offer)
    if (offer.prose if offer.kind == "prose" else offer.url) is None:
        raise errors.Invalid(f"Of the kind {offer.kind}, {'prose' if offer.kind == 'prose' else 'url'} is needed.")
    return offer


async def offered_file(request: RecitalRequest) -> FileOffer:
    """The form's `file`, and what is wanted of it. Raises UnsupportedMediaType, Malformed, Invalid."""
    declared, _parameters = request.content_type
    if declared != FORM:
        raise errors.UnsupportedMediaType(f"Send this as {FORM}.", accepted=[FORM])
    if not await request.body():
        raise errors.Invalid("The body is missing.")
    form = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise errors.Invalid("The form needs a file under the name “file”.")
    given = {name: form[name] for name in Wishes.__struct_fields__ if form.get(name)}
    try:
        wishes = msgspec.convert(given, Wishes, strict=False)
    except msgspec.ValidationError as wrong:
        raise errors.Invalid(str(wrong)) from wrong
    return FileOffer(name=file.filename, body=cast("BinaryIO", file.file), wishes=wishes)


FILE_SCHEMA = Schema(
    type=OpenAPIType.OBJECT,
    required=["file"],
    properties={
        "file": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY),
        "language": Schema(type=OpenAPIType.STRING),
        "title": Schema(type=OpenAPIType.STRING),
        "public": Schema(type=OpenAPIType.BOOLEAN),
        "brackets": Schema(type=OpenAPIType.BOOLEAN),
        "long_sentence_words": Schema(type=OpenAPIType.INTEGER, minimum=FEWEST_WORDS, maximum=MOST_WORDS),
    },
)
OFFER_SCHEMA = Schema(
    type=OpenAPIType.OBJECT,
    properties={
        "kind": Schema(type=OpenAPIType.STRING, enum=["prose", "article"], default="prose"),
        "prose": Schema(type=OpenAPIType.STRING),
        "url": Schema(type=OpenAPIType.STRING, max_length=2000),
        "language": Schema(type=OpenAPIType.STRING),
        "title": Schema(type=OpenAPIType.STRING),
        "public": Schema(type=OpenAPIType.BOOLEAN),
        "brackets": Schema(type=OpenAPIType.BOOLEAN),
        "long_sentence_words": Schema(type=OpenAPIType.INTEGER, minimum=FEWEST_WORDS, maximum=MOST_WORDS),
    },
)


def _body(schemas: Mapping[str, Schema]) -> RequestBody:
    content = {kind: OpenAPIMediaType(schema=schema) for kind, schema in schemas.items()}
    return RequestBody(required=True, content=content)


@dataclass
class TextOffered(Operation):
    """The entry of adding a text in the OpenAPI document."""

    def __post_init__(self) -> None:
        self.request_body = _body({JSON: OFFER_SCHEMA, FORM: FILE_SCHEMA})


@dataclass
class FileOffered(Operation):
    """The entry of adding a book in the OpenAPI document."""

    def __post_init__(self) -> None:
        self.request_body = _body({FORM: FILE_SCHEMA})
