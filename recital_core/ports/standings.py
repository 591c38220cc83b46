"""Who has given how much: totals that are kept as sessions are published and discarded, and never counted anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol

import msgspec

from recital_core.contributions import Tally
from recital_core.measures import Verdict
from recital_core.speakers import SpeakerId


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What one speaker has published, and where that puts them.

    `rank` is dense, from 1, among those who are on the leaderboard and the speaker; None without a recording.
    `to_next_ms` is what they lack of the next higher total on the leaderboard; None where there is none.
    """

    rank: int | None
    duration_ms: int
    recordings: int
    to_next_ms: int | None


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What one speaker has published."""

    speaker_id: SpeakerId
    duration_ms: int
    recordings: int


class Leader(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the leaderboard; whose totals are equal have the same rank."""

    rank: int
    speaker_id: SpeakerId
    display_name: str
    duration_ms: int
    recordings: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What all speakers together have published, those who are not on the leaderboard too."""

    duration_ms: int
    recordings: int
    speakers: int


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What was published on one day (UTC), by how many speakers, and how many of these have published nothing since."""

    on: date
    duration_ms: int
    recordings: int
    speakers: int
    not_since: int


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A total that was not what the sessions say: `kept` was put right to `counted`; None where one is not there."""

    what: str
    kept: str | None
    counted: str | None


class Standings(Protocol):
    def count(self, tally: Tally) -> None:
        """Add the tally to the totals. Until this transaction ends nobody else counts: do it last."""

    def enlist(self, speaker_id: SpeakerId, *, listed: bool) -> None:
        """Put the speaker on the leaderboard, or take them off. Until this transaction ends nobody else counts."""

    def of(self, speaker_id: SpeakerId) -> Standing: ...

    def given(self, speaker_ids: Collection[SpeakerId]) -> Sequence[Given]:
        """What each of them has published, in any order; without those who have published nothing."""

    def leaders(self, limit: int) -> Sequence[Leader]:
        """The first of the leaderboard."""

    def totals(self) -> Totals: ...

    def verdicts(self) -> Mapping[Verdict, int]:
        """How many published sessions have each verdict."""

    def discarded(self) -> int:
        """How many sessions were discarded."""

    def days(self, first: date) -> Sequence[Day]:
        """Every day from `first` on, in order; those on which nothing was published may be left out."""

    def recount(self, *, mend: bool = True) -> Sequence[Difference]:
        """Tell what differs from a count of all sessions, and put it right; nobody else counts meanwhile.

        At most 1,000 differences of each kind are told. Without `mend` none is put right, and nobody waits; then it
        has to be the first that its transaction asks.
        """
