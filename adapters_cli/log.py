"""The log of the programs that run for long: facts, one a line, on standard error."""

from __future__ import annotations

import logging

QUIET = ("alembic", "procrastinate", "psycopg.pool", "sqlalchemy")


def log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
