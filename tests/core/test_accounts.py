"""Approving, links and tokens."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from recital_core import errors
from recital_core.speakers import CredentialId, Role, Speaker, email_address
from tests.core.conftest import World, somebody


def test_an_account_is_approved_before_its_person_ever_signed_in(world: World) -> None:
    assert world.membership.approve(" New@Example.org ").role is Role.SPEAKER
    assert world.membership.known("new@example.org").display_name == "new"


def test_approving_never_lowers_a_role(world: World, admin: Speaker) -> None:
    assert world.membership.approve(admin.email, Role.SPEAKER).role is Role.ADMIN


@pytest.mark.parametrize("wrong", ["", "dana", "a b@c", "@", "a@b@c", "x" * 300 + "@example.org"])
def test_what_is_not_an_address_is_refused(wrong: str) -> None:
    with pytest.raises(errors.Invalid):
        email_address(wrong)


def test_a_link_signs_in_once(world: World, dana: Speaker) -> None:
    secret = world.accounts.login_link(dana.email)
    speaker, _ = world.accounts.caller(world.accounts.sign_in_by_link(secret))
    assert speaker == dana
    with pytest.raises(errors.LinkNotValid):
        world.accounts.sign_in_by_link(secret)


def test_a_link_ends_after_a_day(world: World, dana: Speaker) -> None:
    secret = world.accounts.login_link(dana.email)
    world.clock.advance(timedelta(hours=24))
    with pytest.raises(errors.LinkNotValid):
        world.accounts.sign_in_by_link(secret)


def test_nobody_gets_a_link_without_an_account(world: World) -> None:
    with pytest.raises(errors.SpeakerNotFound):
        world.accounts.login_link("stranger@example.org")


def test_a_token_ends_when_it_was_said_to(world: World, dana: Speaker) -> None:
    token = world.accounts.token(dana.email, timedelta(days=1))
    world.clock.advance(timedelta(hours=23))
    assert world.accounts.caller(token)[0] == dana
    world.clock.advance(timedelta(hours=1))
    with pytest.raises(errors.NotSignedIn):
        world.accounts.caller(token)


@pytest.mark.parametrize("lasts", [timedelta(), timedelta(days=-1), timedelta(days=367)])
def test_a_token_lasts_a_sensible_time(world: World, dana: Speaker, lasts: timedelta) -> None:
    with pytest.raises(errors.Invalid):
        world.accounts.token(dana.email, lasts)


def test_signing_out_ends_the_token(world: World, dana: Speaker) -> None:
    token = world.accounts.token(dana.email, timedelta(days=1))
    _, credential = world.accounts.caller(token)
    world.accounts.sign_out(credential)
    world.accounts.sign_out(CredentialId(uuid.uuid4()))
    with pytest.raises(errors.NotSignedIn):
        world.accounts.caller(token)


def test_a_role_below_the_wanted_one_is_told_why() -> None:
    with pytest.raises(errors.ApprovalNeeded):
        somebody(Role.PENDING).must_be(Role.SPEAKER)
    with pytest.raises(errors.NotAllowed):
        somebody(Role.SPEAKER).must_be(Role.ADMIN)
    somebody(Role.ADMIN).must_be(Role.SPEAKER)
