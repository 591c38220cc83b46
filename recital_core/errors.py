"""What can go wrong, as values of the domain.

    RecitalError
    ├── Invalid            what was sent cannot be taken                    422, exit 3
    │   ├── TooLarge       over a limit                                     413
    │   └── UnsupportedMediaType                                            415
    ├── NotFound           not there, or not yours to see                   404, exit 4
    ├── Conflict           true of another moment, or of other bytes        409, exit 5
    ├── NotAllowed         known, but without the right                     403, exit 6
    │   └── NotSignedIn    not known                                        401
    ├── TooMany            more than is taken in a while                    429, exit 7
    └── Unavailable        a part that Recital stands on does not answer    503, exit 7

A class has a constant `title` and a `slug` made from its name; a raise gives the detail and the facts that a
program could act on. Adapters map families, never single classes.
"""

from __future__ import annotations

import re
from typing import ClassVar


class RecitalError(Exception):
    """Any refusal of Recital. `detail` is one sentence for a person, `facts` are JSON values for a program."""

    title: ClassVar[str] = "Recital refused"

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts

    @classmethod
    def slug(cls) -> str:
        """The class's name in words joined by hyphens, as problem types spell it: `segment-differs`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


class Invalid(RecitalError):
    title = "What was sent cannot be taken"


class TooLarge(Invalid):
    title = "What was sent is over a limit"


class UnsupportedMediaType(Invalid):
    title = "This media type is not taken"


class NotFound(RecitalError):
    title = "Not found"


class Conflict(RecitalError):
    title = "This does not fit what is already there"


class NotAllowed(RecitalError):
    title = "Not allowed"


class NotSignedIn(NotAllowed):
    title = "Sign in first"


class TooMany(RecitalError):
    """The fact `retry_after` is when to come again, in seconds."""

    title = "Too many of these for now"


class Unavailable(RecitalError):
    title = "A part of Recital does not answer"


# ---- texts


class UnsupportedLanguage(Invalid):
    title = "This is not a language tag"


class EmptyText(Invalid):
    title = "There is nothing to read in this text"


class UnreadableFile(Invalid):
    """The fact `reason` is, where it is known, locked, scan (no text layer), damaged, kind (no text) or heavy."""

    title = "This file cannot be read as text"


class SiteNotAllowed(Invalid):
    title = "Articles are not taken from this site"


class ArticleNotFound(Invalid):
    title = "There is no such article"


class AmbiguousArticle(Invalid):
    """The fact `choices` has the titles and addresses of the articles that are meant."""

    title = "This title stands for several articles"


class ArticlesUnavailable(Unavailable):
    title = "The site of the article does not answer"


class TextNotFound(NotFound):
    title = "There is no such text"


# ---- jobs


class JobNotFound(NotFound):
    title = "There is no such job"


# ---- sessions


class SessionNotFound(NotFound):
    title = "There is no such session"


class SessionDiffers(Conflict):
    title = "This session was opened with other facts"


class SessionClosed(Conflict):
    title = "This session takes nothing more"


class SegmentDiffers(Conflict):
    title = "This segment is already held with other bytes"


class SegmentTooLong(Invalid):
    title = "This segment declares more audio than a session takes"


class DigestMismatch(Invalid):
    title = "The digest does not match the bytes"


class MarksDiffer(Conflict):
    title = "These marks are already held with other values"


class MarksOutOfOrder(Invalid):
    title = "These marks are out of order"


class MarkBeyondText(Invalid):
    title = "This mark names a sentence that the text does not have"


class MarkBeyondAudio(Invalid):
    title = "This mark lies later than any audio that a session takes"


class PiecesMissing(Conflict):
    title = "Pieces of this session have not arrived"


class SamplesDiffer(Invalid):
    title = "The declared samples do not fit the segments"


class EndDiffers(Conflict):
    title = "This session was ended with other counts"


class NotReady(Conflict):
    title = "This session cannot be listened to yet"


class SessionBusy(Conflict):
    title = "Another worker has this session in hand"


class WrongState(Conflict):
    title = "This session is not in the state for this step"


# ---- audio


class AudioUnreadable(Invalid):
    title = "There is no audio to publish in this session"


class NothingToPublish(Invalid):
    title = "There is no sound of a kept sentence in this session"


class AudioToolFailed(Unavailable):
    title = "The audio program failed"


class Interrupted(AudioToolFailed):
    """The program was stopped because Recital stops: nobody's failure, and no attempt."""

    title = "Recital is stopping"


# ---- people


class SpeakerNotFound(NotFound):
    title = "There is no such speaker"


class LinkNotValid(NotAllowed):
    title = "This sign-in link is not valid any more"


class ApprovalNeeded(NotAllowed):
    title = "This account waits for approval"


class AgreementNeeded(NotAllowed):
    title = "The agreement has to be signed first"


class AgreementDiffers(Conflict):
    title = "This is not the agreement of today"


class InvitationNotValid(NotAllowed):
    title = "This invitation is not valid any more"


class InvitationNotFound(NotFound):
    title = "There is no such invitation"


class CredentialNotFound(NotFound):
    title = "There is no such sign-in or token"


class LastAdmin(Conflict):
    title = "There has to be an admin"


class EmailTaken(Conflict):
    title = "This address belongs to another account"


class OpenSessions(TooMany):
    title = "Too many recordings are open"


class MailFailed(Unavailable):
    title = "The mail could not be sent"


class MailRefused(Invalid):
    title = "This mail is not taken, and will not be"


# ---- what Recital stands on


class SettingWrong(Invalid):
    title = "A setting is wrong"


class DataFolderInUse(Unavailable):
    title = "The data folder is in use"


class DatabaseUnavailable(Unavailable):
    title = "The database does not answer"


class BlobNotFound(NotFound):
    title = "There is no such blob"


class BlobChanged(Conflict):
    title = "Another blob stands there by now"


class BlobStoreUnavailable(Unavailable):
    title = "The blob store does not answer"


class StorageFull(Unavailable):
    title = "There is no room left to store this"
