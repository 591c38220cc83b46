"""What lists of sessions cost: CPU of the server, and the time in PostgreSQL; first pages and deep ones.

    python -m tests.benchmarks.sessions [sessions]

Real requests for 20 sessions a page to a real server; their statements once more under EXPLAIN ANALYZE. Wanted: at most
3 ms of CPU, 2 ms in PostgreSQL, also with filters. On a busy machine the best round tells more.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import uuid
from collections.abc import Iterator

import httpx

from recital_core.speakers import Role
from tests.benchmarks.filled import REVISIONS, SESSIONS, SPEAKERS, TEXTS, database, explaining, fill
from tests.benchmarks.serving import Served, served

SPEAKERS_OF_THEM = 5_000
TEXTS_OF_THEM = 2_000
DEEP = 100
A_SPEAKER = uuid.UUID(hashlib.md5(b"speaker7").hexdigest())
A_TEXT = uuid.UUID(hashlib.md5(b"text7").hexdigest())
LISTS = {
    "everybody's": {},
    "published": {"state": "uploaded"},
    "waiting, one in ten thousand": {"state": "ended"},
    "discarded, one in fifty": {"state": "discarded"},
    "of one speaker": {"speaker_id": str(A_SPEAKER)},
    "of one text": {"text_id": str(A_TEXT)},
    "of one speaker, waiting": {"speaker_id": str(A_SPEAKER), "state": "ended"},
}


def main(sessions: int) -> None:
    sizes = {"speakers": SPEAKERS_OF_THEM, "texts": TEXTS_OF_THEM, "sessions": sessions}
    with database() as url, tempfile.TemporaryDirectory() as folder:
        fill(url, SPEAKERS, TEXTS, REVISIONS, SESSIONS, **sizes)
        print(f"{sessions} sessions of {SPEAKERS_OF_THEM} speakers, best / median round of each")
        print(f"{'':<44}{'CPU of the server, ms':>24}{'in PostgreSQL, ms':>24}")
        with explaining(url, folder) as explained:
            for email, role in (("7@example.org", Role.SPEAKER), ("admin@example.org", Role.ADMIN)):
                with served(folder, url, email, role) as server:
                    lists = LISTS if role is Role.ADMIN else {"one's own": {}}
                    for name, asked in pages(server, lists):
                        cpu = server.cpu_ms(lambda: server.client.get("/api/sessions", params=asked), 160)  # noqa: B023
                        held = explained(email, role, asked)
                        times = f"{cpu[0]:14.2f} / {cpu[1]:.2f}{held.best_ms:17.2f} / {held.median_ms:.2f}"
                        print(f"{name:<44}{times}", flush=True)


def pages(server: Served, lists: dict[str, dict[str, str]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each list's first page, and the one a hundred full pages further on, where there is one."""
    for name, wanted in lists.items():
        yield name, wanted
        cursor: str | None = None
        for _ in range(DEEP):
            more = {**wanted, "limit": "100", **({"cursor": cursor} if cursor else {})}
            answer: httpx.Response = server.client.get("/api/sessions", params=more).raise_for_status()
            cursor, last = answer.json()["next"], cursor
            if cursor is None:
                cursor = last
                break
        if cursor is not None:
            yield "  far into it", {**wanted, "cursor": cursor}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
