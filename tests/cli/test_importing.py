"""`recital import crowd-recital`, on a real database and archive as crowd-recital leaves them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters_storage.assembly import Recital
from adapters_storage.clock import SystemClock
from adapters_storage.sealer import JoserfcSealer, secret_in
from recital_core.sessions import State
from recital_core.speakers import Role, Sex
from recital_core.taken_over import session_id_of
from tests.cli.conftest import Terminal
from tests.crowd_recital import CrowdRecitalThere
from tests.database import created_database
from tests.ended import state_of
from tests.s3_door import StrictDoor
from tests.s3_servers import Bucket, s3_settings

KEY = "3ZkX_aB0cD1eF2gH3iJ4k"
OTHER_KEY = "9QkX_aB0cD1eF2gH3iJ4k"
WORDS = ("אחת.", "שתיים.", "שלוש.")


@pytest.fixture
def there(database_url: str, tmp_path: Path) -> Iterator[CrowdRecitalThere]:
    archive = tmp_path / "their archive"
    archive.mkdir()
    with created_database(database_url) as url:
        there = CrowdRecitalThere(url, archive)
        yield there
        there.close()


def take_over(terminal: Terminal, there: CrowdRecitalThere) -> Any:
    return terminal.json("import", "crowd-recital", "--database-url", there.url, "--archive", str(there.archive))


def test_a_published_session_is_made_anew_from_what_was_recorded(
    terminal: Terminal, recital: Recital, there: CrowdRecitalThere
) -> None:
    dana = there.person("Dana@Example.org", group="speaker", year_of_birth=1980, sex="female")
    text = there.text(dana, list(WORDS), title="מספרים", public=True)
    there.session(KEY, dana, text, (1.0, WORDS[0]), (2.0, WORDS[1], True), (3.0, WORDS[1]), (4.1, WORDS[2]))
    there.audio(KEY)
    report = take_over(terminal, there)
    assert report["people"] == report["texts"] == report["sessions"] == {"taken over": 1}
    terminal.run("sessions", "finalize")
    folder = terminal.folder / "data" / "archive" / str(session_id_of(KEY))
    record = json.loads((folder / "session.json").read_text("utf-8"))
    assert [cue["words"] for cue in record["cues"]] == list(WORDS)
    assert record["cues"][1]["raw_start_sample"] >= 2 * 48_000, "the discarded reading is cut out"
    assert record["problems"] == []
    assert (record["text"]["title"], record["language"]) == ("מספרים", "he")
    speaker = recital.membership.known("dana@example.org")
    assert (speaker.role, speaker.birth_year, speaker.sex) == (Role.SPEAKER, 1980, Sex.FEMALE)
    assert speaker.agreement_version is None, "they agree to ours before they record here"


def test_again_changes_nothing_but_what_was_disavowed_since(
    terminal: Terminal, recital: Recital, there: CrowdRecitalThere
) -> None:
    dana = there.person("dana@example.org")
    text = there.text(dana, list(WORDS))
    for key in (KEY, OTHER_KEY):
        there.session(key, dana, text, (1.0, WORDS[0]))
        there.audio(key)
    take_over(terminal, there)
    terminal.run("sessions", "finalize")
    there.disavow(KEY)
    report = take_over(terminal, there)
    assert report["people"] == report["texts"] == {"here already": 1}
    assert report["sessions"] == {"disavowed": 1, "here already": 1}
    assert state_of(recital, session_id_of(KEY)) is State.DISCARDED
    assert state_of(recital, session_id_of(OTHER_KEY)) is State.UPLOADED


def test_what_is_not_tidy_there_is_told_and_stops_nothing(
    terminal: Terminal, recital: Recital, there: CrowdRecitalThere
) -> None:
    dana = there.person("dana@example.org")
    same = there.person("dana@example.org", group="admin")
    there.person("unverified@example.org", email_verified=False, year_of_birth=0)
    text = there.text(dana, list(WORDS))
    there.session("disavowed", dana, text, (1.0, WORDS[0]))
    there.audio("disavowed")
    there.disavow("disavowed")
    there.session("waiting", dana, text, (1.0, WORDS[0]), status="aggregated")
    there.session("lost", dana, text, (1.0, WORDS[0]))
    there.session("broken", dana, text, (1.0, WORDS[0]))
    there.audio("broken").write_bytes(b"nothing that plays")
    there.session("beyond", same, text, (9.0, WORDS[0]), (10.0, WORDS[1]))
    there.audio("beyond")
    there.session("textless", same, None, (1.0, "בלי טקסט."), (2.0, WORDS[0]), (2.0, WORDS[0]), (9.0, WORDS[1]))
    there.audio("textless", "main.audio.mka")
    report = take_over(terminal, there)
    assert report["people"] == {"taken over": 2, "one with an account that is here": 1}
    assert report["sessions"] == {
        "disavowed": 1,
        "never published": 1,
        "without its audio": 2,
        "without a sentence that lies in its audio": 1,
        "taken over": 1,
    }
    assert sorted(key for key, _ in report["notes"]) == ["beyond", "broken", "lost", "textless"]
    taken = recital.recording.get(recital.membership.known("dana@example.org"), session_id_of("textless"))
    assert taken.session.ending is not None
    assert taken.session.ending.marks == 2
    assert recital.membership.known("dana@example.org").role is Role.ADMIN
    terminal.run("speakers", "login-link", "unverified@example.org", code=4)


def test_whoever_was_erased_here_does_not_come_back(
    terminal: Terminal, recital: Recital, there: CrowdRecitalThere
) -> None:
    dana = there.person("dana@example.org", group="speaker")
    there.session(KEY, dana, there.text(dana, list(WORDS)), (1.0, WORDS[0]))
    there.audio(KEY)
    take_over(terminal, there)
    terminal.run("speakers", "forget", "dana@example.org", "--yes")
    there.text(dana, list(WORDS), title="נוסף אחר כך")
    for _ in range(2):
        report = take_over(terminal, there)
        assert report["people"] == {"erased here": 1}
        assert report["texts"] == {"here already": 1, "erased here": 1}
        terminal.run("speakers", "login-link", "dana@example.org", code=4)


def test_nor_does_whoever_had_recorded_nothing_or_was_here_before(
    terminal: Terminal, recital: Recital, there: CrowdRecitalThere
) -> None:
    dana = there.person("dana@example.org", group="admin")
    terminal.run("speakers", "approve", "noam@example.org")
    there.person("noam@example.org")
    there.person("noam@example.org", name="Noam again")
    assert take_over(terminal, there)["people"] == {"taken over": 1, "one with an account that is here": 2}
    erased = [recital.membership.known(f"{name}@example.org").id for name in ("dana", "noam")]
    for name in ("dana", "noam"):
        terminal.run("speakers", "approve", "another@example.org", "--admin")
        terminal.run("speakers", "forget", f"{name}@example.org", "--yes")
    for _ in range(2):
        assert take_over(terminal, there)["people"] == {"erased here": 3}
        for name in ("dana", "noam"):
            terminal.run("speakers", "login-link", f"{name}@example.org", code=4)
    log = terminal.run("audit", "--json").stdout
    sealer = JoserfcSealer(secret=secret_in(terminal.folder / "data" / "secret.key"), clock=SystemClock())
    for trace in (str(dana), "dana", "noam", "Noam", *map(str, erased), *map(sealer.pseudonym, erased)):
        assert trace not in log, "nothing leads to whoever was erased"


def test_what_was_decided_here_since_counts(terminal: Terminal, recital: Recital, there: CrowdRecitalThere) -> None:
    terminal.run("speakers", "approve", "noam@example.org")
    there.person("dana@example.org", group="admin", year_of_birth=1980, sex="female")
    there.person("noam@example.org", group="admin")
    there.person("ruth@example.org", group="speaker")
    take_over(terminal, there)
    roles = {name: recital.membership.known(f"{name}@example.org").role for name in ("dana", "noam", "ruth")}
    assert roles == {"dana": Role.ADMIN, "noam": Role.ADMIN, "ruth": Role.SPEAKER}
    terminal.run("speakers", "approve", "ruth@example.org", "--admin")
    for name in ("dana", "noam"):
        terminal.run("speakers", "revoke", f"{name}@example.org")
    dana = recital.membership.known("dana@example.org")
    recital.membership.update(dana, {"birth_year": None, "sex": Sex.UNSTATED})
    assert take_over(terminal, there)["people"] == {"here already": 2, "one with an account that is here": 1}
    roles = {name: recital.membership.known(f"{name}@example.org").role for name in ("dana", "noam", "ruth")}
    assert roles == {"dana": Role.PENDING, "noam": Role.PENDING, "ruth": Role.ADMIN}
    dana = recital.membership.known("dana@example.org")
    assert (dana.birth_year, dana.sex) == (None, Sex.UNSTATED)


def test_the_archive_may_be_a_bucket(
    terminal: Terminal, recital: Recital, there: CrowdRecitalThere, moto: StrictDoor
) -> None:
    dana = there.person("dana@example.org")
    there.session(KEY, dana, there.text(dana, list(WORDS)), (1.0, WORDS[0]))
    bucket = Bucket(moto.url, "crowd-recital")
    bucket.make()
    audio = there.audio(KEY).read_bytes()
    bucket.s3.put_object(Bucket=bucket.name, Key=f"{KEY}/source.audio.webm", Body=audio, ChecksumAlgorithm="SHA256")
    keys = s3_settings(moto.url)
    terminal.environ |= {name: value for name, value in keys.items() if not name.endswith(("STAGING_S3", "ARCHIVE_S3"))}
    asked = ("import", "crowd-recital", "--database-url", there.url, "--archive", f"s3://{bucket.name}")
    assert terminal.json(*asked)["sessions"] == {"taken over": 1}


def test_a_database_of_something_else_is_refused(terminal: Terminal, tmp_path: Path, empty_database: str) -> None:
    asked = ("import", "crowd-recital", "--archive", str(tmp_path), "--database-url")
    assert "users" in terminal.refused(*asked, empty_database, code=3)
    assert "postgresql://" in terminal.refused(*asked, "mysql://there", code=3)
