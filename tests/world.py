"""Every use case over ports in memory, and the real part of it that a test is about."""

from __future__ import annotations

from typing import Any

from recital_core.accounts import Accounts
from recital_core.aggregation import Aggregation
from recital_core.agreements import Agreement
from recital_core.library import Library
from recital_core.listening import Listening
from recital_core.membership import Membership
from recital_core.orphans import Orphans
from recital_core.oversight import Oversight
from recital_core.personal_data import PersonalData
from recital_core.ports import AudioWorkshop, BlobStore
from recital_core.recording import Recording
from recital_core.speakers import Role, Speaker
from recital_core.standings import Standings
from recital_core.testing.analytics import MemoryAnalytics
from recital_core.testing.audio import MemoryWorkshop
from recital_core.testing.blobs import MemoryBlobStore
from recital_core.testing.clock import StoppedClock
from recital_core.testing.sealer import OpenSealer
from recital_core.testing.sources import MemorySources
from recital_core.testing.store import MemoryStore
from recital_core.texts import Language

LANGUAGES = tuple(Language(tag) for tag in ("he", "yi", "en"))
AGREEMENT = Agreement(version="2", texts={"en": "You agree.", "he": "מוסכם."})


class World:
    """Every use case over one store, one staging and one archive: in memory, unless a test brings its own."""

    def __init__(
        self,
        *,
        staging: BlobStore | None = None,
        archive: BlobStore | None = None,
        audio: AudioWorkshop | None = None,
    ) -> None:
        self.store = MemoryStore()
        self.clock = StoppedClock()
        self.sealer = OpenSealer()
        self.analytics = MemoryAnalytics()
        counting: Any = {
            "store": self.store,
            "clock": self.clock,
            "sealer": self.sealer,
            "analytics": self.analytics,
        }
        blobs: Any = {"staging": staging or MemoryBlobStore(), "archive": archive or MemoryBlobStore()}
        self.sources = MemorySources()
        self.library = Library(**counting, sources=self.sources, languages=LANGUAGES)
        self.accounts = Accounts(**counting)
        self.membership = Membership(store=self.store, clock=self.clock, agreement=AGREEMENT)
        self.oversight = Oversight(store=self.store, clock=self.clock)
        self.personal_data = PersonalData(store=self.store, clock=self.clock, **blobs)
        self.recording = Recording(**counting, staging=blobs["staging"], agreement_version=AGREEMENT.version)
        self.aggregation = Aggregation(**counting, **blobs, audio=audio or MemoryWorkshop())
        self.standings = Standings(store=self.store)
        self.orphans = Orphans(store=self.store, clock=self.clock, **blobs)
        self.listening = Listening(store=self.store, clock=self.clock, sealer=self.sealer, **blobs)

    def speaker(self, name: str, role: Role = Role.SPEAKER) -> Speaker:
        """Somebody of that role who has agreed to be recorded."""
        speaker = self.membership.approve(f"{name}@example.org", role)
        return self.membership.agree(speaker, AGREEMENT.version, "en")
