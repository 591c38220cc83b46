"""A fleet under fire, in short; `python -m tests.chaos.fleet` goes on for longer."""

from __future__ import annotations

import pytest

from tests.chaos.fleet import Plan, storm


def test_a_fleet_that_is_killed_cut_filled_and_restarted_loses_and_doubles_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("fleet")  # short: PostgreSQL's socket must find room in it to stay where it is
    seen = storm(folder, Plan(seconds=6, speakers=10, sessions=1), natural_s=0)
    assert (seen["published"], seen["disavowed"]) == (9, 1)
    print(seen)
