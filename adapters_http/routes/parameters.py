"""What many routes take."""

from __future__ import annotations

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation

from adapters_storage.assembly import Recital

Asked = NamedDependency[SkipValidation[Recital]]
"""The use cases that a route asks."""

Cursor = Annotated[str | None, QueryParameter(max_length=500, description="`next` of the page before")]
Limit = Annotated[int, QueryParameter(ge=1, le=100)]
PAGE = 20
