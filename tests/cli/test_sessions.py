from __future__ import annotations

import uuid

from adapters_storage.assembly import Recital
from adapters_storage.jobs.queue import ProcrastinateJobs
from adapters_storage.postgres.connections import separate
from adapters_storage.postgres.unit_of_work import PostgresStore
from recital_core.sessions import State
from tests.cli.conftest import Terminal
from tests.ended import begun_session, ended_session, state_of


def test_the_steps_go_one_after_the_other(terminal: Terminal, recital: Recital) -> None:
    session_id = ended_session(recital)
    assert terminal.run("sessions", "upload").stdout == ""
    assert terminal.run("sessions", "aggregate").stdout == f"{session_id}  aggregated\n"
    assert terminal.run("sessions", "upload").stdout == f"{session_id}  uploaded\n"
    assert terminal.run("sessions", "finalize").stdout == ""


def test_finalize_takes_every_session_as_far_as_it_goes(terminal: Terminal, recital: Recital) -> None:
    ended = ended_session(recital)
    aggregated = ended_session(recital)
    recital.aggregation.aggregate(aggregated)
    dana, disavowed = begun_session(recital)
    recital.recording.disavow(dana, disavowed)
    _, active = begun_session(recital)
    terminal.run("sessions", "finalize")
    assert state_of(recital, ended) is state_of(recital, aggregated) is State.UPLOADED
    assert state_of(recital, active) is State.ACTIVE
    assert not (terminal.folder / "data" / "staging" / "sessions" / str(disavowed)).exists()


def test_a_bad_session_does_not_stop_the_others(terminal: Terminal, recital: Recital) -> None:
    bad, good = ended_session(recital), ended_session(recital)
    for piece in (terminal.folder / "data" / "staging" / "sessions" / str(bad)).rglob("0*"):
        piece.write_bytes(b"not audio")
    result = terminal.run("sessions", "finalize", code=3)
    assert result.stdout == f"{good}  uploaded\n"
    [line] = result.stderr.splitlines()
    assert line.startswith(str(bad))


def test_a_session_in_other_hands_is_no_failure_of_a_pass(terminal: Terminal, recital: Recital, database: str) -> None:
    session_id = ended_session(recital)
    engine = separate(database)
    with PostgresStore(engine, ProcrastinateJobs).claim(session_id):
        assert str(session_id) in terminal.run("sessions", "finalize").stdout
        assert str(session_id) in terminal.run("sessions", "finalize", str(session_id), code=5).stderr
    engine.dispose()
    assert state_of(recital, session_id) is State.ENDED


def test_a_step_out_of_order_is_a_conflict(terminal: Terminal, recital: Recital) -> None:
    session_id = ended_session(recital)
    terminal.refused("sessions", "upload", str(session_id), code=5)
    terminal.refused("sessions", "finalize", str(uuid.uuid4()), code=4)


def test_a_named_session_is_discarded_whatever_its_state(terminal: Terminal, recital: Recital) -> None:
    session_id = ended_session(recital)
    terminal.run("sessions", "finalize")
    terminal.run("sessions", "discard", str(session_id))
    assert state_of(recital, session_id) is State.DISCARDED
    assert not (terminal.folder / "data" / "archive" / str(session_id)).exists()


def test_sessions_are_listed_by_state(terminal: Terminal, recital: Recital) -> None:
    ended, (_, active) = ended_session(recital), begun_session(recital)
    head, *lines = terminal.run("sessions", "list").stdout.splitlines()
    assert head.split()[:3] == ["id", "state", "opened"]
    assert [line.split()[0] for line in lines] == [str(active), str(ended)]
    [only] = terminal.json("sessions", "list", "--state", "ended")
    assert only["session"]["id"] == str(ended)
    terminal.run("sessions", "list", "--state", "broken", code=2)


def test_a_session_is_shown_with_what_went_wrong(terminal: Terminal, recital: Recital) -> None:
    session_id = ended_session(recital)
    terminal.environ["RECITAL_FFMPEG"] = str(terminal.folder / "missing")
    terminal.run("sessions", "aggregate", str(session_id), code=7)
    shown = dict(line.split(None, 1) for line in terminal.run("sessions", "show", str(session_id)).stdout.splitlines())
    assert (shown["state"], shown["seconds"], shown["attempts"]) == ("ended", "1.0", "1")
    assert "ffmpeg" in shown["problem"]
    assert terminal.json("sessions", "show", str(session_id))["session"]["attempts"] == 1


def test_retry_forgets_failures_and_enqueues(terminal: Terminal, recital: Recital) -> None:
    session_id = ended_session(recital)
    terminal.environ["RECITAL_FFMPEG"] = str(terminal.folder / "missing")
    terminal.run("sessions", "aggregate", code=7)
    assert "waiting for a worker" in terminal.run("sessions", "retry", str(session_id)).stdout
    assert terminal.json("sessions", "show", str(session_id))["session"]["attempts"] == 0
    _, active = begun_session(recital)
    terminal.refused("sessions", "retry", str(active), code=5)


def test_the_queue_is_listed_and_a_job_tried_again(terminal: Terminal, recital: Recital) -> None:
    session_id = ended_session(recital)
    waiting = terminal.json("jobs", "list", "--state", "waiting")
    [job] = [job for job in waiting if job["kind"] == "finalize"]
    assert job["session_id"] == str(session_id)
    assert str(session_id) in terminal.run("jobs", "list").stdout
    assert "waiting for a worker" in terminal.run("jobs", "retry", str(job["id"])).stdout
    assert "job" in terminal.refused("jobs", "retry", "999999", code=4)
