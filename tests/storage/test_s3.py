"""What a bucket of blobs alone can suffer: servers that fail, stall, cut, change or refuse."""

from __future__ import annotations

import io
import secrets
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters_storage.blobs import s3, s3_client
from adapters_storage.blobs.s3 import PART_BYTES, S3BlobStore
from adapters_storage.settings import Settings
from recital_core import errors
from tests.s3_door import Asked, Fault, Faults, StrictDoor, problem
from tests.s3_servers import Bucket, s3_settings

LARGE = bytes(range(256)) * (PART_BYTES // 128) + b"and the rest of it"
PATIENCE_S = 0.3


@pytest.fixture(scope="module")
def bucket(moto: StrictDoor) -> Bucket:
    made = Bucket(moto.url, f"recital-{secrets.token_hex(8)}")
    made.make()
    return made


@pytest.fixture
def door(moto: StrictDoor) -> Iterator[StrictDoor]:
    moto.seen.clear()
    yield moto
    moto.faults = lambda _asked: None


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's pauses between its tries, from half a second on, prove nothing here."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@pytest.fixture
def blobs(door: StrictDoor, bucket: Bucket) -> S3BlobStore:
    return store(door.url, f"{bucket.name}/{secrets.token_hex(8)}")


def store(endpoint: str, place: str, **settings: str) -> S3BlobStore:
    loaded = Settings.load({**s3_settings(endpoint), **settings})
    return S3BlobStore(s3_client.s3_client(loaded), place, encryption=loaded.s3_encryption)


def put(blobs: S3BlobStore, key: str, body: bytes) -> int:
    return blobs.put(key, io.BytesIO(body), "audio/flac", {"session": "1f"})


def contents(blobs: S3BlobStore, key: str, first: int = 0, count: int | None = None) -> bytes:
    with blobs.open(key, first, count) as body:
        return body.read()


def the_first(times: int, fault: Fault, method: str = "") -> Faults:
    """A fault of the first requests, of one method or any."""
    left = [times]

    def faults(asked: Asked) -> Fault | None:
        if left[0] == 0 or method not in ("", asked.method):
            return None
        left[0] -= 1
        return fault

    return faults


def always(fault: Fault) -> Faults:
    return lambda _asked: fault


# ---- what is kept, and how


def test_an_object_has_its_name_its_media_type_and_its_session(door: StrictDoor, bucket: Bucket) -> None:
    place = f"{bucket.name}/there/below"
    store(door.url, place).put("1f/transcript.vtt", io.BytesIO(b"x"), "text/vtt; charset=utf-8", {"session": "1f"})
    assert bucket.described("there/below/1f/transcript.vtt") == ("text/vtt; charset=utf-8", {"session": "1f"})


def test_a_large_body_goes_in_parts_and_comes_back_whole(blobs: S3BlobStore, door: StrictDoor, bucket: Bucket) -> None:
    assert put(blobs, "1f/main.audio.mka", LARGE) == len(LARGE)
    assert [asked.bytes for asked in door.seen if asked.method == "PUT"] == [PART_BYTES, PART_BYTES, 18]
    assert contents(blobs, "1f/main.audio.mka") == LARGE
    assert contents(blobs, "1f/main.audio.mka", len(LARGE) - 11) == b"e rest of it"[1:]
    assert bucket.uploads() == []


def test_a_large_body_that_breaks_leaves_no_parts(blobs: S3BlobStore, bucket: Bucket) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > PART_BYTES:
                raise ConnectionError("gone")
            return super().read(size)

    with pytest.raises(ConnectionError):
        blobs.put("1f/a", Broken(LARGE), "audio/flac", {})
    assert bucket.uploads() == []
    assert blobs.find("1f/a") is None


def test_parts_of_a_writer_that_was_killed_are_swept_when_they_are_old(seaweed: StrictDoor) -> None:
    """moto begins every upload in 2010."""
    bucket = Bucket(seaweed.url, "killed")
    bucket.make()
    blobs = store(seaweed.url, "killed/here")
    put(blobs, "1f/whole", b"whole")
    for name in ("here/1f/half", "elsewhere/1f/half"):
        bucket.s3.create_multipart_upload(Bucket=bucket.name, Key=name)
    assert blobs.sweep() == 0
    assert blobs.sweep(older_than_seconds=-1) == 1
    assert [upload["Key"] for upload in bucket.uploads()] == ["elsewhere/1f/half"]
    assert contents(blobs, "1f/whole") == b"whole"


@pytest.mark.parametrize("body", [b"dana", LARGE], ids=["small", "large"])
def test_a_server_that_knows_no_conditions_puts_without_them(blobs: S3BlobStore, door: StrictDoor, body: bytes) -> None:
    door.faults = lambda asked: Fault(status=501, words=problem("NotImplemented")) if asked.conditional else None
    assert blobs.replace("1f/a", io.BytesIO(body), "audio/flac", {}, instead_of=None) == len(body)
    assert contents(blobs, "1f/a") == body


@pytest.mark.parametrize(
    ("asked", "method", "key"),
    [("AES256", "AES256", None), ("aws:kms", "aws:kms", None), ("aws:kms:a-key", "aws:kms", "a-key")],
)
def test_an_object_is_encrypted_as_the_settings_ask(
    door: StrictDoor, bucket: Bucket, asked: str, method: str, key: str | None
) -> None:
    blobs = store(door.url, f"{bucket.name}/encrypted", RECITAL_S3_ENCRYPTION=asked)
    for name, body in (("small", b"x"), ("large", LARGE)):
        put(blobs, name, body)
        found = bucket.s3.head_object(Bucket=bucket.name, Key=f"encrypted/{name}")
        assert found["ServerSideEncryption"] == method
        assert key is None or found["SSEKMSKeyId"].endswith(key)


def test_lists_and_deletions_go_page_by_page(blobs: S3BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PAGE", 2)
    for number in range(5):
        put(blobs, f"1f/{number}", b"x")
    put(blobs, "1e/0", b"another session's")
    assert [blob.key for blob in blobs.list("1f/")] == [f"1f/{number}" for number in range(5)]
    blobs.delete_under("1f/")
    assert list(blobs.list("1f/")) == []
    assert blobs.find("1e/0") is not None


def test_what_is_deleted_is_gone_in_all_its_versions(door: StrictDoor) -> None:
    keeps_all = Bucket(door.url, f"versions-{secrets.token_hex(8)}")
    keeps_all.make()
    keeps_all.s3.put_bucket_versioning(Bucket=keeps_all.name, VersioningConfiguration={"Status": "Enabled"})
    blobs = store(door.url, keeps_all.name)
    for body in (b"first", b"second"):
        put(blobs, "1f/a", body)
    put(blobs, "1e/a", b"another session's")
    blobs.delete_under("1f/")
    put(blobs, "1f/a", b"third")
    blobs.delete_under("1f/")
    blobs.check()
    left = keeps_all.s3.list_object_versions(Bucket=keeps_all.name)
    assert [version["Key"] for version in left["Versions"]] == ["1e/a"]
    assert "DeleteMarkers" not in left


# ---- what is outlived


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=503), Fault(lost=True)])
def test_a_burst_of_failures_is_outlived(blobs: S3BlobStore, door: StrictDoor, fault: Fault) -> None:
    door.faults = the_first(3, fault)
    assert put(blobs, "1f/a", b"dana") == 4
    door.faults = the_first(3, fault)
    assert contents(blobs, "1f/a") == b"dana"
    door.faults = the_first(3, fault)
    assert [blob.bytes for blob in blobs.list("1f/")] == [4]
    door.faults = the_first(3, fault)
    blobs.delete_under("1f/")
    assert blobs.find("1f/a") is None


