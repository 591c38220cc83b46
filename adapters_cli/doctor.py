"""`recital doctor`: is every part well?"""

from __future__ import annotations

import click

from adapters_cli.output import json_option, show_facts, show_json


@click.command("doctor")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Check every part, and say what to do; exit with 7 when one is not well."""
    from adapters_storage.assembly import diagnosis

    found = diagnosis(ctx.obj.settings)
    if as_json:
        show_json(found)
    else:
        show_facts((part, trouble or "ok") for part, trouble in found.items())
    ctx.exit(7 if any(found.values()) else 0)
