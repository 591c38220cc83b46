"""The table of all settings, in the order in which they are read, shown and documented."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from adapters_storage.s3_settings import S3_SETTINGS
from adapters_storage.setting_values import (
    ProviderSettings,
    Setting,
    contact,
    database,
    existing_file,
    existing_folder,
    folder,
    json_list_of,
    languages,
    mail_server,
    networks,
    one_of,
    port,
    secret,
    secrets,
    sender,
    web_address,
    whole,
    yes_or_no,
)
from recital_core.speakers import email_address


def _inside(name: str) -> Callable[[Mapping[str, Any]], Path]:
    return lambda before: before["data_dir"] / name


def _nothing(_before: Mapping[str, Any]) -> None:
    return None


def _none(_before: Mapping[str, Any]) -> tuple[()]:
    return ()


def _sender(before: Mapping[str, Any]) -> str:
    host = urlsplit(before["public_url"] or "").hostname or "localhost"
    return f"Recital <recital@{host}>"


def _contact(before: Mapping[str, Any]) -> str:
    return str(before["public_url"] or before["admin_email"])


PAIRS = (
    ("google_client_id", "google_client_secret"),
    ("tls_certificate", "tls_key"),
    ("s3_access_key_id", "s3_secret_access_key"),
)
"""Fields of which one is nothing without the other."""

SETTINGS = (
    Setting("data_dir", "RECITAL_DATA_DIR", ".data", "folder of everything that has no place of its own", folder),
    Setting(
        "database_url",
        "RECITAL_DATABASE_URL",
        "a PostgreSQL of its own in the data folder",
        "PostgreSQL server to use: postgresql://user:password@host:5432/name",
        database,
        aliases=("DB_CONNECTION_STR",),
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "secret_key",
        "RECITAL_SECRET_KEY",
        "secret.key in the data folder, made at the first start",
        "key of tokens, signed links and pseudonyms; at least 32 characters, the same on every machine",
        secret,
        aliases=("ACCESS_TOKEN_SECRET_KEY",),
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "staging_dir",
        "RECITAL_STAGING_DIR",
        "staging in the data folder",
        "folder where segments wait until their session is published",
        folder,
        otherwise=_inside("staging"),
    ),
    Setting(
        "archive_dir",
        "RECITAL_ARCHIVE_DIR",
        "archive in the data folder",
        "folder where finished sessions are published",
        folder,
        otherwise=_inside("archive"),
    ),
    *S3_SETTINGS,
    Setting(
        "ffmpeg",
        "RECITAL_FFMPEG",
        "ffmpeg of the PATH, else the one that came along",
        "the ffmpeg program",
        str,
        otherwise=_nothing,
    ),
    Setting("host", "RECITAL_HOST", "127.0.0.1", "address to listen on", str),
    Setting("port", "RECITAL_PORT", "8000", "port to listen on; 0 for any that is free", whole(0, 65535)),
    Setting(
        "public_url",
        "RECITAL_PUBLIC_URL",
        "the address that is listened on",
        "where people reach the web client, when a proxy stands before it",
        web_address,
        otherwise=_nothing,
    ),
    Setting("languages", "RECITAL_LANGUAGES", "he,yi,en", "languages of texts, as BCP 47 tags", languages),
    Setting(
        "long_sentence_words",
        "RECITAL_LONG_SENTENCE_WORDS",
        "25",
        "words over which a sentence is read in pieces, where its text has no limit of its own",
        whole(5, 200),
    ),
    Setting("segment_ms", "RECITAL_SEGMENT_MS", "5000", "length of a segment, in milliseconds", whole(500, 60_000)),
    Setting(
        "abandon_after_hours",
        "RECITAL_ABANDON_AFTER_HOURS",
        "24",
        "hours without a call after which a session is closed",
        whole(1, 24 * 366),
    ),
    Setting(
        "concurrency",
        "RECITAL_CONCURRENCY",
        "1",
        "sessions that a server or a worker finalises at one time",
        whole(1, 64),
        aliases=("RECITAL_WORKERS",),
    ),
    Setting("web_processes", "RECITAL_WEB_PROCESSES", "1", "processes that a server answers with", whole(1, 64)),
    Setting(
        "admin_email", "RECITAL_ADMIN_EMAIL", "admin@localhost", "account that `recital serve` makes", email_address
    ),
    Setting(
        "approval",
        "RECITAL_APPROVAL",
        "true",
        "whether new accounts wait for an admin's approval: true or false",
        yes_or_no,
    ),
    Setting(
        "open_sessions",
        "RECITAL_OPEN_SESSIONS",
        "20",
        "recordings that a speaker may have open at once",
        whole(1, 1000),
    ),
    Setting(
        "agreement_dir",
        "RECITAL_AGREEMENT_DIR",
        "the agreement that came along",
        "folder of the agreement, VERSION/LANGUAGE.txt; the greatest version counts",
        existing_folder,
        otherwise=_nothing,
    ),
    Setting(
        "google_client_id",
        "RECITAL_GOOGLE_CLIENT_ID",
        "no sign-in with Google",
        "client id of sign-in with Google",
        str,
        aliases=("GOOGLE_CLIENT_ID",),
        otherwise=_nothing,
    ),
    Setting(
        "google_client_secret",
        "RECITAL_GOOGLE_CLIENT_SECRET",
        "no sign-in with Google",
        "client secret of sign-in with Google",
        str,
        aliases=("GOOGLE_CLIENT_SECRET",),
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "sign_in_providers",
        "RECITAL_SIGN_IN_PROVIDERS",
        "none",
        'OpenID Connect providers: a JSON list of {"id", "name", "issuer", "client_id", "client_secret"}',
        json_list_of(ProviderSettings),
        secret=True,
        otherwise=_none,
    ),
    Setting(
        "mail",
        "RECITAL_MAIL",
        "no mail",
        "who delivers letters: smtp://user:password@host:587, smtps://user:password@host:465 or ses://region",
        mail_server,
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "mail_from",
        "RECITAL_MAIL_FROM",
        "recital at the host of the public URL",
        "sender of letters: Recital <recital@example.org>",
        sender,
        otherwise=_sender,
    ),
    Setting(
        "contact",
        "RECITAL_CONTACT",
        "the public URL, else the admin's address",
        "mail address or page of whoever runs this; speakers see it, and the wikis that articles come from are told",
        contact,
        otherwise=_contact,
    ),
    Setting(
        "delegation_secret_key",
        "RECITAL_DELEGATION_SECRET_KEY",
        "no delegation",
        "with it another application acts for its users; at least 32 characters",
        secret,
        aliases=("DELEGATED_IDENTITY_SECRET_KEY",),
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "delegation_admins",
        "RECITAL_DELEGATION_ADMINS",
        "false",
        "whether that application may act for admins, too: true or false",
        yes_or_no,
    ),
    Setting(
        "old_secret_keys",
        "RECITAL_OLD_SECRET_KEYS",
        "none",
        "secret keys of before, separated by commas: what they signed stays good",
        secrets,
        secret=True,
        otherwise=_none,
    ),
    Setting(
        "pseudonym_key",
        "RECITAL_PSEUDONYM_KEY",
        "the secret key",
        "key of pseudonyms; keep the first one for ever, and set it before the secret key is changed",
        secret,
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "trusted_proxies",
        "RECITAL_TRUSTED_PROXIES",
        "none",
        "addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto count, separated by commas",
        networks,
        otherwise=_none,
    ),
    Setting(
        "tls_certificate",
        "RECITAL_TLS_CERTIFICATE",
        "no HTTPS of our own",
        "file of the certificate, its chain included, in PEM",
        existing_file,
        otherwise=_nothing,
    ),
    Setting(
        "tls_key",
        "RECITAL_TLS_KEY",
        "no HTTPS of our own",
        "file of the certificate's key, in PEM, without a password",
        existing_file,
        otherwise=_nothing,
    ),
    Setting(
        "posthog_key",
        "RECITAL_POSTHOG_KEY",
        "nothing is counted",
        "project key of PostHog, where counts of use are sent to, without names, addresses or ids",
        str,
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "metrics_port",
        "RECITAL_METRICS_PORT",
        "none",
        "port on which a process tells its figures to Prometheus, at RECITAL_METRICS_HOST",
        port,
        otherwise=_nothing,
    ),
    Setting("metrics_host", "RECITAL_METRICS_HOST", "127.0.0.1", "address of that port", str),
    Setting(
        "log_format",
        "RECITAL_LOG_FORMAT",
        "text",
        "lines of the log: text for people, json for programs",
        one_of("text", "json"),
    ),
    Setting(
        "otlp_url",
        "RECITAL_OTLP_URL",
        "nothing is traced",
        "OpenTelemetry collector to send traces to, by OTLP over HTTP, as http://127.0.0.1:4318",
        web_address,
        otherwise=_nothing,
    ),
    Setting("posthog_url", "RECITAL_POSTHOG_URL", "https://eu.i.posthog.com", "PostHog server to send to", web_address),
)
