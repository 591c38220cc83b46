"""The store's promises on standings, over every store alike."""

from __future__ import annotations

import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import msgspec

from recital_core.contributions import tally
from recital_core.ports import Day, Given, Standing, Store, Totals
from recital_core.sessions import Outcome, RecitalSession, State
from recital_core.speakers import Speaker, SpeakerId
from recital_core.texts import RecitalText
from tests.contracts.conftest import LATER, NOW, a_session, added_speaker

NOTHING = Standing(rank=None, duration_ms=0, recordings=0, to_next_ms=None)


def published(
    store: Store, speaker: Speaker, text: RecitalText, duration_ms: int, *, at: datetime = NOW, verdict: str = "good"
) -> RecitalSession:
    """A session that is uploaded, and counted."""
    session = msgspec.structs.replace(
        a_session(speaker, text),
        state=State.UPLOADED,
        outcome=Outcome(duration_ms=duration_ms, cues=1, verdict=verdict),
        uploaded_at=at,
    )
    with store.transaction() as tx:
        tx.sessions.add(session)
        tx.standings.count(tally([(None, session)]))
    return session


def discarded(store: Store, *sessions: RecitalSession) -> None:
    gone = [session.discarded(LATER) for session in sessions]
    with store.transaction() as tx:
        for session in gone:
            tx.sessions.save(session)
        tx.standings.count(tally(zip(sessions, gone, strict=True)))


def standing(store: Store, speaker: Speaker) -> Standing:
    with store.separately() as tx:
        return tx.standings.of(speaker.id)


def leaders(store: Store, limit: int = 10) -> list[tuple[int, SpeakerId, int]]:
    with store.separately() as tx:
        return [(leader.rank, leader.speaker_id, leader.duration_ms) for leader in tx.standings.leaders(limit)]


def totals(store: Store) -> Totals:
    with store.separately() as tx:
        return tx.standings.totals()


def seen(store: Store, speaker: Speaker, *, on_leaderboard: bool) -> None:
    with store.transaction() as tx:
        tx.speakers.save(msgspec.structs.replace(speaker, on_leaderboard=on_leaderboard))
        tx.standings.enlist(speaker.id, listed=on_leaderboard)


def proven(store: Store) -> None:
    """Counting all sessions anew finds nothing else."""
    with store.transaction() as tx:
        assert list(tx.standings.recount()) == []


def test_what_some_speakers_have_published_is_told(
    store: Store, dana: Speaker, noam: Speaker, text: RecitalText
) -> None:
    silent = added_speaker(store, "silent@example.org")
    for giver, duration_ms in ((dana, 1000), (dana, 500), (noam, 70)):
        published(store, giver, text, duration_ms)
    with store.separately() as tx:
        given = tx.standings.given([dana.id, silent.id])
    assert given == [Given(speaker_id=dana.id, duration_ms=1500, recordings=2)]


def test_who_has_published_nothing_has_no_rank(store: Store, dana: Speaker) -> None:
    assert standing(store, dana) == NOTHING
    assert leaders(store) == []
    assert totals(store) == Totals(duration_ms=0, recordings=0, speakers=0)


def test_standings_add_up_and_ranks_are_dense(store: Store, dana: Speaker, noam: Speaker, text: RecitalText) -> None:
    yael = added_speaker(store, "yael@example.org")
    rina = added_speaker(store, "rina@example.org")
    for speaker, duration_ms in ((dana, 4_000), (dana, 5_000), (noam, 9_000), (yael, 700_000), (rina, 8_999)):
        published(store, speaker, text, duration_ms)
    assert standing(store, yael) == Standing(rank=1, duration_ms=700_000, recordings=1, to_next_ms=None)
    assert standing(store, dana) == Standing(rank=2, duration_ms=9_000, recordings=2, to_next_ms=691_000)
    assert standing(store, noam) == Standing(rank=2, duration_ms=9_000, recordings=1, to_next_ms=691_000)
    assert standing(store, rina) == Standing(rank=3, duration_ms=8_999, recordings=1, to_next_ms=1)
    assert [rank for rank, *_ in leaders(store)] == [1, 2, 2, 3]
    assert leaders(store, 1) == [(1, yael.id, 700_000)]
    assert totals(store) == Totals(duration_ms=726_999, recordings=5, speakers=4)
    proven(store)


def test_what_is_discarded_is_taken_off(store: Store, dana: Speaker, noam: Speaker, text: RecitalText) -> None:
    first, second = published(store, dana, text, 4_000), published(store, dana, text, 5_000, at=NOW + timedelta(days=1))
    published(store, noam, text, 6_000)
    discarded(store, second)
    assert standing(store, dana) == Standing(rank=2, duration_ms=4_000, recordings=1, to_next_ms=2_000)
    discarded(store, first)
    assert standing(store, dana) == NOTHING
    assert leaders(store) == [(1, noam.id, 6_000)]
    assert totals(store) == Totals(duration_ms=6_000, recordings=1, speakers=1)
    proven(store)


def test_what_was_never_published_counts_for_nothing(store: Store, dana: Speaker, text: RecitalText) -> None:
    session = a_session(dana, text)
    with store.transaction() as tx:
        tx.sessions.add(session)
    discarded(store, session)
    assert standing(store, dana) == NOTHING
    proven(store)


