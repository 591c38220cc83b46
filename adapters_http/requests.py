"""How requests are read: bodies that may stop half-way, and JSON taken strictly as the type that a route declares."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict, State
from litestar.exceptions import InternalServerException

from adapters_http.auth.callers import SignIn
from adapters_http.refusals import Malformed
from recital_core import errors
from recital_core.speakers import Speaker

JSON = "application/json"
JSON_BYTES = 1024 * 1024

Shape = TypeVar("Shape")


class RecitalRequest(Request[Speaker, SignIn, State]):
    """`user` and `auth` are the caller and their sign-in wherever a guard has asked for one."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes. Raises Malformed when it stops half-way."""
        body = super().stream()
        try:
            async for chunk in body:
                yield chunk
        except InternalServerException as cut:
            raise Malformed("The body stopped half-way.") from cut

    async def form(self) -> FormMultiDict:
        """The body as a form. Raises Malformed, also for words that are not in the charset that they claim."""
        try:
            return await super().form()
        except (UnicodeDecodeError, LookupError) as wrong:
            raise Malformed(
                "A field of this form is not in its charset, which is UTF-8 where none is named."
            ) from wrong

    async def json(self) -> Any:
        """The body as the type of the route's `data`. Raises UnsupportedMediaType, Malformed, Invalid.

        Only what says that it is JSON is taken for it: a form of another site cannot say so.
        """
        return await self.sent(self.route_handler.parsed_fn_signature.parameters["data"].annotation)

    async def sent(self, shape: type[Shape]) -> Shape:
        """The body as `shape`. Raises as `json` does."""
        declared, _parameters = self.content_type
        if declared != JSON:
            raise errors.UnsupportedMediaType(f"Send this as {JSON}.", accepted=[JSON])
        try:
            return msgspec.json.decode(await self.body(), type=shape)
        except msgspec.ValidationError as wrong:
            raise errors.Invalid(str(wrong)) from wrong
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            raise Malformed(f"This is not JSON: {wrong}") from wrong
        except RecursionError as wrong:  # in a member that nobody asked for: it is skipped, but not at any depth
            raise Malformed("This JSON is nested too deeply.") from wrong
