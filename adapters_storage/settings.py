"""Everything that can be configured: from the environment, else from a `.env` file, else a default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from recital_core import errors
from recital_core.speakers import email_address
from recital_core.texts import Language, language_tag

SHORTEST_SECRET = 32
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
DATABASE_SCHEMES = frozenset(("postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one installation of Recital is told. `SETTINGS` says what each field means."""

    data_dir: Path
    database_url: str | None
    secret_key: str | None
    staging_dir: Path
    archive_dir: Path
    ffmpeg: str | None
    host: str
    port: int
    public_url: str | None
    languages: tuple[Language, ...]
    segment_ms: int
    abandon_after_hours: int
    workers: int
    admin_email: str

    @classmethod
    def load(cls, environ: Mapping[str, str], dotenv_path: Path | None = None) -> Settings:
        """Read every setting. Raises SettingWrong with one line that names the variable."""
        given = {**_dotenv(dotenv_path), **environ}
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            text, name = setting.text_in(given)
            values[setting.field] = setting.value(text, name, values)
        return cls(**values)

    @staticmethod
    def described() -> list[tuple[str, str, str, bool]]:
        """Every setting: its name, its default, what it means, and whether it is secret."""
        return [(setting.name, setting.default, setting.meaning, setting.secret) for setting in SETTINGS]

    def shown(self) -> list[str]:
        """What every setting is now, in the order of `described`, with secrets hidden."""
        return [setting.shown(getattr(self, setting.field)) for setting in SETTINGS]

    @property
    def is_local(self) -> bool:
        """Whether only this machine can connect to the server; a proxy on it may still let in others."""
        return self.host in LOOPBACK

    @property
    def address(self) -> str:
        """Where people reach the web client: the public URL, else the address that is listened on; without a slash."""
        if self.public_url:
            return self.public_url
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


class Setting(NamedTuple):
    """One variable. `read` turns its text into a value and raises ValueError with what is expected instead."""

    field: str
    name: str
    default: str
    meaning: str
    read: Callable[[str], object]
    aliases: tuple[str, ...] = ()
    secret: bool = False
    otherwise: Callable[[Mapping[str, Any]], object] | None = None
    """The value when nothing is given, from the fields read before; without it the default is read."""

    def text_in(self, given: Mapping[str, str]) -> tuple[str | None, str]:
        """What was given, under which of the names. An empty value counts as not given."""
        for name in (self.name, *self.aliases):
            text = given.get(name, "").strip()
            if text:
                return text, name
        return None, self.name

    def shown(self, value: object) -> str:
        if value is None:
            return "(not set)"
        if self.secret:
            return "(hidden)"
        return ",".join(value) if isinstance(value, tuple) else str(value)

    def value(self, text: str | None, name: str, before: Mapping[str, Any]) -> object:
        if text is None and self.otherwise is not None:
            return self.otherwise(before)
        try:
            return self.read(self.default if text is None else text)
        except (ValueError, errors.Invalid) as error:
            raise errors.SettingWrong(f"{name} is wrong: {error}", setting=name) from error


def _dotenv(path: Path | None) -> dict[str, str]:
    if path is None or not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        return {name: value for name, value in dotenv_values(path, encoding="utf-8").items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise errors.SettingWrong(f"{path} cannot be read: {error}.") from error


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"“{text[:40]}” is not a whole number from {least} to {most}.")
        return int(text)

    return read


def _database(text: str) -> str:
    """The URL in libpq's spelling, whatever driver it named."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in DATABASE_SCHEMES:
        raise ValueError("it does not look like postgresql://user:password@host:5432/name.")
    return f"postgresql://{rest}"


def _secret(text: str) -> str:
    if len(text) < SHORTEST_SECRET:
        raise ValueError(f"a secret has at least {SHORTEST_SECRET} characters.")
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"“{text[:80]}” does not look like https://recital.example.org.")
    return text.rstrip("/")


def _languages(text: str) -> tuple[Language, ...]:
    languages = tuple(language_tag(tag) for tag in text.split(",") if tag.strip())
    if not languages:
        raise ValueError("at least one language is needed.")
    return languages


def _inside(name: str) -> Callable[[Mapping[str, Any]], Path]:
    return lambda before: before["data_dir"] / name


def _nothing(_before: Mapping[str, Any]) -> None:
    return None


SETTINGS = (
    Setting("data_dir", "RECITAL_DATA_DIR", ".data", "folder of everything that has no place of its own", _folder),
    Setting(
        "database_url",
        "RECITAL_DATABASE_URL",
        "a PostgreSQL of its own in the data folder",
        "PostgreSQL server to use: postgresql://user:password@host:5432/name",
        _database,
        aliases=("DB_CONNECTION_STR",),
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "secret_key",
        "RECITAL_SECRET_KEY",
        "secret.key in the data folder, made at the first start",
        "key of tokens, signed links and pseudonyms; at least 32 characters, the same on every machine",
        _secret,
        aliases=("ACCESS_TOKEN_SECRET_KEY",),
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "staging_dir",
        "RECITAL_STAGING_DIR",
        "staging in the data folder",
        "folder where segments wait until their session is published",
        _folder,
        otherwise=_inside("staging"),
    ),
    Setting(
        "archive_dir",
        "RECITAL_ARCHIVE_DIR",
        "archive in the data folder",
        "folder where finished sessions are published",
        _folder,
        otherwise=_inside("archive"),
    ),
    Setting(
        "ffmpeg",
        "RECITAL_FFMPEG",
        "ffmpeg of the PATH, else the one that came along",
        "the ffmpeg program",
        str,
        otherwise=_nothing,
    ),
    Setting("host", "RECITAL_HOST", "127.0.0.1", "address to listen on", str),
    Setting("port", "RECITAL_PORT", "8000", "port to listen on; 0 for any that is free", _whole(0, 65535)),
    Setting(
        "public_url",
        "RECITAL_PUBLIC_URL",
        "the address that is listened on",
        "where people reach the web client, when a proxy stands before it",
        _web_address,
        otherwise=_nothing,
    ),
    Setting("languages", "RECITAL_LANGUAGES", "he,yi,en", "languages of texts, as BCP 47 tags", _languages),
    Setting("segment_ms", "RECITAL_SEGMENT_MS", "5000", "length of a segment, in milliseconds", _whole(500, 60_000)),
    Setting(
        "abandon_after_hours",
        "RECITAL_ABANDON_AFTER_HOURS",
        "24",
        "hours without a call after which a session is closed",
        _whole(1, 24 * 366),
    ),
    Setting("workers", "RECITAL_WORKERS", "1", "sessions that are finalised at one time", _whole(1, 64)),
    Setting(
        "admin_email", "RECITAL_ADMIN_EMAIL", "admin@localhost", "account that `recital serve` makes", email_address
    ),
)
