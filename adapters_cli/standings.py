"""`recital standings`: who has published how much, and proof that the totals are right."""

from __future__ import annotations

from collections.abc import Sequence

import click

from adapters_cli.output import json_option, limit_option, show_facts, show_json, show_list
from adapters_cli.start import Installation
from recital_core.ports import Difference, Leader, Totals

DIFFER = 5
"""The exit code of conflicts: whoever asks by a clock can tell it from a database that does not answer."""
ALL_RIGHT = "Every total was right."
COLUMNS = ("rank", "name", "duration", "recordings")


@click.group("standings")
def command() -> None:
    """What was published, by whom and in all."""


@command.command()
@limit_option
@json_option
@click.pass_obj
def show(installation: Installation, limit: int, as_json: bool) -> None:
    """The totals, and the leaderboard; who does not want to be seen is only in the totals."""
    with installation.recital() as recital:
        totals, leaders = recital.standings.totals(), recital.standings.leaders(limit)
    if as_json:
        show_json({"totals": totals, "leaders": leaders})
        return
    show_facts(_facts(totals))
    click.echo()
    show_list(leaders, COLUMNS, _row)


@command.command()
@json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Count all sessions anew, and exit with 5 when a total differs, which stays. Nobody waits for it."""
    with ctx.obj.recital() as recital:
        differences = recital.standings.differences()
    if as_json:
        show_json(differences)
    else:
        _tell(differences)
        click.echo(f"{len(differences)} totals differ. Run: recital standings rebuild" if differences else ALL_RIGHT)
    ctx.exit(DIFFER if differences else 0)


@command.command()
@json_option
@click.pass_obj
def rebuild(installation: Installation, as_json: bool) -> None:
    """Count all sessions anew, and say which totals differed. Publishing and deleting wait meanwhile."""
    with installation.recital() as recital:
        totals, differences = recital.standings.rebuild()
    if as_json:
        show_json({"totals": totals, "differences": differences})
        return
    _tell(differences)
    click.echo(f"{len(differences)} totals differed and are right now." if differences else ALL_RIGHT)
    show_facts(_facts(totals))


def _tell(differences: Sequence[Difference]) -> None:
    for difference in differences:
        click.echo(
            f"{difference.what}: {difference.kept or 'nothing'} was kept, {difference.counted or 'nothing'} is right"
        )


def _facts(totals: Totals) -> list[tuple[str, object]]:
    return [
        ("duration", _clock(totals.duration_ms)),
        ("recordings", totals.recordings),
        ("speakers", totals.speakers),
    ]


def _row(leader: Leader) -> tuple[object, ...]:
    return leader.rank, leader.display_name, _clock(leader.duration_ms), leader.recordings


def _clock(duration_ms: int) -> str:
    """Hours, minutes and seconds: 26:03:09."""
    minutes, seconds = divmod(duration_ms // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
