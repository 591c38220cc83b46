"""The settings of S3, a part of the table of all settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from adapters_storage.setting_values import Setting, web_address, yes_or_no
from recital_core.keys import valid_key

BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ENCRYPTION = re.compile(r"AES256|aws:kms(:\S+)?")


def bucket(text: str) -> str:
    """`bucket` or `bucket/prefix`, whatever was written before and behind it."""
    place = text.removeprefix("s3://").rstrip("/")
    name, slash, prefix = place.partition("/")
    if not BUCKET.fullmatch(name):
        raise ValueError(f"“{text[:80]}” does not look like s3://bucket or s3://bucket/prefix.")
    if slash:
        valid_key(prefix)
    return place


def encryption(text: str) -> str:
    if not ENCRYPTION.fullmatch(text):
        raise ValueError(f"“{text[:40]}” is none of AES256, aws:kms and aws:kms:KEY.")
    return text


def _nothing(_before: Mapping[str, Any]) -> None:
    return None


def _elsewhere(before: Mapping[str, Any]) -> bool:
    return before["s3_endpoint"] is not None


S3_SETTINGS = (
    Setting(
        "staging_s3",
        "RECITAL_STAGING_S3",
        "the folder of RECITAL_STAGING_DIR",
        "S3 bucket where segments wait instead: s3://bucket or s3://bucket/prefix",
        bucket,
        otherwise=_nothing,
    ),
    Setting(
        "archive_s3",
        "RECITAL_ARCHIVE_S3",
        "the folder of RECITAL_ARCHIVE_DIR",
        "S3 bucket where finished sessions are published instead: s3://bucket or s3://bucket/prefix",
        bucket,
        aliases=("CONTENT_STORAGE_S3_BUCKET",),
        otherwise=_nothing,
    ),
    Setting(
        "s3_endpoint",
        "RECITAL_S3_ENDPOINT",
        "Amazon's",
        "address of the S3 server: MinIO, R2, Garage, SeaweedFS, …",
        web_address,
        aliases=("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"),
        otherwise=_nothing,
    ),
    Setting(
        "s3_region",
        "RECITAL_S3_REGION",
        "as other AWS programs find it, else us-east-1",
        "region of the buckets",
        str,
        aliases=("AWS_REGION", "AWS_DEFAULT_REGION"),
        otherwise=_nothing,
    ),
    Setting(
        "s3_access_key_id",
        "RECITAL_S3_ACCESS_KEY_ID",
        "as other AWS programs find it: a profile, the machine's role",
        "id of the key for S3",
        str,
        aliases=("AWS_ACCESS_KEY_ID",),
        otherwise=_nothing,
    ),
    Setting(
        "s3_secret_access_key",
        "RECITAL_S3_SECRET_ACCESS_KEY",
        "as other AWS programs find it: a profile, the machine's role",
        "the key for S3",
        str,
        aliases=("AWS_SECRET_ACCESS_KEY",),
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "s3_session_token",
        "RECITAL_S3_SESSION_TOKEN",
        "none",
        "token of a key that is good for a while",
        str,
        aliases=("AWS_SESSION_TOKEN",),
        secret=True,
        otherwise=_nothing,
    ),
    Setting(
        "s3_path_style",
        "RECITAL_S3_PATH_STYLE",
        "true where RECITAL_S3_ENDPOINT is set",
        "whether the bucket stands in the path of addresses rather than in their host: true or false",
        yes_or_no,
        otherwise=_elsewhere,
    ),
    Setting(
        "s3_encryption",
        "RECITAL_S3_ENCRYPTION",
        "as the bucket is set up",
        "encryption that S3 is asked for: AES256, aws:kms or aws:kms:KEY",
        encryption,
        otherwise=_nothing,
    ),
    Setting(
        "s3_direct",
        "RECITAL_S3_DIRECT",
        "false",
        "whether listeners get audio from the S3 server itself, which they must be able to reach: true or false",
        yes_or_no,
    ),
)
