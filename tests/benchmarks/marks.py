"""What a batch of ten marks costs the server: CPU of its process (user and system).

    python -m tests.benchmarks.marks [batches]

A real server over a real PostgreSQL, one keep-alive connection; the session grows by ten marks with each batch. Wanted:
at most 3 ms.
"""

from __future__ import annotations

import sys
import tempfile
import uuid
from pathlib import Path

from adapters_storage.embedded import EmbeddedPostgres
from tests.benchmarks.serving import served

BATCH = 10


def main(batches: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder)) as database,
        served(folder, database.url, "dana@example.org") as server,
    ):
        text = server.client.post("/api/texts", json={"prose": "One. Two. Three.", "language": "en"}).json()
        path = f"/api/sessions/{uuid.uuid4()}"
        opening = {"text_id": text["id"], "capture": {"sample_rate_hz": 48000, "codec": "flac"}}
        server.client.put(path, json=opening).raise_for_status()
        sent = iter(range(0, 10_000_000, BATCH))

        def send():
            first = next(sent)
            marks = [
                {"n": n, "paragraph": 0, "sentence": n % 3, "at_sample": n * 48_000, "kind": "read"}
                for n in range(first, first + BATCH)
            ]
            return server.client.put(f"{path}/marks", json={"from": first, "marks": marks})

        best, median = server.cpu_ms(send, batches)
    print(f"{batches} batches of {BATCH} marks, one after another into one session")
    print(f"{'server CPU a batch, best / median round':<44}{best:6.2f} / {median:.2f} ms   (limit 3 ms)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
