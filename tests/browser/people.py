"""An installation for people: it sends mail, and signs in with a provider that others maintain; and their browsers."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
import psycopg
from playwright.sync_api import Browser, Page, Playwright, expect
from psycopg.sql import SQL, Identifier

from adapters_storage.embedded import address
from tests.browser.stage import CHROMIUM, FLAGS
from tests.chaos.readings import add_text, short_reading, take_of
from tests.client import Client, Outbox, new_id
from tests.mail_server import Post, mail_server
from tests.running import HTTP, LOOPBACK, Server, free_port, wait_until

PROVIDER = str(Path(sys.executable).with_name("oidc-provider-mock"))
STARTS_WITHIN_S = 30
PUBLISHED_WITHIN_S = 60
ARRIVES_WITHIN_S = 20
LINK = re.compile(r"http\S+/sign-in#link=\S+")
PRINTED_LINK = re.compile(r"http\S+/api/auth/link/\S+")
PEOPLE = ("dana", "noam", "tamar", "omer", "yael", "shira", "zilpa")
ACCOUNTS = {name: {"sub": name, "name": name.title(), "email": f"{name}@example.org"} for name in PEOPLE}
TWIN = {"sub": "another-dana", "name": "Dana", "email": "dana@example.org"}


@dataclass
class Place:
    """A running installation, the mail it has sent, and the folder of its agreements."""

    server: Server
    post: Post
    agreements: Path

    @cached_property
    def operator(self) -> dict[str, str]:
        """The header by which a program of the local admin is known."""
        return {"Authorization": f"Bearer {self.server.token()}"}

    @property
    def url(self) -> str:
        return self.server.url

    def approve(self, name: str) -> None:
        body = {"email": f"{name}@example.org", "role": "speaker"}
        httpx.post(f"{self.url}/api/admin/speakers", json=body, headers=self.operator).raise_for_status()

    def invitation(self) -> str:
        """The address of a new invitation for one."""
        answer = httpx.post(f"{self.url}/api/admin/invitations", json={}, headers=self.operator)
        return str(answer.raise_for_status().json()["address"])

    def mailed_link(self, email: str) -> str:
        """The sign-in link in the newest letter to an address."""

        def link() -> str | None:
            to = [letter for letter in self.post.letters if letter["To"] and email in letter["To"]]
            texts = [letter.get_body(("plain",)) for letter in reversed(to)]
            found = [LINK.search(text.get_content()) for text in texts if text is not None]
            return next((match.group() for match in found if match), None)

        return wait_until(link, ARRIVES_WITHIN_S, f"a link is mailed to {email}")

    def agreement(self, version: str, words: str) -> None:
        """Another version of the agreement, in English and Hebrew, read at the next start."""
        (self.agreements / version).mkdir(parents=True)
        for language in ("en", "he"):
            (self.agreements / version / f"{language}.txt").write_text(f"{words} ({language})\n\nThe rest of it.\n")


@contextlib.contextmanager
def provider() -> Iterator[str]:
    """The issuer of an OpenID provider at which everybody in ACCOUNTS has one; it may take a moment to answer."""
    port = free_port()
    issuer = f"http://{LOOPBACK}:{port}"
    people = [json.dumps(claims | {"email_verified": True}) for claims in (*ACCOUNTS.values(), TWIN)]
    users = [word for person in people for word in ("--user-claims", person)]
    process = subprocess.Popen([PROVIDER, "--port", str(port), *users], stderr=subprocess.DEVNULL)
    try:
        yield issuer
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def installation(folder: Path, issuer: str) -> Iterator[Place]:
    """Two providers: one that answers, and one that is down."""
    sign_in = [
        {"id": "village", "name": "Village", "issuer": issuer},
        {"id": "ruin", "name": "Ruin", "issuer": f"http://{LOOPBACK}:{free_port()}"},
    ]
    client = {"client_id": "recital", "client_secret": "known to both"}
    post, agreements = Post(), folder / "agreements"
    with mail_server(post) as port:
        settings = {
            "RECITAL_SIGN_IN_PROVIDERS": json.dumps([one | client for one in sign_in]),
            "RECITAL_MAIL": f"smtp://{LOOPBACK}:{port}",
            "RECITAL_MAIL_FROM": "recital@example.org",
            "RECITAL_AGREEMENT_DIR": str(agreements),
        }
        place = Place(Server(folder / "data", **settings), post, agreements)
        place.agreement("1", "The first agreement")
        try:
            place.server.start()
            wait_until(lambda: _answers(f"{issuer}/.well-known/openid-configuration"), STARTS_WITHIN_S, "the provider")
            yield place
        finally:
            place.server.end()


class Visitor:
    """Somebody at a browser of their own. `complaints` are errors of the page and breaches of its policy."""

    def __init__(self, browser: Browser, place: Place) -> None:
        self.place = place
        self.context = browser.new_context(accept_downloads=True, permissions=["microphone"], service_workers="block")
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self._said(message.text))

    def opens(self, path: str) -> Page:
        self.page.goto(f"{self.place.url}{path}")
        return self.page

    def signs_in(self, name: str, path: str = "/") -> Page:
        """With the provider, from the page at `path` and all the way back."""
        self.opens(path)
        return self.signs_in_here(name)

    def signs_in_here(self, name: str) -> Page:
        self.page.get_by_role("link", name="Sign in with Village").click()
        self.page.get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_url(f"{self.place.url}/**")
        return self.page

    def agrees(self) -> Page:
        self.page.get_by_label("I have read it, and I agree").check()
        self.page.get_by_role("button", name="Go on").click()
        return self.page

    def _said(self, words: str) -> None:
        if "Content Security Policy" in words:
            self.complaints.append(words)

    def chooses(self, menu_item: str) -> Page:
        """Something of the account's menu."""
        self.page.get_by_role("button", name="Account", exact=True).click()
        self.page.get_by_role("link", name=menu_item).click()
        return self.page


