"""Every screen of the client, and how to come to each: what is looked at by axe, and by people as pictures.

A new screen gets a line in SCREENS, and so does a dialog. What a server of a few seconds cannot be brought to say is
put into its mouth (`shown.py`).
"""

from __future__ import annotations

import re
import uuid
from typing import NamedTuple

from playwright.sync_api import Route, expect

from tests.browser import shown
from tests.browser.visits import Step, Visit, Who, cut_off, opening, pressing, refused, settle, stay, steps, told
from tests.storage.made_files import book

ENGLISH = """It was a bright morning. The market was already full of people.
“Where are you going?” she asked. Nobody knew what to answer, for nobody had thought about it before."""
ONE_SESSION = re.compile(r"/api/sessions/[0-9a-f-]{36}$")
NOWHERE = "00000000-0000-7000-8000-000000000000"
BOOK = book([(f"פרק {n}", f"<p>{n} ילדים שיחקו בחצר. אחר כך הלכו לישון.</p>") for n in ("ראשון", "שני", "שלישי")])
REFUSED = """navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
navigator.permissions.query = async () => new EventTarget()"""
NEWER = """Object.defineProperty(navigator, 'serviceWorker', { value: Object.assign(new EventTarget(), {
  controller: {},
  register: async () => Object.assign(new EventTarget(), { waiting: {}, active: {}, update: async () => undefined }),
}) })"""
"""A browser to which a newer release has come already."""


def in_menu(visit: Visit) -> None:
    visit.press("account.menu")
    visit.page.get_by_role("radio").first.wait_for()


def mailing(visit: Visit) -> None:
    visit.page.get_by_role("textbox").fill(f"{uuid.uuid4()}@example.org")  # five letters an hour go to one address
    visit.press("sign-in.send")
    visit.page.get_by_text(visit.says["sign-in.sent"]).wait_for()


def all_filters(visit: Visit) -> None:
    visit.page.locator("summary").click()


def adding(way: str) -> Step:
    def step(visit: Visit) -> None:
        visit.opens("texts.add")
        visit.dialog.get_by_text(visit.says[f"add.{way}"], exact=True).click()

    return step


def pasted(words: str) -> Step:
    def step(visit: Visit) -> None:
        visit.opens("texts.add")
        visit.dialog.locator("textarea").fill(words)
        visit.answers("add.preview")
        visit.button("add.save").wait_for()

    return step


def offered_book(visit: Visit) -> None:
    adding("file")(visit)
    file = {"name": "ספר.epub", "mimeType": "application/epub+zip", "buffer": BOOK}
    visit.dialog.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]


def choosing_chapters(visit: Visit) -> None:
    offered_book(visit)
    visit.answers("add.preview")
    visit.dialog.get_by_role("checkbox").nth(3).wait_for()


def article(url: str) -> Step:
    def step(visit: Visit) -> None:
        adding("address")(visit)
        visit.dialog.get_by_role("textbox").first.fill(url)
        visit.answers("add.preview")
        visit.dialog.get_by_role("alert").wait_for()

    return step


def suggesting(language: str, role: str) -> Step:
    def step(visit: Visit) -> None:
        visit.opens("texts.surprise")
        visit.dialog.get_by_role("combobox").select_option(language)
        visit.dialog.get_by_role(role).first.wait_for()  # type: ignore[arg-type]

    return step


def mending(visit: Visit) -> None:
    visit.page.get_by_role("listitem").first.get_by_role("button").click()
    visit.press("about.look")
    visit.button("about.save").wait_for()


def without_microphone(visit: Visit) -> None:
    visit.page.add_init_script(REFUSED)


def with_newer_release(visit: Visit) -> None:
    visit.page.add_init_script(NEWER)


def without_store(visit: Visit) -> None:
    """A browser that keeps nothing: the recorder's thread is refused its store."""

    def closed(route: Route) -> None:
        came = route.fetch()
        route.fulfill(response=came, body=f"indexedDB.open = () => {{ throw new Error('refused') }};{came.text()}")

    visit.page.route("**/assets/worker-*.js", closed)


