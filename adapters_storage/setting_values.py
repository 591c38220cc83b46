"""One variable of the settings, and how its text becomes a value.

Each reader takes the text and raises ValueError with what is expected instead; of a secret it repeats nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import SplitResult, urlsplit

import msgspec

from recital_core import errors
from recital_core.speakers import email_address
from recital_core.texts import Language, language_tag

SHORTEST_SECRET = 32
PORTS = 65536
LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))
DATABASE_SCHEMES = frozenset(("postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2"))

Kind = TypeVar("Kind")


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
        if value is None or value == ():
            return "(not set)"
        if self.secret:
            return "(hidden)"
        if isinstance(value, bool):
            return str(value).lower()
        return ",".join(value) if isinstance(value, tuple) else str(value)

    def value(self, text: str | None, name: str, before: Mapping[str, Any]) -> object:
        """Raises SettingWrong."""
        if text is None and self.otherwise is not None:
            return self.otherwise(before)
        try:
            return self.read(self.default if text is None else text)
        except (ValueError, errors.Invalid) as error:
            raise errors.SettingWrong(f"{name} is wrong: {error}", setting=name) from error


@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """One OpenID Connect provider: `id` names it in addresses, `name` on screens, `issuer` in what it signs."""

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError with what is expected instead."""
        if not self.id.isascii() or not self.id.replace("-", "").isalnum() or self.id != self.id.lower():
            raise ValueError(f"the id “{self.id[:40]}” is not made of small letters, digits and hyphens.")
        if not self.name.strip() or not self.client_id.strip() or not self.client_secret.strip():
            raise ValueError(f"the provider {self.id} needs a name, a client_id and a client_secret.")
        issuer = urlsplit(self.issuer)
        on_this_machine = issuer.scheme == "http" and issuer.hostname in LOOPBACK
        if not issuer.hostname or (issuer.scheme != "https" and not on_this_machine):
            raise ValueError(f"the issuer of {self.id} does not look like https://accounts.example.org.")


def given_in(dotenv: Path | None) -> dict[str, str]:
    """The variables that a `.env` file gives; none where there is no such file. Raises SettingWrong."""
    if dotenv is None or not dotenv.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        return {name: value for name, value in dotenv_values(dotenv, encoding="utf-8").items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise errors.SettingWrong(f"{dotenv} cannot be read: {error}.") from error


def folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def existing_folder(text: str) -> Path:
    if not (path := folder(text)).is_dir():
        raise ValueError(f"there is no folder {path}.")
    return path


def existing_file(text: str) -> Path:
    if not (path := folder(text)).is_file():
        raise ValueError(f"there is no file {path}.")
    return path


def whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"“{text[:40]}” is not a whole number from {least} to {most}.")
        return int(text)

    return read


def port(text: str) -> int:
    return whole(1, PORTS - 1)(text)


def one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"“{text[:40]}” is none of {', '.join(words)}.")
        return text

    return read


def yes_or_no(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(f"“{text[:40]}” is neither true nor false.")
    return text.lower() == "true"


def database(text: str) -> str:
    """The URL in libpq's spelling, whatever driver it named."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in DATABASE_SCHEMES:
        raise ValueError("it does not look like postgresql://user:password@host:5432/name.")
    url = f"postgresql://{rest}"
    if not _is_understood(url):
        raise ValueError(
            "its host, port or name cannot be told; in a user or a password write %2F for /, %40 for @, %3A for :, "
            "%3F for ?, %23 for # and %25 for %."
        )
    return url


def _is_understood(url: str) -> bool:
    """Whether libpq finds hosts and ports where they were meant to be: a password may have hidden them."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        found = conninfo_to_dict(url)
    except ProgrammingError:  # it repeats what it does not understand
        return False
    ports = str(found.get("port", "")).split(",")
    names = f"{found.get('host', '')}{found.get('dbname', '')}"
    return "@" not in names and all(not port or (port.isdigit() and 0 < int(port) < PORTS) for port in ports)


def secret(text: str) -> str:
    if len(text) < SHORTEST_SECRET:
        raise ValueError(f"a secret has at least {SHORTEST_SECRET} characters.")
    return text


def secrets(text: str) -> tuple[str, ...]:
    return tuple(secret(part.strip()) for part in text.split(",") if part.strip())


def web_address(text: str) -> str:
    parts = _split(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"“{text[:80]}” does not look like https://recital.example.org.")
    return text.rstrip("/")


def mail_server(text: str) -> str:
    parts = _split(text)
    port = parts.netloc.rpartition("@")[2].rpartition(":")[2] if ":" in parts.netloc.rpartition("@")[2] else "1"
    rest = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in {"smtp", "smtps", "ses"} or not parts.hostname or not port.isdigit() or rest:
        raise ValueError("it does not look like smtp://user:password@host:587 (a password's / ? # @ : as %XX).")
    return text.rstrip("/")


def sender(text: str) -> str:
    """A mailbox as letters name it: an address, or a name and the address in angle brackets."""
    from email.errors import MessageError
    from email.headerregistry import Address

    name, bracket, address = text.rpartition("<")
    email = email_address(address.removesuffix(">") if bracket else text)
    try:
        return str(Address(name.strip().strip('"'), addr_spec=email))
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError(f"“{text[:80]}” does not look like Recital <recital@example.org>.") from error


def contact(text: str) -> str:
    """Where somebody can be reached: a mail address, or a page."""
    return web_address(text) if "://" in text else email_address(text)


def networks(text: str) -> tuple[str, ...]:
    """Addresses and networks, IPv4 or IPv6, in CIDR's spelling."""
    named = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return tuple(str(ipaddress.ip_network(part, strict=False)) for part in named)
    except ValueError:
        raise ValueError(f"“{text[:80]}” is not a list of addresses or networks such as 10.0.0.0/8.") from None


def json_list_of(kind: type[Kind]) -> Callable[[str], tuple[Kind, ...]]:
    """A reader of a JSON list of `kind`, a dataclass that checks itself."""

    def read(text: str) -> tuple[Kind, ...]:
        try:
            return msgspec.json.decode(text, type=tuple[kind, ...])  # type: ignore[valid-type]
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            raise ValueError(f"{error}.".replace("..", ".")) from error

    return read


def languages(text: str) -> tuple[Language, ...]:
    tags = tuple(language_tag(tag) for tag in text.split(",") if tag.strip())
    if not tags:
        raise ValueError("at least one language is needed.")
    return tags


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError("it is not a URL.") from None
