"""How every command begins: the settings, and a Recital that is closed at the end."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from adapters_storage.settings import Settings
from recital_core.speakers import Role, Speaker, SpeakerId

if TYPE_CHECKING:
    from adapters_storage.assembly import Recital

OPERATOR = Speaker(
    id=SpeakerId(UUID(int=0)),
    email="operator@localhost",
    display_name="operator",
    role=Role.ADMIN,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)
"""Whoever sits at the machine: sees all that an admin sees, and has no account."""


class Installation:
    """The settings that a command starts from: the environment, a `.env` here, and before both the options given."""

    def __init__(self) -> None:
        self._options: dict[str, str] = {}

    def option(self, name: str, value: object) -> None:
        """Let `value` stand for the variable `name`, unless it is None."""
        if value is not None:
            self._options[name] = str(value)

    @property
    def settings(self) -> Settings:
        """Raises SettingWrong."""
        return Settings.load({**os.environ, **self._options}, Path(".env"))

    def recital(self, *, serving: bool = False, upgrading: bool = True) -> AbstractContextManager[Recital]:
        """Raises as `assembled` does."""
        from adapters_storage.assembly import assembled

        return assembled(self.settings, serving=serving, upgrading=upgrading)


def local_admin(recital: Recital) -> Speaker:
    """The account of the local admin, made or made an admin where it is not."""
    return recital.membership.approve(recital.settings.admin_email, Role.ADMIN)