def test_who_does_not_want_to_be_seen_takes_nobody_s_place(
    store: Store, dana: Speaker, noam: Speaker, text: RecitalText
) -> None:
    published(store, dana, text, 9_000)
    published(store, noam, text, 4_000)
    seen(store, dana, on_leaderboard=False)
    assert leaders(store) == [(1, noam.id, 4_000)]
    assert standing(store, noam) == Standing(rank=1, duration_ms=4_000, recordings=1, to_next_ms=None)
    assert standing(store, dana) == Standing(rank=1, duration_ms=9_000, recordings=1, to_next_ms=None)
    assert totals(store).speakers == 2
    published(store, dana, text, 1_000)
    assert leaders(store) == [(1, noam.id, 4_000)]
    proven(store)
    seen(store, dana, on_leaderboard=True)
    assert leaders(store) == [(1, dana.id, 10_000), (2, noam.id, 4_000)]
    proven(store)


def test_who_was_not_seen_from_the_start_is_not_listed_by_a_first_recording(store: Store, text: RecitalText) -> None:
    shy = added_speaker(store, "shy@example.org")
    seen(store, shy, on_leaderboard=False)
    published(store, shy, text, 4_000)
    assert leaders(store) == []
    proven(store)


def test_a_forgotten_speaker_leaves_no_standing(store: Store, dana: Speaker, noam: Speaker, text: RecitalText) -> None:
    session = published(store, noam, text, 4_000)
    discarded(store, session)
    with store.transaction() as tx:
        tx.speakers.forget(noam.id)
    assert leaders(store) == []
    assert totals(store) == Totals(duration_ms=0, recordings=0, speakers=0)
    proven(store)


def test_ranks_are_those_of_a_plain_count_whatever_the_totals(store: Store, text: RecitalText) -> None:
    """Totals that share a band, end one, or lie bands apart."""
    around = [1, 2, 127, 128, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 66_047, 66_048, 1_000_000, 10**12]
    given = [(added_speaker(store, f"{n}@example.org"), total) for n, total in enumerate([*around[::-3], *around])]
    for speaker, total in given:
        published(store, speaker, text, total)
    ranked = sorted(around, reverse=True)
    for speaker, total in given:
        assert standing(store, speaker).rank == ranked.index(total) + 1
    proven(store)


def test_days_are_those_of_utc(store: Store, dana: Speaker, text: RecitalText) -> None:
    just_before = datetime(2026, 5, 2, 1, 30, tzinfo=UTC).astimezone()
    assert tally([(None, published(store, dana, text, 1, at=just_before))]).contributions[0].on == date(2026, 5, 2)
    proven(store)


def test_days_have_what_was_published_on_them_and_who_was_last_heard_then(
    store: Store, dana: Speaker, noam: Speaker, text: RecitalText
) -> None:
    published(store, dana, text, 1_000)
    published(store, dana, text, 2_000, verdict="doubtful")
    published(store, noam, text, 4_000, verdict="usable")
    again = published(store, noam, text, 8_000, at=NOW + timedelta(days=2))
    first, second = NOW.date(), NOW.date() + timedelta(days=2)
    with store.separately() as tx:
        assert list(tx.standings.days(first)) == [
            Day(on=first, duration_ms=7_000, recordings=3, speakers=2, not_since=1),
            Day(on=second, duration_ms=8_000, recordings=1, speakers=1, not_since=1),
        ]
        assert tx.standings.verdicts() == {"good": 2, "usable": 1, "doubtful": 1}
    discarded(store, again)
    with store.separately() as tx:
        assert tx.standings.days(first)[0].not_since == 2
        assert sum(day.recordings for day in tx.standings.days(second)) == 0
        assert tx.standings.verdicts() == {"good": 1, "usable": 1, "doubtful": 1}
        assert tx.standings.discarded() == 1
    proven(store)


def test_a_count_of_all_sessions_puts_right_what_was_kept_wrong(
    store: Store, dana: Speaker, noam: Speaker, text: RecitalText
) -> None:
    right = published(store, dana, text, 4_000)
    with store.transaction() as tx:
        tx.standings.count(tally([(None, right)]))
        tx.sessions.add(msgspec.structs.replace(right, id=uuid.uuid4(), speaker_id=noam.id))
        assert tx.standings.of(dana.id).recordings == 2
    with store.transaction() as tx:
        told = " ".join(difference.what for difference in tx.standings.recount(mend=False))
        assert tx.standings.of(dana.id).recordings == 2, "they were looked at alone"
    with store.transaction() as tx:
        assert " ".join(difference.what for difference in tx.standings.recount()) == told
        assert tx.standings.of(dana.id).recordings == tx.standings.of(noam.id).recordings == 1
    assert str(dana.id) in told
    assert str(noam.id) in told
    proven(store)


def test_whatever_many_publish_and_discard_at_once_is_counted_once(
    store: Store, dana: Speaker, noam: Speaker, text: RecitalText
) -> None:
    chance = random.Random(7)
    speakers = [dana, noam, added_speaker(store, "yael@example.org")]
    plans = [
        (chance.choice(speakers), chance.randrange(1, 100_000), timedelta(days=chance.randrange(3))) for _ in range(60)
    ]

    def recorded(plan: tuple[Speaker, int, timedelta]) -> None:
        speaker, duration_ms, later = plan
        session = published(store, speaker, text, duration_ms, at=NOW + later)
        if duration_ms % 3 == 0:
            discarded(store, session)
        if duration_ms % 5 == 0:
            seen(store, speaker, on_leaderboard=duration_ms % 2 == 0)

    with ThreadPoolExecutor(8) as people:
        list(people.map(recorded, plans))
    kept = [duration_ms for _, duration_ms, _ in plans if duration_ms % 3]
    assert totals(store) == Totals(duration_ms=sum(kept), recordings=len(kept), speakers=3)
    proven(store)
