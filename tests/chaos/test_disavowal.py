"""A speaker's DELETE wins, whatever is under way."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.client import Outbox, Refused, Take, new_id
from tests.running import Server, wait_until

PHASE_WITHIN_S = 30
ERASED_WITHIN_S = 60

PHASES: dict[str, Callable[[Server, str], bool]] = {
    "just ended": lambda _server, _id: True,
    "decoding or encoding": lambda server, _id: any("ffmpeg" in program for program in server.programs),
    "laid ready in staging": lambda server, id_: (server.staging / "sessions" / id_ / "published").exists(),
    "arriving in the archive": lambda server, id_: (server.archive / id_).exists(),
    "published": lambda server, id_: (server.archive / id_ / "session.json").exists(),
}


@pytest.mark.parametrize("phase", PHASES)
def test_a_deleted_session_leaves_nothing_whenever_it_was_deleted(
    server: Server, outbox: Outbox, text_id: str, take: Take, phase: str
) -> None:
    session_id = new_id()
    outbox.send(session_id, text_id, take)
    wait_until(lambda: PHASES[phase](server, session_id), PHASE_WITHIN_S, phase)
    outbox.client.delete(session_id)
    assert outbox.client.session(session_id)["state"] == "discarded"
    with pytest.raises(Refused) as refused:
        outbox.client.preview(session_id)
    assert refused.value.status == 404
    wait_until_erased(server, session_id)
    assert traces(server, session_id) == []
    outbox.client.delete(session_id)


def test_segments_that_race_with_a_deletion_leave_nothing(
    server: Server, outbox: Outbox, text_id: str, take: Take
) -> None:
    for first in range(len(take.segments)):
        session_id = new_id()
        outbox.client.open(session_id, text_id, take.capture)
        with ThreadPoolExecutor(4) as flights:
            sent = [flights.submit(outbox.client.put_segment, session_id, segment) for segment in take.segments]
            sent[first].exception()
            outbox.client.delete(session_id)
        refusals = [failure for put in sent if (failure := put.exception()) is not None]
        assert all(isinstance(failure, Refused) and failure.slug == "session-closed" for failure in refusals)
        wait_until_erased(server, session_id)
        wait_until(no_traces(server, session_id), ERASED_WITHIN_S, "nothing is left")


def wait_until_erased(server: Server, session_id: str) -> None:
    """Until the operator's own view says that the session is erased."""

    def erased() -> bool:
        shown = json.loads(server.command("sessions", "show", session_id, "--json"))
        return shown["session"]["erased_at"] is not None

    wait_until(erased, ERASED_WITHIN_S, "the session is erased")


def traces(server: Server, session_id: str) -> list[Path]:
    """Every file and folder of the session in archive and staging."""
    return [path for root in (server.archive, server.staging) for path in root.rglob(f"*{session_id}*")]


def no_traces(server: Server, session_id: str) -> Callable[[], bool]:
    return lambda: not traces(server, session_id)
