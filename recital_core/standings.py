"""Use case: my standing, the leaderboard, what the community has given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from recital_core.ports import Difference, Given, Leader, Standing, Store, Totals
from recital_core.speakers import Speaker, SpeakerId


class Standings:
    def __init__(self, *, store: Store) -> None:
        self._store = store

    def of(self, speaker: Speaker) -> Standing:
        """What the speaker has published, and where that puts them, also when others do not see them."""
        with self._store.separately() as tx:
            return tx.standings.of(speaker.id)

    def given(self, speaker_ids: Collection[SpeakerId]) -> Mapping[SpeakerId, Given]:
        """What each of them has published; without those who have published nothing."""
        with self._store.separately() as tx:
            return {given.speaker_id: given for given in tx.standings.given(speaker_ids)}

    def leaders(self, limit: int = 20) -> Sequence[Leader]:
        """The first of those who have published something and let others see it."""
        with self._store.separately() as tx:
            return tx.standings.leaders(limit)

    def totals(self) -> Totals:
        with self._store.separately() as tx:
            return tx.standings.totals()

    def differences(self) -> Sequence[Difference]:
        """What of the totals is not as a count of all sessions says. Nothing is changed."""
        with self._store.transaction() as tx:
            return tx.standings.recount(mend=False)

    def rebuild(self) -> tuple[Totals, Sequence[Difference]]:
        """Count all sessions anew; the totals as they are now, and what differed from them before."""
        with self._store.transaction() as tx:
            differences = tx.standings.recount()
            return tx.standings.totals(), differences
