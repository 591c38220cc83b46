"""One pass over many sessions: each on its own, so that a bad one never stops the others."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

import click

from adapters_cli.failures import exit_code, one_line
from recital_core import errors
from recital_core.sessions import RecitalSession, SessionId

Step = Callable[[SessionId], RecitalSession]


def one_pass(step: Step, sessions: Sequence[SessionId], *, named: bool) -> int:
    """Take `step` with every session, say how each ended, and give the exit code: that of the last failure, or 0.

    Unless they were `named` one by one, a session that another worker has in hand, or has moved on, is no failure.
    """
    code = 0
    with click.progressbar(sessions, file=sys.stderr, hidden=not sys.stderr.isatty(), label="sessions") as waiting:
        for session_id in waiting:
            try:
                session = step(session_id)
            except errors.Conflict as error:
                click.echo(f"{session_id}  {one_line(error)}", err=named)
                code = exit_code(error) if named else code
            except errors.RecitalError as error:
                click.echo(f"{session_id}  {one_line(error)}", err=True)
                code = exit_code(error)
            else:
                click.echo(f"{session_id}  {session.state}")
    return code
