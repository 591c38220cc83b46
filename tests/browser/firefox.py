"""A real Firefox, driven over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), with a microphone that hums.

It plays and runs its audio contexts on a sound card only, so it gets one that nobody hears, of PulseAudio.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.remote import Remote, remote
from tests.running import STOPS_WITHIN_S, wait_until

FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
PULSEAUDIO = shutil.which("pulseaudio")
STARTS_WITHIN_S = 60
PATIENCE_S = 20
LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
PREFERENCES = {
    "media.navigator.streams.fake": "true",  # a microphone with a tone, where the machine has none
    "media.navigator.permission.disabled": "true",
    "intl.accept_languages": '"en"',
    "datareporting.policy.dataSubmissionEnabled": "false",
}
BREACHES = "() => addEventListener('securitypolicyviolation', (event) => console.error(event.violatedDirective))"
KEYS = {"Enter": "\ue007", "Space": " ", "ArrowLeft": "\ue012"}
"""As WebDriver names them: https://www.w3.org/TR/webdriver2/#keyboard-actions"""


class Tab:
    """Firefox's one tab."""

    def __init__(self, browser: Remote) -> None:
        self._browser = browser
        browser.call("session.new", capabilities={})
        browser.call("session.subscribe", events=["log.entryAdded"])
        browser.call("script.addPreloadScript", functionDeclaration=BREACHES)
        self._context = browser.call("browsingContext.getTree")["contexts"][0]["context"]

    def opens(self, address: str) -> None:
        self._browser.call("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def told(self, expression: str) -> str:
        """What an expression of the page is, as words; empty for null and undefined."""
        words = f"(async () => String((await {expression}) ?? ''))()"
        target = {"context": self._context}
        answer = self._browser.call("script.evaluate", expression=words, target=target, awaitPromise=True)
        return str(answer["result"]["value"])

    def sees(self, selector: str, words: str = "") -> str:
        """Waits for such an element with these words in it, and gives all of its words."""
        inside = f"document.querySelector({selector!r})"

        def shown() -> str | None:
            found = self.told(f"{inside} && {inside}.innerText + '\\n'")
            return found if found and words in found else None

        try:
            return str(wait_until(shown, PATIENCE_S, f"“{words}” in {selector}"))
        except TimeoutError as late:
            late.add_note(self.told("document.body.innerText"))
            raise

    def other(self, selector: str, than: str) -> str:
        """Waits for other words in such an element, and gives them."""
        words = f"document.querySelector({selector!r})?.innerText.trim()"
        return str(wait_until(lambda: found if (found := self.told(words)) not in ("", than) else None, PATIENCE_S))

    def press(self, *names: str) -> None:
        """Keys, one after the other."""
        actions = [{"type": kind, "value": KEYS[name]} for name in names for kind in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self._browser.call("input.performActions", context=self._context, actions=[keyboard])

    @property
    def complaints(self) -> list[str]:
        """Errors of all pages so far, breaches of their security policy among them.

        What no line of a script has said is Firefox's own: now and then it may not read a length of its own.
        """
        self.told("null")  # what was said before this is answered has arrived
        said = [event["params"] for event in self._browser.events if event.get("method") == "log.entryAdded"]
        return [str(entry["text"]) for entry in said if entry["level"] == "error" and "stackTrace" in entry]


@contextmanager
def sound_card(folder: Path) -> Iterator[dict[str, str]]:
    """A sound card that nobody hears, and the variables by which programs find it."""
    assert PULSEAUDIO, "there is no PulseAudio"
    folder.mkdir()
    socket = folder / "native"
    modules = ("module-null-sink", f"module-native-protocol-unix auth-anonymous=1 socket={socket}")
    command = [PULSEAUDIO, "-n", "--daemonize=no", "--exit-idle-time=-1", *(f"--load={module}" for module in modules)]
    home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PULSE_RUNTIME_PATH": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | home, stdout=log, stderr=log)
    try:
        wait_until(socket.exists, STARTS_WITHIN_S, "PulseAudio starts")
        yield {"PULSE_SERVER": f"unix:{socket}"}
    finally:
        process.terminate()
        process.wait(STOPS_WITHIN_S)


@contextmanager
def firefox(folder: Path) -> Iterator[Tab]:
    """Firefox with a new profile; `folder` is made for it."""
    assert FIREFOX, "there is no Firefox"
    profile, log = folder / "profile", folder / "log"
    profile.mkdir(parents=True)
    (profile / "user.js").write_text("".join(f'user_pref("{name}", {value});\n' for name, value in PREFERENCES.items()))
    command = [FIREFOX, "--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", str(profile)]
    with sound_card(folder / "sound") as card:
        with log.open("wb") as written:
            process = subprocess.Popen(command, env=os.environ | card, stdout=written, stderr=written)
        try:
            listens = wait_until(
                lambda: LISTENS.search(log.read_text("utf-8", "replace")), STARTS_WITHIN_S, "Firefox starts"
            )
            with remote(f"{listens[1]}/session") as browser:
                yield Tab(browser)
        finally:
            process.terminate()
            process.wait(STOPS_WITHIN_S)
