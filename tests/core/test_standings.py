"""What counts when: from publishing on, until a session or its speaker is gone."""

from __future__ import annotations

from recital_core.ports import Standing, Totals
from recital_core.speakers import Speaker
from recital_core.texts import RecitalText
from tests.core.conftest import World
from tests.core.test_aggregation import read_aloud

NOTHING = Standing(rank=None, duration_ms=0, recordings=0, to_next_ms=None)


def test_a_session_counts_once_it_is_uploaded_and_once_only(world: World, dana: Speaker, text: RecitalText) -> None:
    session = read_aloud(world, dana, text)
    world.aggregation.aggregate(session.id)
    assert world.standings.of(dana) == NOTHING
    uploaded = world.aggregation.upload(session.id)
    world.aggregation.finalize(session.id)
    assert uploaded.outcome is not None
    assert world.standings.of(dana) == Standing(
        rank=1, duration_ms=uploaded.outcome.duration_ms, recordings=1, to_next_ms=None
    )


def test_a_disavowed_session_counts_no_more(world: World, dana: Speaker, text: RecitalText) -> None:
    session = world.aggregation.finalize(read_aloud(world, dana, text).id)
    for _ in range(2):
        world.recording.disavow(dana, session.id)
        assert world.standings.of(dana) == NOTHING
    world.aggregation.finalize(session.id)
    assert world.standings.totals() == Totals(duration_ms=0, recordings=0, speakers=0)


def test_an_erased_speaker_is_on_no_leaderboard(world: World, dana: Speaker, noam: Speaker, text: RecitalText) -> None:
    public = world.library.change(dana, text.id, public=True)
    for speaker in (dana, noam):
        world.aggregation.finalize(read_aloud(world, speaker, public).id)
    world.personal_data.erase(dana, retire_texts=False)
    assert [leader.speaker_id for leader in world.standings.leaders()] == [noam.id]
    assert world.standings.totals().speakers == 1


def test_who_opts_out_and_in_again_is_off_and_on_the_leaderboard(
    world: World, dana: Speaker, text: RecitalText
) -> None:
    world.aggregation.finalize(read_aloud(world, dana, text).id)
    for listed in (False, True):
        world.membership.update(dana, {"on_leaderboard": listed})
        assert len(world.standings.leaders()) == listed
        assert world.standings.of(dana).rank == 1


def test_rebuilding_finds_nothing_to_mend(world: World, dana: Speaker, text: RecitalText) -> None:
    world.aggregation.finalize(read_aloud(world, dana, text).id)
    totals, differences = world.standings.rebuild()
    assert (totals.recordings, list(differences)) == (1, [])
