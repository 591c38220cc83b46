"""The shape of the overview in the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from recital_core.measures import Verdict
from recital_core.oversight import ActiveSpeakers, Overview
from recital_core.ports import Totals
from recital_core.sessions import State


class DayShown(msgspec.Struct, frozen=True, kw_only=True):
    """What was published on one day (UTC), and by how many speakers."""

    date: dt.date
    duration_ms: int
    recordings: int
    speakers: int


class StatesShown(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions are in each state."""

    active: int
    ended: int
    aggregated: int
    uploaded: int
    discarded: int


class BacklogShown(msgspec.Struct, frozen=True, kw_only=True):
    """How many jobs wait, are in hand, and were given up; `oldest_ms`: how long one waits already, null without any."""

    waiting: int
    oldest_ms: int | None
    running: int
    failed: int


class VerdictsShown(msgspec.Struct, frozen=True, kw_only=True):
    """How many published sessions have each verdict."""

    good: int
    usable: int
    doubtful: int


class OverviewShown(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes. `days` have no hole, today (UTC) is the last; all else is of all time, or of now."""

    days: Sequence[DayShown]
    states: StatesShown
    backlog: BacklogShown
    totals: Totals
    pending_speakers: int
    active_speakers: ActiveSpeakers
    verdicts: VerdictsShown


def overview_shown(overview: Overview) -> OverviewShown:
    backlog, waits = overview.backlog, overview.longest_wait
    return OverviewShown(
        days=[
            DayShown(date=day.on, duration_ms=day.duration_ms, recordings=day.recordings, speakers=day.speakers)
            for day in overview.days
        ],
        states=StatesShown(**{state.value: overview.states[state] for state in State}),
        backlog=BacklogShown(
            waiting=backlog.waiting,
            oldest_ms=None if waits is None else waits // dt.timedelta(milliseconds=1),
            running=backlog.running,
            failed=backlog.failed,
        ),
        totals=overview.totals,
        pending_speakers=overview.pending_speakers,
        active_speakers=overview.active_speakers,
        verdicts=VerdictsShown(**{verdict.value: overview.verdicts[verdict] for verdict in Verdict}),
    )
