"""Lists come in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

Item = TypeVar("Item")


class Page(msgspec.Struct, Generic[Item], frozen=True, kw_only=True):
    """Part of a list; `next` is the cursor of the part after it, None at the end."""

    items: Sequence[Item]
    next: str | None
