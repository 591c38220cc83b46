"""Threads that decode the same Structs for the first time at one moment, as in a server that is started under load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

KINDS, THREADS, PROGRAMS = 60, 8, 4
"""Unprepared, one such program in two dies of a segmentation fault."""
BEFORE = """from __future__ import annotations
import sys, threading
from datetime import UTC, datetime
from uuid import UUID, uuid4
import msgspec
from adapters_storage.structs import prepare_structs
"""
KIND = """
class Inner{number}(msgspec.Struct, frozen=True):
    rate: int
    codec: str | None = None

class Kind{number}(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    inner: Inner{number}
    at: datetime
    later: datetime | None = None
    other: UUID | None = None
    names: tuple[str, ...] = ()
    others: dict[str, Inner{number}] | None = None
"""
AFTERWARDS = """
kinds = [kind for name, kind in list(globals().items()) if name.startswith("Kind")]
given = {"id": uuid4(), "inner": {"rate": 1}, "at": datetime.now(UTC)}
start = threading.Barrier(THREADS)
sys.setswitchinterval(1e-6)
prepare_structs()

def decode_all():
    for kind in kinds:
        start.wait()
        msgspec.convert(given, kind)

threads = [threading.Thread(target=decode_all) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_threads_may_decode_the_same_structs_from_the_first_moment_on(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    kinds = "".join(KIND.format(number=number) for number in range(KINDS))
    program.write_text(BEFORE + kinds + AFTERWARDS.replace("THREADS", str(THREADS)))
    running = [subprocess.Popen([sys.executable, str(program)]) for _ in range(PROGRAMS)]
    assert [each.wait() for each in running] == [0] * PROGRAMS
