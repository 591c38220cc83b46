"""What an operator has to see to although every part does its work; a server is ready all the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from recital_core import errors
from recital_core.oversight import Oversight

LONG = timedelta(minutes=10)
LITTLE_ROOM_BYTES = 2 * 10**9
"""Of a session of half a day, with its uncoded sound, the half."""


def to_see_to(oversight: Oversight, folders: Sequence[Path]) -> Mapping[str, Callable[[], object]]:
    """By name, checks that raise Unavailable where there is something to see to, all of one look at the jobs."""

    overview = cache(partial(oversight.overview, days=1))

    def workers() -> None:
        seen = overview()
        if seen.longest_wait is not None and not seen.backlog.is_worked_on:
            raise errors.Unavailable(f"{_jobs(seen.backlog.waiting)} waiting, and no worker runs.")

    def waiting() -> None:
        seen = overview()
        if seen.longest_wait is not None and seen.longest_wait > LONG:
            minutes = seen.longest_wait // timedelta(minutes=1)
            raise errors.Unavailable(f"{_jobs(seen.backlog.waiting)} waiting, one for {minutes} minutes already.")

    def failures() -> None:
        failed = overview().backlog.failed
        if failed:
            raise errors.Unavailable(f"{_jobs(failed)} given up.")

    def room() -> None:
        free = {folder: shutil.disk_usage(folder).free for folder in folders if folder.exists()}
        little = [f"{left / 10**9:.1f} GB in {folder}" for folder, left in free.items() if left < LITTLE_ROOM_BYTES]
        if little:
            raise errors.Unavailable(f"There is little room left: {', '.join(little)}.")

    return {"workers": workers, "waiting": waiting, "failures": failures, "room": room}


def _jobs(count: int) -> str:
    return "1 job is" if count == 1 else f"{count} jobs are"
