"""`recital speakers`: who may record, and how they sign in."""

from __future__ import annotations

import re
from datetime import timedelta

import click

from adapters_cli.output import json_option, limit_option, show_json, show_list, up_to
from adapters_cli.start import Installation
from recital_core.ports import SpeakerFilter
from recital_core.speakers import Role, Speaker

COLUMNS = ("email", "name", "role", "since", "id")
UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class Duration(click.ParamType[timedelta]):
    """A time such as 30d, 12h or 90m."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"([0-9]{1,6})([dhm])", str(value))
        if found is None:
            self.fail(f"{value!r} is not a time such as 30d, 12h or 90m.", param, ctx)
        return timedelta(**{UNITS[found[2]]: int(found[1])})


@click.group("speakers")
def command() -> None:
    """Approve people and give them ways to sign in."""


@command.command()
@click.argument("email")
@click.option("--admin", is_flag=True, help="With the right to everything.")
@click.pass_obj
def approve(installation: Installation, email: str, admin: bool) -> None:
    """Let EMAIL record, also before they ever signed in. Never lowers a role."""
    with installation.recital() as recital:
        speaker = recital.membership.approve(email, Role.ADMIN if admin else Role.SPEAKER)
    click.echo(f"{speaker.email} is {_with_article(speaker.role)}.")


@command.command()
@click.argument("email")
@click.pass_obj
def revoke(installation: Installation, email: str) -> None:
    """Let EMAIL record no more, and end every sign-in and token; what was recorded stays."""
    with installation.recital() as recital:
        speaker = recital.membership.change_role(recital.membership.known(email).id, Role.PENDING)
    click.echo(f"{speaker.email} is {_with_article(speaker.role)}.")


@command.command("list")
@click.option("--search", default="", help="Only those with this in their address or name.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Only those of this role.")
@limit_option
@json_option
@click.pass_obj
def list_all(installation: Installation, *, search: str, role: str | None, limit: int, as_json: bool) -> None:
    """Accounts, the oldest first."""
    wanted = SpeakerFilter(search=search, role=Role(role) if role else None)
    with installation.recital() as recital:
        found = up_to(limit, lambda cursor, count: recital.membership.page(wanted, cursor=cursor, limit=count))
    if as_json:
        show_json(found)
    else:
        show_list(found, COLUMNS, _row)


@command.command()
@click.option("--uses", type=click.IntRange(1, 10_000), default=1, show_default=True, help="How many it admits.")
@click.option("--expires", type=Duration(), default="7d", show_default=True, help="How long it is good for.")
@click.option("--note", default="", help="What it is for; operators see it.")
@click.pass_obj
def invite(installation: Installation, uses: int, expires: timedelta, note: str) -> None:
    """Print an address that lets whoever opens it record without waiting for approval."""
    with installation.recital() as recital:
        _, secret = recital.membership.invite(uses=uses, lasts=expires, purpose=note)
        click.echo(recital.invitation_address(secret))


@command.command("login-link")
@click.argument("email")
@click.pass_obj
def login_link(installation: Installation, email: str) -> None:
    """Print a link that signs EMAIL in: once, within 24 hours."""
    with installation.recital() as recital:
        click.echo(recital.link_address(recital.accounts.login_link(email)))


@command.command()
@click.argument("email")
@click.option("--expires", type=Duration(), default="30d", show_default=True, help="How long it is good for.")
@click.pass_obj
def token(installation: Installation, email: str, expires: timedelta) -> None:
    """Print a token for a program of EMAIL's, to be sent as `Authorization: Bearer`."""
    with installation.recital() as recital:
        _, secret = recital.accounts.token(recital.membership.known(email), expires)
        click.echo(secret)


@command.command()
@click.argument("email")
@click.option("--retire-texts", is_flag=True, help="Take the texts they added out of all lists, too.")
@click.confirmation_option(prompt="This erases the account and every recording, in the archive too. Go on?")
@click.pass_obj
def forget(installation: Installation, email: str, retire_texts: bool) -> None:
    """Erase EMAIL: the account now, every recording as soon as a worker comes to it."""
    with installation.recital() as recital:
        recital.personal_data.erase(recital.membership.known(email), retire_texts=retire_texts)
    click.echo("The account is gone; the recordings go next.")


def _row(speaker: Speaker) -> tuple[object, ...]:
    return speaker.email, speaker.display_name, speaker.role, speaker.created_at, speaker.id


def _with_article(role: Role) -> str:
    return {Role.ADMIN: "an admin", Role.SPEAKER: "a speaker", Role.PENDING: "waiting for approval"}[role]
