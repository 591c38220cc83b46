"""Who belongs: roles, invitations, the agreement, and what people say of themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recital_core import errors
from recital_core.audit import Event
from recital_core.letters import LetterKind
from recital_core.ports import SpeakerFilter
from recital_core.speakers import Role, Sex, Speaker
from tests.core.conftest import World
from tests.world import AGREEMENT


def test_an_account_is_approved_before_its_person_ever_signed_in(world: World) -> None:
    assert world.membership.approve(" New@Example.org ").role is Role.SPEAKER
    assert world.membership.known("new@example.org").display_name == "new"


def test_approving_never_lowers_a_role(world: World, admin: Speaker) -> None:
    assert world.membership.approve("admin@example.org", Role.SPEAKER).role is Role.ADMIN


def test_whoever_waited_is_told_by_letter_that_the_wait_is_over(world: World) -> None:
    waiting = world.membership.approve("anna@example.org", Role.PENDING)
    assert world.store.take_letters() == []
    world.membership.approve("anna@example.org")
    assert world.store.take_letters() == [(LetterKind.APPROVED, waiting.id)]


def test_a_role_is_changed_and_the_change_is_in_the_log(world: World, admin: Speaker, dana: Speaker) -> None:
    assert world.membership.change_role(dana.id, Role.ADMIN).role is Role.ADMIN
    assert world.membership.change_role(dana.id, Role.SPEAKER).role is Role.SPEAKER
    changes = [
        entry.facts for entry in world.oversight.audit(event=Event.ROLE_CHANGED, speaker_id=dana.id).entries.items
    ]
    assert {"before": "speaker", "after": "admin"} in changes
    assert {"before": "admin", "after": "speaker"} in changes


def test_there_is_always_an_admin(world: World, admin: Speaker) -> None:
    with pytest.raises(errors.LastAdmin):
        world.membership.change_role(admin.id, Role.SPEAKER)


def test_whoever_has_to_wait_again_is_signed_out(world: World, dana: Speaker) -> None:
    _, token = world.accounts.token(dana, timedelta(days=1))
    world.membership.change_role(dana.id, Role.PENDING)
    with pytest.raises(errors.NotSignedIn):
        world.accounts.caller(token)


def test_accounts_are_found_by_part_of_their_address_or_name_and_by_role(
    world: World, dana: Speaker, noam: Speaker, admin: Speaker
) -> None:
    def found(**wanted: object) -> list[str | None]:
        return [speaker.email for speaker in world.membership.page(SpeakerFilter(**wanted)).items]  # type: ignore[arg-type]

    assert found(search="DAN") == ["dana@example.org"]
    assert found(role=Role.ADMIN) == ["admin@example.org"]
    assert len(found()) == 3


def test_an_invitation_admits_as_many_as_it_says(world: World) -> None:
    _, secret = world.membership.invite(uses=1, lasts=timedelta(days=7), purpose="the reading circle")
    anna, beth = (world.membership.approve(f"{name}@example.org", Role.PENDING) for name in ("anna", "beth"))
    assert world.membership.accept(anna, secret).role is Role.SPEAKER
    with pytest.raises(errors.InvitationNotValid):
        world.membership.accept(beth, secret)


def test_whoever_is_admitted_already_uses_nothing_up(world: World, dana: Speaker) -> None:
    _, secret = world.membership.invite(uses=1, lasts=timedelta(days=7))
    assert world.membership.accept(dana, secret) == dana
    assert world.membership.invitations().items[0].used == 0


def test_an_invitation_ends_at_its_time_and_when_it_is_withdrawn(world: World) -> None:
    anna = world.membership.approve("anna@example.org", Role.PENDING)
    _, late = world.membership.invite(uses=1, lasts=timedelta(days=7))
    world.clock.advance(timedelta(days=7))
    invitation, withdrawn = world.membership.invite(uses=1, lasts=timedelta(days=7))
    world.membership.withdraw(invitation.id)
    for secret in (late, withdrawn, "made up"):
        with pytest.raises(errors.InvitationNotValid):
            world.membership.accept(anna, secret)
    with pytest.raises(errors.InvitationNotFound):
        world.membership.withdraw(invitation.id)


@pytest.mark.parametrize(
    "wrong",
    [
        {"uses": 0},
        {"uses": 10_001},
        {"lasts": timedelta()},
        {"lasts": timedelta(days=367)},
        {"purpose": "x" * 201},
        {"purpose": "two\nlines"},
    ],
)
def test_an_invitation_is_sensible(world: World, wrong: dict[str, object]) -> None:
    given: dict[str, object] = {"uses": 1, "lasts": timedelta(days=1), **wrong}
    with pytest.raises(errors.Invalid):
        world.membership.invite(**given)  # type: ignore[arg-type]


def test_the_agreement_of_today_is_signed_in_the_language_it_was_read_in(world: World, dana: Speaker) -> None:
    with world.store.separately() as tx:
        signed = tx.signatures.of_speaker(dana.id)
    assert [(one.version, one.language, one.digest) for one in signed] == [("2", "en", AGREEMENT.digest("en"))]
    assert dana.agreement_version == "2"
    assert (LetterKind.AGREED, dana.id) in world.store.take_letters()


def test_another_agreement_than_today_s_is_not_signed(world: World, dana: Speaker) -> None:
    with pytest.raises(errors.AgreementDiffers):
        world.membership.agree(dana, "1", "en")
    with pytest.raises(errors.Invalid):
        world.membership.agree(dana, "2", "fr")


def test_people_say_of_themselves_what_they_like_within_reason(world: World, dana: Speaker) -> None:
    changed = world.membership.update(dana, {"display_name": " Dana  R. ", "birth_year": 1990, "sex": Sex.FEMALE})
    assert (changed.display_name, changed.birth_year, changed.sex) == ("Dana R.", 1990, Sex.FEMALE)
    youngest = world.clock.now().year - 16
    assert world.membership.update(dana, {"birth_year": youngest}).birth_year == youngest
    assert world.membership.update(dana, {"birth_year": None}).birth_year is None


@pytest.mark.parametrize("wrong", [{"birth_year": 1899}, {"display_name": " "}, {"display_name": "x" * 81}])
def test_what_cannot_be_is_refused_and_changes_nothing(world: World, dana: Speaker, wrong: dict[str, object]) -> None:
    with pytest.raises(errors.Invalid):
        world.membership.update(dana, wrong)
    with pytest.raises(errors.Invalid):
        world.membership.update(dana, {"birth_year": world.clock.now().year - 15})
    assert world.membership.known("dana@example.org") == dana
