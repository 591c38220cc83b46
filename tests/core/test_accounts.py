"""Signing in: by a provider, by link; tokens, and their end."""

from __future__ import annotations

import uuid
from datetime import timedelta

import msgspec
import pytest

from recital_core import errors
from recital_core.accounts import Accounts
from recital_core.audit import Event, Way
from recital_core.letters import LetterKind
from recital_core.speakers import CredentialId, CredentialKind, Identity, Role, Speaker, email_address
from tests.core.conftest import World, somebody

ANNA = Identity(issuer="https://id.example", subject="7", email="anna@example.org", name="Anna  Beth")


@pytest.mark.parametrize(
    "wrong", ["", "dana", "a b@c", "@", "a@b@c", "a\0@b", "ban\u212a@example.org", "x" * 300 + "@example.org"]
)
def test_what_is_not_an_address_is_refused(wrong: str) -> None:
    with pytest.raises(errors.Invalid):
        email_address(wrong)


def test_a_link_signs_in_once(world: World, dana: Speaker) -> None:
    secret = world.accounts.login_link("dana@example.org")
    speaker, _ = world.accounts.caller(world.accounts.sign_in_by_link(secret))
    assert speaker == dana
    with pytest.raises(errors.LinkNotValid):
        world.accounts.sign_in_by_link(secret)


def test_a_link_ends_after_a_day(world: World, dana: Speaker) -> None:
    secret = world.accounts.login_link("dana@example.org")
    world.clock.advance(timedelta(hours=24))
    with pytest.raises(errors.LinkNotValid):
        world.accounts.sign_in_by_link(secret)


def test_nobody_gets_a_link_without_an_account(world: World) -> None:
    with pytest.raises(errors.SpeakerNotFound):
        world.accounts.login_link("stranger@example.org")


def test_a_token_ends_when_it_was_said_to(world: World, dana: Speaker) -> None:
    _, token = world.accounts.token(dana, timedelta(days=1))
    world.clock.advance(timedelta(hours=23))
    assert world.accounts.caller(token)[0] == dana
    world.clock.advance(timedelta(hours=1))
    with pytest.raises(errors.NotSignedIn):
        world.accounts.caller(token)


@pytest.mark.parametrize("lasts", [timedelta(), timedelta(days=-1), timedelta(days=367)])
def test_a_token_lasts_a_sensible_time(world: World, dana: Speaker, lasts: timedelta) -> None:
    with pytest.raises(errors.Invalid):
        world.accounts.token(dana, lasts)


def test_signing_out_ends_the_token(world: World, dana: Speaker) -> None:
    _, token = world.accounts.token(dana, timedelta(days=1))
    _, credential = world.accounts.caller(token)
    world.accounts.sign_out(credential)
    world.accounts.sign_out(CredentialId(uuid.uuid4()))
    with pytest.raises(errors.NotSignedIn):
        world.accounts.caller(token)


def test_a_stranger_gets_an_account_that_waits(world: World) -> None:
    speaker, _ = world.accounts.caller(world.accounts.sign_in_by_identity(ANNA))
    assert (speaker.email, speaker.display_name, speaker.role) == ("anna@example.org", "Anna Beth", Role.PENDING)


def test_where_nobody_has_to_wait_a_stranger_may_record(world: World) -> None:
    open_house = Accounts(
        store=world.store,
        clock=world.clock,
        sealer=world.sealer,
        analytics=world.analytics,
        new_role=Role.SPEAKER,
    )
    assert open_house.caller(open_house.sign_in_by_identity(ANNA))[0].role is Role.SPEAKER


def test_the_same_identity_is_the_same_account_whatever_its_address_is_now(world: World) -> None:
    first, _ = world.accounts.caller(world.accounts.sign_in_by_identity(ANNA))
    moved = msgspec.structs.replace(ANNA, email="other@example.org")
    assert world.accounts.caller(world.accounts.sign_in_by_identity(moved))[0] == first


def test_an_address_that_was_approved_becomes_the_identity_s_account(world: World) -> None:
    approved = world.membership.approve("anna@example.org")
    assert world.accounts.caller(world.accounts.sign_in_by_identity(ANNA))[0] == approved


def test_an_account_is_not_got_with_an_address_that_nobody_verified(world: World) -> None:
    approved = world.membership.approve("anna@example.org", Role.ADMIN)
    speaker, _ = world.accounts.caller(
        world.accounts.sign_in_by_identity(Identity(issuer="https://id.example", subject="8"))
    )
    assert speaker.id != approved.id
    assert (speaker.email, speaker.role) == (None, Role.PENDING)


def test_another_subject_of_the_provider_does_not_get_the_account_of_an_address(world: World) -> None:
    world.accounts.sign_in_by_identity(ANNA)
    with pytest.raises(errors.EmailTaken):
        world.accounts.sign_in_by_identity(msgspec.structs.replace(ANNA, subject="8"))


def test_a_second_provider_that_vouches_for_the_address_leads_to_the_same_account(world: World) -> None:
    first, _ = world.accounts.caller(world.accounts.sign_in_by_identity(ANNA))
    elsewhere = msgspec.structs.replace(ANNA, issuer="https://other.example")
    assert world.accounts.caller(world.accounts.sign_in_by_identity(elsewhere))[0] == first


