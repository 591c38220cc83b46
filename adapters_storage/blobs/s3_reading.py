"""An object of a bucket, read as a stream that outlives a lost connection."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, FlexibleChecksumError

from adapters_storage.blobs.s3_client import code_of, s3_errors

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from types_boto3_s3.client import S3Client

RESUMED = 3
BEYOND_THE_END = frozenset(("416", "InvalidRange"))


class S3Reading(io.RawIOBase):
    """The bytes of one object from `first` on, `count` at most, of the very version that was there at the beginning.

    A connection that is lost half-way is taken up where it was cut, RESUMED times. Where the server keeps the SHA-256
    of the object and all of it is read, it is compared. Raises BlobNotFound, and while reading BlobStoreUnavailable.
    """

    def __init__(self, s3: S3Client, bucket: str, name: str, *, key: str, first: int, count: int | None) -> None:
        self._s3 = s3
        self._object: dict[str, Any] = {"Bucket": bucket, "Key": name}
        self._key = key
        self._at = first
        self._left = count
        self._version = ""
        self._lost = 0
        self._body: StreamingBody | None = None
        if count == 0:
            with s3_errors(key):
                s3.head_object(**self._object)
        else:
            self._ask()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        wanted = len(memoryview(buffer))
        while self._body is not None:
            try:
                piece = self._body.read(wanted)
            except FlexibleChecksumError:
                with s3_errors():
                    raise
            except BotoCoreError:
                self._lost += 1
                if self._lost > RESUMED:
                    with s3_errors():
                        raise
                self._ask()
                continue
            memoryview(buffer).cast("B")[: len(piece)] = piece
            self._at += len(piece)
            self._left = None if self._left is None else self._left - len(piece)
            return len(piece)
        return 0

    def close(self) -> None:
        if self._body is not None:
            self._body.close()
        super().close()

    def _ask(self) -> None:
        """For what is still to be read. A stretch that begins at or behind the end has no bytes."""
        if self._body is not None:
            self._body.close()
            self._body = None
        asked: dict[str, Any] = {}
        if self._at or self._left is not None:
            asked["Range"] = f"bytes={self._at}-{'' if self._left is None else self._at + self._left - 1}"
        else:
            asked["ChecksumMode"] = "ENABLED"
        if self._version:
            asked["IfMatch"] = self._version
        if self._left == 0:
            return
        with s3_errors(self._key):
            try:
                answer = self._s3.get_object(**self._object, **asked)
            except ClientError as refusal:
                if code_of(refusal) in BEYOND_THE_END:
                    return
                raise
        self._version, self._body = answer["ETag"], answer["Body"]
        self._left = answer["ContentLength"]
