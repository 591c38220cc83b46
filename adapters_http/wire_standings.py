"""The shapes of standings in the API, where they are not the domain's own."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from recital_core.ports import Leader, Standing
from recital_core.speakers import Speaker


class StandingShown(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller has published, and where that puts them.

    `rank` is null without a recording, `to_next_ms` where nobody on the leaderboard has more.
    """

    rank: int | None
    duration_ms: int
    recordings: int
    to_next_ms: int | None
    on_leaderboard: bool


class LeaderShown(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the leaderboard; `is_me` is the caller's."""

    rank: int
    display_name: str
    duration_ms: int
    recordings: int
    is_me: bool


class Leaderboard(msgspec.Struct, frozen=True, kw_only=True):
    items: Sequence[LeaderShown]


def standing_shown(standing: Standing, speaker: Speaker) -> StandingShown:
    return StandingShown(
        rank=standing.rank,
        duration_ms=standing.duration_ms,
        recordings=standing.recordings,
        to_next_ms=standing.to_next_ms,
        on_leaderboard=speaker.on_leaderboard,
    )


def leaderboard(leaders: Sequence[Leader], caller: Speaker) -> Leaderboard:
    return Leaderboard(
        items=[
            LeaderShown(
                rank=leader.rank,
                display_name=leader.display_name,
                duration_ms=leader.duration_ms,
                recordings=leader.recordings,
                is_me=leader.speaker_id == caller.id,
            )
            for leader in leaders
        ]
    )
