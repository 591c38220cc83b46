"""Word of what changes, from whichever process."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from recital_core.sessions import SessionId
from recital_core.speakers import SpeakerId


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is new, or whose state, outcome, attempts or problem are others; without one, a speaker's role,
    or an end of one of their sign-ins.

    `speaker_id` is None for a session whose speaker was erased.
    """

    speaker_id: SpeakerId | None
    session_id: SessionId | None = None


class News(Protocol):
    def hearing(self, told: Callable[[Change | None], None]) -> AbstractContextManager[None]:
        """Until the block ends, have `told` called with every change that commits from now on, through any process.

        It is called in whatever thread, and must not wait there; with None when changes may have been missed. Raises
        DatabaseUnavailable when nothing could be heard now.
        """
