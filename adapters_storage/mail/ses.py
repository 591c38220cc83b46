"""Letters by Amazon SES, with the credentials that boto3 finds: the environment, a profile, the machine's role."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from email.headerregistry import Address

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from adapters_storage.mail.wording import message
from recital_core import errors
from recital_core.letters import Letter

CONNECT_S, ANSWER_S = 5, 15
FOR_GOOD = frozenset(("BadRequestException",))


class SesMailer:
    """Needs the rights ses:SendEmail, ses:SendRawEmail and, for `check`, ses:GetAccount."""

    def __init__(self, *, region: str, sender: Address) -> None:
        self._sender = sender
        with _mail_errors():
            self._ses = boto3.session.Session().client(
                "sesv2",
                region_name=region,
                config=Config(
                    connect_timeout=CONNECT_S, read_timeout=ANSWER_S, retries={"max_attempts": 2, "mode": "standard"}
                ),
            )

    def send(self, letter: Letter) -> None:
        sent = message(letter, self._sender)
        to = sent["To"].addresses[0].addr_spec
        if not to.isascii():
            raise errors.MailRefused("Amazon SES takes no addresses beyond ASCII.")
        with _mail_errors():
            self._ses.send_email(
                FromEmailAddress=str(self._sender),
                Destination={"ToAddresses": [to]},
                Content={"Raw": {"Data": sent.as_bytes()}},
            )

    def check(self) -> None:
        with _mail_errors():
            account = self._ses.get_account()
        if not account.get("SendingEnabled", False):
            raise errors.MailFailed("Amazon SES does not send for this account now.")


@contextlib.contextmanager
def _mail_errors() -> Iterator[None]:
    """Turns what boto3 raises into the core's errors, without their cause: it may hold a person's address."""
    try:
        yield
    except ClientError as refused:
        code = refused.response.get("Error", {}).get("Code", "without a code")
        kind = errors.MailRefused if code in FOR_GOOD else errors.MailFailed
        raise kind(f"Amazon SES does not take the letter: {code}.") from None
    except BotoCoreError as failure:
        raise errors.MailFailed(f"Amazon SES does not answer: {type(failure).__name__}.") from None
