"""Where blobs are kept: in folders, or in buckets of an S3 server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters_storage.s3_settings import bucket
from adapters_storage.settings import Settings
from recital_core.ports import BlobStore

S3 = "s3://"


def staging_and_archive(settings: Settings) -> tuple[BlobStore, BlobStore]:
    """The two stores that `settings` name. Raises BlobStoreUnavailable, SettingWrong."""
    from adapters_storage.blobs.filesystem import FolderBlobStore

    in_buckets = _in_buckets(settings) if settings.staging_s3 or settings.archive_s3 else {}
    return (
        in_buckets.get(settings.staging_s3) or FolderBlobStore(settings.staging_dir, described=False),
        in_buckets.get(settings.archive_s3) or FolderBlobStore(settings.archive_dir),
    )


def _in_buckets(settings: Settings) -> dict[str | None, BlobStore]:
    """The stores of the buckets that are named, by their places."""
    from adapters_storage.blobs.s3 import S3BlobStore
    from adapters_storage.blobs.s3_client import s3_client

    s3 = s3_client(settings)
    places = [place for place in (settings.staging_s3, settings.archive_s3) if place is not None]
    how: dict[str, Any] = {"encryption": settings.s3_encryption, "direct": settings.s3_direct}
    return {place: S3BlobStore(s3, place, **how) for place in places}


def blobs_to_read(settings: Settings, place: str) -> BlobStore:
    """What somebody else keeps in a folder, or in s3://bucket by our settings of S3.

    Raises ValueError for a bucket's name that is none, BlobStoreUnavailable.
    """
    if place.startswith(S3):
        from adapters_storage.blobs.s3 import S3BlobStore
        from adapters_storage.blobs.s3_client import s3_client

        return S3BlobStore(s3_client(settings), bucket(place))
    from adapters_storage.blobs.filesystem import FolderBlobStore

    return FolderBlobStore(Path(place), read_only=True)
