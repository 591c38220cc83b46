"""`recital` whose web client lies in the folder of CLIENT: python -m tests.browser.released serve …"""

from __future__ import annotations

import functools
import os
import re
import shutil
import sys
from pathlib import Path
from typing import ClassVar
from unittest import mock

from adapters_cli.main import main
from adapters_http import app
from adapters_http.web import BUILT, client_routes
from tests.running import Server

HERE = Path(__file__).parents[2]
RELEASE = re.compile(r"[0-9a-f]{16}")


class Released(Server):
    """A server with a copy of the built client, of which another release can be made."""

    program: ClassVar = (sys.executable, "-m", __name__)

    def __init__(self, folder: Path) -> None:
        self._client = folder.with_name("client")
        shutil.copytree(BUILT, self._client)
        path = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
        super().__init__(folder, PYTHONPATH=path, CLIENT=str(self._client))

    def release_again(self) -> None:
        """Serve another release, whose page is a little different, after a moment without any."""
        self.stop()
        page, worker = self._client / "index.html", self._client / "service-worker.js"
        page.write_text(page.read_text("utf-8").replace("<title>", '<meta name="second-release" content="" /><title>'))
        worker.write_text(RELEASE.sub("f" * 16, worker.read_text("utf-8")))
        for changed in (page, worker):
            changed.with_name(f"{changed.name}.br").unlink()
        self.start()


if __name__ == "__main__":
    with mock.patch.object(app, "client_routes", functools.partial(client_routes, Path(os.environ["CLIENT"]))):
        main()