def test_an_answer_that_is_cut_is_taken_up_where_it_was_cut(blobs: S3BlobStore, door: StrictDoor) -> None:
    body = secrets.token_bytes(1_000_000)
    put(blobs, "1f/a", body)
    for first, count in ((0, None), (5, 900_000)):
        door.faults = the_first(3, Fault(kept=0.5), "GET")
        assert contents(blobs, "1f/a", first, count) == body[first : None if count is None else first + count]


def test_a_reader_never_gets_the_beginning_of_one_blob_and_the_end_of_another(
    blobs: S3BlobStore, door: StrictDoor
) -> None:
    put(blobs, "1f/a", b"before" * 100_000)
    door.faults = the_first(1, Fault(kept=0.5), "GET")
    with blobs.open("1f/a") as body:
        put(blobs, "1f/a", b"after!" * 100_000)
        with pytest.raises(errors.BlobStoreUnavailable, match="PreconditionFailed"):
            body.read()


def test_a_replacement_whose_answer_was_lost_stands_and_is_called_another(blobs: S3BlobStore, door: StrictDoor) -> None:
    door.faults = the_first(1, Fault(lost=True), "PUT")
    with pytest.raises(errors.BlobChanged):
        blobs.replace("1f/a", io.BytesIO(b"dana"), "audio/flac", {}, instead_of=None)
    assert contents(blobs, "1f/a") == b"dana"


