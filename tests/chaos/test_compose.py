"""Our services of compose.yaml as plain processes: their commands, settings and health checks together."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from pathlib import Path

import httpx

from tests.chaos.readings import add_text
from tests.client import Client, Outbox, Take, new_id
from tests.reading import Reading
from tests.running import LOOPBACK, STARTS_WITHIN_S, Server, free_port, wait_until
from tests.s3_door import KEY_ID, SECRET, StrictDoor
from tests.test_containers import DOCKERFILE, FILLED_IN, OURS, ROOT, filled_in

UPLOADED_WITHIN_S = 60
DONE = re.compile(r'recital_finalize_seconds_count{outcome="done"} [1-9]')


class Service(Server):
    """One of them, in a folder of its own that stands for its container's volume."""

    def __init__(self, name: str, folder: Path, **instead: str) -> None:
        compose = {key: filled_in(value) for key, value in OURS[name]["environment"].items()}
        image = dict(re.findall(r"(RECITAL_\w+)=(\S+)", DOCKERFILE))
        elsewhere = {"RECITAL_DATA_DIR": str(folder), "RECITAL_METRICS_PORT": str(free_port()), **instead}
        port = str(free_port())
        super().__init__(folder, **{**image, **compose, "RECITAL_PORT": port, **elsewhere})
        self.port, self.url = int(port), f"http://{LOOPBACK}:{port}"
        self._service = OURS[name]

    def up(self) -> subprocess.Popen[bytes]:
        [program, *arguments] = self._service["command"].split()
        assert program == "recital"
        return self.spawn(*arguments)

    def is_healthy(self) -> bool:
        [of_the_image] = re.findall(r'HEALTHCHECK.*CMD \["(.+)"\]', DOCKERFILE)
        check = self._service.get("healthcheck", {"test": ["CMD", *of_the_image.split('", "')]})["test"]
        return self.try_command(*check[2:]).returncode == 0

    def figures(self) -> str:
        return httpx.get(f"http://{LOOPBACK}:{self._environment['RECITAL_METRICS_PORT']}/metrics", timeout=30).text

    def down(self, process: subprocess.Popen[bytes]) -> int:
        """As an engine stops it, which kills it after the time of grace."""
        process.terminate()
        try:
            return process.wait(int(self._service["stop_grace_period"].removesuffix("s")))
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


def stop(service: Service, process: subprocess.Popen[bytes], codes: list[int]) -> None:
    codes.append(service.down(process))


def test_a_session_goes_through_web_and_worker_which_are_well_and_end_in_time(
    empty_database: str, moto: StrictDoor, spoken: Reading, take: Take, tmp_path: Path
) -> None:
    instead = {
        "RECITAL_DATABASE_URL": empty_database,
        "RECITAL_S3_ENDPOINT": moto.url,
        "RECITAL_S3_ACCESS_KEY_ID": KEY_ID,
        "RECITAL_S3_SECRET_ACCESS_KEY": SECRET,
        "NO_PROXY": LOOPBACK,
    }
    [program, script, *names] = OURS["buckets"]["command"].split()
    assert program == "python"
    subprocess.run([sys.executable, ROOT / "containers" / Path(script).name, *names], env=instead, check=True)
    web, worker = (Service(name, tmp_path / name, **instead) for name in ("web", "worker"))
    session_id, codes = new_id(), list[int]()
    with contextlib.ExitStack() as ending:
        for service in (web, worker):
            process = service.up()
            ending.callback(stop, service, process, codes)
            wait_until(service.is_healthy, STARTS_WITHIN_S, f"it is well:\n{service.log}")
        with Client(web.url, web.token(FILLED_IN["ADMIN_EMAIL"])) as client:
            text_id = add_text(client, spoken)
            Outbox(client).send(session_id, text_id, take)
            client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)
        assert "recital_segment_bytes_total" in web.figures()
        wait_until(lambda: DONE.search(worker.figures()), UPLOADED_WITHIN_S, "the worker tells that it did it")
    assert codes == [0, 0]
    for service in (web, worker):
        assert not service.is_healthy()
