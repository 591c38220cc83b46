"""Counting what happens, for operators who want to know; off unless it is configured."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from recital_core import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters_storage.settings import Settings
    from recital_core.ports import Analytics

ANSWERS_WITHIN_S = 3
TOLD_AT_LAST_WITHIN_S = 3.0
MOST_WAITING = 1_000
SENT = frozenset(("$lib", "$lib_version", "$geoip_disable", "$process_person_profile", "$is_server"))
"""What the library may add to an event: nothing of this machine."""
FACTS = "facts"
"""Under this name an event carries the names of its own facts as far as the filter, and no further."""


class NoAnalytics:
    """Counts nothing."""

    def count(self, event: str, pseudonym: str | None, **facts: str | int) -> None:
        pass


class PostHogAnalytics:
    """Counts in PostHog, from this server and a thread of its own: no page of ours loads anything from there.

    Raises SettingWrong where the library, the extra `analytics`, is not installed.
    """

    def __init__(self, *, key: str, url: str) -> None:
        try:
            from posthog import Posthog
        except ImportError as missing:
            name = "RECITAL_POSTHOG_KEY"
            advice = f"{name} needs PostHog's library: pip install 'recital[analytics]'"
            raise errors.SettingWrong(advice, setting=name) from missing
        self._client = Posthog(
            key,
            host=url,
            timeout=ANSWERS_WITHIN_S,
            max_retries=0,
            max_queue_size=MOST_WAITING,
            disable_geoip=True,
            before_send=_only_what_was_counted,
        )

    def count(self, event: str, pseudonym: str | None, **facts: str | int) -> None:
        """Have `event` sent later. Where PostHog does not answer, it is forgotten."""
        told: dict[str, Any] = {**facts, "$process_person_profile": False, FACTS: sorted(facts)}
        self._client.capture(event, distinct_id=pseudonym, properties=told)

    def close(self) -> None:
        """Send what waits, and end; after a few seconds, without."""
        ending = threading.Thread(target=self._client.shutdown, name="recital-analytics-end", daemon=True)
        ending.start()
        ending.join(TOLD_AT_LAST_WITHIN_S)


def _only_what_was_counted(message: Any) -> Any:
    """The message without what the library found out by itself, such as the system and its name."""
    facts = message["properties"].pop(FACTS)
    kept = {name: value for name, value in message["properties"].items() if name in SENT or name in facts}
    return {**message, "properties": kept}


@contextlib.contextmanager
def analytics_of(settings: Settings) -> Iterator[Analytics]:
    """Whatever counts for an installation, until the block ends. Raises SettingWrong."""
    if settings.posthog_key is None:
        yield NoAnalytics()
        return
    counting = PostHogAnalytics(key=settings.posthog_key, url=settings.posthog_url)
    try:
        yield counting
    finally:
        counting.close()