def admin(browser: Browser, place: Place) -> Visitor:
    """The local admin, who has agreed, by the link that was printed at the start."""
    visitor = Visitor(browser, place)
    assert place.operator, "the admin has agreed"
    printed = PRINTED_LINK.findall(place.server.log)
    visitor.page.goto(printed[-1])
    expect(visitor.page.get_by_role("heading", name="Texts")).to_be_visible()
    return visitor


@contextlib.contextmanager
def browser_of(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
    try:
        yield browser
    finally:
        browser.close()


class Recorded(NamedTuple):
    """A published recording, and whose it is."""

    speaker_id: str
    text_id: str
    session_id: str


def made_token(page: Page, note: str) -> str:
    """A token, made on the account's page that is open."""
    page.get_by_role("button", name="Make a token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What is it for?").fill(note)
    dialog.get_by_role("button", name="Make a token").click()
    token = dialog.get_by_label("Copy it now").input_value()
    dialog.get_by_role("button", name="Done").click()
    return token


def recorded(page: Page, visitor: Visitor, readings: Path) -> Recorded:
    """A published recording of whoever is signed in, sent with a token of theirs; the text is theirs, too."""
    visitor.chooses("Your account")
    with Client(visitor.place.url, made_token(page, "a recorder")) as client:
        spoken = short_reading(readings)
        text_id, session_id = add_text(client, spoken), new_id()
        Outbox(client).send(session_id, text_id, take_of(spoken))
        client.wait_for(session_id, "uploaded", PUBLISHED_WITHIN_S)
        return Recorded(str(client.me()["id"]), text_id, session_id)


def database(place: Place) -> str:
    """Every row of every table, as text."""
    with psycopg.connect(address(place.server.folder).replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = [connection.execute(SQL("SELECT t::text FROM {} t").format(Identifier(name))) for (name,) in tables]
        return "\n".join(row for found in rows for (row,) in found.fetchall())


def files_with(folder: Path, words: list[str]) -> list[Path]:
    """The files below a folder that hold one of the words in their bytes or their name."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if any(word.encode() in str(file).encode() + file.read_bytes() for word in words)]


def path_of(page: Page) -> str:
    parts = urlsplit(page.url)
    return parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")


def _answers(address: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return HTTP.get(address).status_code == httpx.codes.OK
    return False
