"""How we speak to an S3 server, and what its refusals are in the words of the port BlobStore."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cache, partial
from threading import Lock
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from adapters_storage.settings import Settings
from recital_core import errors

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

CONNECT_S, ANSWER_S = 3, 20
ATTEMPTS = 4
CONNECTIONS = 64
MISSING = frozenset(("404", "NoSuchKey", "NotFound"))
FULL = frozenset(("507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"))
WHAT_TO_DO = {
    "NoSuchBucket": "there is no such bucket.",
    "AccessDenied": "the key may not do this; see which rights it needs.",
    "403": "the key may not do this; see which rights it needs.",
    "InvalidAccessKeyId": "it does not know the key.",
    "SignatureDoesNotMatch": "the secret access key is wrong.",
}


def s3_client(settings: Settings) -> Callable[[], S3Client]:
    """Gives, always the same, a client for as many threads as like; it may raise SettingWrong.

    It is made when it is first asked for: that costs half a second, and most commands need no bucket.
    """
    made = cache(partial(_client, settings))
    one_by_one = Lock()

    def client() -> S3Client:
        with one_by_one:
            return made()

    return client


def _client(settings: Settings) -> S3Client:
    """Nothing is asked of the server yet.

    Every body is signed by its SHA-256, so that what was changed on the way is refused. A server that is not Amazon's
    may not know the checksums that the library adds by itself.
    """
    import boto3
    from botocore.config import Config

    elsewhere = settings.s3_endpoint is not None
    try:
        client: S3Client = boto3.session.Session().client(
            "s3",
            endpoint_url=settings.s3_endpoint,
            region_name=settings.s3_region,
            aws_access_key_id=settings.s3_access_key_id,
            aws_secret_access_key=settings.s3_secret_access_key,
            aws_session_token=settings.s3_session_token,
            config=Config(
                signature_version="s3v4",
                connect_timeout=CONNECT_S,
                read_timeout=ANSWER_S,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                max_pool_connections=CONNECTIONS,
                tcp_keepalive=True,
                s3={
                    "addressing_style": "path" if settings.s3_path_style else "auto",
                    "payload_signing_enabled": True,
                },
                request_checksum_calculation="when_required" if elsewhere else "when_supported",
                response_checksum_validation="when_required" if elsewhere else "when_supported",
            ),
        )
    except (BotoCoreError, ValueError) as error:
        raise errors.SettingWrong(f"The S3 settings are wrong: {error}.", setting="RECITAL_S3_ENDPOINT") from error
    return client


def code_of(refusal: ClientError) -> str:
    """What S3 calls its refusal; of an answer without a body, its status."""
    return str(refusal.response.get("Error", {}).get("Code", "without a code"))


@contextlib.contextmanager
def s3_errors(key: str | None = None) -> Iterator[None]:
    """What S3 and the way to it refuse, in the words of the port; of `key` it may be said that it is not there."""
    try:
        yield
    except ClientError as refusal:
        code = code_of(refusal)
        if key is not None and code in MISSING:
            raise errors.BlobNotFound(f"There is no blob {key}.") from refusal
        if code in FULL:
            raise errors.StorageFull("There is no room left in the bucket.") from refusal
        why = WHAT_TO_DO.get(code, "try again in a moment.")
        raise errors.BlobStoreUnavailable(f"S3 refuses {refusal.operation_name} ({code}): {why}") from refusal
    except NoCredentialsError as failure:
        raise errors.BlobStoreUnavailable("No key for S3 was found: set RECITAL_S3_ACCESS_KEY_ID.") from failure
    except BotoCoreError as failure:
        raise errors.BlobStoreUnavailable(f"S3 does not answer: {type(failure).__name__}.") from failure
