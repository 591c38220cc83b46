"""`recital sessions`: see them, and finalise them by hand or by cron."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

import click
import msgspec

from adapters_cli.output import json_option, limit_option, show_facts, show_json, show_list, up_to
from adapters_cli.passes import Step, one_pass
from adapters_cli.start import OPERATOR, Installation
from recital_core.aggregation import Aggregation
from recital_core.measures import Verdict
from recital_core.ports import SessionFilter, SessionSummary
from recital_core.sessions import SessionId, State
from recital_core.texts import Language

COLUMNS = ("id", "state", "opened", "seconds", "attempts", "problem", "text")
STATES = tuple(state.value for state in State)
VERDICTS = tuple(verdict.value for verdict in Verdict)

ids_argument = click.argument("ids", type=click.UUID, nargs=-1, metavar="[ID]...")


@click.group("sessions")
def command() -> None:
    """List sessions and finalise them by hand.

    aggregate, upload, discard and finalize take the sessions named, or, without any, all that are due.
    """


@command.command("list")
@click.option("--state", "states", type=click.Choice(STATES), multiple=True, help="Only these; may be repeated.")
@click.option("--verdict", type=click.Choice(VERDICTS), help="Only those found to be this good.")
@click.option("--trouble", is_flag=True, help="Only those that something went wrong with.")
@click.option("--language", help="Only those of texts in this language.")
@limit_option
@json_option
@click.pass_obj
def list_all(
    installation: Installation,
    *,
    states: Sequence[str],
    verdict: str | None,
    trouble: bool,
    language: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Sessions, the newest first; without --state all but the discarded."""
    wanted = SessionFilter(
        states=tuple(State(state) for state in states),
        verdict=Verdict(verdict) if verdict else None,
        trouble=trouble,
        language=Language(language) if language else None,
    )
    with installation.recital() as recital:
        found = up_to(limit, lambda cursor, count: recital.recording.page(OPERATOR, wanted, cursor=cursor, limit=count))
    if as_json:
        show_json(found)
    else:
        show_list(found, COLUMNS, _row)


@command.command()
@click.argument("session_id", type=click.UUID, metavar="ID")
@json_option
@click.pass_obj
def show(installation: Installation, session_id: UUID, as_json: bool) -> None:
    """All that is known of one session."""
    with installation.recital() as recital:
        found = recital.recording.get(OPERATOR, SessionId(session_id))
    if as_json:
        show_json(found)
    else:
        show_facts(_facts(found))


@command.command()
@ids_argument
@click.pass_context
def aggregate(ctx: click.Context, ids: Sequence[UUID]) -> None:
    """Make transcript, audio and record of ended sessions."""
    _pass(ctx, ids, lambda aggregation: aggregation.aggregate, (State.ENDED,))


@command.command()
@ids_argument
@click.pass_context
def upload(ctx: click.Context, ids: Sequence[UUID]) -> None:
    """Copy aggregated sessions to the archive."""
    _pass(ctx, ids, lambda aggregation: aggregation.upload, (State.AGGREGATED,))


@command.command()
@ids_argument
@click.pass_context
def discard(ctx: click.Context, ids: Sequence[UUID]) -> None:
    """Erase discarded sessions everywhere; a session that is named is discarded first, whatever its state."""
    _pass(ctx, ids, lambda aggregation: aggregation.discard, (State.DISCARDED,))


@command.command()
@ids_argument
@click.pass_context
def finalize(ctx: click.Context, ids: Sequence[UUID]) -> None:
    """Take sessions as far as they go."""
    _pass(ctx, ids, lambda aggregation: aggregation.finalize, (State.ENDED, State.AGGREGATED, State.DISCARDED))


@command.command()
@click.pass_obj
def sweep(installation: Installation) -> None:
    """Forget what is left of settled sessions in staging and archive, as a worker does every hour."""
    with installation.recital() as recital:
        swept = recital.orphans.sweep()
    for name in swept.strangers:
        click.echo(f"{name} in staging is no session's: it stays", err=True)
    click.echo(f"{swept.forgotten} swept")


@command.command()
@click.argument("session_id", type=click.UUID, metavar="ID")
@click.pass_obj
def retry(installation: Installation, session_id: UUID) -> None:
    """Forget the failed attempts of one session, and have a worker try again."""
    with installation.recital() as recital:
        session = recital.aggregation.retry(SessionId(session_id))
    click.echo(f"{session.id}  {session.state}, waiting for a worker")


def _pass(
    ctx: click.Context, ids: Sequence[UUID], step: Callable[[Aggregation], Step], states: Sequence[State]
) -> None:
    with ctx.obj.recital() as recital:
        aggregation = recital.aggregation
        sessions = [SessionId(id_) for id_ in ids] or [id_ for state in states for id_ in aggregation.due(state)]
        code = one_pass(step(aggregation), sessions, named=bool(ids))
    ctx.exit(code)


def _row(found: SessionSummary) -> tuple[object, ...]:
    session = found.session
    return (
        session.id,
        session.state,
        session.opened_at,
        _seconds(found),
        session.attempts,
        session.problem,
        found.text_title,
    )


def _seconds(found: SessionSummary) -> str | None:
    ending = found.session.ending
    return f"{ending.samples / found.session.capture.sample_rate_hz:.1f}" if ending else None


def _facts(found: SessionSummary) -> list[tuple[str, object]]:
    session, outcome = found.session, found.session.outcome
    return [
        ("id", session.id),
        ("state", session.state),
        ("text", found.text_title),
        ("language", found.language),
        ("speaker", found.speaker_name or session.speaker_id),
        ("seconds", _seconds(found)),
        ("opened", session.opened_at),
        ("ended", session.ended_at),
        ("aggregated", session.aggregated_at),
        ("uploaded", session.uploaded_at),
        ("discarded", session.discarded_at),
        ("attempts", session.attempts),
        ("problem", session.problem),
        ("verdict", outcome.verdict if outcome else None),
        ("reasons", ", ".join(outcome.reasons) if outcome else None),
        *(msgspec.structs.asdict(outcome.measures).items() if outcome and outcome.measures else ()),
    ]
