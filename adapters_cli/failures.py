"""Errors as a command line shows them."""

from __future__ import annotations

from recital_core import errors

EXIT_CODES: dict[type[errors.RecitalError], int] = {
    errors.Invalid: 3,
    errors.NotFound: 4,
    errors.Conflict: 5,
    errors.NotAllowed: 6,
    errors.TooMany: 7,
    errors.Unavailable: 7,
}


def exit_code(error: errors.RecitalError) -> int:
    """The exit code of the error's family."""
    return next(EXIT_CODES[family] for family in type(error).__mro__ if family in EXIT_CODES)


def one_line(error: errors.RecitalError) -> str:
    """What happened, for a person at a terminal."""
    return f"{type(error).title}: {' '.join(error.detail.split())}"
