from __future__ import annotations

import re

import pytest

from adapters_storage.assembly import Recital
from recital_core import errors
from recital_core.speakers import Role
from tests.cli.conftest import Terminal


def test_approving_works_before_anybody_signed_in(terminal: Terminal, recital: Recital) -> None:
    assert "dana@example.org is a speaker" in terminal.run("speakers", "approve", " Dana@Example.org").stdout
    assert recital.membership.known("dana@example.org").role is Role.SPEAKER


def test_approving_never_lowers_a_role(terminal: Terminal) -> None:
    terminal.run("speakers", "approve", "dana@example.org", "--admin")
    assert "is an admin" in terminal.run("speakers", "approve", "dana@example.org").stdout


def test_speakers_are_a_table_for_people_and_json_for_programs(terminal: Terminal) -> None:
    for name in ("dana", "noam"):
        terminal.run("speakers", "approve", f"{name}@example.org")
    head, *lines = terminal.run("speakers", "list").stdout.splitlines()
    assert head.split() == ["email", "name", "role", "since", "id"]
    assert [line.split()[0] for line in lines] == ["dana@example.org", "noam@example.org"]
    assert [speaker["role"] for speaker in terminal.json("speakers", "list")] == ["speaker", "speaker"]
    assert len(terminal.json("speakers", "list", "--limit", "1")) == 1


def test_a_login_link_signs_in_once(terminal: Terminal, recital: Recital) -> None:
    terminal.run("speakers", "approve", "dana@example.org")
    link = terminal.run("speakers", "login-link", "dana@example.org").stdout.split()[-1]
    found = re.fullmatch(r"http://127\.0\.0\.1:8000/api/auth/link/(\S+)", link)
    assert found is not None
    speaker, _ = recital.accounts.caller(recital.accounts.sign_in_by_link(found[1]))
    assert speaker.email == "dana@example.org"


def test_a_token_speaks_for_its_speaker(terminal: Terminal, recital: Recital) -> None:
    terminal.run("speakers", "approve", "dana@example.org")
    token = terminal.run("speakers", "token", "dana@example.org", "--expires", "12h").stdout.split()[-1]
    speaker, _ = recital.accounts.caller(token)
    assert speaker.email == "dana@example.org"


@pytest.mark.parametrize("command", ["login-link", "token"])
def test_who_is_not_known_is_not_found(terminal: Terminal, command: str) -> None:
    assert "nobody@example.org" in terminal.refused("speakers", command, "nobody@example.org", code=4)


def test_what_is_no_address_is_invalid(terminal: Terminal) -> None:
    terminal.refused("speakers", "approve", "dana", code=3)


@pytest.mark.parametrize("expires", ["soon", "30", "-3d", "3w", "1.5h"])
def test_what_is_no_time_is_wrong_usage(terminal: Terminal, expires: str) -> None:
    terminal.run("speakers", "token", "dana@example.org", f"--expires={expires}", code=2)


@pytest.mark.parametrize("expires", ["0d", "367d"])
def test_a_token_lasts_neither_nothing_nor_for_ever(terminal: Terminal, expires: str) -> None:
    terminal.run("speakers", "approve", "dana@example.org")
    terminal.refused("speakers", "token", "dana@example.org", "--expires", expires, code=3)


def test_whoever_is_revoked_waits_again_and_is_signed_out(terminal: Terminal, recital: Recital) -> None:
    terminal.run("speakers", "approve", "dana@example.org")
    token = terminal.run("speakers", "token", "dana@example.org").stdout.split()[-1]
    assert "waiting for approval" in terminal.run("speakers", "revoke", "dana@example.org").stdout
    assert [one["email"] for one in terminal.json("speakers", "list", "--role", "pending")] == ["dana@example.org"]
    with pytest.raises(errors.NotSignedIn):
        recital.accounts.caller(token)


def test_the_last_admin_is_not_revoked(terminal: Terminal) -> None:
    terminal.run("speakers", "approve", "dana@example.org", "--admin")
    terminal.refused("speakers", "revoke", "dana@example.org", code=5)


def test_speakers_are_searched(terminal: Terminal) -> None:
    for name in ("dana", "noam"):
        terminal.run("speakers", "approve", f"{name}@example.org")
    assert [one["email"] for one in terminal.json("speakers", "list", "--search", "NOA")] == ["noam@example.org"]


def test_an_invitation_is_an_address_that_admits(terminal: Terminal, recital: Recital) -> None:
    address = terminal.run("speakers", "invite", "--uses", "3", "--note", "reading circle").stdout.split()[-1]
    found = re.fullmatch(r"http://127\.0\.0\.1:8000/invitation#(\S+)", address)
    assert found is not None
    waiting = recital.membership.approve("dana@example.org", Role.PENDING)
    assert recital.membership.accept(waiting, found[1]).role is Role.SPEAKER


def test_a_person_is_forgotten_only_when_that_is_confirmed(terminal: Terminal, recital: Recital) -> None:
    terminal.run("speakers", "approve", "dana@example.org")
    terminal.run("speakers", "forget", "dana@example.org", code=1)
    assert recital.membership.known("dana@example.org")
    terminal.run("speakers", "forget", "dana@example.org", "--yes")
    assert terminal.json("speakers", "list") == []


def test_the_log_says_who_did_what(terminal: Terminal) -> None:
    terminal.run("speakers", "approve", "dana@example.org")
    terminal.run("speakers", "token", "dana@example.org")
    head, made, approved = terminal.run("audit", "--speaker", "dana@example.org").stdout.splitlines()
    assert head.split() == ["when", "event", "by", "to", "way", "from", "what"]
    assert "credential-made" in made
    assert "role-changed" in approved
    assert "after speaker, before pending" in approved
    assert [entry["event"] for entry in terminal.json("audit", "--event", "role-changed")] == ["role-changed"]
