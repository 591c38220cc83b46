"""What settings are read from, and how a wrong one is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from adapters_storage.database import database_url
from adapters_storage.settings import SETTINGS, Settings
from recital_core import errors


def load(tmp_path: Path, **environ: str) -> Settings:
    return Settings.load({"RECITAL_DATA_DIR": str(tmp_path), **environ})


def test_with_nothing_set_everything_is_embedded_and_on_loopback() -> None:
    settings = Settings.load({})
    assert settings.database_url is None
    assert settings.data_dir == Path.cwd() / ".data"
    assert settings.archive_dir == settings.data_dir / "archive"
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.languages == ("he", "yi", "en")


def test_every_setting_is_described_once() -> None:
    described = Settings.described()
    assert [name for name, _, _, _ in described] == [setting.name for setting in SETTINGS]
    assert all(name.startswith("RECITAL_") and default and meaning for name, default, meaning, _ in described)
    assert {setting.field for setting in SETTINGS} == set(Settings.__dataclass_fields__)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECITAL_PORT", "eight"),
        ("RECITAL_PORT", "70000"),
        ("RECITAL_PORT", "-1"),
        ("RECITAL_PORT", "٨"),
        ("RECITAL_WORKERS", "0"),
        ("RECITAL_SEGMENT_MS", "5.5"),
        ("RECITAL_LANGUAGES", "he,hebräisch!"),
        ("RECITAL_LANGUAGES", " , "),
        ("RECITAL_DATABASE_URL", "mysql://localhost/recital"),
        ("RECITAL_DATABASE_URL", "localhost"),
        ("DB_CONNECTION_STR", "oracle://localhost"),
        ("RECITAL_SECRET_KEY", "short"),
        ("ACCESS_TOKEN_SECRET_KEY", "short"),
        ("RECITAL_PUBLIC_URL", "recital.example.org"),
        ("RECITAL_ADMIN_EMAIL", "nobody"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(errors.SettingWrong) as refused:
        load(tmp_path, **{name: value})
    assert name in refused.value.detail
    assert "\n" not in refused.value.detail


def test_a_wrong_secret_is_not_repeated(tmp_path: Path) -> None:
    for name in ("RECITAL_SECRET_KEY", "RECITAL_DATABASE_URL"):
        with pytest.raises(errors.SettingWrong) as refused:
            load(tmp_path, **{name: "hunter2"})
        assert "hunter2" not in refused.value.detail


def test_an_empty_value_counts_as_not_given(tmp_path: Path) -> None:
    assert load(tmp_path, RECITAL_PORT="", RECITAL_DATABASE_URL=" ").port == 8000


def test_the_names_of_the_system_before_us_still_count(tmp_path: Path) -> None:
    settings = load(
        tmp_path, DB_CONNECTION_STR="postgresql+psycopg2://u:p@db/recital", ACCESS_TOKEN_SECRET_KEY="s" * 40
    )
    assert settings.database_url == "postgresql://u:p@db/recital"
    assert settings.secret_key == "s" * 40


def test_our_own_name_wins_over_an_older_one(tmp_path: Path) -> None:
    settings = load(tmp_path, DB_CONNECTION_STR="postgresql://old/x", RECITAL_DATABASE_URL="postgres://new/x")
    assert settings.database_url == "postgresql://new/x"


def test_a_file_gives_what_the_environment_does_not(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("RECITAL_PORT=9000\nRECITAL_HOST='0.0.0.0'\nRECITAL_WORKERS\n", encoding="utf-8")
    settings = Settings.load({"RECITAL_PORT": "9001"}, dotenv)
    assert (settings.port, settings.host, settings.workers) == (9001, "0.0.0.0", 1)


def test_a_missing_file_is_fine(tmp_path: Path) -> None:
    assert Settings.load({}, tmp_path / ".env").port == 8000


def test_folders_may_lie_elsewhere(tmp_path: Path) -> None:
    settings = load(tmp_path, RECITAL_ARCHIVE_DIR="~/archive")
    assert settings.archive_dir == Path.home() / "archive"
    assert settings.staging_dir == tmp_path / "staging"


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    settings = load(tmp_path, RECITAL_DATABASE_URL="postgresql://u:hunter2@db/x", RECITAL_SECRET_KEY="s" * 40)
    shown = " ".join(settings.shown())
    assert "hunter2" not in shown
    assert "sss" not in shown


def test_the_public_address_is_what_people_are_shown(tmp_path: Path) -> None:
    assert load(tmp_path, RECITAL_PUBLIC_URL="https://recital.example.org/").address == "https://recital.example.org"
    assert load(tmp_path, RECITAL_HOST="::1", RECITAL_PORT="81").address == "http://[::1]:81"


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)]
)
def test_only_what_listens_on_loopback_is_local(tmp_path: Path, host: str, local: bool) -> None:
    assert load(tmp_path, RECITAL_HOST=host).is_local is local


def test_a_data_folder_of_our_making_is_private_and_another_stays_as_it_is(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "deep" / "ours", tmp_path / "theirs"
    theirs.mkdir(mode=0o755)
    for folder in (ours, theirs):
        with database_url(load(folder, RECITAL_DATABASE_URL="postgresql://db/x")):
            pass
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (ours, theirs)] == [0o700, 0o755]


def test_a_data_folder_that_cannot_be_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.SettingWrong, match="RECITAL_DATA_DIR"), database_url(load(tmp_path / "file" / "data")):
        pass
