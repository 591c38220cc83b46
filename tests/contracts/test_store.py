"""The store's promises on transactions, texts and sessions, over every store alike."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from recital_core import errors
from recital_core.measures import Verdict
from recital_core.ports import Intake, Page, SessionFilter, Store, TextFilter, TextSummary, Transaction
from recital_core.sessions import Ending, Mark, MarkKind, Outcome, RecitalSession, Segment, SessionId, State
from recital_core.speakers import Role, Speaker, SpeakerId
from recital_core.texts import Place, RecitalText, TextSort
from tests.contracts.conftest import LATER, NOW, a_session, added_session, added_speaker, added_text


def a_segment(number: int, digest: str = "a" * 64) -> Segment:
    return Segment(
        number=number, digest=digest, media_type="audio/flac", first_sample=number * 9, samples=9, bytes=100 + number
    )


def marks(*numbers: int) -> list[Mark]:
    return [Mark(n=n, paragraph=0, sentence=0, at_sample=n * 10) for n in numbers]


# ---- transactions


def test_what_a_raising_block_did_is_not_kept(store: Store, dana: Speaker) -> None:
    with pytest.raises(RuntimeError), store.transaction() as tx:
        tx.speakers.save(msgspec.structs.replace(dana, display_name="Somebody Else"))
        raise RuntimeError
    with store.transaction() as tx:
        assert tx.speakers.get(dana.id) == dana


def test_calls_that_stand_alone_are_kept_at_once(store: Store, dana: Speaker, session: RecitalSession) -> None:
    with pytest.raises(RuntimeError), store.separately() as tx:
        assert tx.speakers.get(dana.id) == dana
        tx.sessions.add_segment(session.id, a_segment(0), NOW)
        raise RuntimeError
    with store.separately() as tx:
        assert [segment.number for segment in tx.sessions.segments(session.id)] == [0]


def test_a_claim_is_one_caller_s_at_a_time(store: Store) -> None:
    session_id, other = SessionId(uuid.uuid4()), SessionId(uuid.uuid4())
    with store.claim(session_id) as mine, store.claim(session_id) as not_mine, store.claim(other) as another:
        assert (mine, not_mine, another) == (True, False, True)
    with store.claim(session_id) as mine_again:
        assert mine_again


def test_a_claim_ends_with_the_block_that_raised(store: Store) -> None:
    session_id = SessionId(uuid.uuid4())
    with pytest.raises(RuntimeError), store.claim(session_id):
        raise RuntimeError
    with store.claim(session_id) as mine:
        assert mine


# ---- texts


def listed(tx: Transaction, reader: Speaker, cursor: str | None, limit: int) -> Page[TextSummary]:
    """All that the reader may read, the newest first."""
    return tx.texts.page(reader, TextFilter(), TextSort.NEWEST, cursor, limit)


def test_a_text_comes_back_as_it_was(store: Store, text: RecitalText) -> None:
    with store.transaction() as tx:
        assert tx.texts.get(text.id) == text
        assert tx.texts.get(text.id, 1) == text
        assert tx.texts.get(text.id, 2) is None
        assert list(tx.texts.sentence_counts(text.id, 1)) == [2, 1]


def test_what_is_kept_of_a_text_may_change_without_its_words(store: Store, text: RecitalText) -> None:
    changed = msgspec.structs.replace(text, title="another", public=True, long_sentence_words=12)
    with store.transaction() as tx:
        tx.texts.save(changed)
        assert tx.texts.get(text.id) == changed


def test_texts_that_were_begun_come_by_the_latest_place(store: Store, dana: Speaker, text: RecitalText) -> None:
    noam = added_speaker(store, "noam@example.org")
    public, gone = added_text(store, dana, public=True), added_text(store, dana, public=True)
    with store.transaction() as tx:
        for reader, begun, at in ((dana, text, NOW), (dana, public, NOW), (dana, gone, LATER), (noam, public, NOW)):
            tx.texts.save_place(reader.id, begun.id, Place(0, 0), at)
        tx.texts.save_place(dana.id, text.id, Place(0, 1), LATER)
        tx.texts.retire(gone.id, LATER)
        assert [found.id for found in tx.texts.begun(dana, 10)] == [text.id, public.id]
        assert [found.id for found in tx.texts.begun(dana, 1)] == [text.id]
        assert [found.id for found in tx.texts.begun(noam, 10)] == [public.id]


def test_what_the_end_of_a_session_left_out_is_not_read(
    store: Store, dana: Speaker, text: RecitalText, session: RecitalSession
) -> None:
    read = [Mark(n=n, paragraph=0, sentence=n, at_sample=n + 1) for n in range(2)]
    ending = Ending(segments=1, samples=9, marks=2, drop_last=1)
    with store.transaction() as tx:
        tx.sessions.add_marks(session.id, read)
        assert list(tx.texts.read_by(dana.id, text.id)) == [Place(0, 0), Place(0, 1)]
        tx.sessions.save(msgspec.structs.replace(session, state=State.ENDED, ending=ending))
        assert list(tx.texts.read_by(dana.id, text.id)) == [Place(0, 0)]
        assert tx.texts.read_counts(dana.id, [text.id]) == {text.id: 1}


def test_a_list_of_texts_has_one_s_own_and_the_public(store: Store, dana: Speaker, text: RecitalText) -> None:
    noam = added_speaker(store, "noam@example.org")
    admin = added_speaker(store, "admin@example.org", Role.ADMIN)
    public = added_text(store, dana, public=True, at=NOW + timedelta(seconds=1))
    with store.transaction() as tx:
        assert [item.id for item in listed(tx, dana, None, 10).items] == [public.id, text.id]
        assert [item.id for item in listed(tx, admin, None, 10).items] == [public.id, text.id]
        (shown,) = listed(tx, noam, None, 10).items
    assert (shown.id, shown.sentences, shown.words, shown.direction) == (public.id, 3, 6, "rtl")


def test_pages_stay_the_same_while_texts_are_added(store: Store, dana: Speaker) -> None:
    old = [added_text(store, dana, at=NOW - timedelta(seconds=n)) for n in range(4)]
    with store.transaction() as tx:
        first = listed(tx, dana, None, 2)
    added_text(store, dana, at=NOW + timedelta(seconds=1))
    with store.transaction() as tx:
        second = listed(tx, dana, first.next, 2)
    assert [item.id for item in [*first.items, *second.items]] == [text.id for text in old]


def test_texts_come_by_their_voices_page_by_page(store: Store, dana: Speaker, noam: Speaker) -> None:
    admin = added_speaker(store, "admin@example.org", Role.ADMIN)
    of_two, of_one, of_none = (added_text(store, dana) for _ in range(3))
    for speaker, read in ((dana, of_two), (noam, of_two), (dana, of_one), (dana, of_one)):
        added_session(store, speaker, read)
    discarded = added_session(store, dana, of_none)
    with store.transaction() as tx:
        tx.sessions.save(discarded.to(State.DISCARDED))
        first = tx.texts.page(admin, TextFilter(), TextSort.VOICES, None, 2)
        second = tx.texts.page(admin, TextFilter(), TextSort.VOICES, first.next, 2)
    assert [item.id for item in [*first.items, *second.items]] == [of_none.id, of_one.id, of_two.id]
    assert second.next is None


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "%%%", "2026"])
def test_a_cursor_that_is_not_ours_is_refused(store: Store, dana: Speaker, cursor: str) -> None:
    with store.transaction() as tx, pytest.raises(errors.Invalid):
        listed(tx, dana, cursor, 2)


def test_the_texts_of_an_owner_are_told_retired_ones_too(store: Store, dana: Speaker, text: RecitalText) -> None:
    older = added_text(store, dana, at=NOW - timedelta(days=1))
    added_text(store, added_speaker(store, "noam@example.org"))
    with store.transaction() as tx:
        tx.texts.retire(older.id, NOW)
        assert list(tx.texts.of_owner(dana.id)) == [older.id, text.id]


def test_a_retired_text_is_out_of_the_lists_and_keeps_its_words(store: Store, dana: Speaker, text: RecitalText) -> None:
    other = added_text(store, dana)
    with store.transaction() as tx:
        tx.texts.retire(text.id, NOW)
        tx.texts.retire(text.id, LATER)
        assert tx.texts.get(text.id) == msgspec.structs.replace(text, retired_at=NOW)
        assert [item.id for item in listed(tx, dana, None, 10).items] == [other.id]


# ---- sessions


def test_a_session_comes_back_as_it_was_saved(store: Store, session: RecitalSession) -> None:
    ended = session.to(
        State.ENDED,
        ending=Ending(segments=3, samples=27, marks=2, drop_last=1, gaps=((3, 4),)),
        ended_at=NOW,
        outcome=Outcome(duration_ms=5, cues=2, verdict="good", reasons=("quiet",)),
        problem="segment 2 cannot be read",
        attempts=2,
    )
    with store.transaction() as tx:
        assert tx.sessions.get(session.id) == session
        tx.sessions.save(ended)
        assert tx.sessions.get(session.id) == tx.sessions.lock(session.id) == ended


def test_a_session_s_id_is_taken_once(store: Store, session: RecitalSession) -> None:
    with store.transaction() as tx:
        assert not tx.sessions.add(msgspec.structs.replace(session, opened_at=NOW + timedelta(days=1)))
        assert tx.sessions.get(session.id) == session


def test_activity_is_noted_while_a_session_is_active(store: Store, session: RecitalSession) -> None:
    later = NOW + timedelta(minutes=5)
    with store.transaction() as tx:
        assert tx.sessions.touch(session.id, later)
        assert tx.sessions.touch(session.id, NOW)
        touched = tx.sessions.get(session.id)
        assert touched is not None
        assert touched.last_activity_at == later
        tx.sessions.save(touched.to(State.DISCARDED))
        assert not tx.sessions.touch(session.id, later)
        assert not tx.sessions.touch(SessionId(uuid.uuid4()), later)


def test_the_first_segment_under_a_number_stays(store: Store, session: RecitalSession) -> None:
    first, other = a_segment(0), a_segment(0, "b" * 64)
    with store.transaction() as tx:
        assert tx.sessions.intake(session.id, 0) == Intake(session=session, held=None, media_type=None)
        assert tx.sessions.add_segment(session.id, first, NOW) is first
        assert tx.sessions.add_segment(session.id, other, NOW) == first
        assert tx.sessions.intake(session.id, 0) == Intake(session=session, held=first, media_type="audio/flac")


def test_a_segment_is_activity_and_a_closed_session_keeps_none(store: Store, session: RecitalSession) -> None:
    with store.transaction() as tx:
        tx.sessions.add_segment(session.id, a_segment(0), LATER)
        touched = tx.sessions.get(session.id)
        assert touched is not None
        assert touched.last_activity_at == LATER
        tx.sessions.save(touched.to(State.DISCARDED))
        assert tx.sessions.add_segment(session.id, a_segment(1), LATER) is None
        assert [segment.number for segment in tx.sessions.segments(session.id)] == [0]


def test_pieces_come_back_in_their_order(store: Store, session: RecitalSession) -> None:
    with store.transaction() as tx:
        for number in (4, 0, 1):
            tx.sessions.add_segment(session.id, a_segment(number), NOW)
        tx.sessions.add_marks(session.id, marks(0, 1))
        tx.sessions.add_marks(session.id, [])
        tx.sessions.add_marks(session.id, marks(2))
        assert tx.sessions.intake(session.id, 2) == Intake(session=session, held=None, media_type="audio/flac")
        assert tx.sessions.intake(SessionId(uuid.uuid4()), 0) is None
        assert [segment.number for segment in tx.sessions.segments(session.id)] == [0, 1, 4]
        assert list(tx.sessions.marks(session.id)) == marks(0, 1, 2)
        received = tx.sessions.received(session.id)
    assert (received.segments, received.marks, received.bytes) == ([(0, 1), (4, 4)], 3, 305)


def test_marks_are_told_from_the_last_that_settles_what_came_before(store: Store, session: RecitalSession) -> None:
    kinds = [MarkKind.READ, MarkKind.AGAIN, MarkKind.SKIP, MarkKind.AGAIN, MarkKind.AGAIN, MarkKind.UNDO]
    held = [msgspec.structs.replace(mark, kind=kinds[mark.n]) for mark in marks(*range(6))]
    with store.transaction() as tx:
        assert list(tx.sessions.marks_around(session.id, 0)) == []
        tx.sessions.add_marks(session.id, held)
        first = [tx.sessions.marks_around(session.id, n)[0].n for n in (0, 1, 2, 3, 6, 100)]
        assert first == [0, 0, 0, 2, 2, 2]
        assert list(tx.sessions.marks_around(session.id, 6)) == held[2:]


def test_forgotten_pieces_are_gone_and_no_one_else_s(
    store: Store, dana: Speaker, text: RecitalText, session: RecitalSession
) -> None:
    other = added_session(store, dana, text)
    with store.transaction() as tx:
        for each in (session, other):
            tx.sessions.add_segment(each.id, a_segment(0), NOW)
            tx.sessions.add_marks(each.id, marks(0))
        tx.sessions.forget_pieces(session.id)
        assert (tx.sessions.received(session.id).segments, tx.sessions.received(session.id).marks) == ([], 0)
        assert (tx.sessions.received(other.id).segments, tx.sessions.received(other.id).marks) == ([(0, 0)], 1)


def test_sessions_are_listed_by_what_they_are(store: Store, dana: Speaker, text: RecitalText) -> None:
    noam = added_speaker(store, "noam@example.org")
    other_text = added_text(store, dana)
    own = added_session(store, dana, text)
    newer = added_session(store, dana, other_text, NOW + timedelta(seconds=1))
    foreign = added_session(store, noam, text, NOW + timedelta(seconds=2))

    failed, good, gone = (added_session(store, dana, text, NOW + timedelta(seconds=seconds)) for seconds in (3, 4, 5))
    with store.transaction() as tx:
        tx.sessions.save(msgspec.structs.replace(failed, state=State.ENDED, attempts=1))
        outcome = Outcome(duration_ms=5, cues=2, verdict="good")
        tx.sessions.save(msgspec.structs.replace(good, state=State.AGGREGATED, outcome=outcome, problem="abandoned"))
        tx.sessions.save(msgspec.structs.replace(gone, state=State.DISCARDED, problem="empty"))

    def listed(**wanted: Any) -> list[SessionId]:
        with store.transaction() as tx:
            return [item.session.id for item in tx.sessions.page(SessionFilter(**wanted), None, 10).items]

    assert listed() == [good.id, failed.id, foreign.id, newer.id, own.id]
    assert listed(speaker_id=dana.id) == [good.id, failed.id, newer.id, own.id]
    assert listed(text_id=text.id) == [good.id, failed.id, foreign.id, own.id]
    assert listed(states=(State.ENDED,)) == [failed.id]
    assert listed(states=(State.ENDED, State.DISCARDED)) == [gone.id, failed.id]
    assert listed(verdict=Verdict.GOOD) == [good.id]
    assert listed(trouble=True) == [good.id, failed.id]
    assert listed(language="he", trouble=True, verdict=Verdict.DOUBTFUL) == []
    assert listed(language="he", speaker_id=noam.id) == [foreign.id]
    assert listed(language="en") == []
    assert listed(since=newer.opened_at, until=failed.opened_at) == [foreign.id, newer.id]
    with store.separately() as tx:
        assert [tx.sessions.count(state) for state in (State.ACTIVE, State.ENDED)] == [3, 1]


def test_a_session_s_neighbours_are_the_next_of_its_speaker_that_can_be_heard(
    store: Store, dana: Speaker, text: RecitalText
) -> None:
    noam = added_speaker(store, "noam@example.org")
    at_once = sorted((added_session(store, dana, text, NOW) for _ in range(2)), key=lambda session: session.id)
    gone, last = (added_session(store, dana, text, NOW + timedelta(seconds=seconds)) for seconds in (1, 4))
    under_way = added_session(store, dana, text, NOW + timedelta(seconds=2))
    foreign = added_session(store, noam, text, NOW + timedelta(seconds=3))
    with store.transaction() as tx:
        for session in (*at_once, foreign):
            tx.sessions.save(msgspec.structs.replace(session, state=State.AGGREGATED))
        tx.sessions.save(msgspec.structs.replace(last, state=State.UPLOADED))
        tx.sessions.save(msgspec.structs.replace(gone, state=State.DISCARDED))

        def around(session: RecitalSession) -> list[SessionId | None]:
            found = tx.sessions.neighbours(session)
            return [found.older, found.newer]

        first, second = at_once
        assert around(first) == [None, second.id]
        assert around(second) == [first.id, last.id]
        assert around(under_way) == around(gone) == [second.id, last.id]
        assert around(last) == [second.id, None]
        assert around(foreign) == [None, None]


def test_a_session_is_listed_with_its_speaker_s_name_until_they_are_erased(
    store: Store, dana: Speaker, session: RecitalSession
) -> None:
    with store.transaction() as tx:
        assert [item.speaker_name for item in tx.sessions.page(SessionFilter(), None, 10).items] == [dana.display_name]
        tx.speakers.forget(dana.id)
        assert [item.speaker_name for item in tx.sessions.page(SessionFilter(), None, 10).items] == [None]
        assert [item.session.id for item in tx.sessions.page(SessionFilter(), None, 10).items] == [session.id]


def test_a_summary_tells_the_text_s_title_and_language(store: Store, session: RecitalSession) -> None:
    with store.transaction() as tx:
        summary = tx.sessions.summary(session.id)
        assert tx.sessions.summary(SessionId(uuid.uuid4())) is None
    assert summary is not None
    assert (summary.session, summary.text_title, summary.language) == (session, "בוקר", "he")


def test_silent_sessions_are_found_the_oldest_first(store: Store, dana: Speaker, text: RecitalText) -> None:
    newer = added_session(store, dana, text, NOW - timedelta(hours=1))
    older = added_session(store, dana, text, NOW - timedelta(hours=2))
    added_session(store, dana, text, NOW)
    with store.transaction() as tx:
        assert list(tx.sessions.silent_since(NOW - timedelta(hours=1), 10)) == [older.id, newer.id]
        assert list(tx.sessions.silent_since(NOW - timedelta(hours=1), 1)) == [older.id]


def test_erased_sessions_are_found_for_a_while(store: Store, session: RecitalSession) -> None:
    with store.transaction() as tx:
        tx.sessions.save(session.to(State.DISCARDED, discarded_at=NOW))
        assert list(tx.sessions.erased_since(NOW)) == []
        tx.sessions.save(session.to(State.DISCARDED, discarded_at=NOW, erased_at=LATER))
        assert list(tx.sessions.erased_since(LATER)) == [session.id]
        assert list(tx.sessions.erased_since(LATER + timedelta(seconds=1))) == []


def test_discarded_sessions_are_unfinished_until_they_are_erased(store: Store, session: RecitalSession) -> None:
    discarded = session.to(State.DISCARDED, discarded_at=NOW)
    with store.transaction() as tx:
        tx.sessions.save(discarded)
        assert list(tx.sessions.unfinished(State.DISCARDED, 10)) == [session.id]
        tx.sessions.save(msgspec.structs.replace(discarded, erased_at=NOW))
        assert list(tx.sessions.unfinished(State.DISCARDED, 10)) == []


def test_the_sessions_of_a_speaker_come_by_their_age_and_the_open_ones_are_counted(
    store: Store, dana: Speaker, text: RecitalText, session: RecitalSession
) -> None:
    older = added_session(store, dana, text, NOW - timedelta(hours=1)).to(State.DISCARDED, discarded_at=NOW)
    added_session(store, added_speaker(store, "noam@example.org"), text)
    with store.transaction() as tx:
        assert tx.sessions.active_count(dana.id) == 2
        tx.sessions.save(older)
        assert tx.sessions.active_count(dana.id) == 1
        assert list(tx.sessions.of_speaker(dana.id)) == [older, session]
        assert list(tx.sessions.of_speaker(SpeakerId(uuid.uuid4()))) == []


def test_only_what_was_uploaded_once_is_retracted(store: Store, dana: Speaker, text: RecitalText) -> None:
    kept, never_published, *retracted = (a_session(dana, text) for _ in range(1005))
    with store.transaction() as tx:
        for session in (kept, never_published, *retracted):
            tx.sessions.add(session)
        tx.sessions.save(msgspec.structs.replace(kept, state=State.UPLOADED, uploaded_at=NOW))
        tx.sessions.save(never_published.to(State.DISCARDED, discarded_at=LATER))
        for n, session in enumerate(retracted):
            at = LATER + timedelta(seconds=n // 2)
            tx.sessions.save(msgspec.structs.replace(session, state=State.DISCARDED, uploaded_at=NOW, discarded_at=at))
    with store.separately() as tx:
        told = list(tx.sessions.retractions())
    assert {each.session_id for each in told} == {session.id for session in retracted}
    assert len(told) == len(retracted)
    assert [each.retracted_at for each in told] == sorted(each.retracted_at for each in told)


def test_two_ends_of_one_session_wait_for_each_other(store: Store, session: RecitalSession) -> None:
    together = threading.Barrier(4)

    def end(_: int) -> bool:
        together.wait()
        with store.transaction() as tx:
            held = tx.sessions.lock(session.id)
            if held is None or held.state is not State.ACTIVE:
                return False
            tx.sessions.save(held.to(State.ENDED))
            return True

    with ThreadPoolExecutor(4) as tries:
        assert sorted(tries.map(end, range(4))) == [False, False, False, True]
