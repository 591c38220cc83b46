"""The store's promises on accounts and identities, over every store alike."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest

from recital_core import errors
from recital_core.agreements import Signature
from recital_core.audit import Actor, Event, Way
from recital_core.ports import SpeakerFilter, Store
from recital_core.sessions import RecitalSession
from recital_core.speakers import Identity, Role, Sex, Speaker, SpeakerId
from recital_core.texts import Place, RecitalText
from tests.contracts.conftest import LATER, NOW, added_credential, added_speaker, added_text

GOOGLE = Identity(issuer="https://accounts.example.org", subject="1")


# ---- accounts


def test_speakers_are_counted_by_role(store: Store, dana: Speaker) -> None:
    added_speaker(store, "root@example.org", Role.ADMIN)
    with store.separately() as tx:
        assert [tx.speakers.count(role) for role in (Role.PENDING, Role.SPEAKER, Role.ADMIN)] == [0, 1, 1]


def test_an_address_belongs_to_one_account(store: Store, dana: Speaker) -> None:
    namesake = msgspec.structs.replace(dana, id=SpeakerId(uuid.uuid4()))
    with store.transaction() as tx:
        assert not tx.speakers.add(namesake)
        assert tx.speakers.by_email("dana@example.org") == dana
        assert tx.speakers.by_email("nobody@example.org") is None


def test_any_number_of_accounts_have_no_address(store: Store) -> None:
    added = [
        Speaker(id=SpeakerId(uuid.uuid4()), email=None, display_name="Dana", role=Role.PENDING, created_at=NOW)
        for _ in range(2)
    ]
    with store.transaction() as tx:
        assert [tx.speakers.add(speaker) for speaker in added] == [True, True]
        assert [tx.speakers.get(speaker.id) for speaker in added] == added


def test_an_account_comes_back_as_it_was_saved(store: Store, dana: Speaker) -> None:
    changed = msgspec.structs.replace(
        dana,
        email="dana@example.com",
        display_name="דנה",
        role=Role.ADMIN,
        agreement_version="2",
        language="he",
        birth_year=1990,
        sex=Sex.FEMALE,
        on_leaderboard=False,
    )
    with store.transaction() as tx:
        tx.speakers.save(changed)
        assert tx.speakers.get(dana.id) == tx.speakers.lock(dana.id) == changed
        assert tx.speakers.by_email("dana@example.org") is None
        assert tx.speakers.get(SpeakerId(uuid.uuid4())) is tx.speakers.lock(SpeakerId(uuid.uuid4())) is None


def test_accounts_come_by_their_age_in_pages(store: Store) -> None:
    added = [added_speaker(store, f"{n}@example.org", at=NOW + timedelta(seconds=n)) for n in range(5)]
    with store.transaction() as tx:
        first = tx.speakers.page(SpeakerFilter(), None, 2)
        second = tx.speakers.page(SpeakerFilter(), first.next, 2)
        third = tx.speakers.page(SpeakerFilter(), second.next, 2)
    assert [*first.items, *second.items, *third.items] == added
    assert third.next is None


def test_accounts_are_found_by_part_of_their_address_or_name_and_by_role(
    store: Store, dana: Speaker, noam: Speaker
) -> None:
    named = msgspec.structs.replace(noam, display_name="Noam 100%_Ärger", role=Role.ADMIN)
    with store.transaction() as tx:
        tx.speakers.save(named)

        def found(search: str, role: Role | None = None) -> list[Speaker]:
            return list(tx.speakers.page(SpeakerFilter(search=search, role=role), None, 10).items)

        assert found("DANA@") == [dana]
        assert found("example.org") == [dana, named]
        assert found("ärger") == found("100%_ä") == [named]
        assert found("a%a") == found("dan_") == found("\\") == found("\0") == []
        assert found("", Role.ADMIN) == found("example", Role.ADMIN) == [named]
        assert found("dana", Role.ADMIN) == []


def test_some_accounts_come_together_and_unknown_ones_do_not(store: Store, dana: Speaker, noam: Speaker) -> None:
    unknown = SpeakerId(uuid.uuid4())
    with store.transaction() as tx:
        found = tx.speakers.some({dana.id, noam.id, unknown})
        assert sorted(found, key=lambda speaker: speaker.created_at) == [dana, noam]
        assert list(tx.speakers.some([])) == []


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "%%%", "2026"])
def test_a_cursor_of_accounts_that_is_not_ours_is_refused(store: Store, cursor: str) -> None:
    with store.transaction() as tx, pytest.raises(errors.Invalid):
        tx.speakers.page(SpeakerFilter(), cursor, 2)


# ---- identities


def test_an_identity_leads_to_its_account(store: Store, dana: Speaker, noam: Speaker) -> None:
    other = Identity(issuer="https://login.example.org", subject="1")
    with store.transaction() as tx:
        assert tx.speakers.by_identity(GOOGLE.issuer, GOOGLE.subject) is None
        assert tx.speakers.add_identity(dana.id, msgspec.structs.replace(GOOGLE, email=dana.email, name="Dana"))
        assert tx.speakers.add_identity(dana.id, GOOGLE)
        assert tx.speakers.add_identity(dana.id, other)
        assert tx.speakers.by_identity(GOOGLE.issuer, GOOGLE.subject) == dana
        assert list(tx.speakers.identities(dana.id)) == [GOOGLE, other]
        assert list(tx.speakers.identities(noam.id)) == []


def test_an_account_has_one_subject_of_an_issuer_and_a_subject_one_account(
    store: Store, dana: Speaker, noam: Speaker
) -> None:
    another = msgspec.structs.replace(GOOGLE, subject="2")
    with store.transaction() as tx:
        assert tx.speakers.add_identity(dana.id, GOOGLE)
        assert not tx.speakers.add_identity(dana.id, another)
        assert not tx.speakers.add_identity(noam.id, GOOGLE)
        assert tx.speakers.by_identity(another.issuer, another.subject) is None
        assert tx.speakers.by_identity(GOOGLE.issuer, GOOGLE.subject) == dana


# ---- admins


def test_another_admin_is_not_oneself_and_not_a_speaker(store: Store, dana: Speaker) -> None:
    first = added_speaker(store, "first@example.org", Role.ADMIN)
    with store.transaction() as tx:
        assert tx.speakers.another_admin(dana.id)
        assert not tx.speakers.another_admin(first.id)
    second = added_speaker(store, "second@example.org", Role.ADMIN)
    with store.transaction() as tx:
        assert tx.speakers.another_admin(first.id)
        tx.speakers.forget(second.id)
        assert not tx.speakers.another_admin(first.id)


def test_of_many_admins_who_lower_each_other_at_one_time_one_stays(store: Store) -> None:
    admins = [added_speaker(store, f"{n}@example.org", Role.ADMIN) for n in range(8)]
    together = threading.Barrier(len(admins))

    def lower(n: int) -> bool:
        together.wait()
        with store.transaction() as tx:
            other = tx.speakers.lock(admins[(n + 1) % len(admins)].id)
            assert other is not None
            if not tx.speakers.another_admin(other.id):
                return False
            tx.speakers.save(msgspec.structs.replace(other, role=Role.SPEAKER))
            tx.audit.add(Actor(speaker_id=admins[n].id, way=Way.BROWSER).did(Event.ROLE_CHANGED, NOW, to=other.id))
            return True

    with ThreadPoolExecutor(len(admins)) as tries:
        lowered = list(tries.map(lower, range(len(admins))))
    assert lowered.count(False) == 1
    with store.transaction() as tx:
        assert len(tx.speakers.page(SpeakerFilter(role=Role.ADMIN), None, 10).items) == 1


# ---- forgetting


def test_a_forgotten_speaker_is_nowhere_and_what_they_made_stays(
    store: Store, dana: Speaker, noam: Speaker, text: RecitalText, session: RecitalSession
) -> None:
    credential = added_credential(store, dana)
    at_home = Actor(speaker_id=dana.id, way=Way.BROWSER, address="192.0.2.1")
    operator = Actor(speaker_id=noam.id, way=Way.BROWSER, address="192.0.2.2")
    done, suffered = at_home.did(Event.AGREED, NOW, to=dana.id), operator.did(Event.ROLE_CHANGED, LATER, to=dana.id)
    with store.transaction() as tx:
        tx.speakers.add_identity(dana.id, GOOGLE)
        tx.credentials.add_link("digest", dana.id, LATER)
        tx.signatures.add(Signature(speaker_id=dana.id, version="1", language="he", digest="d", signed_at=NOW))
        for entry in (done, suffered):
            tx.audit.add(entry)
        tx.speakers.forget(dana.id)
    with store.transaction() as tx:
        assert tx.speakers.get(dana.id) is tx.speakers.by_identity(GOOGLE.issuer, GOOGLE.subject) is None
        assert tx.credentials.speaker_of(credential.id, NOW) is None
        assert tx.credentials.use_link("digest", NOW) is None
        assert [*tx.speakers.identities(dana.id), *tx.signatures.of_speaker(dana.id)] == []
        assert [*tx.texts.of_owner(dana.id), *tx.sessions.of_speaker(dana.id)] == []
        assert tx.texts.get(text.id) == msgspec.structs.replace(text, owner_id=None)
        assert tx.sessions.get(session.id) == msgspec.structs.replace(session, speaker_id=None)
        assert list(tx.audit.page(event=None, speaker_id=None, cursor=None, limit=10).items) == [
            msgspec.structs.replace(suffered, subject_id=None),
            msgspec.structs.replace(done, actor_id=None, subject_id=None, address=None),
        ]


def test_a_forgotten_speaker_may_come_anew(store: Store, dana: Speaker) -> None:
    anew = msgspec.structs.replace(dana, id=SpeakerId(uuid.uuid4()))
    with store.transaction() as tx:
        tx.speakers.add_identity(dana.id, GOOGLE)
        tx.speakers.forget(dana.id)
        tx.speakers.forget(dana.id)
        assert tx.speakers.add(anew)
        assert tx.speakers.add_identity(anew.id, GOOGLE)
        assert tx.speakers.by_identity(GOOGLE.issuer, GOOGLE.subject) == anew


def test_the_places_of_a_speaker_are_told_and_nobody_else_s(store: Store, dana: Speaker, noam: Speaker) -> None:
    one, other = added_text(store, dana), added_text(store, dana)
    with store.transaction() as tx:
        tx.texts.save_place(dana.id, one.id, Place(0, 0), NOW)
        tx.texts.save_place(dana.id, one.id, Place(0, 1), LATER)
        tx.texts.save_place(dana.id, other.id, Place(1, 0), NOW)
        tx.texts.save_place(noam.id, one.id, Place(1, 0), NOW)
    with store.transaction() as tx:
        assert tx.texts.places(dana.id) == {one.id: Place(0, 1), other.id: Place(1, 0)}
        tx.speakers.forget(dana.id)
        assert tx.texts.places(dana.id) == {}
        assert tx.texts.places(noam.id) == {one.id: Place(1, 0)}
