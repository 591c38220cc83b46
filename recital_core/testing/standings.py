"""Totals in memory: kept as contributions, and summed up when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import msgspec

from recital_core.contributions import Contribution, Tally, tally
from recital_core.measures import Verdict
from recital_core.ports import Day, Difference, Given, Leader, Standing, Totals
from recital_core.speakers import SpeakerId
from recital_core.testing.rows import Rows


class MemoryStandings:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def count(self, tally: Tally) -> None:
        for more in tally.contributions:
            key = (more.speaker_id, more.on)
            held = self._rows.contributions.pop(key, None)
            total = more if held is None else _sum(held, more)
            if total.recordings:
                self._rows.contributions[key] = total
        self._rows.discarded = dict(Counter(self._rows.discarded) + Counter(tally.discarded))

    def enlist(self, speaker_id: SpeakerId, *, listed: bool) -> None:
        """Whether somebody is on the leaderboard is asked of the speaker's row."""

    def of(self, speaker_id: SpeakerId) -> Standing:
        duration_ms, recordings = self._given(speaker_id)
        above = {total for _, total, _ in self._listed() if total > duration_ms}
        return Standing(
            rank=len(above) + 1 if recordings else None,
            duration_ms=duration_ms,
            recordings=recordings,
            to_next_ms=min(above) - duration_ms if recordings and above else None,
        )

    def given(self, speaker_ids: Collection[SpeakerId]) -> Sequence[Given]:
        found = [(speaker_id, *self._given(speaker_id)) for speaker_id in speaker_ids]
        return [
            Given(speaker_id=speaker_id, duration_ms=duration_ms, recordings=recordings)
            for speaker_id, duration_ms, recordings in found
            if recordings
        ]

    def leaders(self, limit: int) -> Sequence[Leader]:
        listed = self._listed()
        ranks = sorted({total for _, total, _ in listed}, reverse=True)
        ordered = sorted(listed, key=lambda one: (one[1], one[0]), reverse=True)
        return [
            Leader(
                rank=ranks.index(duration_ms) + 1,
                speaker_id=speaker_id,
                display_name=self._rows.speakers[speaker_id].display_name,
                duration_ms=duration_ms,
                recordings=recordings,
            )
            for speaker_id, duration_ms, recordings in ordered[:limit]
        ]

    def totals(self) -> Totals:
        given = self._rows.contributions.values()
        return Totals(
            duration_ms=sum(each.duration_ms for each in given),
            recordings=sum(each.recordings for each in given),
            speakers=len({each.speaker_id for each in given}),
        )

    def verdicts(self) -> Mapping[Verdict, int]:
        given = self._rows.contributions.values()
        return {verdict: sum(getattr(each, verdict.value) for each in given) for verdict in Verdict}

    def discarded(self) -> int:
        return sum(self._rows.discarded.values())

    def days(self, first: date) -> Sequence[Day]:
        given = self._rows.contributions.values()
        latest = {each.speaker_id: max(own.on for own in given if own.speaker_id == each.speaker_id) for each in given}
        return [
            Day(
                on=on,
                duration_ms=sum(each.duration_ms for each in given if each.on == on),
                recordings=sum(each.recordings for each in given if each.on == on),
                speakers=sum(1 for each in given if each.on == on),
                not_since=sum(1 for last in latest.values() if last == on),
            )
            for on in sorted({each.on for each in given})
            if on >= first
        ]

    def recount(self, *, mend: bool = True) -> Sequence[Difference]:
        counted = tally((None, session) for session in self._rows.sessions.values())
        kept = self._rows.contributions
        fresh = {(each.speaker_id, each.on): each for each in counted.contributions}
        found = [
            Difference(what=f"{speaker_id} {on}", kept=_told(kept.get(key)), counted=_told(fresh.get(key)))
            for key in sorted(kept.keys() | fresh.keys())
            for speaker_id, on in [key]
            if kept.get(key) != fresh.get(key)
        ]
        if mend:
            self._rows.contributions, self._rows.discarded = fresh, dict(counted.discarded)
        return found

    def _given(self, speaker_id: SpeakerId) -> tuple[int, int]:
        own = [each for each in self._rows.contributions.values() if each.speaker_id == speaker_id]
        return sum(each.duration_ms for each in own), sum(each.recordings for each in own)

    def _listed(self) -> list[tuple[SpeakerId, int, int]]:
        """Speaker, total and recordings of everybody on the leaderboard."""
        givers = {each.speaker_id for each in self._rows.contributions.values()}
        return [(giver, *self._given(giver)) for giver in givers if self._rows.speakers[giver].on_leaderboard]


def _sum(one: Contribution, other: Contribution) -> Contribution:
    amounts = ("duration_ms", "recordings", "good", "usable", "doubtful")
    return msgspec.structs.replace(one, **{name: getattr(one, name) + getattr(other, name) for name in amounts})


def _told(contribution: Contribution | None) -> str | None:
    return None if contribution is None else f"({contribution.duration_ms},{contribution.recordings})"
