"""S3 servers for the tests, a pytest plugin: moto's, which is small, and SeaweedFS, which people run."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.running import LOOPBACK, free_port, wait_until
from tests.s3_door import KEY_ID, REGION, SECRET, StrictDoor, strict_door

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

STARTS_WITHIN_S = 60
WEED = Path(sys.executable).with_name("weed")
WEED_PORTS = ("master", "master.port.grpc", "volume", "volume.port.grpc", "filer", "filer.port.grpc", "s3.port.grpc")


@pytest.fixture(scope="session")
def moto() -> Iterator[StrictDoor]:
    """moto's server behind a strict door."""
    with moto_running() as url, strict_door(url) as door:
        yield door


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StrictDoor]:
    """SeaweedFS behind a strict door."""
    if not WEED.exists():
        pytest.skip("SeaweedFS comes as a program for Linux alone")
    with seaweed_running(tmp_path_factory.mktemp("seaweed")) as url, strict_door(url) as door:
        yield door


def s3_settings(endpoint: str, staging: str = "staging", archive: str = "archive") -> dict[str, str]:
    """The variables that let a Recital keep everything in two buckets of this server."""
    return {
        "RECITAL_STAGING_S3": f"s3://{staging}",
        "RECITAL_ARCHIVE_S3": f"s3://{archive}",
        "RECITAL_S3_ENDPOINT": endpoint,
        "RECITAL_S3_REGION": REGION,
        "RECITAL_S3_ACCESS_KEY_ID": KEY_ID,
        "RECITAL_S3_SECRET_ACCESS_KEY": SECRET,
        "NO_PROXY": LOOPBACK,
    }


def client_of(endpoint: str) -> S3Client:
    """Any program's own way to the server."""
    client: S3Client = boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=Config(
            s3={"addressing_style": "path", "payload_signing_enabled": True},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"mode": "standard", "total_max_attempts": 10},
        ),
    )
    return client


class Bucket:
    """A bucket as another program sees it."""

    def __init__(self, endpoint: str, name: str) -> None:
        self.name = name
        self.s3 = client_of(endpoint)

    def make(self) -> None:
        self.s3.create_bucket(Bucket=self.name)

    def names(self, prefix: str = "") -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def read(self, name: str) -> bytes:
        return self.s3.get_object(Bucket=self.name, Key=name)["Body"].read()

    def described(self, name: str) -> tuple[str, dict[str, str]]:
        """The media type and the metadata of an object."""
        found = self.s3.head_object(Bucket=self.name, Key=name)
        return found["ContentType"], found["Metadata"]

    def uploads(self) -> list[Any]:
        """What was begun in parts and neither completed nor given up."""
        return list(self.s3.list_multipart_uploads(Bucket=self.name).get("Uploads", []))

    def fetch_into(self, folder: Path) -> None:
        """Every object as a file, with its description beside it as a folder store has it."""
        for name in self.names():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self.read(name))
            media_type, metadata = self.described(name)
            description = json.dumps({"media_type": media_type, "metadata": metadata})
            file.with_name(f".{file.name}.json").write_text(description, "utf-8")


@contextlib.contextmanager
def moto_running() -> Iterator[str]:
    """The address of a moto server that lives as long as the block."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(LOOPBACK, 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextlib.contextmanager
def seaweed_running(folder: Path) -> Iterator[str]:
    """The address of a SeaweedFS that keeps everything in `folder` and lives as long as the block."""
    identity = {
        "name": "recital",
        "credentials": [{"accessKey": KEY_ID, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config, data, port = folder / "s3.json", folder / "data", free_port()
    config.write_text(json.dumps({"identities": [identity]}), "utf-8")
    data.mkdir(exist_ok=True)
    ports = [f"-{name if '.' in name else f'{name}.port'}={free_port()}" for name in WEED_PORTS]
    options = [f"-dir={data}", f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}", "-volume.max=64", "-filer", "-s3"]
    rest = [f"-s3.port={port}", f"-s3.config={config}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    limits = ["-master.volumeSizeLimitMB=64", "-volume.minFreeSpace=0"]
    with (folder / "weed.log").open("ab") as log:
        server = subprocess.Popen(
            [str(WEED), "-logtostderr", "server", *options, *ports, *rest, *limits], cwd=folder, stdout=log, stderr=log
        )
    try:
        url = f"http://{LOOPBACK}:{port}"
        wait_until(lambda: _keeps(url), STARTS_WITHIN_S, "SeaweedFS keeps something")
        yield url
    finally:
        server.kill()
        server.wait()


def _keeps(url: str) -> bool:
    try:
        probe = Bucket(url, "probe")
        with contextlib.suppress(probe.s3.exceptions.BucketAlreadyExists, probe.s3.exceptions.BucketAlreadyOwnedByYou):
            probe.make()
        probe.s3.put_object(Bucket="probe", Key="probe", Body=b"x")
    except (BotoCoreError, ClientError):
        return False
    return True


@contextlib.contextmanager
def an_s3_server() -> Iterator[str]:
    """SeaweedFS where there is one, else moto's; for programs outside of pytest, too."""
    with contextlib.ExitStack() as closing:
        if WEED.exists():
            folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="recital-s3-"))
            yield closing.enter_context(seaweed_running(Path(folder)))
        else:
            yield closing.enter_context(moto_running())
