"""`recital` for whom the whole web is a small one on this machine: python -m tests.wiki_server serve …"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar
from unittest import mock

from adapters_cli.main import main
from adapters_storage.articles import fetching
from tests.running import Server
from tests.wiki import LoopbackWeb, link

HERE = Path(__file__).parents[1]
ABOUT_CATS = "החתול הוא יונק ממשפחת החתוליים. הוא ישן רוב שעות היום."
WORTH_READING = 8
"""So many times over, an extract is long enough to be suggested."""


class WithWiki(Server):
    """A server that reaches Hebrew Wikipedia with a few articles, and no other Wikipedia."""

    program: ClassVar = (sys.executable, "-m", __name__)


@contextmanager
def running_with_wiki(folder: Path, **settings: str) -> Iterator[Server]:
    path = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
    server = WithWiki(folder, PYTHONPATH=path, **settings)
    try:
        server.start()
        yield server
    finally:
        server.end()


def _a_small_web(web: LoopbackWeb) -> None:
    wiki = web.wiki("he.wikipedia.org", lang="he")
    wiki.add("חתול", f"<p>{ABOUT_CATS}</p>", revision=7, extract=ABOUT_CATS * WORTH_READING)
    planet, god = "מרקורי (כוכב לכת)", "מרקורי (מיתולוגיה)"
    wiki.add(
        planet, "<p>מרקורי הוא כוכב הלכת הקרוב ביותר לשמש.</p>", extract="כוכב הלכת הקרוב ביותר לשמש. " * WORTH_READING
    )
    wiki.add(god, "<p>מרקורי היה אל המסחר.</p>", extract="אל המסחר, הנוסעים והגנבים. " * WORTH_READING)
    wiki.add(
        "מרקורי",
        f"<ul><li>{link(planet)}</li><li>{link(god)}</li></ul>",
        properties={"disambiguation": ""},
        links=(planet, god),
    )


if __name__ == "__main__":
    with LoopbackWeb() as web:
        _a_small_web(web)
        with mock.patch.object(fetching, "Network", return_value=web.network):
            main()
