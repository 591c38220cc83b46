"""Sources over a small internet on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters_storage.articles.fetching import Fetcher, user_agent
from adapters_storage.articles.sources import OutsideSources
from recital_core.ports import Sources
from recital_core.testing.clock import StoppedClock
from tests.storage.sources.made_articles import HE
from tests.wiki import LoopbackWeb, Wiki


@pytest.fixture
def web() -> Iterator[LoopbackWeb]:
    with LoopbackWeb() as web:
        yield web


@pytest.fixture
def wiki(web: LoopbackWeb) -> Wiki:
    return web.wiki(HE, lang="he")


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def sources(web: LoopbackWeb, clock: StoppedClock) -> Sources:
    return OutsideSources(
        fetcher=Fetcher(user_agent=user_agent("mailto:head@example.org"), network=web.network), clock=clock
    )
