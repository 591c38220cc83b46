"""Letters to Amazon SES, as moto's server plays it, and to one that answers what it is told to."""

from __future__ import annotations

import http.server
import json
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string, policy

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from adapters_storage.mail import mailer_of
from recital_core import errors
from recital_core.letters import Letter, LetterKind
from recital_core.ports import Mailer
from tests.running import LOOPBACK, free_port

REGION = "eu-central-1"
LETTER = Letter(
    kind=LetterKind.APPROVED,
    to="dana@example.org",
    language="yi",
    address="https://recital.example.org/",
    facts={"name": "דנה"},
)


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    monkeypatch.setenv("NO_PROXY", LOOPBACK)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a moto server."""
    server = ThreadedMotoServer(LOOPBACK, 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def ses(moto: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an SES that holds no letters yet and lets recital@example.org send."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    httpx.post(f"{moto}/moto-api/reset").raise_for_status()
    boto3.client("sesv2", region_name=REGION).create_email_identity(EmailIdentity="recital@example.org")
    return moto


def mailer(sender: str = "recital@example.org") -> Mailer:
    made = mailer_of(f"ses://{REGION}", f"Recital <{sender}>")
    assert made is not None
    return made


def test_a_letter_arrives_as_it_was_written(ses: str) -> None:
    mailer().send(LETTER)
    [kept] = httpx.get(f"{ses}/moto-api/data.json").json()["ses"]["RawMessage"]
    assert kept["source"] == "Recital <recital@example.org>"
    assert set(kept["destinations"]) == {"dana@example.org"}
    assert kept["raw_data"].isascii()
    sent = message_from_string(kept["raw_data"], policy=policy.default)
    assert (sent["To"], sent["Subject"]) == ("dana@example.org", "איר קענט אָנהייבן לייענען")
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.usefixtures("ses")
def test_a_sender_that_is_not_verified_is_an_operator_s_to_mend() -> None:
    with pytest.raises(errors.MailFailed, match="MessageRejected"):
        mailer("noam@example.com").send(LETTER)


def test_an_address_beyond_ascii_is_refused_for_good() -> None:
    unusual = Letter(kind=LETTER.kind, to="דנה@example.org", language="yi", address="", facts=LETTER.facts)
    with pytest.raises(errors.MailRefused):
        mailer().send(unusual)


def test_an_ses_that_is_away_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{LOOPBACK}:{free_port()}")
    with pytest.raises(errors.MailFailed, match="EndpointConnectionError"):
        mailer().send(LETTER)


def test_a_machine_without_credentials_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    monkeypatch.setenv("AWS_CONFIG_FILE", "none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(errors.MailFailed, match="NoCredentialsError"):
        mailer().send(LETTER)


@contextmanager
def answering(status: int, **answer: object) -> Iterator[str]:
    """The address of a server that answers everything alike."""

    class Always(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - as above

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer((LOOPBACK, 0), Always) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_letter_that_ses_calls_malformed_is_refused_for_good_and_names_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with answering(400, __type="BadRequestException", message="dana@example.org is no address") as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(errors.MailRefused, match="BadRequestException") as refused:
            mailer().send(LETTER)
    assert "dana" not in "".join(traceback.format_exception(refused.value))


def test_the_check_asks_whether_the_account_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(200, SendingEnabled=True) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        mailer().check()
    with answering(200, SendingEnabled=False) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(errors.MailFailed):
            mailer().check()
    with answering(403, __type="AccessDeniedException") as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(errors.MailFailed, match="AccessDenied"):
            mailer().check()