def test_an_invitation_admits_at_the_first_sign_in(world: World) -> None:
    _, secret = world.membership.invite(uses=1, lasts=timedelta(days=1))
    token = world.accounts.sign_in_by_identity(ANNA, invitation=secret)
    assert world.accounts.caller(token)[0].role is Role.SPEAKER


def test_a_bad_invitation_signs_nobody_in(world: World) -> None:
    with pytest.raises(errors.InvitationNotValid):
        world.accounts.sign_in_by_identity(ANNA, invitation="made up")
    with pytest.raises(errors.SpeakerNotFound):
        world.membership.known("anna@example.org")


def test_a_link_is_mailed_to_a_known_address_only(world: World, dana: Speaker) -> None:
    world.store.take_letters()
    world.accounts.ask_for_link("stranger@example.org")
    assert world.store.take_letters() == []
    world.accounts.ask_for_link(" Dana@Example.org ")
    assert world.store.take_letters() == [(LetterKind.SIGN_IN_LINK, dana.id)]


def test_a_link_is_mailed_to_whom_an_invitation_brings(world: World) -> None:
    _, secret = world.membership.invite(uses=1, lasts=timedelta(days=1))
    world.accounts.ask_for_link("anna@example.org", secret)
    anna = world.membership.known("anna@example.org")
    assert anna.role is Role.SPEAKER
    assert world.store.take_letters() == [(LetterKind.SIGN_IN_LINK, anna.id)]
    with pytest.raises(errors.InvitationNotValid):
        world.accounts.ask_for_link("another@example.org", secret)
    with pytest.raises(errors.SpeakerNotFound):
        world.membership.known("another@example.org")


def test_a_mailed_link_ends_after_an_hour(world: World, dana: Speaker) -> None:
    secret = world.accounts.link_for(dana.id)
    world.clock.advance(timedelta(hours=1))
    with pytest.raises(errors.LinkNotValid):
        world.accounts.sign_in_by_link(secret)


def test_one_s_credentials_are_listed_and_ended_by_nobody_else(world: World, dana: Speaker, noam: Speaker) -> None:
    world.accounts.sign_in_by_link(world.accounts.login_link("dana@example.org"))
    credential, token = world.accounts.token(dana, timedelta(days=1), "the bot")
    held = {(one.kind, one.note) for one in world.accounts.credentials(dana)}
    assert held == {(CredentialKind.BROWSER, ""), (CredentialKind.PROGRAM, "the bot")}
    with pytest.raises(errors.CredentialNotFound):
        world.accounts.revoke(noam, credential.id)
    world.accounts.revoke(dana, credential.id)
    with pytest.raises(errors.NotSignedIn):
        world.accounts.caller(token)


def test_signing_out_everywhere_ends_sign_ins_tokens_and_links(world: World, dana: Speaker) -> None:
    browser = world.accounts.sign_in_by_link(world.accounts.login_link("dana@example.org"))
    _, program = world.accounts.token(dana, timedelta(days=1))
    link = world.accounts.login_link("dana@example.org")
    world.accounts.sign_out_everywhere(dana)
    for token in (browser, program):
        with pytest.raises(errors.NotSignedIn):
            world.accounts.caller(token)
    with pytest.raises(errors.LinkNotValid):
        world.accounts.sign_in_by_link(link)


def test_a_trusted_system_acts_for_a_speaker_and_never_for_an_admin(
    world: World, dana: Speaker, admin: Speaker
) -> None:
    assert world.accounts.delegated("dana@example.org", "10.0.0.7") == dana
    with pytest.raises(errors.NotSignedIn):
        world.accounts.delegated("stranger@example.org", "10.0.0.7")
    with pytest.raises(errors.NotAllowed):
        world.accounts.delegated("admin@example.org", "10.0.0.7")
    entry = world.oversight.audit(event=Event.DELEGATED).entries.items[0]
    assert (entry.way, entry.address, entry.subject_id) == (Way.DELEGATION, "10.0.0.7", dana.id)


def test_signing_in_is_in_the_log_with_its_address(world: World, dana: Speaker) -> None:
    world.accounts.sign_in_by_link(world.accounts.login_link("dana@example.org"), "192.0.2.1")
    entry = world.oversight.audit(event=Event.SIGNED_IN).entries.items[0]
    assert (entry.actor_id, entry.address) == (dana.id, "192.0.2.1")


def test_no_secret_is_in_the_log(world: World, dana: Speaker) -> None:
    secret = world.accounts.login_link("dana@example.org")
    _, token = world.accounts.token(dana, timedelta(days=1))
    _, invitation = world.membership.invite(uses=1, lasts=timedelta(days=1))
    log = msgspec.json.encode(world.oversight.audit().entries.items).decode()
    assert not [kept for kept in (secret, token, invitation, "dana@example.org") if kept in log]


def test_a_role_below_the_wanted_one_is_told_why() -> None:
    with pytest.raises(errors.ApprovalNeeded):
        somebody(Role.PENDING).must_be(Role.SPEAKER)
    with pytest.raises(errors.NotAllowed):
        somebody(Role.SPEAKER).must_be(Role.ADMIN)
    somebody(Role.ADMIN).must_be(Role.SPEAKER)
