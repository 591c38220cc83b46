"""`recital doctor`: is every part well?"""

from __future__ import annotations

import click

from adapters_cli.output import json_option, show_facts, show_json

SIGN_IN = "sign-in:"
WHAT_TO_DO = {
    "database": "Is PostgreSQL up, and RECITAL_DATABASE_URL right?",
    "queue": "Run: recital db upgrade",
    "staging": "Is there room in RECITAL_STAGING_DIR or RECITAL_STAGING_S3, and may Recital write there?",
    "archive": "Is there room in RECITAL_ARCHIVE_DIR or RECITAL_ARCHIVE_S3, and may Recital write there?",
    "mail": "Is RECITAL_MAIL right, and the mail server up?",
    "ffmpeg": "Install ffmpeg, or name it in RECITAL_FFMPEG.",
    "workers": "Run: recital worker, or recital serve without --no-jobs",
    "waiting": "Run: recital jobs list --state waiting; if workers are too few: recital worker --concurrency N",
    "failures": "Run: recital jobs list --state failed, mend what it says, then: recital jobs retry ID",
    "room": "Make room: du -xh FOLDER | sort -h; or move it by RECITAL_STAGING_DIR or RECITAL_ARCHIVE_DIR.",
    SIGN_IN: "Is its issuer right in RECITAL_SIGN_IN_PROVIDERS? Run: curl ISSUER/.well-known/openid-configuration",
}


@click.command("doctor")
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Check every part, and say what to do; exit with 7 when one is not well."""
    from adapters_storage.assembly import diagnosis

    settings = ctx.obj.settings
    found = diagnosis(settings)
    if settings.sign_in_providers:
        from adapters_http.auth.discovery import troubles_of

        found |= {SIGN_IN + name: trouble for name, trouble in troubles_of(settings.sign_in_providers).items()}
    if as_json:
        show_json(found)
    else:
        show_facts((part, _advice(part, trouble)) for part, trouble in found.items())
    ctx.exit(7 if any(found.values()) else 0)


def _advice(part: str, trouble: str | None) -> str:
    return f"{trouble} {WHAT_TO_DO.get(_kind(part), '')}" if trouble else "ok"


def _kind(part: str) -> str:
    return SIGN_IN if part.startswith(SIGN_IN) else part
