"""People who may record at once: approved, and agreed to it."""

from __future__ import annotations

from adapters_storage.assembly import Recital
from recital_core.speakers import Role, Speaker


def admitted(recital: Recital, email: str = "dana@example.org", role: Role = Role.SPEAKER) -> Speaker:
    """The account of `email`, with at least `role`, and the agreement signed."""
    speaker = recital.membership.approve(email, role)
    return recital.membership.agree(speaker, recital.membership.agreement.version, "en")
