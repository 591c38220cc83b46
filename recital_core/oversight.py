"""What operators see of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec

from recital_core import errors
from recital_core.aggregation import tried_again
from recital_core.audit import OPERATOR, Actor, Entry, Event
from recital_core.contributions import day
from recital_core.measures import Verdict
from recital_core.ports import Backlog, Clock, Day, Job, JobState, Page, Store, Totals
from recital_core.sessions import State
from recital_core.speakers import Role, SpeakerId

WEEK, MONTH = 7, 30


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """Part of the log, and how the people in it are known: by e-mail address, else by name."""

    entries: Page[Entry]
    people: Mapping[SpeakerId, str]


class ActiveSpeakers(msgspec.Struct, frozen=True, kw_only=True):
    """How many speakers have published something today, within 7 and within 30 days, today among them."""

    day: int
    week: int
    month: int


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """How it goes: `days` are in order and without a hole, today the last; all else is of all time, or of now."""

    days: Sequence[Day]
    states: Mapping[State, int]
    backlog: Backlog
    longest_wait: timedelta | None
    totals: Totals
    verdicts: Mapping[Verdict, int]
    active_speakers: ActiveSpeakers
    pending_speakers: int


class Oversight:
    def __init__(self, *, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def overview(self, days: int = 30) -> Overview:
        """How it goes, with the last `days` days."""
        now = self._clock.now()
        today = day(now)
        with self._store.separately() as tx:
            totals = tx.standings.totals()
            found = {each.on: each for each in tx.standings.days(today - timedelta(days=max(days, MONTH) - 1))}
            passing = {state: tx.sessions.count(state) for state in (State.ACTIVE, State.ENDED, State.AGGREGATED)}
            discarded = tx.standings.discarded()
            backlog = tx.jobs.backlog(now)
            return Overview(
                days=[found.get(on) or _nothing(on) for on in last(days, today)],
                states={**passing, State.UPLOADED: totals.recordings, State.DISCARDED: discarded},
                backlog=backlog,
                longest_wait=None if backlog.oldest_at is None else max(now - backlog.oldest_at, timedelta()),
                totals=totals,
                verdicts=tx.standings.verdicts(),
                active_speakers=ActiveSpeakers(
                    day=_seen(found, last(1, today)),
                    week=_seen(found, last(WEEK, today)),
                    month=_seen(found, last(MONTH, today)),
                ),
                pending_speakers=tx.speakers.count(Role.PENDING),
            )

    def audit(
        self,
        *,
        event: Event | None = None,
        speaker_id: SpeakerId | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> LogPage:
        """The log of what matters, the newest first. Raises Invalid for a wrong cursor."""
        with self._store.separately() as tx:
            entries = tx.audit.page(event=event, speaker_id=speaker_id, cursor=cursor, limit=limit)
            named = {one for entry in entries.items for one in (entry.actor_id, entry.subject_id) if one}
            people = {speaker.id: speaker.email or speaker.display_name for speaker in tx.speakers.some(named)}
        return LogPage(entries=entries, people=people)

    def jobs(self, *, state: JobState | None = None, cursor: str | None = None, limit: int = 20) -> Page[Job]:
        """What waits for workers, is in their hands, or was given up, the newest first. Raises Invalid for a cursor."""
        with self._store.separately() as tx:
            return tx.jobs.page(state, cursor, limit)

    def retry_job(self, job_id: int, by: Actor = OPERATOR) -> None:
        """Have a job taken up at once that waits or was given up; a session starts anew with its attempts.

        Raises JobNotFound; WrongState while it runs.
        """
        with self._store.transaction() as tx:
            job = tx.jobs.get(job_id)
            if job is None:
                raise errors.JobNotFound("There is no job of this number: it may have been done meanwhile.")
            if job.state is JobState.RUNNING:
                raise errors.WrongState("A worker has this job in hand.", state=job.state)
            session = tx.sessions.lock(job.session_id) if job.session_id else None
            if session is not None:
                tried_again(tx, session, self._clock.now(), by)
            else:
                tx.jobs.again(job_id)
                tx.audit.add(by.did(Event.JOB_RETRIED, self._clock.now(), kind=job.kind))


def last(days: int, today: date) -> list[date]:
    """So many days up to today, in order."""
    return [today - timedelta(days=ago) for ago in reversed(range(days))]


def _nothing(on: date) -> Day:
    return Day(on=on, duration_ms=0, recordings=0, speakers=0, not_since=0)


def _seen(found: Mapping[date, Day], days: Sequence[date]) -> int:
    """Everybody has one latest day: the speakers of some days up to today are those whose latest day is among them."""
    return sum(found[on].not_since for on in days if on in found)
