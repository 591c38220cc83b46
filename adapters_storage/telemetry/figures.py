"""Figures of the whole installation, which any process can tell: what waits, what was published, what room is left."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from recital_core.oversight import Oversight

SECONDS_MS = 1000


def figures_of(oversight: Oversight, folders: Sequence[Path]) -> Mapping[str, Mapping[str, float]]:
    """By name, and by what tells the lines of one name apart. Costs the same at any size. Raises Unavailable."""
    seen = oversight.overview(days=1)
    backlog = seen.backlog
    waited = seen.longest_wait.total_seconds() if seen.longest_wait else 0
    return {
        "sessions": {state.value: count for state, count in seen.states.items()},
        "jobs": {"waiting": backlog.waiting, "running": backlog.running, "failed": backlog.failed},
        "longest_wait_seconds": {"job": waited},
        "published": {"seconds": seen.totals.duration_ms / SECONDS_MS, "speakers": seen.totals.speakers},
        "speakers_waiting_for_approval": {"pending": seen.pending_speakers},
        "free_bytes": {folder.name: shutil.disk_usage(folder).free for folder in folders if folder.exists()},
    }
