"""Whose rights the embedded PostgreSQL has. It refuses to run as root, so root lends it an ordinary user."""

from __future__ import annotations

import ctypes
import os
import pwd
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Self

NAMES = ("postgres", "nobody")

# linux/prctl.h, linux/capability.h
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2


class ServerUser:
    """The user of the server's processes: the caller, or, where that is root, an unprivileged one."""

    def __init__(self, uid: int, gid: int, *, passes_closed_folders: bool) -> None:
        self._uid = uid
        self._gid = gid
        self._passes_closed_folders = passes_closed_folders
        # bound here, since nothing may be loaded between fork and exec
        self._libc = ctypes.CDLL(None, use_errno=True) if passes_closed_folders else None

    @classmethod
    def choose(cls, home: Path, programs: Path) -> Self:
        """For root: who owns what is in `home` already, else `postgres`, else `nobody`."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), passes_closed_folders=False)
        owner = home.stat()
        if owner.st_uid != 0:
            uid, gid = owner.st_uid, owner.st_gid
        else:
            known = {entry.pw_name: entry for entry in pwd.getpwall()}
            uid, gid = next((known[name].pw_uid, known[name].pw_gid) for name in NAMES if name in known)
        closed = not all(may_enter(folder, uid, gid) for folder in (*home.parents, programs, *programs.parents))
        return cls(uid, gid, passes_closed_folders=closed)

    def own(self, folder: Path) -> None:
        """Give a folder to the server alone."""
        if os.geteuid() == 0:
            os.chown(folder, self._uid, self._gid)
        folder.chmod(0o700)

    def owns_alone(self, folder: Path) -> bool:
        """Whether this is a folder of the server's user that nobody else may enter."""
        if not folder.is_dir():
            return False
        found = folder.stat()
        return found.st_uid == self._uid and stat.S_IMODE(found.st_mode) == stat.S_IRWXU

    @property
    def becoming(self) -> Callable[[], None] | None:
        """What is left to do between fork and exec of a server's program."""
        return self._give_up_root if os.geteuid() == 0 else None

    def _give_up_root(self) -> None:
        if self._libc is not None:
            self._libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setgid(self._gid)
        os.setuid(self._uid)
        if self._libc is not None:
            keep_passage(self._libc)


def may_enter(folder: Path, uid: int, gid: int) -> bool:
    found = folder.stat()
    if found.st_uid == uid:
        return bool(found.st_mode & stat.S_IXUSR)
    return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == gid else stat.S_IXOTH))


def keep_passage(libc: ctypes.CDLL) -> None:
    """Keep the one right of root to pass folders closed to others, and hand it on through exec.

    Root's own home is closed, and so are the folders of tests; opening them would be wrong. Containers often lack
    CAP_DAC_READ_SEARCH and have CAP_DAC_OVERRIDE.
    """
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        low = 1 << capability
        rights = (ctypes.c_uint32 * 6)(low, low, low, 0, 0, 0)  # effective, permitted, inheritable; then the high half
        if libc.capset(header, rights) == 0:
            libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)
            return
