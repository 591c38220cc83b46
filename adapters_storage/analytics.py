"""Counting what happens, for operators who want to know; off unless it is configured."""

from __future__ import annotations


class NoAnalytics:
    """Counts nothing."""

    def count(self, event: str, pseudonym: str | None, **facts: str | int) -> None:
        pass
