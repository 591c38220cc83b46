"""Letters, put into words and handed over to be delivered: by SMTP, or by Amazon SES."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from adapters_storage.mail.wording import address_of
from recital_core import errors
from recital_core.ports import Mailer


def mailer_of(mail: str | None, mail_from: str) -> Mailer | None:
    """Who delivers letters from `mail_from`, a mailbox: `mail` as RECITAL_MAIL describes it; None without one.

    Nothing is asked of the server yet. Raises SettingWrong.
    """
    if mail is None:
        return None
    sender, parts = _sender(mail_from), urlsplit(mail)
    if parts.scheme == "ses":
        from adapters_storage.mail.ses import SesMailer

        return SesMailer(region=parts.netloc, sender=sender)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not (user + password).isascii():
        raise errors.SettingWrong("RECITAL_MAIL is wrong: it looks like smtp://user:password@host:587, all in ASCII.")
    from adapters_storage.mail.smtp import SmtpMailer

    return SmtpMailer(
        host=parts.hostname,
        port=parts.port,
        encrypted=parts.scheme == "smtps",
        user=user,
        password=password,
        sender=sender,
    )


def _sender(mail_from: str) -> Address:
    name, email = parseaddr(mail_from)
    try:
        return address_of(email, name)
    except errors.MailRefused as error:
        raise errors.SettingWrong("RECITAL_MAIL_FROM is wrong: it looks like Recital <recital@example.org>.") from error
