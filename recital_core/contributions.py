"""What a session counts for: nothing until it is published, and nothing again once it is discarded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

import msgspec

from recital_core.measures import Verdict
from recital_core.sessions import RecitalSession, State
from recital_core.speakers import SpeakerId


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """What one speaker gave on one day: published time, recordings, and how many of them had each verdict.

    Amounts below zero take off what was given before.
    """

    speaker_id: SpeakerId
    on: date
    duration_ms: int
    recordings: int
    good: int = 0
    usable: int = 0
    doubtful: int = 0


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What changes of sessions add to the counts: one contribution a speaker and day, and the discards of each day."""

    contributions: tuple[Contribution, ...] = ()
    discarded: Mapping[date, int] = msgspec.field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.contributions or self.discarded)


def tally(changes: Iterable[tuple[RecitalSession | None, RecitalSession]]) -> Tally:
    """What it adds to the counts that each session, from what it was (None for nothing), became another."""
    given: defaultdict[tuple[SpeakerId, date], Counter[str]] = defaultdict(Counter)
    discarded: Counter[date] = Counter()
    for before, after in changes:
        for session, sign in ((before, -1), (after, 1)):
            if session is None:
                continue
            if session.discarded_at is not None:
                discarded[day(session.discarded_at)] += sign
            counted = amounts(session)
            if counted and session.speaker_id and session.uploaded_at:
                amount = given[session.speaker_id, day(session.uploaded_at)]
                amount.update({name: value * sign for name, value in counted.items()})
    return Tally(
        contributions=tuple(
            Contribution(speaker_id=speaker_id, on=on, **{"duration_ms": 0, "recordings": 0, **amount})
            for (speaker_id, on), amount in given.items()
            if any(amount.values())
        ),
        discarded={on: count for on, count in discarded.items() if count},
    )


def amounts(session: RecitalSession) -> Mapping[str, int]:
    """What the session gives to the contribution of its speaker's day; nothing unless it is published."""
    if session.state is not State.UPLOADED or session.outcome is None:
        return {}
    verdict = session.outcome.verdict
    return {
        "duration_ms": session.outcome.duration_ms,
        "recordings": 1,
        **({verdict: 1} if verdict in set(Verdict) else {}),
    }


def day(moment: datetime) -> date:
    """The day of `moment` in UTC: days are the same for everybody."""
    return moment.astimezone(UTC).date()
