"""What many routes take."""

from __future__ import annotations

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from adapters_http.turns import Turns
from adapters_storage.assembly import Recital

Asked = NamedDependency[SkipValidation[Recital]]
"""The use cases that a route asks."""

AtStorage = NamedDependency[SkipValidation[Turns]]
"""Whose turn it is at staging and archive, `uploading` or `reading`: an archive that hangs stops no recording."""

Cursor = Annotated[str | None, QueryParameter(max_length=500, description="`next` of the page before")]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]
PAGE = 20
