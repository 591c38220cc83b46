"""Letters to a real SMTP server: what arrives, what is refused, and what a password is not told to."""

from __future__ import annotations

import traceback
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from adapters_storage.mail import mailer_of
from adapters_storage.mail.smtp import SmtpMailer
from adapters_storage.mail.wording import address_of
from recital_core import errors
from recital_core.letters import Letter, LetterKind
from recital_core.ports import Mailer
from tests.mail_server import (
    PASSWORD,
    USER,
    Post,
    certificate,
    is_at_loopback,
    mail_server,
    showing,
    silent_server,
    trust,
)
from tests.running import LOOPBACK, free_port

MAIL_FROM = '"Recital, the readers’" <recital@example.org>'
HOST = "mail.example.org"
LETTER = Letter(
    kind=LetterKind.SIGN_IN_LINK,
    to="dana@example.org",
    language="he",
    address="https://recital.example.org/sign-in#link=secret",
    facts={"name": "דנה"},
)


def mailer(port: int, *, host: str = LOOPBACK, scheme: str = "smtp", signed_in: bool = True) -> Mailer:
    who = f"{USER}:{quote(PASSWORD, safe='')}@" if signed_in else ""
    made = mailer_of(f"{scheme}://{who}{host}:{port}", MAIL_FROM)
    assert made is not None
    return made


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return certificate(tmp_path, HOST)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, key: Path) -> None:
    """The mail server is another machine, as far as the mailer knows, and its certificate is trusted."""
    is_at_loopback(HOST, monkeypatch)
    trust(key, monkeypatch)


def test_a_letter_arrives_as_it_was_written() -> None:
    post = Post()
    with mail_server(post) as port:
        mailer(port, signed_in=False).send(LETTER)
    [sent], [envelope] = post.letters, post.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("recital@example.org", ["dana@example.org"])
    assert str(sent["From"].addresses[0].display_name) == "Recital, the readers’"
    assert (sent["To"], sent["Subject"]) == ("dana@example.org", "קישור הכניסה שלך לרסיטל")
    assert (sent["Auto-Submitted"], sent["Content-Language"]) == ("auto-generated", "he")
    assert sent["Message-ID"].endswith("@example.org>")
    assert parsedate_to_datetime(sent["Date"]).tzinfo is not None
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    for part in sent.iter_parts():
        assert LETTER.address in part.get_content()
        assert "דנה" in part.get_content()


def test_every_byte_on_the_way_is_ascii() -> None:
    post = Post()
    with mail_server(post) as port:
        mailer(port, signed_in=False).send(LETTER)
    assert post.bodies[0].isascii()


@pytest.mark.usefixtures("elsewhere")
def test_starttls_and_the_password_open_the_server(key: Path) -> None:
    post = Post()
    with mail_server(post, tls_context=showing(key), require_starttls=True, auth_required=True) as port:
        mailer(port, host=HOST).check()
        mailer(port, host=HOST).send(LETTER)
    assert (len(post.letters), post.encrypted) == (1, [True])


@pytest.mark.usefixtures("elsewhere")
def test_smtps_is_encrypted_from_the_first_byte(key: Path) -> None:
    post = Post()
    with mail_server(post, ssl_context=showing(key), auth_require_tls=False) as port:
        mailer(port, host=HOST, scheme="smtps").send(LETTER)
    assert (len(post.letters), post.passwords) == (1, [PASSWORD.encode()])


def test_starttls_is_used_without_a_password_too(key: Path) -> None:
    post = Post()
    with mail_server(post, tls_context=showing(key)) as port:
        mailer(port, signed_in=False).send(LETTER)
    assert post.encrypted == [True]


@pytest.mark.usefixtures("elsewhere")
def test_a_server_without_tls_does_not_get_the_password() -> None:
    post = Post()
    with mail_server(post, auth_require_tls=False) as port, pytest.raises(errors.MailFailed, match="no TLS"):
        mailer(port, host=HOST).send(LETTER)
    assert (post.letters, post.passwords) == ([], [])


def test_a_server_on_this_machine_gets_the_password_without_tls() -> None:
    post = Post()
    with mail_server(post, auth_require_tls=False) as port:
        mailer(port).send(LETTER)
    assert (len(post.letters), post.passwords) == (1, [PASSWORD.encode()])


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.usefixtures("elsewhere")
def test_a_certificate_of_somebody_else_gets_neither_letter_nor_password(tmp_path: Path, scheme: str) -> None:
    post, theirs = Post(), showing(certificate(tmp_path, "mail.example.com"))
    tls: dict[str, Any] = {"tls_context": theirs} if scheme == "smtp" else {"ssl_context": theirs}
    with mail_server(post, **tls) as port, pytest.raises(errors.MailFailed, match="TLS"):
        mailer(port, host=HOST, scheme=scheme).send(LETTER)
    assert (post.letters, post.passwords) == ([], [])


