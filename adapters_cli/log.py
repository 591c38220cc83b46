"""The log of the programs that run for long: facts, one a line, on standard error."""

from __future__ import annotations

import logging

from adapters_storage.telemetry.logs import FORMATS

QUIET = ("alembic", "procrastinate", "psycopg.pool", "sqlalchemy")


def log_to_stderr(style: str) -> None:
    """`style` as RECITAL_LOG_FORMAT names it."""
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATS[style]())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
