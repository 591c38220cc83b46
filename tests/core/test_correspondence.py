"""Letters: who is written to, what they are told, and where their buttons lead."""

from __future__ import annotations

import uuid

import msgspec
import pytest

from recital_core import errors
from recital_core.agreements import Agreement
from recital_core.correspondence import Correspondence
from recital_core.letters import Letter, LetterKind
from recital_core.speakers import Role, Speaker, SpeakerId
from recital_core.testing.mailer import MemoryMailer
from tests.core.conftest import World
from tests.world import AGREEMENT

ADDRESS = "https://recital.example.org"


@pytest.fixture
def mailer() -> MemoryMailer:
    return MemoryMailer()


@pytest.fixture
def correspondence(world: World, mailer: MemoryMailer) -> Correspondence:
    return writing(world, mailer)


def writing(world: World, mailer: MemoryMailer | None, agreement: Agreement = AGREEMENT) -> Correspondence:
    return Correspondence(
        store=world.store, accounts=world.accounts, mailer=mailer, agreement=agreement, address=ADDRESS
    )


def changed(world: World, speaker: Speaker, **changes: object) -> None:
    with world.store.transaction() as tx:
        tx.speakers.save(msgspec.structs.replace(speaker, **changes))


def only(mailer: MemoryMailer) -> Letter:
    (letter,) = mailer.letters
    return letter


def test_a_sign_in_link_signs_in_whom_it_was_mailed_to(
    world: World, dana: Speaker, correspondence: Correspondence, mailer: MemoryMailer
) -> None:
    correspondence.write(LetterKind.SIGN_IN_LINK, dana.id)
    letter = only(mailer)
    page, _, secret = letter.address.partition("#link=")
    assert page == f"{ADDRESS}/sign-in"
    assert (letter.kind, letter.to) == (LetterKind.SIGN_IN_LINK, "dana@example.org")
    speaker, *_ = world.accounts.caller(world.accounts.sign_in_by_link(secret))
    assert speaker.id == dana.id


def test_each_letter_has_a_link_of_its_own(dana: Speaker, correspondence: Correspondence, mailer: MemoryMailer) -> None:
    for _ in range(2):
        correspondence.write(LetterKind.SIGN_IN_LINK, dana.id)
    assert len({letter.address for letter in mailer.letters}) == 2


def test_the_approved_are_led_to_the_texts(dana: Speaker, correspondence: Correspondence, mailer: MemoryMailer) -> None:
    correspondence.write(LetterKind.APPROVED, dana.id)
    assert only(mailer) == Letter(
        kind=LetterKind.APPROVED, to="dana@example.org", language="en", address=f"{ADDRESS}/", facts={"name": "dana"}
    )


def test_an_approval_that_was_taken_back_is_not_told(
    world: World, dana: Speaker, correspondence: Correspondence, mailer: MemoryMailer
) -> None:
    changed(world, dana, role=Role.PENDING)
    correspondence.write(LetterKind.APPROVED, dana.id)
    assert mailer.letters == []


def test_who_agreed_gets_the_very_words_in_the_language_that_was_signed(
    world: World, correspondence: Correspondence, mailer: MemoryMailer
) -> None:
    dana = world.membership.agree(world.membership.approve("dana@example.org"), AGREEMENT.version, "he")
    correspondence.write(LetterKind.AGREED, dana.id)
    letter = only(mailer)
    assert letter.facts == {"name": "dana", "version": "2", "agreement": "מוסכם."}
    assert (letter.language, letter.address) == ("he", f"{ADDRESS}/account")


@pytest.mark.parametrize(
    "later",
    [
        Agreement(version="3", texts=AGREEMENT.texts),
        Agreement(version="2", texts={"en": "You agree to more."}),
        Agreement(version="2", texts={"he": "מוסכם."}),
    ],
)
def test_words_that_were_not_signed_are_not_confirmed(
    world: World, dana: Speaker, mailer: MemoryMailer, later: Agreement
) -> None:
    writing(world, mailer, later).write(LetterKind.AGREED, dana.id)
    assert mailer.letters == []


@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_is_in_the_language_of_the_person_s_own_choice(
    world: World, dana: Speaker, correspondence: Correspondence, mailer: MemoryMailer, kind: LetterKind
) -> None:
    changed(world, dana, language="yi")
    correspondence.write(kind, dana.id)
    assert only(mailer).language == "yi"


@pytest.mark.parametrize("kind", LetterKind)
def test_nobody_is_written_to_who_is_gone_or_has_no_address(
    world: World, dana: Speaker, correspondence: Correspondence, mailer: MemoryMailer, kind: LetterKind
) -> None:
    changed(world, dana, email=None)
    correspondence.write(kind, dana.id)
    correspondence.write(kind, SpeakerId(uuid.uuid4()))
    assert mailer.letters == []


@pytest.mark.parametrize("kind", LetterKind)
def test_without_mail_nothing_is_written(world: World, dana: Speaker, kind: LetterKind) -> None:
    writing(world, None).write(kind, dana.id)


def test_a_letter_that_cannot_be_sent_is_said_to_be(
    dana: Speaker, correspondence: Correspondence, mailer: MemoryMailer
) -> None:
    mailer.unavailable = True
    with pytest.raises(errors.MailFailed):
        correspondence.write(LetterKind.APPROVED, dana.id)


def test_whoever_is_erased_waits_for_no_letter_any_more(world: World, dana: Speaker, noam: Speaker) -> None:
    world.store.take_letters()
    for speaker in (dana, noam):
        with world.store.transaction() as tx:
            tx.jobs.write(LetterKind.APPROVED, speaker.id)
    world.personal_data.erase(dana, retire_texts=False)
    assert world.store.take_letters() == [(LetterKind.APPROVED, noam.id)]
