"""Recital's core: what speech collection is, and what can be done with it. It touches nothing outside itself.

Another program gives it the outside as ports (`recital_core.ports`), or takes those of this project:

    import os

    from adapters_storage.assembly import assembled
    from adapters_storage.settings import Settings

    with assembled(Settings.load(os.environ)) as recital:
        dana = recital.membership.approve("dana@example.org")
        text = recital.library.add(dana, "שלום לכולם. מה שלומכם?", "he")
        for session in recital.recording.page(dana).items:
            print(session.text_title, session.session.state)

`recital_core.testing` has every port in memory. Read the core in this order: `sessions`, `recording`, `captions`,
`aggregation`, `ports`.
"""

from recital_core.accounts import Accounts
from recital_core.aggregation import Aggregation
from recital_core.library import Library
from recital_core.listening import Listening
from recital_core.recording import Recording
from recital_core.sentences import split
from recital_core.sessions import Capture, Ending, Mark, MarkKind, RecitalSession, Segment, SessionId, State
from recital_core.speakers import Role, Speaker, SpeakerId
from recital_core.standings import Standings
from recital_core.texts import Place, RecitalText, TextId

__all__ = [
    "Accounts",
    "Aggregation",
    "Capture",
    "Ending",
    "Library",
    "Listening",
    "Mark",
    "MarkKind",
    "Place",
    "RecitalSession",
    "RecitalText",
    "Recording",
    "Role",
    "Segment",
    "SessionId",
    "Speaker",
    "SpeakerId",
    "Standings",
    "State",
    "TextId",
    "split",
]
