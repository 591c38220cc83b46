"""What operators see at a glance."""

from __future__ import annotations

from datetime import timedelta

from recital_core.measures import Verdict
from recital_core.sessions import State
from recital_core.speakers import Role, Speaker
from recital_core.texts import RecitalText
from tests.core.conftest import World
from tests.core.test_aggregation import read_aloud


def test_nothing_is_told_as_nothing_day_by_day(world: World) -> None:
    overview = world.oversight.overview(days=7)
    today = world.clock.now().date()
    assert [day.on for day in overview.days] == [today - timedelta(days=ago) for ago in (6, 5, 4, 3, 2, 1, 0)]
    assert {day.recordings for day in overview.days} == set(overview.states.values()) == {0}
    assert (overview.backlog.waiting, overview.longest_wait) == (0, None)


def test_sessions_are_told_by_day_state_and_verdict(
    world: World, dana: Speaker, noam: Speaker, text: RecitalText
) -> None:
    public = world.library.change(dana, text.id, public=True)
    world.aggregation.finalize(read_aloud(world, dana, public).id)
    world.clock.advance(timedelta(days=3))
    published = world.aggregation.finalize(read_aloud(world, noam, public).id)
    aggregated = world.aggregation.aggregate(read_aloud(world, dana, public).id)
    world.recording.disavow(noam, read_aloud(world, noam, public).id)
    world.opened(dana, public)
    overview = world.oversight.overview(days=2)
    assert [(day.recordings, day.speakers) for day in overview.days] == [(0, 0), (1, 1)]
    assert published.outcome is not None
    assert overview.days[-1].duration_ms == published.outcome.duration_ms
    assert overview.totals.recordings == 2
    assert overview.states == {
        State.ACTIVE: 1,
        State.ENDED: 0,
        aggregated.state: 1,
        State.UPLOADED: 2,
        State.DISCARDED: 1,
    }
    assert sum(overview.verdicts.values()) == overview.verdicts[Verdict(published.outcome.verdict)] == 2


def test_a_speaker_is_active_for_a_day_a_week_and_a_month(world: World, dana: Speaker, text: RecitalText) -> None:
    world.aggregation.finalize(read_aloud(world, dana, text).id)
    seen = []
    for days in (0, 1, 5, 1, 22, 1):
        world.clock.advance(timedelta(days=days))
        active = world.oversight.overview().active_speakers
        seen.append((active.day, active.week, active.month))
    assert seen == [(1, 1, 1), (0, 1, 1), (0, 1, 1), (0, 0, 1), (0, 0, 1), (0, 0, 0)]


def test_who_waits_to_be_approved_is_counted(world: World) -> None:
    world.membership.approve("waiting@example.org", Role.PENDING)
    assert world.oversight.overview().pending_speakers == 1
