"""Everything of mine, to take along; and erasing it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from recital_core import errors
from recital_core.audit import Event
from recital_core.published import RETRACTIONS
from recital_core.sessions import RecitalSession, State
from recital_core.speakers import Role, Speaker
from recital_core.texts import Place, RecitalText
from tests.core.conftest import SECOND, World, a_mark
from tests.core.test_aggregation import read_aloud


def downloaded(world: World, speaker: Speaker) -> dict[str, bytes]:
    found = {}
    for file in world.personal_data.files(speaker):
        with file.open() as body:
            found[file.name] = body.read()
    return found


@pytest.fixture
def published(world: World, dana: Speaker, text: RecitalText) -> RecitalSession:
    return world.aggregation.finalize(read_aloud(world, dana, text).id)


def test_a_person_gets_account_agreements_texts_and_every_recording(
    world: World, dana: Speaker, text: RecitalText, published: RecitalSession
) -> None:
    under_way = world.opened(dana, text)
    world.segment(dana, under_way, 0, b"half of it")
    world.recording.take_marks(dana, under_way.id, [a_mark(0, 0, SECOND)])
    world.library.save_place(dana, text.id, Place(1, 0))
    files = downloaded(world, dana)
    assert json.loads(files["account.json"])["account"]["email"] == "dana@example.org"
    assert json.loads(files["agreements.json"])[0]["version"] == "2"
    assert json.loads(files[f"texts/{text.id}.json"])["title"] == text.title
    assert len(json.loads(files["sessions.json"])) == 2
    assert files[f"sessions/{published.id}/transcript.vtt"].startswith(b"WEBVTT")
    assert files[f"sessions/{published.id}/light.audio.mp3"]
    assert files[f"sessions/{under_way.id}/segments/000000.flac"] == b"half of it"
    assert json.loads(files[f"sessions/{under_way.id}/marks.json"])[0]["at_sample"] == SECOND
    assert json.loads(files["account.json"])["places"] == {str(text.id): {"paragraph": 1, "sentence": 0}}
    assert world.oversight.audit(event=Event.DATA_DOWNLOADED).entries.items[0].actor_id is None


def test_a_recording_that_is_published_while_the_rest_is_sent_is_not_missed(
    world: World, dana: Speaker, text: RecitalText
) -> None:
    session = read_aloud(world, dana, text)
    files = world.personal_data.files(dana)
    names = [next(files).name]
    world.aggregation.finalize(session.id)
    names += [file.name for file in files]
    assert f"sessions/{session.id}/transcript.vtt" in names


def test_nobody_gets_what_is_another_s(world: World, noam: Speaker, published: RecitalSession) -> None:
    assert sorted(downloaded(world, noam)) == ["account.json", "agreements.json", "log.json", "sessions.json"]


def test_an_erased_person_is_nowhere_any_more(
    world: World, dana: Speaker, text: RecitalText, published: RecitalSession
) -> None:
    _, token = world.accounts.token(dana, timedelta(days=1))
    under_way = world.opened(dana, text)
    world.segment(dana, under_way, 0)
    world.personal_data.erase(dana, retire_texts=False)
    for session_id in world.store.take_jobs():
        assert world.aggregation.finalize(session_id).erased_at is not None
    assert list(world.archive.list(f"{published.id}/")) == []
    assert list(world.staging.list(f"sessions/{under_way.id}/")) == []
    with world.store.separately() as tx:
        assert tx.speakers.get(dana.id) is None
        assert tx.sessions.of_speaker(dana.id) == []
        session, kept = tx.sessions.get(published.id), tx.texts.get(text.id)
    assert session is not None
    assert (session.state, session.speaker_id) == (State.DISCARDED, None)
    assert kept is not None
    assert (kept.owner_id, kept.retired_at) == (None, None)
    assert world.oversight.audit(speaker_id=dana.id).entries.items == []
    assert world.oversight.audit(event=Event.ACCOUNT_ERASED).entries.items[0].actor_id is None
    with pytest.raises(errors.NotSignedIn):
        world.accounts.caller(token)


def test_texts_go_with_their_owner_if_the_owner_wants(world: World, dana: Speaker, text: RecitalText) -> None:
    world.personal_data.erase(dana, retire_texts=True)
    with world.store.separately() as tx:
        retired = tx.texts.get(text.id)
    assert retired is not None
    assert retired.retired_at == world.clock.now()


def test_what_was_published_is_listed_as_retracted(
    world: World, dana: Speaker, text: RecitalText, published: RecitalSession
) -> None:
    never_published = world.opened(dana, text)
    world.personal_data.erase(dana, retire_texts=False)
    for session_id in world.store.take_jobs():
        world.aggregation.finalize(session_id)
    assert world.store.take_retractions()
    world.aggregation.publish_retractions()
    with world.archive.open(RETRACTIONS) as body:
        lines = [json.loads(line) for line in body.read().splitlines()]
    assert [line["session_id"] for line in lines] == [str(published.id)]
    assert str(never_published.id) not in str(lines)


def test_the_last_admin_stays(world: World, admin: Speaker) -> None:
    with pytest.raises(errors.LastAdmin):
        world.personal_data.erase(admin, retire_texts=False)
    world.speaker("another", Role.ADMIN)
    world.personal_data.erase(admin, retire_texts=False)


def test_a_call_that_comes_a_moment_too_late_finds_its_caller_signed_out(world: World, dana: Speaker) -> None:
    _, secret = world.membership.invite(uses=1, lasts=timedelta(days=1))
    world.personal_data.erase(dana, retire_texts=False)
    with pytest.raises(errors.NotSignedIn):
        world.membership.update(dana, {"display_name": "Dana"})
    with pytest.raises(errors.NotSignedIn):
        world.membership.agree(dana, world.membership.agreement.version, "en")
    with pytest.raises(errors.NotSignedIn):
        world.membership.accept(dana, secret)