# ---- what is told


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(status=500), "InternalError"),
        (Fault(status=503), "SlowDown"),
        (Fault(status=403, words=problem("AccessDenied")), "rights"),
        (Fault(lost=True), "ConnectionClosedError"),
    ],
)
def test_a_server_that_goes_on_failing_is_unavailable(
    blobs: S3BlobStore, door: StrictDoor, fault: Fault, told: str
) -> None:
    put(blobs, "1f/a", b"dana")
    door.faults = always(fault)
    with pytest.raises(errors.BlobStoreUnavailable, match=told):
        put(blobs, "1f/b", b"noam")
    with pytest.raises(errors.BlobStoreUnavailable, match=told), blobs.open("1f/a"):
        pass
    with pytest.raises(errors.BlobStoreUnavailable, match=told):
        list(blobs.list("1f/"))
    with pytest.raises(errors.BlobStoreUnavailable, match=told):
        blobs.delete_under("1f/")
    for ask in (lambda: blobs.find("1f/a"), blobs.check, blobs.sweep):
        with pytest.raises(errors.BlobStoreUnavailable):
            ask()


def test_an_answer_that_is_cut_for_ever_is_unavailable(blobs: S3BlobStore, door: StrictDoor) -> None:
    put(blobs, "1f/a", b"dana")
    door.faults = always(Fault(kept=0.0))
    with pytest.raises(errors.BlobStoreUnavailable), blobs.open("1f/a") as body:
        body.read()


def test_a_server_that_says_nothing_is_left(door: StrictDoor, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_client, "ANSWER_S", PATIENCE_S)
    monkeypatch.setattr(s3_client, "ATTEMPTS", 2)
    hasty = store(door.url, bucket.name)
    door.faults = always(Fault(wait_s=3 * PATIENCE_S))
    with pytest.raises(errors.BlobStoreUnavailable, match="ReadTimeoutError"):
        put(hasty, "1f/a", b"dana")


def test_a_body_that_is_changed_on_its_way_is_refused(blobs: S3BlobStore, door: StrictDoor) -> None:
    door.faults = always(Fault(changed=True))
    for body in (b"dana", LARGE):
        with pytest.raises(errors.BlobStoreUnavailable):
            put(blobs, "1f/a", body)
    door.faults = always(Fault())
    assert blobs.find("1f/a") is None


def test_a_blob_that_is_changed_on_its_way_back_is_noticed(seaweed: StrictDoor) -> None:
    """SeaweedFS keeps the SHA-256 of what it is given, and tells it to readers."""
    Bucket(seaweed.url, "way-back").make()
    blobs = store(seaweed.url, "way-back")
    put(blobs, "1f/a", b"dana")
    seaweed.faults = the_first(1, Fault(changed=True), "GET")
    with pytest.raises(errors.BlobStoreUnavailable, match="Checksum"):
        contents(blobs, "1f/a")
    assert contents(blobs, "1f/a") == b"dana"


