"""What a running server tells those who watch over it, while a session goes through it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from tests.chaos.readings import add_text
from tests.client import Client, Outbox, Take, new_id
from tests.reading import Reading
from tests.running import LOOPBACK, free_port, running, wait_until

UPLOADED_WITHIN_S = 60
TRACED_WITHIN_S = 30


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """The address of an OTLP collector, and what it was sent."""
    sent: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{LOOPBACK}:{server.server_port}", sent
        server.shutdown()


def test_a_session_is_seen_in_figures_traces_and_the_log_and_in_none_of_them_by_name(
    spoken: Reading, take: Take, tmp_path: Path
) -> None:
    port, session_id = free_port(), new_id()
    with collector() as (address, sent):
        watched = {"RECITAL_METRICS_PORT": str(port), "RECITAL_OTLP_URL": address, "RECITAL_LOG_FORMAT": "json"}
        with running(tmp_path / "data", **watched) as server, Client(server.url, server.token()) as client:
            text_id = add_text(client, spoken)
            Outbox(client).send(session_id, text_id, take)
            client.wait_for(session_id, "uploaded", UPLOADED_WITHIN_S)
            (server.staging / "sessions").rename(server.staging / "gone")
            broken = new_id()
            client.open(broken, text_id, take.capture)
            (server.staging / "sessions").write_text("in the way")
            assert httpx.put(f"{server.url}/api/sessions/{broken}/audio/0").status_code == 401
            figures = httpx.get(f"http://{LOOPBACK}:{port}/metrics").text
            public = httpx.get(f"{server.url}/metrics")
            answered = httpx.get(f"{server.url}/api/config").headers["x-request-id"]
            unanswered = client_refused(server.url, server.token(), broken, take)
        wait_until(lambda: any(b"finalize" in body for body in sent), TRACED_WITHIN_S, "the session is traced")
        log = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    total = sum(len(segment.body) for segment in take.segments)
    assert f"recital_segment_bytes_total {float(total)}" in figures
    assert 'recital_finalize_seconds_count{outcome="done"} 1.0' in figures
    assert 'operation="putSegment",status="201"' in figures
    assert "recital_ffmpeg_seconds_total" in figures
    assert 'recital_sessions{kind="uploaded"} 1.0' in figures
    assert 'recital_free_bytes{kind="archive"}' in figures
    assert "recital_" not in public.text, "they are not on the public port"
    assert answered != unanswered
    [line] = [line for line in log if line.get("request") == unanswered]
    assert (line["level"], line["session"]) == ("warning", broken)
    everything = figures.encode() + b"".join(sent) + server.log.encode()
    assert b"putSegment" in b"".join(sent)
    assert session_id.encode() not in figures.encode()
    assert b"Bearer" not in everything


def client_refused(url: str, token: str, session_id: str, take: Take) -> str:
    """The id of a request that the server cannot do, since its staging is in the way."""
    segment = take.segments[0]
    headers = {**segment.headers, "Authorization": f"Bearer {token}"}
    answer = httpx.put(f"{url}/api/sessions/{session_id}/audio/0", content=segment.body, headers=headers, timeout=30)
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    return answer.headers["x-request-id"]
