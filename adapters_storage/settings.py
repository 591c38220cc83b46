"""Everything that can be configured: from the environment, else from a `.env` file, else a default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters_storage.setting_table import PAIRS, SETTINGS
from adapters_storage.setting_values import LOOPBACK, ProviderSettings, given_in
from recital_core import errors
from recital_core.texts import Language

__all__ = ["LOOPBACK", "SETTINGS", "ProviderSettings", "Settings"]

GOOGLE = "https://accounts.google.com"


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """What one installation of Recital is told. `SETTINGS` says what each field means."""

    data_dir: Path
    database_url: str | None
    secret_key: str | None
    staging_dir: Path
    archive_dir: Path
    staging_s3: str | None
    archive_s3: str | None
    s3_endpoint: str | None
    s3_region: str | None
    s3_access_key_id: str | None
    s3_secret_access_key: str | None
    s3_session_token: str | None
    s3_path_style: bool
    s3_encryption: str | None
    s3_direct: bool
    ffmpeg: str | None
    host: str
    port: int
    public_url: str | None
    languages: tuple[Language, ...]
    long_sentence_words: int
    segment_ms: int
    abandon_after_hours: int
    concurrency: int
    web_processes: int
    admin_email: str
    approval: bool
    open_sessions: int
    agreement_dir: Path | None
    google_client_id: str | None
    google_client_secret: str | None
    sign_in_providers: tuple[ProviderSettings, ...]
    mail: str | None
    mail_from: str
    contact: str
    delegation_secret_key: str | None
    delegation_admins: bool
    old_secret_keys: tuple[str, ...]
    pseudonym_key: str | None
    trusted_proxies: tuple[str, ...]
    tls_certificate: Path | None
    tls_key: Path | None
    metrics_port: int | None
    metrics_host: str
    log_format: str
    otlp_url: str | None
    posthog_key: str | None
    posthog_url: str

    @classmethod
    def load(cls, environ: Mapping[str, str], dotenv_path: Path | None = None) -> Settings:
        """Read every setting. Raises SettingWrong with one line that names the variable."""
        given = {**given_in(dotenv_path), **environ}
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            text, name = setting.text_in(given)
            values[setting.field] = setting.value(text, name, values)
        for one, other in PAIRS:
            _both_or_none(one, other, values)
        _pseudonyms_stay(values)
        _places_differ(values)
        values["sign_in_providers"] = _with_google(values)
        return cls(**values)

    @staticmethod
    def described() -> list[tuple[str, str, str, bool]]:
        """Every setting: its name, its default, what it means, and whether it is secret."""
        return [(setting.name, setting.default, setting.meaning, setting.secret) for setting in SETTINGS]

    def shown(self) -> list[str]:
        """What every setting is now, in the order of `described`, with secrets hidden."""
        return [setting.shown(getattr(self, setting.field)) for setting in SETTINGS]

    def __repr__(self) -> str:
        """Every field, with secrets hidden: an accident's log may show it."""
        now = zip((setting.field for setting in SETTINGS), self.shown(), strict=True)
        return f"Settings({', '.join(f'{name}={shown}' for name, shown in now)})"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can connect to the server; a proxy on it may still let in others."""
        return self.host in LOOPBACK

    @property
    def contact_of_people(self) -> str | None:
        """Whom speakers may write to; None where nobody is named but this server itself, or its own machine."""
        return None if self.contact == self.public_url or self.contact.endswith("@localhost") else self.contact

    @property
    def is_https_for_good(self) -> bool:
        """Whether people may be held to HTTPS: not by a certificate of our own making, for a machine of many uses."""
        ours = self.tls_certificate is not None and self.tls_certificate.is_relative_to(self.data_dir)
        return self.address.startswith("https:") and not ours

    @property
    def address(self) -> str:
        """Where people reach the web client: the public URL, else the address that is listened on; without a slash."""
        if self.public_url:
            return self.public_url
        scheme = "https" if self.tls_certificate else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"


def _both_or_none(one: str, other: str, values: Mapping[str, Any]) -> None:
    if (values[one] is None) is not (values[other] is None):
        names = {setting.field: setting.name for setting in SETTINGS}
        given, missing = (other, one) if values[one] is None else (one, other)
        raise errors.SettingWrong(f"{names[missing]} is missing: {names[given]} needs it.", setting=names[missing])


def _places_differ(values: Mapping[str, Any]) -> None:
    if values["staging_s3"] is not None and values["staging_s3"] == values["archive_s3"]:
        name = "RECITAL_STAGING_S3"
        raise errors.SettingWrong(f"{name} is wrong: the archive is there; give one of them a prefix.", setting=name)


def _pseudonyms_stay(values: Mapping[str, Any]) -> None:
    if values["old_secret_keys"] and values["pseudonym_key"] is None:
        name = "RECITAL_PSEUDONYM_KEY"
        why = "with RECITAL_OLD_SECRET_KEYS it is needed; set it to the first secret key ever, so that pseudonyms stay."
        raise errors.SettingWrong(f"{name} is missing: {why}", setting=name)


def _with_google(values: Mapping[str, Any]) -> tuple[ProviderSettings, ...]:
    """All providers, Google first where it has settings of its own."""
    providers: tuple[ProviderSettings, ...] = values["sign_in_providers"]
    if values["google_client_id"] is not None:
        google = ProviderSettings(
            id="google",
            name="Google",
            issuer=GOOGLE,
            client_id=values["google_client_id"],
            client_secret=values["google_client_secret"],
        )
        providers = (google, *providers)
    if len({provider.id for provider in providers}) < len(providers):
        name = "RECITAL_SIGN_IN_PROVIDERS"
        raise errors.SettingWrong(f"{name} is wrong: two providers have the same id.", setting=name)
    return providers
