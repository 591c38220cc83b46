"""`recital audit`: who did what, when, and from where."""

from __future__ import annotations

import click

from adapters_cli.output import json_option, limit_option, show_json, show_list, up_to
from adapters_cli.start import Installation
from recital_core.audit import Entry, Event
from recital_core.ports import Page
from recital_core.speakers import SpeakerId

COLUMNS = ("when", "event", "by", "to", "way", "from", "what")


@click.command("audit")
@click.option("--event", type=click.Choice([event.value for event in Event]), help="Only this.")
@click.option("--speaker", "email", help="Only what was done by or to this e-mail address.")
@limit_option
@json_option
@click.pass_obj
def command(installation: Installation, *, event: str | None, email: str | None, limit: int, as_json: bool) -> None:
    """The log of sign-ins, roles, invitations, erasures and the like, the newest first."""
    people: dict[SpeakerId, str] = {}
    with installation.recital() as recital:
        speaker = recital.membership.known(email) if email else None

        def part(cursor: str | None, count: int) -> Page[Entry]:
            found = recital.oversight.audit(
                event=Event(event) if event else None,
                speaker_id=speaker.id if speaker else None,
                cursor=cursor,
                limit=count,
            )
            people.update(found.people)
            return found.entries

        entries = up_to(limit, part)
    if as_json:
        show_json(entries)
    else:
        show_list(entries, COLUMNS, lambda entry: _row(entry, people))


def _row(entry: Entry, people: dict[SpeakerId, str]) -> tuple[object, ...]:
    by, to = (people.get(one) if one else None for one in (entry.actor_id, entry.subject_id))
    facts = {**entry.facts, **({"session": str(entry.session_id)} if entry.session_id else {})}
    what = ", ".join(f"{name} {value}" for name, value in facts.items())
    return entry.at, entry.event, by, to, entry.way, entry.address, what or None
