"""What settings are read from, and how a wrong one is refused."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from adapters_storage.database import database_url
from adapters_storage.settings import SETTINGS, Settings
from recital_core import errors


def load(tmp_path: Path, **environ: str) -> Settings:
    return Settings.load({"RECITAL_DATA_DIR": str(tmp_path), **environ})


def providers(**changes: str) -> str:
    """The JSON of one provider."""
    example = {
        "id": "example",
        "name": "Example",
        "issuer": "https://accounts.example.org",
        "client_id": "recital",
        "client_secret": "hunter2",
    }
    return json.dumps([{**example, **changes}])


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
        ("RECITAL_ARCHIVE_S3", "Bucket_with_capitals"),
        ("RECITAL_ARCHIVE_S3", "https://bucket.s3.amazonaws.com"),
        ("RECITAL_STAGING_S3", "bucket/../other"),
        ("RECITAL_S3_ENDPOINT", "minio:9000"),
        ("RECITAL_S3_PATH_STYLE", "maybe"),
        ("RECITAL_S3_ENCRYPTION", "rot13"),
        ("RECITAL_DATABASE_URL", "mysql://localhost/recital"),
        ("RECITAL_DATABASE_URL", "localhost"),
        ("RECITAL_DATABASE_URL", "postgresql://recital:ab/cd@database:5432/recital"),
        ("RECITAL_DATABASE_URL", "postgresql://recital:12/ab@database:5432/recital"),
        ("RECITAL_DATABASE_URL", "postgresql://recital:ab@cd@database:5432/recital"),
        ("RECITAL_DATABASE_URL", "postgresql://recital:100%@database:5432/recital"),
        ("RECITAL_DATABASE_URL", "postgresql://database:99999/recital"),
        ("DB_CONNECTION_STR", "oracle://localhost"),
        ("RECITAL_SECRET_KEY", "short"),
        ("ACCESS_TOKEN_SECRET_KEY", "short"),
        ("RECITAL_PUBLIC_URL", "recital.example.org"),
        ("RECITAL_ADMIN_EMAIL", "nobody"),
        ("RECITAL_APPROVAL", "perhaps"),
        ("RECITAL_OPEN_SESSIONS", "0"),
        ("RECITAL_AGREEMENT_DIR", "/no/such/folder"),
        ("RECITAL_SIGN_IN_PROVIDERS", "google"),
        ("RECITAL_SIGN_IN_PROVIDERS", '{"id": "a"}'),
        ("RECITAL_SIGN_IN_PROVIDERS", '[{"id": "a"}]'),
        ("RECITAL_SIGN_IN_PROVIDERS", providers(id="A b")),
        ("RECITAL_SIGN_IN_PROVIDERS", providers(issuer="http://accounts.example.org")),
        ("RECITAL_SIGN_IN_PROVIDERS", providers(client_secret=" ")),
        ("RECITAL_SIGN_IN_PROVIDERS", "\udcff"),
        ("RECITAL_MAIL", "mail.example.org"),
        ("RECITAL_MAIL", "http://mail.example.org"),
        ("RECITAL_MAIL", "smtp://mail.example.org:port"),
        ("RECITAL_MAIL", "smtp://[mail"),
        ("RECITAL_MAIL_FROM", "Recital"),
        ("RECITAL_MAIL_FROM", "Recital <nobody>"),
        ("RECITAL_CONTACT", "nobody"),
        ("RECITAL_CONTACT", "ftp://recital.example.org"),
        ("RECITAL_DELEGATION_SECRET_KEY", "short"),
        ("DELEGATED_IDENTITY_SECRET_KEY", "short"),
        ("RECITAL_DELEGATION_ADMINS", "1"),
        ("RECITAL_OLD_SECRET_KEYS", "short"),
        ("RECITAL_PSEUDONYM_KEY", "short"),
        ("RECITAL_TRUSTED_PROXIES", "*"),
        ("RECITAL_TRUSTED_PROXIES", "proxy.example.org"),
        ("RECITAL_TLS_CERTIFICATE", "/no/such/file"),
        ("RECITAL_TLS_KEY", "/no/such/file"),
        ("RECITAL_POSTHOG_URL", "posthog"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(errors.SettingWrong) as refused:
        load(tmp_path, **{name: value})
    assert name in refused.value.detail
    assert "\n" not in refused.value.detail


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS if setting.secret and setting.read is not str])
@pytest.mark.parametrize(
    "wrong", ["hunter2", "smtp://u:hunter2/x@h:587", '[{"client_secret": "hunter2"}]', "x,hunter2"]
)
def test_a_wrong_secret_is_not_repeated(tmp_path: Path, name: str, wrong: str) -> None:
    with pytest.raises(errors.SettingWrong) as refused:
        load(tmp_path, **{name: wrong})
    assert "hunter2" not in refused.value.detail
    assert "hunter2" not in repr(refused.value.facts)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"RECITAL_GOOGLE_CLIENT_ID": "x"}, "RECITAL_GOOGLE_CLIENT_SECRET"),
        ({"GOOGLE_CLIENT_SECRET": "x"}, "RECITAL_GOOGLE_CLIENT_ID"),
        ({"RECITAL_TLS_CERTIFICATE": __file__}, "RECITAL_TLS_KEY"),
        ({"RECITAL_TLS_KEY": __file__}, "RECITAL_TLS_CERTIFICATE"),
        ({"RECITAL_OLD_SECRET_KEYS": "s" * 40}, "RECITAL_PSEUDONYM_KEY"),
    ],
)
def test_a_setting_that_needs_another_names_it(tmp_path: Path, given: dict[str, str], missing: str) -> None:
    with pytest.raises(errors.SettingWrong, match=f"^{missing} is missing"):
        load(tmp_path, **given)


def test_google_is_one_of_the_providers(tmp_path: Path) -> None:
    settings = load(
        tmp_path, GOOGLE_CLIENT_ID="its id", GOOGLE_CLIENT_SECRET="hunter2", RECITAL_SIGN_IN_PROVIDERS=providers()
    )
    google, example = settings.sign_in_providers
    assert (google.id, google.issuer, google.client_id) == ("google", "https://accounts.google.com", "its id")
    assert (example.id, example.name, example.client_secret) == ("example", "Example", "hunter2")


def test_two_providers_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.SettingWrong, match="RECITAL_SIGN_IN_PROVIDERS"):
        load(
            tmp_path,
            GOOGLE_CLIENT_ID="x",
            GOOGLE_CLIENT_SECRET="y",
            RECITAL_SIGN_IN_PROVIDERS=providers(id="google"),
        )


def test_a_provider_on_this_machine_needs_no_https(tmp_path: Path) -> None:
    settings = load(tmp_path, RECITAL_SIGN_IN_PROVIDERS=providers(issuer="http://127.0.0.1:9000"))
    assert settings.sign_in_providers[0].issuer == "http://127.0.0.1:9000"


def test_without_settings_of_people_nobody_is_told_anything_and_accounts_wait(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.approval
    assert not settings.delegation_admins
    assert [*settings.sign_in_providers, *settings.trusted_proxies, *settings.old_secret_keys] == []
    assert [settings.mail, settings.delegation_secret_key, settings.posthog_key, settings.agreement_dir] == [None] * 4


def test_letters_come_from_the_public_host_unless_told_otherwise(tmp_path: Path) -> None:
    assert load(tmp_path).mail_from == "Recital <recital@localhost>"
    public = load(tmp_path, RECITAL_PUBLIC_URL="https://recital.example.org:444/x")
    assert public.mail_from == "Recital <recital@recital.example.org>"
    assert load(tmp_path, RECITAL_MAIL_FROM="Dana@example.org").mail_from == "dana@example.org"
    assert load(tmp_path, RECITAL_MAIL_FROM="אוצר <Otsar@example.org>").mail_from == "אוצר <otsar@example.org>"


def test_wikis_are_told_whom_to_write_to(tmp_path: Path) -> None:
    assert load(tmp_path, RECITAL_ADMIN_EMAIL="head@example.org").contact == "head@example.org"
    assert load(tmp_path, RECITAL_PUBLIC_URL="https://recital.example.org").contact == "https://recital.example.org"
    assert load(tmp_path, RECITAL_CONTACT="Dana@example.org").contact == "dana@example.org"
    assert load(tmp_path, RECITAL_CONTACT="https://example.org/us").contact == "https://example.org/us"


def test_speakers_are_told_of_a_contact_that_leads_to_somebody(tmp_path: Path) -> None:
    assert load(tmp_path).contact_of_people is None
    assert load(tmp_path, RECITAL_PUBLIC_URL="https://recital.example.org").contact_of_people is None
    assert load(tmp_path, RECITAL_CONTACT="dana@example.org").contact_of_people == "dana@example.org"


@pytest.mark.parametrize("mail", ["smtp://u:p%2F@mail.example.org:587", "smtps://localhost", "ses://eu-central-1"])
def test_whoever_delivers_letters_is_named_by_a_url(tmp_path: Path, mail: str) -> None:
    assert load(tmp_path, RECITAL_MAIL=mail).mail == mail


def test_proxies_are_addresses_and_networks(tmp_path: Path) -> None:
    settings = load(tmp_path, RECITAL_TRUSTED_PROXIES="10.1.2.3/8, 127.0.0.1,::1")
    assert settings.trusted_proxies == ("10.0.0.0/8", "127.0.0.1/32", "::1/128")


def test_keys_of_before_are_listed(tmp_path: Path) -> None:
    old = load(tmp_path, RECITAL_OLD_SECRET_KEYS=f"{'a' * 40}, {'b' * 40},", RECITAL_PSEUDONYM_KEY="c" * 40)
    assert old.old_secret_keys == ("a" * 40, "b" * 40)


def test_an_empty_value_counts_as_not_given(tmp_path: Path) -> None:
    assert load(tmp_path, RECITAL_PORT="", RECITAL_DATABASE_URL=" ").port == 8000


def test_the_names_of_the_system_before_us_still_count(tmp_path: Path) -> None:
    settings = load(
        tmp_path, DB_CONNECTION_STR="postgresql+psycopg2://u:p@db/recital", ACCESS_TOKEN_SECRET_KEY="s" * 40
    )
    assert settings.database_url == "postgresql://u:p@db/recital"
    assert settings.secret_key == "s" * 40


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://",
        "postgresql://recital:a%2Fb%40@database:5432/recital?sslmode=require",
        "postgresql:///recital?host=/var/run/postgresql",
        "postgresql://one:5432,two/recital",
        "postgresql://[::1]:5432/recital",
    ],
)
def test_whatever_libpq_understands_names_a_database(tmp_path: Path, url: str) -> None:
    assert load(tmp_path, RECITAL_DATABASE_URL=url).database_url == url


def test_what_a_password_would_want_in_an_address_is_told_without_it(tmp_path: Path) -> None:
    with pytest.raises(errors.SettingWrong, match="%2F") as refused:
        load(tmp_path, RECITAL_DATABASE_URL="postgresql://recital:hunter2/x@database:5432/recital")
    assert "hunter2" not in refused.value.detail


def test_our_own_name_wins_over_an_older_one(tmp_path: Path) -> None:
    settings = load(tmp_path, DB_CONNECTION_STR="postgresql://old/x", RECITAL_DATABASE_URL="postgres://new/x")
    assert settings.database_url == "postgresql://new/x"


def test_a_file_gives_what_the_environment_does_not(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("RECITAL_PORT=9000\nRECITAL_HOST='0.0.0.0'\nRECITAL_WORKERS\n", encoding="utf-8")
    settings = Settings.load({"RECITAL_PORT": "9001"}, dotenv)
    assert (settings.port, settings.host, settings.concurrency) == (9001, "0.0.0.0", 1)


def test_a_missing_file_is_fine(tmp_path: Path) -> None:
    assert Settings.load({}, tmp_path / ".env").port == 8000


def test_folders_may_lie_elsewhere(tmp_path: Path) -> None:
    settings = load(tmp_path, RECITAL_ARCHIVE_DIR="~/archive")
    assert settings.archive_dir == Path.home() / "archive"
    assert settings.staging_dir == tmp_path / "staging"


SECRETS = {
    "RECITAL_DATABASE_URL": "postgresql://u:hunter2@db/x",
    "RECITAL_SECRET_KEY": "hunter2" * 6,
    "RECITAL_OLD_SECRET_KEYS": "hunter2" * 7,
    "RECITAL_PSEUDONYM_KEY": "hunter2" * 8,
    "RECITAL_DELEGATION_SECRET_KEY": "hunter2" * 9,
    "RECITAL_S3_ACCESS_KEY_ID": "its id",
    "RECITAL_S3_SECRET_ACCESS_KEY": "hunter2",
    "RECITAL_S3_SESSION_TOKEN": "hunter2",
    "RECITAL_MAIL": "smtp://u:hunter2@h:587",
    "RECITAL_GOOGLE_CLIENT_ID": "its id",
    "RECITAL_GOOGLE_CLIENT_SECRET": "hunter2",
    "RECITAL_SIGN_IN_PROVIDERS": providers(),
    "RECITAL_POSTHOG_KEY": "hunter2",
}


def test_secrets_are_neither_shown_nor_written(tmp_path: Path) -> None:
    assert {setting.name for setting in SETTINGS if setting.secret} <= set(SECRETS)
    settings = load(tmp_path, **SECRETS)
    assert "(hidden)" in settings.shown()
    for written in (*settings.shown(), repr(settings), f"{settings}", repr(settings.sign_in_providers)):
        assert "hunter2" not in written
    assert "segment_ms=5000" in repr(settings)


def test_the_public_address_is_what_people_are_shown(tmp_path: Path) -> None:
    assert load(tmp_path, RECITAL_PUBLIC_URL="https://recital.example.org/").address == "https://recital.example.org"
    assert load(tmp_path, RECITAL_HOST="::1", RECITAL_PORT="81").address == "http://[::1]:81"


def test_with_a_certificate_the_address_is_https(tmp_path: Path) -> None:
    settings = load(tmp_path, RECITAL_TLS_CERTIFICATE=__file__, RECITAL_TLS_KEY=__file__)
    assert settings.address == "https://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ({}, False),
        ({"RECITAL_PUBLIC_URL": "http://recital.example.org"}, False),
        ({"RECITAL_PUBLIC_URL": "https://recital.example.org"}, True),
        ({"RECITAL_TLS_CERTIFICATE": __file__, "RECITAL_TLS_KEY": __file__}, True),
        ({"RECITAL_TLS_CERTIFICATE": "{folder}/ours.pem", "RECITAL_TLS_KEY": "{folder}/ours.pem"}, False),
    ],
)
def test_people_are_held_to_https_unless_the_certificate_is_of_our_own_making(
    tmp_path: Path, given: dict[str, str], held: bool
) -> None:
    (tmp_path / "ours.pem").touch()
    settings = load(tmp_path, **{name: value.format(folder=tmp_path) for name, value in given.items()})
    assert settings.is_https_for_good is held


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


def test_a_database_whose_machine_is_gone_is_given_up_within_half_a_minute_or_as_its_url_says(
    tmp_path: Path,
) -> None:
    for given, waits in (("", "30000"), ("?tcp_user_timeout=5000", "5000")):
        named = f"postgresql://recital:a%2Fb@db:5433/x{given}"
        with database_url(load(tmp_path, RECITAL_DATABASE_URL=named)) as url:
            understood = conninfo_to_dict(url)
        assert understood.items() >= {"host": "db", "port": "5433", "dbname": "x", "password": "a/b"}.items()
        assert (understood["tcp_user_timeout"], understood["connect_timeout"]) == (waits, "10")


def test_a_data_folder_that_cannot_be_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.SettingWrong, match="RECITAL_DATA_DIR"), database_url(load(tmp_path / "file" / "data")):
        pass


def test_a_bucket_is_named_as_people_write_it(tmp_path: Path) -> None:
    for text in ("s3://readings/of/2026/", "readings/of/2026"):
        assert load(tmp_path, RECITAL_ARCHIVE_S3=text).archive_s3 == "readings/of/2026"
    assert load(tmp_path, CONTENT_STORAGE_S3_BUCKET="readings").archive_s3 == "readings"
    assert load(tmp_path, CONTENT_STORAGE_S3_BUCKET="readings").staging_s3 is None


def test_amazon_s_own_variables_count_for_s3(tmp_path: Path) -> None:
    key = {"AWS_ACCESS_KEY_ID": "an-id", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_SESSION_TOKEN": "a-token"}
    settings = load(tmp_path, **key, AWS_REGION="eu-central-1", AWS_ENDPOINT_URL="http://127.0.0.1:9000")
    assert (settings.s3_access_key_id, settings.s3_secret_access_key) == ("an-id", "hunter2")
    assert (settings.s3_session_token, settings.s3_region) == ("a-token", "eu-central-1")
    assert settings.s3_endpoint == "http://127.0.0.1:9000"
    assert "hunter2" not in repr(settings)


def test_the_bucket_stands_in_the_path_where_the_server_is_not_amazon_s(tmp_path: Path) -> None:
    elsewhere = {"RECITAL_S3_ENDPOINT": "https://s3.example.org"}
    assert not load(tmp_path).s3_path_style
    assert load(tmp_path, **elsewhere).s3_path_style
    assert not load(tmp_path, **elsewhere, RECITAL_S3_PATH_STYLE="false").s3_path_style


def test_staging_and_archive_are_two_places(tmp_path: Path) -> None:
    load(tmp_path, RECITAL_STAGING_S3="bucket/staging", RECITAL_ARCHIVE_S3="bucket/archive")
    with pytest.raises(errors.SettingWrong, match="RECITAL_STAGING_S3"):
        load(tmp_path, RECITAL_STAGING_S3="s3://bucket", RECITAL_ARCHIVE_S3="bucket")