def test_a_bucket_without_room_says_so(blobs: S3BlobStore, door: StrictDoor) -> None:
    door.faults = always(Fault(status=507, words=problem("XMinioStorageFull")))
    with pytest.raises(errors.StorageFull):
        put(blobs, "1f/a", b"dana")
    with pytest.raises(errors.BlobStoreUnavailable, match="room"):
        blobs.check()


def test_a_blob_that_is_not_deleted_is_told(blobs: S3BlobStore, door: StrictDoor) -> None:
    put(blobs, "1f/a", b"dana")
    refusal = b"<DeleteResult><Error><Key>1f/a</Key><Code>AccessDenied</Code></Error></DeleteResult>"
    door.faults = lambda asked: Fault(status=200, words=refusal) if asked.method == "POST" else None
    with pytest.raises(errors.BlobStoreUnavailable, match="AccessDenied"):
        blobs.delete_under("1f/")


@pytest.mark.parametrize(
    ("place", "settings", "told"),
    [
        ("no-such-bucket", {}, "no such bucket"),
        ("probe", {"RECITAL_S3_SECRET_ACCESS_KEY": "another secret"}, "secret access key is wrong"),
        ("probe", {"RECITAL_S3_ENDPOINT": "http://127.0.0.1:1"}, "EndpointConnectionError"),
    ],
)
def test_the_check_says_what_an_operator_has_to_mend(
    door: StrictDoor, place: str, settings: dict[str, str], told: str
) -> None:
    with pytest.raises(errors.BlobStoreUnavailable, match=told):
        store(door.url, place, **settings).check()


@pytest.mark.parametrize(
    ("method", "asked_for", "told"),
    [
        ("GET", "?versioning", "GetBucketVersioning"),
        ("GET", "?uploads", "ListMultipartUploads"),
        ("POST", "?uploads", "CreateMultipartUpload"),
        ("DELETE", "?uploadId=", "AbortMultipartUpload"),
    ],
)
def test_an_examination_finds_each_right_that_is_missing_and_recordings_go_on_without(
    blobs: S3BlobStore, door: StrictDoor, method: str, asked_for: str, told: str
) -> None:
    def refused(asked: Asked) -> Fault | None:
        missing = asked.method == method and asked_for in asked.path
        return Fault(status=403, words=problem("AccessDenied")) if missing else None

    door.faults = refused
    blobs.check()
    with pytest.raises(errors.BlobStoreUnavailable, match=rf"{told} \(AccessDenied\): .*rights"):
        blobs.examine()


def test_a_machine_without_a_key_says_so(door: StrictDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    given: dict[str, Any] = {**s3_settings(door.url)}
    del given["RECITAL_S3_ACCESS_KEY_ID"], given["RECITAL_S3_SECRET_ACCESS_KEY"]
    with pytest.raises(errors.BlobStoreUnavailable, match="No key"):
        S3BlobStore(s3_client.s3_client(Settings.load(given)), "probe").check()


def test_the_check_writes_once_a_minute_and_else_only_asks(
    blobs: S3BlobStore, door: StrictDoor, bucket: Bucket
) -> None:
    blobs.check()
    assert "PUT" in {asked.method for asked in door.seen}
    door.seen.clear()
    blobs.check()
    assert [asked.method for asked in door.seen] == ["HEAD"]
    blobs.examine()
    assert not [name for name in bucket.names() if name.startswith(blobs._prefix)]
    assert not [upload for upload in bucket.uploads() if upload["Key"].startswith(blobs._prefix)]


WITHOUT_A_BUCKET = """
    import sys
    from adapters_storage.blobs import staging_and_archive
    from adapters_storage.settings import Settings
    staging_and_archive(Settings.load({"RECITAL_ARCHIVE_S3": "s3://recital", "RECITAL_DATA_DIR": sys.argv[1]}))
    print("boto3" in sys.modules)
"""


def test_whoever_asks_nothing_of_a_bucket_does_not_load_the_library(tmp_path: Path) -> None:
    program = [sys.executable, "-c", textwrap.dedent(WITHOUT_A_BUCKET), str(tmp_path)]
    assert subprocess.run(program, capture_output=True, text=True, check=True).stdout == "False\n"