def troubled(visit: Visit) -> None:
    visit.page.get_by_role("alert").wait_for()


def lettering(visit: Visit) -> None:
    visit.press("lettering.title")
    visit.button("lettering.larger").wait_for()


def refused_start(visit: Visit) -> None:
    visit.page.keyboard.press("Enter")
    troubled(visit)


def recording(visit: Visit) -> None:
    visit.page.keyboard.press("Enter")
    visit.is_in("recording")
    heard(visit, "0:01")


def heard(visit: Visit, clock: str) -> None:
    """So much of the sound: earlier, keys do nothing yet."""
    expect(visit.page.get_by_text(clock, exact=True)).to_be_visible()


def again(visit: Visit) -> None:
    visit.page.keyboard.press("Space")
    visit.page.keyboard.press("Backspace")
    visit.button("studio.undo").wait_for()


def unsent(visit: Visit) -> None:
    visit.page.locator("[data-upload='upload.offline']").wait_for()


def stopped(visit: Visit) -> None:
    visit.page.keyboard.press("Space")
    visit.page.keyboard.press("Enter")
    visit.is_in("stopped")
    visit.page.get_by_role("slider").first.wait_for()


def interrupted(visit: Visit) -> None:
    """The microphone goes as when somebody pulls it."""
    visit.page.evaluate("navigator.mediaDevices.enumerateDevices = async () => []")
    visit.page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
    visit.is_in("stopped")


def leaving(visit: Visit) -> None:
    visit.page.get_by_role("link", name=visit.says["studio.back"]).click()
    visit.dialog.wait_for()


def left_behind(visit: Visit) -> None:
    """A recording that its page did not survive."""
    visit.page.goto("about:blank")
    visit.page.go_back()
    visit.page.locator("[data-state]").wait_for()


def at_recordings(visit: Visit) -> None:
    visit.page.evaluate("location.assign('/recordings')")
    visit.page.locator("[data-session]").first.wait_for()
    settle(visit.page)


def at_texts(visit: Visit) -> None:
    visit.page.evaluate("location.assign('/')")
    visit.page.locator("main h1").wait_for()
    settle(visit.page)


def searching_help(visit: Visit) -> None:
    visit.page.get_by_role("searchbox").fill(visit.says["help.microphone.bluetooth"])


def searching_in_vain(visit: Visit) -> None:
    visit.page.get_by_role("searchbox").fill("xyzzy")


def made_token(visit: Visit) -> None:
    visit.opens("tokens.make")
    visit.dialog.get_by_role("textbox").fill("a recorder of mine")
    visit.answers("tokens.make")
    visit.button("tokens.done").wait_for()


def made_invitation(visit: Visit) -> None:
    visit.opens("invitations.make")
    visit.answers("invitations.make")
    visit.button("tokens.done").wait_for()


def changing_role(visit: Visit) -> None:
    visit.page.locator("[data-speaker] select").last.select_option("admin")
    visit.dialog.wait_for()


def retiring(visit: Visit) -> None:
    visit.page.get_by_role("row").last.get_by_role("button").last.click()
    visit.dialog.wait_for()


def all_session_filters(visit: Visit) -> None:
    if not visit.page.locator("details form").is_visible():
        visit.page.locator("summary").click()
    picker = visit.page.get_by_role("combobox", name=visit.says["sessions.speaker"])
    picker.press_sequentially("d")
    visit.page.locator("[role=option]").first.wait_for()


class Screen(NamedTuple):
    """`path` may name {text}, {english}, {long} and {session}; `first` is done before, `steps` lead on from there.

    One that is `alone` leaves something behind, and has a browser of its own.
    """

    name: str
    path: str
    who: Who
    steps: Step = stay
    first: Step = stay
    alone: bool = False


def _in_studio(name: str, *several: Step, path: str = "/texts/{text}", first: Step = stay) -> Screen:
    return Screen(name, path, "reciter", steps(*several), first, alone=True)


