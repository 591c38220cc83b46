"""Letters in words: three languages, two forms, and nothing that a person typed gets out of its place."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from adapters_storage.agreements import agreement_in
from adapters_storage.mail.wording import LETTERS, address_of, message
from recital_core.letters import Letter, LetterKind

LANGUAGES = ("en", "he", "yi")
ADDRESS = "https://recital.example.org/sign-in#link=a-secret_"
SENDER = address_of("recital@example.org", "Recital")


def sent(kind: LetterKind = LetterKind.APPROVED, language: str = "en", **facts: str) -> EmailMessage:
    """The message, as it is read where it arrives."""
    there = {"name": "Dana", "version": "1", "agreement": "We agree.\n\nYou agree, too."}
    letter = Letter(kind=kind, to="dana@example.org", language=language, address=ADDRESS, facts={**there, **facts})
    return message_from_bytes(message(letter, SENDER).as_bytes(), policy=policy.default)


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def page_of(letter: EmailMessage) -> str:
    body = letter.get_body(("html",))
    assert body is not None
    return str(body.get_content())


class Page(HTMLParser):
    """The elements of a page, each with its attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LetterKind)
def test_every_letter_is_whole_in_every_language(kind: LetterKind, language: str) -> None:
    letter = sent(kind, language)
    text, page = text_of(letter), Page(page_of(letter))
    assert letter["Subject"]
    assert letter["Content-Language"] == language
    assert "$" not in letter["Subject"] + text + page.text
    assert text.count(ADDRESS) == 1
    assert "Dana" in text
    assert [attributes["href"] for tag, attributes in page.elements if tag == "a"] == [ADDRESS, ADDRESS]
    assert ("html", {"lang": language, "dir": "ltr" if language == "en" else "rtl"}) in page.elements
    assert ("You agree, too." in text) is (kind is LetterKind.AGREED)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", LetterKind)
def test_both_forms_say_the_same(kind: LetterKind, language: str) -> None:
    letter = sent(kind, language)
    said = Page(page_of(letter).partition("<body")[2].partition(">")[2]).text
    assert re.sub(r"[\s:]", "", text_of(letter)) == re.sub(r"[\s:]", "", said)


@pytest.mark.parametrize("kind", LetterKind)
def test_no_letter_loads_anything(kind: LetterKind) -> None:
    page = Page(page_of(sent(kind)))
    assert {tag for tag, _ in page.elements}.isdisjoint({"img", "link", "script", "iframe", "object", "style", "base"})
    assert all({"src", "background", "srcset"}.isdisjoint(attributes) for _, attributes in page.elements)
    assert "url(" not in page_of(sent(kind))


@pytest.mark.parametrize(
    ("wanted", "got"),
    [("he", "he"), ("he-IL", "he"), ("YI", "yi"), ("yi-Hebr-US", "yi"), ("fr", "en"), ("", "en"), ("../he", "en")],
)
def test_the_language_falls_back_to_its_region_s_and_to_english(wanted: str, got: str) -> None:
    assert sent(language=wanted)["Content-Language"] == got


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize(
    "name",
    [
        "Dana\r\nBcc: noam@example.org",
        "Dana\n\nSign in:\nhttps://evil.example",
        "Dana\u2028\u2029\x85\x00\x1b[31m",
        "\u202eanaD\u2066\u200f\u061c",
        "<img src=https://evil.example/x.png onerror=alert(1)>",
        '"><a href="https://evil.example">',
        "</bdi></p><script>alert(1)</script>",
        "$address $agreement ${version} $$ {label}",
        "&lt;b&gt;",
        "=?utf-8?q?Bcc:_x?=",
        "D" * 5000,
    ],
)
def test_a_name_stays_in_its_place(kind: LetterKind, name: str) -> None:
    plain, letter = sent(kind), sent(kind, name=name)
    text, page = text_of(letter), page_of(letter)
    assert letter.keys() == plain.keys()
    assert letter["Subject"] == plain["Subject"]
    assert text.count("\n") == text_of(plain).count("\n")
    assert len(text) <= len(text_of(plain)) + 80
    assert [tag for tag, _ in Page(page).elements] == [tag for tag, _ in Page(page_of(plain)).elements]
    links = [attributes["href"] for tag, attributes in Page(page).elements if tag == "a"]
    assert links == [ADDRESS, ADDRESS]
    assert text.count(ADDRESS) == 1
    assert not set(text + page) & set("\u202e\u2066\u200f\u061c\u2028\u2029\x85\x00\x1b")


def test_a_name_of_another_direction_does_not_turn_the_line() -> None:
    assert "<bdi>דנה</bdi>" in page_of(sent(name="דנה"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_agreement_is_there_word_for_word_in_the_language_that_was_signed(language: str) -> None:
    agreement = agreement_in(None).texts[language]
    letter = sent(LetterKind.AGREED, "en", agreement=agreement)
    assert agreement in text_of(letter)
    page = Page(page_of(letter))
    paragraphs = agreement.split("\n\n")
    assert all(paragraph in page.text for paragraph in paragraphs)
    assert page.elements.count(("p", {"dir": "auto"})) == len(paragraphs)


def test_the_agreement_cannot_become_markup() -> None:
    letter = sent(LetterKind.AGREED, agreement="<b>bold</b> & $name\nBcc: x")
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; $name<br>Bcc: x" in page_of(letter)


def test_every_kind_of_letter_is_there_in_every_language() -> None:
    there = {(file.parent.name, file.stem) for file in LETTERS.glob("*/*.txt")}
    assert there == {(language, kind.value) for language in LANGUAGES for kind in LetterKind}
