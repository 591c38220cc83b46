"""Letters by SMTP (RFC 5321), as submission wants it (RFC 6409, RFC 8314)."""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
import ssl
from collections.abc import Iterator
from email.headerregistry import Address

from adapters_storage.mail.wording import message
from recital_core import errors
from recital_core.letters import Letter

SUBMISSION, SUBMISSIONS = 587, 465
TIMEOUT_S = 30.0  # for each answer; who scans letters before taking them needs a while, and else gets them twice
FOR_GOOD = 500  # a reply from here on is not another one tomorrow


class SmtpMailer:
    """`encrypted`: TLS from the first byte; otherwise STARTTLS wherever the server offers it.

    No password goes out without TLS, except on this machine itself. Certificates are checked, except there.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int | None = None,
        encrypted: bool = False,
        user: str = "",
        password: str = "",
        sender: Address,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._host = host
        self._port = port or (SUBMISSIONS if encrypted else SUBMISSION)
        self._encrypted = encrypted
        self._user = user
        self._password = password
        self._sender = sender
        self._timeout_s = timeout_s
        self._local = _is_this_machine(host)

    def send(self, letter: Letter) -> None:
        sent = message(letter, self._sender)
        with self._server() as server:
            server.send_message(sent, self._sender.addr_spec, [sent["To"].addresses[0].addr_spec])

    def check(self) -> None:
        with self._server() as server:
            code, _ = server.noop()
            if code >= FOR_GOOD:
                raise errors.MailFailed(f"The mail server {self._host} answers {code}.")

    @contextlib.contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        with _mail_errors(self._host):
            server = self._connected()
            try:
                self._signed_in(server)
                yield server
                with contextlib.suppress(smtplib.SMTPException, OSError):  # the letter is theirs, come what may
                    server.quit()
            finally:
                server.close()

    def _connected(self) -> smtplib.SMTP:
        # Greeting by the sender's domain: to ask for this machine's own name may take a name server's patience.
        if self._encrypted:
            return smtplib.SMTP_SSL(
                self._host, self._port, self._sender.domain, timeout=self._timeout_s, context=self._tls()
            )
        return smtplib.SMTP(self._host, self._port, self._sender.domain, timeout=self._timeout_s)

    def _signed_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        safe = self._encrypted
        if not safe and server.has_extn("starttls"):
            server.starttls(context=self._tls())
            server.ehlo()
            safe = True
        if not self._user:
            return
        if not safe and not self._local:
            raise errors.MailFailed(f"The mail server {self._host} offers no TLS; it does not get the password.")
        if not server.has_extn("auth"):
            raise errors.MailFailed(f"The mail server {self._host} lets nobody sign in; leave out user and password.")
        server.login(self._user, self._password)

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._local:  # mail servers come with a certificate of nobody's, and nobody is in between
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextlib.contextmanager
def _mail_errors(host: str) -> Iterator[None]:
    """Turns what smtplib raises into the core's errors, without their cause: it may hold a person's address."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refused:
        raise _answered(host, max(code for code, _ in refused.recipients.values()), "the address") from None
    except smtplib.SMTPDataError as refused:
        raise _answered(host, refused.smtp_code, "the letter") from None
    except smtplib.SMTPNotSupportedError:
        raise errors.MailRefused(f"The mail server {host} takes no addresses beyond ASCII.") from None
    except smtplib.SMTPAuthenticationError as refused:
        raise errors.MailFailed(f"The mail server {host} refuses the user or password: {refused.smtp_code}.") from None
    except smtplib.SMTPResponseException as refused:
        raise errors.MailFailed(f"The mail server {host} refuses: {refused.smtp_code}.") from None
    except ssl.SSLError as failure:
        raise errors.MailFailed(
            f"No TLS with the mail server {host}: {failure.reason or type(failure).__name__}."
        ) from None
    except (smtplib.SMTPException, OSError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) and failure.strerror else type(failure).__name__
        raise errors.MailFailed(f"The mail server {host} does not answer: {reason}.") from None


def _answered(host: str, code: int, what: str) -> errors.RecitalError:
    kind = errors.MailRefused if code >= FOR_GOOD else errors.MailFailed
    return kind(f"The mail server {host} does not take {what}: {code}.")
