"""A fleet under fire: many speakers send, and everything that can fail fails. At the end nothing is lost or doubled.

    python -m tests.chaos.fleet [--minutes 5] [--speakers 20] [--seed 1]

Two web processes and two workers over one PostgreSQL and one S3 server. A tenth of the speakers' requests is lost,
cut, refused or sent twice; every second one of the processes is killed with SIGKILL and started anew; PostgreSQL is
restarted once and crashed once; S3 answers 500 and 503 in bursts, loses answers and cuts them; its disk and those of
the workers fill. Then the fleet is left in peace, the workers finish by themselves, and everything that a speaker was
told is safe is looked for.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import psycopg

from adapters_storage.assembly import Recital, assembled
from adapters_storage.blobs.s3 import S3BlobStore
from adapters_storage.blobs.s3_client import s3_client
from adapters_storage.settings import Settings
from recital_core.ports import Totals
from recital_core.sessions import State
from tests.chaos.faults import broken_network
from tests.chaos.machines import LOOKED_EVERY_S, Fleet, fleet_in
from tests.chaos.published import Published
from tests.chaos.readings import SHORT, presses
from tests.client import Client, Mark, Outbox, Take, cut, new_id
from tests.people import admitted
from tests.reading import Reading, reading
from tests.running import wait_until

FAILING = 0.1
SEGMENT_MS = 500
LONG_S, LONG_RATE, LONG_SEGMENT_MS = 90, 48_000, 10_000
"""The first recording is of noise, and too large to go to S3 in one piece."""
DISAVOWED_OF = 10
PATIENCE_S = 600.0
SETTLED_WITHIN_S = 600.0
FULL_S = 2.0
STAMP = 64
GIVEN_UP = "SELECT args FROM procrastinate_jobs WHERE task_name = 'finalize' AND status = 'failed'"
REST_NO_MORE = "UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' AND scheduled_at > now()"


@dataclass(frozen=True)
class Plan:
    """`seconds` is how long it lasts at least; a speaker who has sent `sessions` is done, without them never before."""

    seconds: float
    speakers: int = 20
    sessions: int | None = None
    kill_every_s: float = 1.0
    seed: int = 1


@dataclass
class Sent:
    """What a speaker sent and was told is safe."""

    speaker: int
    session_id: str
    take: Take
    disavowed: bool = False


@dataclass
class Havoc:
    """The speakers and the troubles of one run."""

    fleet: Fleet
    plan: Plan
    tokens: Sequence[str]
    text_id: str
    spoken: Reading
    sent: list[Sent] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        """Let them all send while everything fails, until the time is over and everybody has sent."""
        until = time.monotonic() + self.plan.seconds
        with (
            broken_network(*self.fleet.ports, share=FAILING, seed=self.plan.seed) as network,
            ThreadPoolExecutor(self.plan.speakers) as speakers,
        ):
            sending = [speakers.submit(self._send, number, network.url, until) for number in range(len(self.tokens))]
            self._trouble(until)
            for each in sending:
                each.result()
            self.faults = network.faults

    def _send(self, number: int, url: str, until: float) -> None:
        with Client(url, self.tokens[number], patience_s=PATIENCE_S) as client:
            for count in range(self.plan.sessions or 1_000_000):
                if self.plan.sessions is None and time.monotonic() > until:
                    return
                take = a_take(self.spoken, number, count) if number or count else a_long_take(self.plan.seed)
                session = Sent(number, new_id(), take)
                Outbox(client).send(session.session_id, self.text_id, session.take)
                if (number + count) % DISAVOWED_OF == DISAVOWED_OF - 1:
                    client.delete(session.session_id)
                    session = replace(session, disavowed=True)
                self.sent.append(session)

    def _trouble(self, until: float) -> None:
        started, fleet = time.monotonic(), self.fleet
        share = self.plan.seconds
        due: list[tuple[float, Callable[[], None]]] = [
            (started + 0.25 * share, lambda: fleet.restart_postgres(crash=False)),
            (started + 0.5 * share, lambda: fleet.restart_postgres(crash=True)),
            (started + 0.7 * share, self._fill),
        ]
        fleet.fail_s3(started)
        kill_at = started + self.plan.kill_every_s
        while time.monotonic() < until or due:
            fleet.keep_up()
            if due and time.monotonic() > due[0][0]:
                due.pop(0)[1]()
            if time.monotonic() > kill_at:
                fleet.kill_one()
                kill_at = time.monotonic() + self.plan.kill_every_s
            time.sleep(LOOKED_EVERY_S)
        fleet.leave_in_peace()

    def _fill(self) -> None:
        with self.fleet.full_disks():
            until = time.monotonic() + FULL_S
            while time.monotonic() < until:
                self.fleet.keep_up()
                time.sleep(LOOKED_EVERY_S)


def a_take(spoken: Reading, speaker: int, count: int) -> Take:
    """The reading, stamped with whose it is: no two recordings of a run are alike."""
    pcm = spoken.pcm().copy()
    pcm[:STAMP] = [(speaker * 7919 + count * 104729 + place) % 64 for place in range(STAMP)]
    return Take(pcm, spoken.rate, cut(pcm, spoken.rate, "audio/wav", SEGMENT_MS), presses(spoken))


def a_long_take(seed: int) -> Take:
    """Noise, which no coder makes smaller."""
    pcm = np.random.default_rng(seed).integers(-20_000, 20_000, LONG_S * LONG_RATE, np.int16)
    return Take(pcm, LONG_RATE, cut(pcm, LONG_RATE, "audio/flac", LONG_SEGMENT_MS), [Mark(0, 0, 0, len(pcm))])


def settle(fleet: Fleet, recital: Recital, natural_s: float) -> int:
    """Wait until the workers have done everything; after `natural_s` no job rests any more, and give how many did."""
    shortened, late = 0, time.monotonic() + natural_s

    def settled() -> bool:
        nonlocal shortened
        if time.monotonic() > late:
            with psycopg.connect(fleet.postgres.url) as connection:
                shortened += connection.execute(REST_NO_MORE).rowcount
        return not any(recital.aggregation.due(state) for state in (State.ENDED, State.AGGREGATED, State.DISCARDED))

    wait_until(settled, natural_s + SETTLED_WITHIN_S, "everything is settled")
    return shortened


def given_up(fleet: Fleet) -> list[tuple[object, ...]]:
    """The jobs of sessions that wait for an operator."""
    with psycopg.connect(fleet.postgres.url) as connection:
        return connection.execute(GIVEN_UP).fetchall()


def sweep(fleet: Fleet, recital: Recital) -> None:
    """Forget what may lie for a day, too: what killed workers had sent in part."""
    recital.orphans.sweep()
    s3 = s3_client(recital.settings)
    for bucket in (fleet.staging, fleet.archive):
        S3BlobStore(s3, bucket.name).sweep(0)


def look(fleet: Fleet, recital: Recital, havoc: Havoc, folder: Path) -> dict[str, int]:
    """Everything that was acknowledged is there once, and nothing else. Raises AssertionError."""
    in_part = len(fleet.archive.uploads())
    sweep(fleet, recital)
    kept = {sent.session_id: sent for sent in havoc.sent if not sent.disavowed}
    lost = {sent.session_id for sent in havoc.sent if sent.disavowed}
    fleet.archive.fetch_into(folder)
    found = {path.name for path in folder.iterdir() if path.is_dir()}
    assert found == set(kept), f"missing {set(kept) - found}, too many {found - set(kept)}"
    assert {path.name for path in folder.iterdir() if path.is_file()} <= {
        "retractions.jsonl",
        ".retractions.jsonl.json",
    }
    assert fleet.staging.names() == [], "staging is empty"
    assert fleet.staging.uploads() + fleet.archive.uploads() == [], "nothing is sent in part"
    assert fleet.workshops() == [], "no worker has sound left"
    assert given_up(fleet) == []
    durations = Counter[int]()
    for session_id, sent in kept.items():
        published = Published(folder / session_id)
        published.assert_holds(sent.take)
        durations[sent.speaker] += published.record["duration_ms"]
    for number, token in enumerate(havoc.tokens):
        with Client(f"http://127.0.0.1:{fleet.ports[0]}", token) as client:
            listed = Counter((session["id"], session["state"]) for session in client.sessions())
            mine = {(id_, "uploaded"): 1 for id_, sent in kept.items() if sent.speaker == number}
            assert {key: count for key, count in listed.items() if key[1] != "discarded"} == mine
            standing = client._json("GET", "/api/standings/me")
            assert (standing["duration_ms"], standing["recordings"]) == (durations[number], len(mine))
    look_at_totals(recital, durations, len(kept))
    return {
        "published": len(kept),
        "disavowed": len(lost),
        "milliseconds": durations.total(),
        "uploads left half-way": in_part,
    }


def look_at_totals(recital: Recital, durations: Counter[int], recordings: int) -> None:
    """They are what was published, the leaderboard has everybody in order, and a count anew changes nothing."""
    given = sorted((duration for duration in durations.values() if duration), reverse=True)
    assert recital.standings.totals() == Totals(
        duration_ms=durations.total(), recordings=recordings, speakers=len(given)
    )
    assert [leader.duration_ms for leader in recital.standings.leaders(len(given) + 1)] == given
    assert recital.standings.rebuild()[1] == []


def storm(folder: Path, plan: Plan, natural_s: float) -> dict[str, object]:
    """One run, and what was seen. Raises AssertionError where something was lost, doubled or left behind."""
    spoken = reading(folder, seed=1, sentences=SHORT[:1])
    with fleet_in(folder, plan.seed) as fleet:
        settings = Settings.load({**fleet.settings, "RECITAL_DATA_DIR": str(folder / "operator")})
        with assembled(settings, serving=True) as recital:
            people = [admitted(recital, f"speaker-{number}@example.org") for number in range(plan.speakers)]
            tokens = [recital.accounts.token(speaker, timedelta(days=1))[1] for speaker in people]
            text = recital.library.add(people[0], spoken.sentences[0].text, "he", public=True)
        fleet.leave_in_peace()
        started = time.monotonic()
        havoc = Havoc(fleet, plan, tokens, str(text.id), spoken)
        havoc.run()
        sent_s = time.monotonic() - started
        with assembled(settings) as recital:
            shortened = settle(fleet, recital, natural_s)
            settled_s = time.monotonic() - started - sent_s
            seen = look(fleet, recital, havoc, folder / "fetched")
        return {
            **seen,
            "seconds under fire": round(sent_s, 1),
            "seconds until all was settled": round(settled_s, 1),
            "rests cut short": shortened,
            **{f"requests {name}": count for name, count in sorted(havoc.faults.items())},
            **dict(sorted(fleet.done.items())),
        }


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--minutes", type=float, default=5)
    arguments.add_argument("--speakers", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=int(time.time()))
    given = arguments.parse_args()
    plan = Plan(seconds=given.minutes * 60, speakers=given.speakers, seed=given.seed)
    print(f"seed {plan.seed}")
    with tempfile.TemporaryDirectory(prefix="recital-fleet-") as folder:
        for what, figure in storm(Path(folder), plan, natural_s=300).items():
            print(f"{what:<60}{figure:>10}")


if __name__ == "__main__":
    main()
