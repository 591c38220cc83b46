"""Blobs as objects of an S3 bucket: of Amazon's, or of any server that speaks its language."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import ClientError

from adapters_storage.blobs.s3_client import code_of, s3_errors
from adapters_storage.blobs.s3_reading import S3Reading
from recital_core import errors
from recital_core.keys import valid_key, valid_prefix
from recital_core.ports import Blob

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

PART_BYTES = 8 * 1024 * 1024
READ_AT_ONCE = 256 * 1024
STALE_AFTER_SECONDS = 24 * 60 * 60
PAGE = 1000
WRITTEN_EVERY_S = 60.0
CHECKS = ".check/"
NOT_KNOWN = frozenset(("501", "NotImplemented", "405", "MethodNotAllowed"))
UNMET = frozenset(("412", "PreconditionFailed", "409", "ConditionalRequestConflict", "404", "NoSuchKey"))
"""How a condition is refused; where it names a version and nothing stands there, as what is not there."""


class S3BlobStore:
    """The port BlobStore over `place`, `bucket` or `bucket/prefix`; any number of processes may share it.

    Nothing is asked of `client` before something is asked of the store.

    An object appears whole or not at all, its SHA-256 checked by the server, with its media type and metadata; a body
    of PART_BYTES and more goes in parts. `encryption` is AES256, aws:kms or aws:kms:KEY: how the server is asked to
    encrypt what it keeps. Where it is `direct`, addresses lead to the server itself.
    """

    def __init__(
        self, client: Callable[[], S3Client], place: str, *, encryption: str | None = None, direct: bool = False
    ) -> None:
        self._client = client
        self._bucket, slash, prefix = place.partition("/")
        self._prefix = prefix + slash
        self._encryption = _encrypted(encryption)
        self._direct = direct
        self._probe = f"{self._prefix}{CHECKS}{secrets.token_hex(8)}"
        self._written_at: float | None = None

    @property
    def _s3(self) -> S3Client:
        return self._client()

    def put(self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str]) -> int:
        return self._put(key, body, media_type, metadata, {})

    def replace(
        self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str], *, instead_of: Blob | None
    ) -> int:
        condition = {"IfMatch": instead_of.version} if instead_of else {"IfNoneMatch": "*"}
        return self._put(key, body, media_type, metadata, condition)

    def _put(
        self, key: str, body: BinaryIO, media_type: str, metadata: Mapping[str, str], condition: Mapping[str, Any]
    ) -> int:
        wanted: dict[str, Any] = {
            "Bucket": self._bucket,
            "Key": self._prefix + valid_key(key),
            "ContentType": media_type,
            "Metadata": dict(metadata),
            **self._encryption,
        }
        piece = _filled(body)
        if len(piece) == PART_BYTES:
            return self._put_in_parts(wanted, piece, body, condition)
        with s3_errors():
            _met(condition, self._s3.put_object, **wanted, Body=piece, ChecksumSHA256=_checksum(piece))
        return len(piece)

    @contextlib.contextmanager
    def open(self, key: str, first: int = 0, count: int | None = None) -> Iterator[BinaryIO]:
        name = self._prefix + valid_key(key)
        with S3Reading(self._s3, self._bucket, name, key=key, first=first, count=count) as reading:
            yield io.BufferedReader(reading, READ_AT_ONCE)

    def find(self, key: str) -> Blob | None:
        name = self._prefix + valid_key(key)
        try:
            with s3_errors(key):
                found = self._s3.head_object(Bucket=self._bucket, Key=name)
        except errors.BlobNotFound:
            return None
        return Blob(key=key, bytes=found["ContentLength"], version=found["ETag"])

    def list(self, prefix: str) -> Iterator[Blob]:
        return self._blobs_under(self._prefix + valid_prefix(prefix))

    def address(self, key: str, media_type: str, name: str, seconds: int) -> str | None:
        wanted = {
            "Bucket": self._bucket,
            "Key": self._prefix + valid_key(key),
            "ResponseContentType": media_type,
            "ResponseContentDisposition": f'inline; filename="{name}"',
            "ResponseCacheControl": f"private, max-age={seconds}",
        }
        if not self._direct:
            return None
        with s3_errors():
            return self._s3.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)

    def delete_under(self, prefix: str) -> None:
        under = self._prefix + valid_prefix(prefix)
        with s3_errors():
            for page in self._pages(self._listing(), under):
                found = [*page.get("Contents", []), *page.get("Versions", []), *page.get("DeleteMarkers", [])]
                self._delete([_named(each, "Key", "VersionId") for each in found])

    def sweep(self, older_than_seconds: float = STALE_AFTER_SECONDS) -> int:
        """Forget what killed writers sent in part, and give of how many objects; younger parts may still be joined."""
        before, removed = datetime.now(UTC) - timedelta(seconds=older_than_seconds), 0
        with s3_errors():
            for page in self._pages("list_multipart_uploads", self._prefix):
                for upload in page.get("Uploads", []):
                    if upload["Initiated"] < before:
                        self._abort(upload["Key"], upload["UploadId"])
                        removed += 1
            for page in self._pages("list_objects_v2", self._prefix + CHECKS):
                stale = [{"Key": each["Key"]} for each in page.get("Contents", []) if each["LastModified"] < before]
                self._delete(stale)
        return removed

    def check(self) -> None:
        """Asks for the bucket; the first time, and then once a minute, keeps something and reads it, too."""
        now = time.monotonic()
        if self._written_at is not None and now - self._written_at < WRITTEN_EVERY_S:
            with s3_errors():
                self._s3.head_bucket(Bucket=self._bucket)
            return
        probe: dict[str, Any] = {"Bucket": self._bucket, "Key": self._probe}
        try:
            with s3_errors():
                body = self._probe.encode()
                put = self._s3.put_object(**probe, Body=body, ChecksumSHA256=_checksum(body), **self._encryption)
                kept = self._s3.get_object(**probe)["Body"].read()
                self._s3.delete_object(**probe, **_named(put, "VersionId"))
        except errors.StorageFull as error:
            raise errors.BlobStoreUnavailable(error.detail) from error
        if kept != body:
            raise errors.BlobStoreUnavailable("S3 gives back other bytes than it was given.")
        self._written_at = now

    def examine(self) -> None:
        self._written_at = None
        self.check()
        with s3_errors():
            begun = self._s3.create_multipart_upload(
                Bucket=self._bucket, Key=self._probe, ChecksumAlgorithm="SHA256", **self._encryption
            )
            self._abort(self._probe, begun["UploadId"])
            for listing in ("list_multipart_uploads", self._listing()):
                next(iter(self._pages(listing, self._prefix + CHECKS)))

    def _put_in_parts(
        self, wanted: Mapping[str, Any], first: bytes, body: BinaryIO, condition: Mapping[str, Any]
    ) -> int:
        with s3_errors():
            upload_id = self._s3.create_multipart_upload(**wanted, ChecksumAlgorithm="SHA256")["UploadId"]
        upload: dict[str, Any] = {"Bucket": self._bucket, "Key": wanted["Key"], "UploadId": upload_id}
        parts: list[Any] = []
        size, piece = 0, first
        try:
            while piece:
                part: dict[str, Any] = {"PartNumber": len(parts) + 1, "ChecksumSHA256": _checksum(piece)}
                with s3_errors():
                    kept = self._s3.upload_part(**upload, **part, Body=piece)
                parts.append({**part, "ETag": kept["ETag"]})
                size += len(piece)
                piece = _filled(body)
            with s3_errors():
                _met(condition, self._s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})
        except BaseException:
            with contextlib.suppress(errors.BlobStoreUnavailable), s3_errors():  # it goes with the next sweep
                self._abort(wanted["Key"], upload_id)
            raise
        return size

    def _abort(self, name: str, upload_id: str) -> None:
        try:
            self._s3.abort_multipart_upload(Bucket=self._bucket, Key=name, UploadId=upload_id)
        except ClientError as refusal:  # somebody else was quicker, or it was completed and the answer lost
            if code_of(refusal) != "NoSuchUpload":
                raise

    def _blobs_under(self, prefix: str) -> Iterator[Blob]:
        pages = iter(self._pages("list_objects_v2", prefix))
        while True:
            with s3_errors():
                page = next(pages, None)
            if page is None:
                return
            for found in page.get("Contents", []):
                key = found["Key"].removeprefix(self._prefix)
                yield Blob(key=key, bytes=found["Size"], version=found["ETag"])

    def _pages(self, listing: Any, prefix: str) -> Any:
        paginator = self._s3.get_paginator(listing)
        return paginator.paginate(Bucket=self._bucket, Prefix=prefix, PaginationConfig={"PageSize": PAGE})

    def _delete(self, objects: Sequence[Any]) -> None:
        if not objects:
            return
        answer = self._s3.delete_objects(
            Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True}, ChecksumAlgorithm="SHA256"
        )
        if refused := answer.get("Errors"):
            codes = ", ".join(sorted({str(each.get("Code")) for each in refused}))
            raise errors.BlobStoreUnavailable(f"S3 does not delete {len(refused)} objects: {codes}.")

    def _listing(self) -> str:
        """What names everything that a bucket keeps."""
        return "list_object_versions" if self._keeps_versions() else "list_objects_v2"

    def _keeps_versions(self) -> bool:
        """Whether the bucket keeps what is deleted, so that each version has to be deleted by its own name."""
        try:
            return "Status" in self._s3.get_bucket_versioning(Bucket=self._bucket)
        except ClientError as refusal:
            if code_of(refusal) in NOT_KNOWN:
                return False
            raise


def _met(condition: Mapping[str, Any], request: Callable[..., object], **wanted: object) -> None:
    """Make the request under `condition`; without it where the server knows no conditions. Raises BlobChanged."""
    try:
        request(**wanted, **condition)
    except ClientError as refusal:
        code = code_of(refusal)
        if condition and code in UNMET:
            raise errors.BlobChanged(f"{wanted['Key']} is another one by now.") from refusal
        if not condition or code not in NOT_KNOWN:
            raise
        request(**wanted)


def _filled(body: BinaryIO) -> bytes:
    """The next PART_BYTES of `body`, fewer at its end alone."""
    piece = body.read(PART_BYTES)
    while 0 < len(piece) < PART_BYTES and (more := body.read(PART_BYTES - len(piece))):
        piece += more
    return piece


def _checksum(piece: bytes) -> str:
    return base64.b64encode(hashlib.sha256(piece).digest()).decode()


def _named(found: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """What of `names` is in `found`."""
    return {name: found[name] for name in names if name in found}


def _encrypted(how: str | None) -> dict[str, Any]:
    if how is None:
        return {}
    kms_key = how.removeprefix("aws:kms").removeprefix(":") if how.startswith("aws:kms") else ""
    method = {"ServerSideEncryption": "aws:kms" if how.startswith("aws:kms") else how}
    return {**method, "SSEKMSKeyId": kms_key} if kms_key else method
