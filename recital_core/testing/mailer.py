"""A mailer that keeps its letters, and can fail as a real one does."""

from __future__ import annotations

from recital_core import errors
from recital_core.letters import Letter


class MemoryMailer:
    """`unavailable` makes every further letter fail, until it is False again."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.unavailable = False

    def send(self, letter: Letter) -> None:
        self.check()
        self.letters.append(letter)

    def check(self) -> None:
        if self.unavailable:
            raise errors.MailFailed("The mailer was told to be unavailable.")
