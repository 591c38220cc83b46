"""A walk through every screen, in an installation in which somebody has read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from tests.browser.screens import ENGLISH, SCREENS, Screen
from tests.browser.shown import LONG
from tests.browser.visits import Language, Scheme, Visit, Who, messages, settle
from tests.chaos.readings import add_text, short_reading, take_of
from tests.client import Client, Outbox, new_id
from tests.running import ADMIN, Server
from tests.wiki_server import running_with_wiki

PUBLISHED_WITHIN_S = 60
READER, RECITER, WAITING, NEWCOMER = (f"{name}@example.org" for name in ("dana", "omer", "noam", "tamar"))
PHONE_AT_MOST = 600
"""Pixels."""
POINTED = "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים אֵ֥ת הַשָּׁמַ֖יִם וְאֵ֥ת הָאָֽרֶץ׃"
YIDDISH = "אין אַ קליין שטעטל האָט געוווינט אַן אַלטער זייגערמאַכער. יעדן פֿרימאָרגן האָט ער געעפֿנט דעם פֿענצטער."
SIGN_IN_WAYS = {
    "RECITAL_SIGN_IN_PROVIDERS": '[{"id": "village", "name": "Village", "issuer": "https://village.example",'
    ' "client_id": "recital", "client_secret": "known to both"}]',
    "RECITAL_MAIL": "smtp://127.0.0.1:9",
    "RECITAL_MAIL_FROM": "recital@example.org",
}
"""Settings by which the sign-in shows all of its ways; nobody takes them."""


@dataclass
class Stage:
    """An installation in which somebody has read, and the browsers of those who come to it."""

    server: Server
    browser: Browser
    places: dict[str, str]
    _signed_in: dict[Who, StorageState] = field(default_factory=dict)

    @contextmanager
    def context(self, who: Who, language: Language, scheme: Scheme, width: int) -> Iterator[BrowserContext]:
        phone = width < PHONE_AT_MOST
        context = self.browser.new_context(
            storage_state=self._signed_in.get(who),
            viewport={"width": width, "height": 844 if phone else 800},
            is_mobile=phone,
            has_touch=phone,
            color_scheme=scheme,
            reduced_motion="reduce",
            permissions=["microphone"],
            service_workers="block",
        )
        context.set_default_timeout(20_000)
        context.add_init_script(f"localStorage.setItem('recital.language', '\"{language}\"')")
        try:
            yield context
        finally:
            context.close()

    def sign_in(self, who: Who, email: str, *, agrees: bool = False) -> None:
        link = self.server.command("speakers", "login-link", email).split()[-1]
        with self.context("nobody", "en", "light", 1280) as context:
            page = context.new_page()
            page.goto(link)
            page.get_by_role("heading", level=1).wait_for()
            if agrees:
                page.get_by_role("checkbox").check()
                page.get_by_role("button", name="Go on").click()
                page.get_by_role("checkbox").wait_for(state="detached")
            self._signed_in[who] = context.storage_state()

    def walk(
        self, language: Language, scheme: Scheme, width: int, names: tuple[str, ...] = ()
    ) -> Iterator[tuple[Screen, Page]]:
        """Every screen (whose name begins with one of `names`) in a page of its own, with all that it will show."""
        says = messages(language)
        screens = [screen for screen in SCREENS if screen.name.startswith(names or "")]
        for who in dict.fromkeys(screen.who for screen in screens):
            theirs = [screen for screen in screens if screen.who == who]
            with self.context(who, language, scheme, width) as shared:
                for screen in theirs:
                    if not screen.alone:
                        with self.shown(screen, shared, says) as page:
                            yield screen, page
            for screen in theirs:
                if screen.alone:
                    with self.context(who, language, scheme, width) as own, self.shown(screen, own, says) as page:
                        yield screen, page

    @contextmanager
    def shown(self, screen: Screen, context: BrowserContext, says: dict[str, str]) -> Iterator[Page]:
        """One screen. Raises AssertionError, with its name, where it does not come."""
        page = context.new_page()
        visit = Visit(page, says)
        try:
            screen.first(visit)
            page.goto(self.server.url + screen.path.format(**self.places))
            settle(page)
            screen.steps(visit)
            settle(page)
        except Exception as failure:
            raise AssertionError(f"the screen {screen.name} does not come: {failure}") from failure
        yield page
        page.unroute_all(behavior="ignoreErrors")
        page.close(run_before_unload=False)


@contextmanager
def staged(browser: Browser, folder: Path) -> Iterator[Stage]:
    """An installation in `folder`, with a small Wikipedia and every way to sign in.

    It has texts in three languages, a published recording and two invitations; a reader, an admin, a newcomer who has
    not agreed to anything, one who waits, and one who reads again and again.
    """
    with running_with_wiki(folder / "data", **SIGN_IN_WAYS) as server:
        operator = {"Authorization": f"Bearer {server.token()}"}
        for email, role in ((READER, "speaker"), (RECITER, "speaker"), (NEWCOMER, "speaker"), (WAITING, "pending")):
            _made(server, "/api/admin/speakers", operator, email=email, role=role)
        for note in ("כיתה ה׳", "The reading circle at the library"):
            _made(server, "/api/admin/invitations", operator, uses=20, days=30, note=note)
        public = {"kind": "prose", "public": True}
        long = _made(server, "/api/texts", operator, prose=LONG, language="he", title="בחצר שמאחורי הבית", **public)
        pointed = _made(server, "/api/texts", operator, prose=POINTED, language="he", **public)
        _made(server, "/api/texts", operator, prose=YIDDISH, language="yi", title="דער זייגערמאַכער", **public)
        spoken = short_reading(folder / "readings")
        token = server.token(READER)
        with Client(server.url, token) as client:
            text, session = add_text(client, spoken), new_id()
            Outbox(client).send(session, text, take_of(spoken))
            english = client.add_text(ENGLISH, "en", "A bright morning")
            client.wait_for(session, "uploaded", PUBLISHED_WITHIN_S)
        _begun(server, str(english["id"]), token)
        httpx.patch(f"{server.url}/api/texts/{text}", json={"public": True}, headers=operator).raise_for_status()
        places = {"text": text, "english": english["id"], "session": session, "long": long, "pointed": pointed}
        stage = Stage(server, browser, places)
        stage.sign_in("admin", ADMIN)
        stage.sign_in("reader", READER)
        stage.sign_in("reciter", RECITER, agrees=True)
        stage.sign_in("waiting", WAITING, agrees=True)
        stage.sign_in("newcomer", NEWCOMER)
        yield stage


def _made(server: Server, path: str, operator: dict[str, str], **body: object) -> str:
    answer = httpx.post(f"{server.url}{path}", json=body, headers=operator)
    return str(answer.raise_for_status().json()["id"])


def _begun(server: Server, text: str, token: str) -> None:
    """Somebody stopped at the third sentence."""
    at, bearer = {"paragraph": 1, "sentence": 0}, {"Authorization": f"Bearer {token}"}
    httpx.put(f"{server.url}/api/texts/{text}/place", json=at, headers=bearer).raise_for_status()
