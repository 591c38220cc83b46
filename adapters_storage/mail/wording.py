"""Letters in words: a MIME message of plain text, and of the HTML that is made of it.

A letter's words are in letters/LANGUAGE/KIND.txt: the subject, then paragraphs with an empty line between them, and in
them gaps such as `$name`. A paragraph of two lines, the second of which is `$address`, becomes a button in the HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path
from string import Template

from recital_core import errors
from recital_core.letters import Letter, LetterKind
from recital_core.texts import direction

HERE = Path(__file__).parent
LETTERS = HERE / "letters"
OTHERWISE = "en"
ADDRESS, AGREEMENT = "$address", "$agreement"
MAX_FACT_CHARACTERS = 80
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
SEVEN_BITS = SMTP.clone(cte_type="7bit")  # a server that does not say 8BITMIME may spoil anything else

PARAGRAPH = "<p>{}</p>"
BUTTON = (
    '<p style="margin: 28px 0"><a href="{address}" style="display: inline-block; padding: 12px 24px; border-radius: '
    '8px; background: #1f5c62; color: #ffffff; font-weight: 600; text-decoration: none">{label}</a><br>\n'
    '<a href="{address}" dir="ltr" style="display: inline-block; margin-top: 12px; color: #1f5c62; font-size: 14px; '
    'word-break: break-all">{address}</a></p>'
)
QUOTE = '<div style="margin-top: 32px; padding-top: 8px; border-top: 1px solid #e0d9cb; font-size: 15px">\n{}\n</div>'


def message(letter: Letter, sender: Address) -> EmailMessage:
    """The letter as it is sent from `sender`. Raises MailRefused for an address that cannot be one."""
    language = _language(letter.kind, letter.language)
    subject, *paragraphs = (LETTERS / language / f"{letter.kind}.txt").read_text("utf-8").strip().split("\n\n")
    facts = {name: _one_line(fact) for name, fact in letter.facts.items()}
    if "agreement" in facts:
        facts["agreement"] = letter.facts["agreement"].strip()
    sent = EmailMessage(SEVEN_BITS)
    sent["Subject"] = subject
    sent["From"] = sender
    sent["To"] = address_of(letter.to)
    sent["Date"] = format_datetime(datetime.now(UTC))
    sent["Message-ID"] = make_msgid(domain=sender.domain)
    sent["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is answered to us
    sent.set_content(Template("\n\n".join(paragraphs) + "\n").substitute(facts, address=letter.address))
    sent.add_alternative(_page(subject, paragraphs, language, letter.address, facts), subtype="html")
    sent["Content-Language"] = language
    return sent


def address_of(email: str, name: str = "") -> Address:
    """`email`, whose name is `name`, with its domain in ASCII (IDNA). Raises MailRefused for what no server takes."""
    mailbox, _, domain = email.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        if not mailbox or "@" in mailbox or not mailbox.isprintable() or not DOMAIN.fullmatch(ascii_domain):
            raise errors.MailRefused("This is not an address that letters can be sent to.")
        return Address(name, username=mailbox, domain=ascii_domain)
    except UnicodeError:  # no cause is given: it would say the address
        raise errors.MailRefused("The domain of this address cannot be one.") from None


def _language(kind: LetterKind, wanted: str) -> str:
    """The language that there is for `wanted`, a BCP 47 tag: itself, else without its regions, else English."""
    there = {place.name.lower(): place.name for place in LETTERS.iterdir() if (place / f"{kind}.txt").is_file()}
    tags = (wanted.lower(), wanted.lower().partition("-")[0])
    return next((there[tag] for tag in tags if tag in there), OTHERWISE)


def _one_line(fact: str) -> str:
    """What somebody typed, without anything that breaks a line, is invisible, or turns the writing around."""
    visible = "".join(" " if sign.isspace() else sign for sign in fact if sign.isspace() or sign.isprintable())
    return " ".join(visible.split())[:MAX_FACT_CHARACTERS]


def _page(subject: str, paragraphs: list[str], language: str, address: str, facts: Mapping[str, str]) -> str:
    gaps = {name: f"<bdi>{html.escape(fact)}</bdi>" for name, fact in facts.items()}
    body = "\n".join(_block(paragraph, address, gaps, facts) for paragraph in paragraphs)
    return Template((HERE / "layout.html").read_text("utf-8")).substitute(
        language=language, direction=direction(language), subject=html.escape(subject), body=body
    )


def _block(paragraph: str, address: str, gaps: Mapping[str, str], facts: Mapping[str, str]) -> str:
    label, _, below = paragraph.partition("\n")
    if below == ADDRESS:
        return BUTTON.format(address=html.escape(address), label=html.escape(label.rstrip(":")))
    if paragraph == AGREEMENT:
        return QUOTE.format("\n".join(_foreign(part) for part in facts["agreement"].split("\n\n")))
    return PARAGRAPH.format(Template(html.escape(paragraph)).substitute(gaps))


def _foreign(paragraph: str) -> str:
    """A paragraph that may be in another language than the letter."""
    return f'<p dir="auto">{html.escape(paragraph).replace(chr(10), "<br>")}</p>'