def test_a_wrong_password_is_an_operator_s_to_mend() -> None:
    post = Post()
    with mail_server(post, auth_require_tls=False) as port:
        wrong = mailer_of(f"smtp://{USER}:wrong@{LOOPBACK}:{port}", MAIL_FROM)
        assert wrong is not None
        with pytest.raises(errors.MailFailed, match="535"):
            wrong.check()
        with pytest.raises(errors.MailFailed, match="535"):
            wrong.send(LETTER)
    assert post.letters == []


def test_a_server_that_lets_nobody_sign_in_is_said_to_be_one() -> None:
    with mail_server(Post()) as port, pytest.raises(errors.MailFailed, match="sign in"):
        mailer(port).check()


@pytest.mark.parametrize(
    ("post", "refusal"),
    [
        (Post(recipient="550 <dana@example.org> is nobody here"), errors.MailRefused),
        (Post(recipient="451 <dana@example.org> another time"), errors.MailFailed),
        (Post(data="554 dana@example.org does not want this"), errors.MailRefused),
        (Post(data="452 no room for dana@example.org"), errors.MailFailed),
    ],
)
def test_a_refusal_is_for_good_or_for_now_and_names_nobody(post: Post, refusal: type[errors.RecitalError]) -> None:
    with mail_server(post) as port, pytest.raises(refusal) as refused:
        mailer(port, signed_in=False).send(LETTER)
    told = "".join(traceback.format_exception(refused.value))
    assert "dana" not in told
    assert "secret" not in told


def test_a_server_that_is_away_is_tried_again_later() -> None:
    with pytest.raises(errors.MailFailed, match="refused"):
        mailer(free_port(), signed_in=False).send(LETTER)
    with pytest.raises(errors.MailFailed):
        mailer(free_port(), scheme="smtps").check()


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_server_that_says_nothing_is_left_after_a_while(encrypted: bool) -> None:
    with silent_server() as port:
        waiting = SmtpMailer(
            host=LOOPBACK, port=port, encrypted=encrypted, sender=address_of("recital@example.org"), timeout_s=0.2
        )
        with pytest.raises(errors.MailFailed, match="does not answer"):
            waiting.send(LETTER)


def to(address: str) -> Letter:
    return Letter(kind=LETTER.kind, to=address, language="he", address=LETTER.address, facts=LETTER.facts)


@pytest.mark.parametrize(
    ("address", "arrives_at"),
    [
        ("דנה@example.org", "דנה@example.org"),
        ("dana@בית.example", "dana@xn--5dbq5c.example"),
        ("a,b@example.org", '"a,b"@example.org'),
        ("<x>@example.org", '"<x>"@example.org'),
    ],
)
def test_an_unusual_address_is_one_address(address: str, arrives_at: str) -> None:
    post = Post()
    with mail_server(post, enable_SMTPUTF8=True) as port:
        mailer(port, signed_in=False).send(to(address))
    assert post.envelopes[0].rcpt_tos == [arrives_at]
    assert f"\nTo: {arrives_at}\r\n".encode() in post.bodies[0]


@pytest.mark.parametrize(
    "address", ["dana@example.org,noam@example.org", "dana@ex ample", "dana@..", "@example.org", "dana@\r\nBcc: x", "x"]
)
def test_what_is_no_address_is_refused_before_any_server_is_asked(address: str) -> None:
    with pytest.raises(errors.MailRefused):
        mailer(free_port()).send(to(address))


def test_an_address_that_the_server_cannot_spell_is_refused_for_good() -> None:
    with mail_server(Post(), enable_SMTPUTF8=False) as port, pytest.raises(errors.MailRefused, match="ASCII"):
        mailer(port, signed_in=False).send(to("דנה@example.org"))


def test_without_the_setting_there_is_no_mailer() -> None:
    assert mailer_of(None, MAIL_FROM) is None


@pytest.mark.parametrize(
    ("mail", "mail_from", "setting"),
    [
        ("http://mail.example.org", MAIL_FROM, "RECITAL_MAIL is"),
        ("smtp://", MAIL_FROM, "RECITAL_MAIL is"),
        ("smtp://recital:סוד@mail.example.org", MAIL_FROM, "RECITAL_MAIL is"),
        ("smtp://mail.example.org", "nobody", "RECITAL_MAIL_FROM is"),
    ],
)
def test_a_wrong_setting_is_named_and_not_shown(mail: str, mail_from: str, setting: str) -> None:
    with pytest.raises(errors.SettingWrong, match=setting) as wrong:
        mailer_of(mail, mail_from)
    assert "סוד" not in wrong.value.detail
