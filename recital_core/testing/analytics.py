"""Counting in memory."""

from __future__ import annotations


class MemoryAnalytics:
    """Keeps what was counted, in order, as (event, pseudonym, facts)."""

    def __init__(self) -> None:
        self.counted: list[tuple[str, str | None, dict[str, str | int]]] = []

    def count(self, event: str, pseudonym: str | None, **facts: str | int) -> None:
        self.counted.append((event, pseudonym, facts))
