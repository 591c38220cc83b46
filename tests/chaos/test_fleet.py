"""A fleet under fire, in short; `python -m tests.chaos.fleet` goes on for longer."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.fleet import Plan, storm


def test_a_fleet_that_is_killed_cut_filled_and_restarted_loses_and_doubles_nothing(tmp_path: Path) -> None:
    seen = storm(tmp_path, Plan(seconds=6, speakers=10, sessions=1), natural_s=0)
    assert (seen["published"], seen["disavowed"]) == (9, 1)
    print(seen)
