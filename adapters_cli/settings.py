"""`recital settings`: everything that can be configured."""

from __future__ import annotations

import click

from adapters_cli.output import json_option, show_json
from adapters_cli.start import Installation
from adapters_storage.settings import Settings


@click.command("settings")
@json_option
@click.pass_obj
def command(installation: Installation, as_json: bool) -> None:
    """List every setting: what it means, its default, and what it is now. Secrets are hidden."""
    shown = [
        {"name": name, "now": now, "default": default, "meaning": meaning, "secret": secret}
        for (name, default, meaning, secret), now in zip(
            Settings.described(), installation.settings.shown(), strict=True
        )
    ]
    if as_json:
        show_json(shown)
        return
    for setting in shown:
        click.echo(f"{setting['name']} = {setting['now']}")
        click.echo(f"    {setting['meaning']}; default: {setting['default']}")
