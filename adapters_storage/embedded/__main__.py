"""Runs a program that comes with the embedded PostgreSQL on the database of the data folder.

    python -m adapters_storage.embedded psql
    python -m adapters_storage.embedded pg_dump --format=custom --file=recital.dump

The server is joined where one runs, else started for as long as the program runs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from adapters_storage.embedded import EmbeddedPostgres
from adapters_storage.embedded.server import programs
from adapters_storage.settings import Settings
from recital_core import errors


def main(program: str, *arguments: str) -> int:
    data_dir = Settings.load(os.environ, Path(".env")).data_dir
    server = EmbeddedPostgres.join_or_start(data_dir)
    try:
        (socket,) = parse_qs(urlsplit(server.url).query)["host"]
        place = {"PGHOST": socket, "PGUSER": "recital", "PGDATABASE": "recital"}
        command = [str(programs() / program), *arguments]
        return subprocess.run(command, env={**os.environ, **place}, check=False).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(__doc__)
    try:
        sys.exit(main(*sys.argv[1:]))
    except errors.RecitalError as error:
        sys.exit(error.detail)