SCREENS = (
    Screen("sign-in", "/sign-in", "nobody"),
    Screen("sign-in-refused", "/sign-in?problem=link-not-valid", "nobody"),
    Screen("sign-in-mailed", "/sign-in#link=secret", "nobody"),
    Screen("sign-in-sent", "/sign-in", "nobody", mailing),
    Screen("sign-in-printed", "/", "nobody", first=told("**/api/config", shown.no_ways_in)),
    Screen("invitation", "/invitation#secret", "nobody"),
    Screen("invitation-missing", "/invitation", "nobody"),
    Screen("agreement", "/agreement", "nobody"),
    Screen("help", "/help", "nobody"),
    Screen("help-found", "/help", "nobody", searching_help),
    Screen("help-none", "/help", "nobody", searching_in_vain),
    Screen("unreachable", "/", "nobody", first=cut_off("**/api/**")),
    Screen("agreement-asked", "/", "newcomer"),
    Screen("waiting", "/", "waiting"),
    Screen("waiting-invited", "/invitation#secret", "waiting"),
    Screen("texts", "/", "reader"),
    Screen("texts-filters", "/?scope=mine&minutes=15", "reader"),
    Screen("texts-all-filters", "/", "reader", all_filters),
    Screen("texts-not-found", "/?q=xyzzy", "reader"),
    Screen("texts-trouble", "/", "reader", first=refused("**/api/texts?*", 500)),
    Screen("texts-newer-release", "/", "reader", first=with_newer_release),
    Screen("menu", "/", "reader", in_menu),
    Screen("texts-add", "/", "reader", opening("texts.add")),
    Screen("texts-add-file", "/", "reader", offered_book),
    Screen("texts-add-chapters", "/", "reader", choosing_chapters),
    Screen("texts-add-address", "/", "reader", adding("address")),
    Screen("texts-add-refused", "/", "reader", article("https://example.com/x")),
    Screen("texts-add-ambiguous", "/", "reader", article("https://he.wikipedia.org/wiki/מרקורי")),
    Screen("texts-preview", "/", "reader", pasted(ENGLISH.replace("Nobody", "No one"))),
    Screen("texts-preview-twin", "/", "reader", pasted(ENGLISH)),
    Screen("texts-preview-long", "/", "reader", pasted(shown.LONG)),
    Screen("texts-suggest", "/", "reader", suggesting("he", "listitem")),
    Screen("texts-suggest-unavailable", "/", "reader", suggesting("en", "alert")),
    Screen("about", "/texts/{long}/about", "reader"),
    Screen("about-mine", "/texts/{text}/about", "reader"),
    Screen("about-mend", "/texts/{text}/about", "reader", mending),
    Screen("about-withdraw", "/texts/{text}/about", "reader", opening("about.withdraw")),
    Screen("studio", "/texts/{text}", "reader"),
    Screen("studio-english", "/texts/{english}", "reader"),
    Screen("studio-lettering", "/texts/{pointed}", "reader", lettering),
    Screen("studio-without-store", "/texts/{text}", "reader", troubled, first=without_store),
    Screen("studio-missing", f"/texts/{NOWHERE}", "reader"),
    Screen("recordings", "/recordings", "reader"),
    Screen("recordings-of-all-states", "/recordings", "reader", first=told("**/api/sessions?*", shown.every_state)),
    Screen("recordings-not-found", "/recordings?show=trouble", "reader"),
    Screen("recordings-trouble", "/recordings", "reader", first=refused("**/api/sessions?*", 503)),
    Screen("recordings-without-store", "/recordings", "reader", troubled, first=without_store),
    Screen("recordings-delete", "/recordings", "reader", opening("recordings.delete")),
    Screen("player", "/recordings/{session}", "reader"),
    Screen("player-delete", "/recordings/{session}", "reader", opening("recordings.delete")),
    Screen("player-doubtful", "/recordings/{session}", "reader", first=told(ONE_SESSION, shown.doubtful)),
    Screen(
        "player-not-ready",
        "/recordings/{session}",
        "reader",
        first=steps(told(ONE_SESSION, shown.ended), refused("**/preview", 409, "https://x/problems/not-ready")),
    ),
    Screen("player-missing", f"/recordings/{NOWHERE}", "reader"),
    Screen("standings", "/standings", "reader", first=told("**/api/standings", shown.many_leaders)),
    Screen("standings-none", "/standings", "admin", first=told("**/api/standings", shown.nobody)),
    Screen("account", "/account", "reader"),
    Screen("account-token", "/account", "reader", opening("tokens.make")),
    Screen("account-token-made", "/account", "reader", made_token),
    Screen("account-everywhere", "/account", "reader", opening("sign-ins.everywhere")),
    Screen("account-erase", "/account", "reader", opening("erase.open")),
    Screen("not-found", "/nowhere", "reader"),
    Screen("texts-none", "/", "admin", first=told("**/api/texts*", shown.nothing)),
    Screen("recordings-none", "/recordings", "admin"),
    Screen("admin-overview", "/admin", "admin"),
    Screen("admin-overview-busy", "/admin?days=90", "admin", first=told("**/api/admin/overview*", shown.busy_days)),
    Screen(
        "admin-overview-table",
        "/admin?days=7",
        "admin",
        pressing("chart.table"),
        first=told("**/api/admin/overview*", shown.busy_days),
    ),
    Screen("admin-people", "/admin/people", "admin"),
    Screen("admin-people-none", "/admin/people?q=xyzzy", "admin"),
    Screen("admin-people-approve", "/admin/people", "admin", opening("people.approve-title")),
    Screen("admin-people-role", "/admin/people", "admin", changing_role),
    Screen("admin-invitations", "/admin/invitations", "admin"),
    Screen("admin-invitations-make", "/admin/invitations", "admin", opening("invitations.make")),
    Screen("admin-invitations-made", "/admin/invitations", "admin", made_invitation),
    Screen("admin-sessions", "/admin/sessions", "admin", first=told("**/api/sessions?*", shown.every_state)),
    Screen("admin-sessions-filters", "/admin/sessions?verdict=good", "admin", all_session_filters),
    Screen("admin-sessions-none", "/admin/sessions?state=aggregated", "admin"),
    Screen("admin-session", "/admin/sessions/{session}", "admin"),
    Screen(
        "admin-session-stuck",
        "/admin/sessions/{session}",
        "admin",
        first=told(ONE_SESSION, shown.stuck),
    ),
    Screen("admin-session-discard", "/admin/sessions/{session}", "admin", opening("sessions.discard")),
    Screen(
        "admin-session-discarded",
        "/admin/sessions/{session}",
        "admin",
        first=told(ONE_SESSION, shown.discarded),
    ),
    Screen("admin-texts", "/admin/texts", "admin"),
    Screen("admin-texts-retire", "/admin/texts", "admin", retiring),
    Screen("admin-jobs", "/admin/jobs", "admin"),
    Screen("admin-jobs-failed", "/admin/jobs", "admin", first=told("**/api/admin/jobs?*", shown.failed_jobs)),
    Screen(
        "admin-jobs-all", "/admin/jobs", "admin", opening("jobs.all"), told("**/api/admin/jobs?*", shown.failed_jobs)
    ),
    Screen("admin-log", "/admin/log", "admin"),
    Screen("admin-log-trouble", "/admin/log", "admin", first=refused("**/api/admin/audit?*", 503)),
    _in_studio("studio-microphone", opening("microphone.check")),
    _in_studio("studio-microphone-refused", opening("microphone.check"), first=without_microphone),
    _in_studio("studio-refused", refused_start, first=without_microphone),
    _in_studio("studio-recording", recording),
    _in_studio("studio-again", recording, again),
    _in_studio("studio-piece", recording, path="/texts/{long}"),
    _in_studio("studio-offline", recording, unsent, first=cut_off("**/api/sessions/**")),
    _in_studio("studio-leaving", recording, leaving),
    _in_studio("studio-stopped", recording, stopped),
    _in_studio("studio-interrupted", recording, interrupted),
    _in_studio("studio-delete", recording, stopped, opening("stopped.delete")),
    _in_studio("texts-waiting", recording, left_behind, at_texts),
    _in_studio("recordings-waiting", recording, left_behind, at_recordings),
    _in_studio("recordings-waiting-delete", recording, left_behind, at_recordings, opening("pending.delete")),
)
