"""The store's promises on invitations, signatures and the log, over every store alike."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import msgspec
import pytest

from recital_core import errors
from recital_core.agreements import Signature
from recital_core.audit import OPERATOR, Actor, Entry, Event, Way
from recital_core.ports import Store
from recital_core.sessions import SessionId
from recital_core.speakers import Invitation, InvitationId, Speaker, SpeakerId
from tests.contracts.conftest import LATER, NOW, added_speaker

TRIES = 50


def an_invitation(uses: int = 1, at: datetime = NOW, lasts: timedelta = timedelta(days=7)) -> Invitation:
    return Invitation(id=InvitationId(uuid.uuid4()), note="the choir", uses=uses, created_at=at, expires_at=at + lasts)


def invited(store: Store, invitation: Invitation, digest: str = "digest") -> Invitation:
    with store.transaction() as tx:
        tx.invitations.add(invitation, digest)
    return invitation


# ---- invitations


def test_an_invitation_counts_its_uses_until_there_are_none_left(store: Store) -> None:
    invitation = invited(store, an_invitation(uses=2))
    with store.transaction() as tx:
        assert tx.invitations.use("digest", NOW) == msgspec.structs.replace(invitation, used=1)
        assert tx.invitations.use("digest", NOW) == msgspec.structs.replace(invitation, used=2)
        assert tx.invitations.use("digest", NOW) is None
        assert list(tx.invitations.page(None, 10).items) == [msgspec.structs.replace(invitation, used=2)]


def test_an_invitation_that_is_over_or_unknown_admits_nobody(store: Store) -> None:
    invitation = invited(store, an_invitation())
    with store.transaction() as tx:
        assert tx.invitations.use("another", NOW) is None
        assert tx.invitations.use("digest", invitation.expires_at) is None
        assert list(tx.invitations.page(None, 10).items) == [invitation]


def test_an_invitation_of_three_uses_admits_three_however_many_try(store: Store) -> None:
    invited(store, an_invitation(uses=3))
    together = threading.Barrier(TRIES)

    def try_it(_: int) -> bool:
        together.wait()
        with store.transaction() as tx:
            return tx.invitations.use("digest", NOW) is not None

    with ThreadPoolExecutor(TRIES) as tries:
        assert list(tries.map(try_it, range(TRIES))).count(True) == 3


def test_a_use_that_came_to_nothing_is_not_counted(store: Store) -> None:
    invited(store, an_invitation())
    with pytest.raises(RuntimeError), store.transaction() as tx:
        assert tx.invitations.use("digest", NOW)
        raise RuntimeError
    with store.transaction() as tx:
        assert tx.invitations.use("digest", NOW)


def test_a_withdrawn_invitation_admits_nobody(store: Store) -> None:
    invitation = invited(store, an_invitation())
    other = invited(store, an_invitation(), "other")
    with store.transaction() as tx:
        assert tx.invitations.withdraw(invitation.id)
        assert not tx.invitations.withdraw(invitation.id)
        assert tx.invitations.use("digest", NOW) is None
        assert list(tx.invitations.page(None, 10).items) == [other]


def test_invitations_come_the_newest_first_and_pages_survive_a_withdrawal(store: Store) -> None:
    oldest, middle, newest = (invited(store, an_invitation(at=NOW + timedelta(seconds=n)), str(n)) for n in range(3))
    with store.transaction() as tx:
        first = tx.invitations.page(None, 2)
        tx.invitations.withdraw(middle.id)
        second = tx.invitations.page(first.next, 2)
    assert [*first.items] == [newest, middle]
    assert [*second.items] == [oldest]
    assert second.next is None


# ---- signatures


def test_a_version_is_signed_once_and_signatures_come_by_their_age(store: Store, dana: Speaker) -> None:
    later = Signature(speaker_id=dana.id, version="1", language="he", digest="a" * 64, signed_at=LATER)
    earlier = msgspec.structs.replace(later, version="2", signed_at=NOW)
    noam = added_speaker(store, "noam@example.org")
    with store.transaction() as tx:
        assert tx.signatures.add(later)
        assert tx.signatures.add(earlier)
        assert not tx.signatures.add(msgspec.structs.replace(later, language="en", digest="b" * 64))
        assert tx.signatures.add(msgspec.structs.replace(later, speaker_id=noam.id))
        assert list(tx.signatures.of_speaker(dana.id)) == [earlier, later]


# ---- the log


def logged(store: Store, *entries: Entry) -> None:
    with store.transaction() as tx:
        for entry in entries:
            tx.audit.add(entry)


def test_an_entry_comes_back_as_it_was(store: Store, dana: Speaker) -> None:
    actor = Actor(speaker_id=dana.id, way=Way.PROGRAM, address="2001:db8::1")
    entry = actor.did(
        Event.SESSION_RETRIED, NOW, to=dana.id, session_id=SessionId(uuid.uuid4()), before="3", why="“again”"
    )
    logged(store, entry)
    with store.transaction() as tx:
        assert list(tx.audit.page(event=None, speaker_id=None, cursor=None, limit=10).items) == [entry]


def test_the_log_is_asked_for_one_event_or_one_speaker_as_actor_or_subject(store: Store, dana: Speaker) -> None:
    noam = added_speaker(store, "noam@example.org")
    signed_in = Actor(speaker_id=dana.id, way=Way.BROWSER).did(Event.SIGNED_IN, NOW)
    raised = Actor(speaker_id=noam.id, way=Way.BROWSER).did(Event.ROLE_CHANGED, LATER, to=dana.id)
    by_hand = OPERATOR.did(Event.ROLE_CHANGED, LATER + timedelta(seconds=1), to=noam.id)
    logged(store, raised, by_hand, signed_in)

    def told(event: Event | None = None, of: SpeakerId | None = None) -> list[Entry]:
        with store.transaction() as tx:
            return list(tx.audit.page(event=event, speaker_id=of, cursor=None, limit=10).items)

    assert told() == [by_hand, raised, signed_in]
    assert told(Event.ROLE_CHANGED) == [by_hand, raised]
    assert told(of=dana.id) == [raised, signed_in]
    assert told(of=noam.id) == [by_hand, raised]
    assert told(Event.ROLE_CHANGED, noam.id) == [by_hand, raised]
    assert told(Event.EXPORTED) == []


def test_pages_of_the_log_stay_the_same_while_entries_are_added(store: Store) -> None:
    old = [OPERATOR.did(Event.INVITED, NOW - timedelta(seconds=n)) for n in range(4)]
    logged(store, *old)
    with store.transaction() as tx:
        first = tx.audit.page(event=None, speaker_id=None, cursor=None, limit=2)
    logged(store, OPERATOR.did(Event.INVITED, LATER))
    with store.transaction() as tx:
        second = tx.audit.page(event=None, speaker_id=None, cursor=first.next, limit=2)
    assert [*first.items, *second.items] == old
    assert second.next is None


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "%%%", "2026"])
def test_cursors_that_are_not_ours_are_refused(store: Store, cursor: str) -> None:
    with store.transaction() as tx, pytest.raises(errors.Invalid):
        tx.audit.page(event=None, speaker_id=None, cursor=cursor, limit=2)
    with store.transaction() as tx, pytest.raises(errors.Invalid):
        tx.invitations.page(cursor, 2)
