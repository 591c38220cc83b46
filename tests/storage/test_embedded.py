"""The embedded PostgreSQL: who owns it, who joins it, and what it survives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from adapters_storage.embedded import EmbeddedPostgres, address
from recital_core import errors

OWN = "from adapters_storage.embedded import EmbeddedPostgres as E; e = E(F); e.start()"
JOIN_OR_START = "from adapters_storage.embedded import EmbeddedPostgres as E; e = E.join_or_start(F)"


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        answer = connection.execute(question.encode())
        return answer.fetchall() if answer.description else None


@contextmanager
def another_process(does: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A Python that `does` something on the data folder `F`, says "done", and stops when its input closes."""
    program = f"import sys, pathlib; F = pathlib.Path({str(folder)!r}); {does}; print('done', flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{program}; e.stop()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "done\n"
    try:
        yield process
    finally:
        process.communicate("\n")


def server_of(folder: Path) -> int:
    return int((folder / "postgresql" / "data" / "postmaster.pid").read_text().split()[0])


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder, not made yet, inside a folder that is closed to other users; short enough to hold its socket."""
    return tmp_path_factory.mktemp("embedded") / "data"


def test_a_first_start_makes_the_database_and_later_ones_find_it(folder: Path) -> None:
    starts = []
    for words in ("CREATE TABLE readings (words text)", "INSERT INTO readings VALUES ('שלום')"):
        began = time.perf_counter()
        with EmbeddedPostgres(folder) as postgres:
            starts.append(time.perf_counter() - began)
            ask(postgres.url, words)
    with EmbeddedPostgres(folder) as postgres:
        assert ask(postgres.url, "SELECT words FROM readings") == [("שלום",)]
    print(f"first start {starts[0]:.2f} s, second start {starts[1]:.2f} s")


def test_what_was_committed_is_on_the_disk(folder: Path) -> None:
    with EmbeddedPostgres(folder) as postgres:
        assert ask(postgres.url, "SHOW fsync") == [("on",)]
        assert ask(postgres.url, "SHOW synchronous_commit") == [("on",)]
        assert ask(postgres.url, "SHOW full_page_writes") == [("on",)]


def test_it_listens_on_a_private_socket_only(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as postgres:
        assert ask(postgres.url, "SHOW listen_addresses") == [("",)]
        assert (folder / "postgresql" / "socket").stat().st_mode & 0o077 == 0


def test_no_secret_of_ours_is_in_the_servers_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECITAL_SECRET", "not for PostgreSQL")
    with (
        EmbeddedPostgres(folder, durable=False) as postgres,
        psycopg.connect(postgres.url, user="postgres") as connection,
    ):
        connection.execute("CREATE TEMPORARY TABLE environment (line text)")
        connection.execute("COPY environment FROM PROGRAM 'env'")
        lines = [line for (line,) in connection.execute("SELECT line FROM environment")]
    assert any(line.startswith("PATH=") for line in lines)
    assert not any("RECITAL" in line for line in lines)


def test_our_own_role_is_no_superuser(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as postgres:
        assert ask(postgres.url, "SHOW is_superuser") == [("off",)]


def test_a_killed_owner_takes_its_server_along_and_a_new_one_starts(folder: Path) -> None:
    with another_process(OWN, folder) as owner:
        ask(address(folder), "CREATE TABLE kept AS SELECT 1 AS one")
        owner.kill()
    with EmbeddedPostgres(folder) as postgres:
        assert ask(postgres.url, "SELECT one FROM kept") == [(1,)]


def test_a_new_owner_starts_after_owner_and_server_were_killed_together(folder: Path) -> None:
    with another_process(OWN, folder) as owner:
        ask(address(folder), "CREATE TABLE kept AS SELECT 1 AS one")
        os.kill(server_of(folder), signal.SIGKILL)
        owner.kill()
    with EmbeddedPostgres(folder) as postgres:
        assert ask(postgres.url, "SELECT one FROM kept") == [(1,)]


def test_a_server_that_outlived_its_owner_is_ended_by_the_next(folder: Path) -> None:
    with another_process(OWN, folder) as owner:
        left = server_of(folder)
        watcher = subprocess.check_output(["pgrep", "-f", f"sh {left}$"], text=True)
        os.kill(int(watcher), signal.SIGKILL)
        owner.kill()
    with EmbeddedPostgres(folder, durable=False) as postgres:
        assert server_of(folder) != left
        assert ask(postgres.url, "SELECT 1") == [(1,)]


def test_a_stale_process_number_that_lives_again_does_not_stop_a_start(folder: Path) -> None:
    EmbeddedPostgres(folder, durable=False).__enter__().stop()
    stale = folder / "postgresql" / "data" / "postmaster.pid"
    stranger = subprocess.Popen(["sleep", "60"], user=stale.parent.stat().st_uid, cwd="/")
    try:
        stale.write_text(f"{stranger.pid}\n{stale.parent}\n1\n5432\n\n\n\nready\n")
        with EmbeddedPostgres(folder, durable=False) as postgres:
            assert ask(postgres.url, "SELECT 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_first_start_is_made_anew(folder: Path) -> None:
    half = folder / "postgresql" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(folder, durable=False) as postgres:
        assert ask(postgres.url, "SELECT 1") == [(1,)]
    assert not half.exists()


def test_a_second_owner_is_refused_and_told_who_the_first_is(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False), pytest.raises(errors.DataFolderInUse, match=f"process {os.getpid()}"):
        EmbeddedPostgres(folder).start(patience_s=0.1)


def test_an_owner_waits_a_moment_for_the_one_before(folder: Path) -> None:
    first = EmbeddedPostgres(folder, durable=False)
    first.start()
    leaving = threading.Timer(0.3, first.stop)
    leaving.start()
    with EmbeddedPostgres(folder, durable=False) as second:
        assert ask(second.url, "SELECT 1") == [(1,)]
    leaving.join()


def test_another_process_joins_the_server_and_leaves_it_running(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as owner:
        with another_process(f"{JOIN_OR_START}; assert e.url == {owner.url!r}", folder) as guest:
            pass
        assert guest.returncode == 0
        assert ask(owner.url, "SELECT 1") == [(1,)]


def test_a_command_without_a_server_starts_one_and_ends_it(folder: Path) -> None:
    postgres = EmbeddedPostgres.join_or_start(folder, durable=False)
    assert ask(postgres.url, "SELECT 1") == [(1,)]
    postgres.stop()
    with pytest.raises(errors.DatabaseUnavailable):
        address(folder)


def test_a_command_that_owns_the_server_waits_for_its_guests(folder: Path) -> None:
    owner = EmbeddedPostgres.join_or_start(folder, durable=False)
    with another_process(JOIN_OR_START, folder):
        url = owner.url
        leaving = threading.Thread(target=owner.stop)
        leaving.start()
        leaving.join(0.2)
        assert ask(url, "SELECT 1") == [(1,)]
    leaving.join(10)
    assert not leaving.is_alive()
    with pytest.raises(errors.DatabaseUnavailable):
        address(folder)


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    with EmbeddedPostgres(folder, durable=False) as postgres:
        assert ask(postgres.url, "SELECT 1") == [(1,)]
        socket = Path((folder / "postgresql" / "owner.lock").read_text().splitlines()[1])
        assert socket.stat().st_mode & 0o077 == 0
    assert not socket.exists()


def test_data_of_another_version_is_refused_in_plain_words(folder: Path) -> None:
    EmbeddedPostgres(folder, durable=False).__enter__().stop()
    (folder / "postgresql" / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(errors.DatabaseUnavailable, match="made by PostgreSQL 9, and PostgreSQL 18 is installed"):
        EmbeddedPostgres(folder).start()


def test_a_folder_that_cannot_be_made_is_an_unavailable_database(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.DatabaseUnavailable):
        EmbeddedPostgres(tmp_path / "file").start()


def test_a_dump_by_the_bundled_programs_brings_a_database_back(tmp_path: Path) -> None:
    first, second, dump = tmp_path / "first", tmp_path / "second", tmp_path / "dump"
    with EmbeddedPostgres(first, durable=False) as postgres:
        ask(postgres.url, "CREATE TABLE readings AS SELECT 'שלום' AS words")
        bundled(first, "pg_dump", "--format=custom", f"--file={dump}")
    bundled(second, "pg_restore", "--clean", "--if-exists", "--dbname=recital", str(dump))
    with EmbeddedPostgres(second, durable=False) as postgres:
        assert ask(postgres.url, "SELECT words FROM readings") == [("שלום",)]


def bundled(folder: Path, *command: str) -> None:
    program = [sys.executable, "-m", "adapters_storage.embedded", *command]
    subprocess.run(program, check=True, env={**os.environ, "RECITAL_DATA_DIR": str(folder)})
