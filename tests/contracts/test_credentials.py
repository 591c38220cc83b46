"""The store's promises on sign-ins, tokens and links, over every store alike."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from recital_core.ports import Store
from recital_core.speakers import CredentialKind, Speaker, SpeakerId
from tests.contracts.conftest import LATER, NOW, added_credential

TRIES = 50


def test_a_credential_speaks_for_its_speaker_until_it_ends_or_is_revoked(store: Store, dana: Speaker) -> None:
    credential = added_credential(store, dana)
    with store.transaction() as tx:
        assert tx.credentials.speaker_of(credential.id, NOW) == dana
        assert tx.credentials.speaker_of(credential.id, credential.expires_at) is None
        tx.credentials.revoke(credential.id)
        tx.credentials.revoke(credential.id)
        assert tx.credentials.speaker_of(credential.id, NOW) is None


def test_the_credentials_of_a_speaker_are_told_while_they_are_good(store: Store, dana: Speaker, noam: Speaker) -> None:
    newer = added_credential(store, dana, at=NOW)
    older = added_credential(store, dana, CredentialKind.BROWSER, at=NOW - timedelta(minutes=1))
    added_credential(store, dana, at=NOW - timedelta(hours=1))
    added_credential(store, noam)
    with store.transaction() as tx:
        assert list(tx.credentials.of_speaker(dana.id, NOW)) == [older, newer]


def test_all_credentials_are_revoked_at_once_with_the_links_and_nobody_else_s(
    store: Store, dana: Speaker, noam: Speaker
) -> None:
    for kind in CredentialKind:
        added_credential(store, dana, kind)
    foreign = added_credential(store, noam)
    with store.transaction() as tx:
        tx.credentials.add_link("dana's", dana.id, LATER)
        tx.credentials.add_link("noam's", noam.id, LATER)
        tx.credentials.revoke_all(dana.id)
        assert list(tx.credentials.of_speaker(dana.id, NOW)) == []
        assert list(tx.credentials.of_speaker(noam.id, NOW)) == [foreign]
        assert tx.credentials.use_link("dana's", NOW) is None
        assert tx.credentials.use_link("noam's", NOW) == noam.id


def test_the_credentials_of_one_kind_are_revoked_and_the_others_stay(store: Store, dana: Speaker) -> None:
    program = added_credential(store, dana, CredentialKind.PROGRAM)
    added_credential(store, dana, CredentialKind.BROWSER)
    with store.transaction() as tx:
        tx.credentials.add_link("digest", dana.id, LATER)
        tx.credentials.revoke_all(dana.id, CredentialKind.BROWSER)
        assert list(tx.credentials.of_speaker(dana.id, NOW)) == [program]
        assert tx.credentials.use_link("digest", NOW) is None


def test_a_link_is_used_once_however_many_try(store: Store, dana: Speaker) -> None:
    with store.transaction() as tx:
        tx.credentials.add_link("digest", dana.id, NOW + timedelta(hours=1))
    together = threading.Barrier(TRIES)

    def try_it(_: int) -> SpeakerId | None:
        together.wait()
        with store.transaction() as tx:
            return tx.credentials.use_link("digest", NOW)

    with ThreadPoolExecutor(TRIES) as tries:
        answers = list(tries.map(try_it, range(TRIES)))
    assert (answers.count(dana.id), answers.count(None)) == (1, TRIES - 1)


def test_a_link_that_is_over_is_nobody_s(store: Store, dana: Speaker) -> None:
    with store.transaction() as tx:
        tx.credentials.add_link("digest", dana.id, NOW)
        assert tx.credentials.use_link("digest", NOW) is None
        assert tx.credentials.use_link("another", NOW) is None


def test_what_is_over_is_forgotten_and_nothing_else(store: Store, dana: Speaker) -> None:
    over = added_credential(store, dana, at=NOW - timedelta(days=1), lasts=timedelta(days=1))
    good = added_credential(store, dana, lasts=timedelta(seconds=1))
    with store.transaction() as tx:
        for credential in (over, good):
            tx.credentials.add_link(str(credential.id), dana.id, credential.expires_at)
        assert tx.credentials.forget_expired(NOW) == 2
        assert tx.credentials.forget_expired(NOW) == 0
        assert tx.credentials.speaker_of(over.id, NOW - timedelta(hours=1)) is None
        assert tx.credentials.speaker_of(good.id, NOW) == dana
        assert tx.credentials.use_link(str(over.id), NOW - timedelta(hours=1)) is None
        assert tx.credentials.use_link(str(good.id), NOW) == dana.id
