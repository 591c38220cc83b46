"""The world beyond: letters and counting."""

from __future__ import annotations

from typing import Protocol

from recital_core.letters import Letter


class Mailer(Protocol):
    def send(self, letter: Letter) -> None:
        """Put the letter into words and hand it over to be delivered.

        Raises MailFailed: try again later; MailRefused: nobody takes this letter to this address. What they say
        does not hold the address, for it is logged.
        """

    def check(self) -> None:
        """Raises MailFailed when letters could not be handed over now."""


class Analytics(Protocol):
    def count(self, event: str, pseudonym: str | None, **facts: str | int) -> None:
        """Note that `event` happened. Never waits, never fails, and is told nothing that names a person or a text."""
