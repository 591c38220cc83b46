"""What a blob's key may be, for every blob store alike."""

from __future__ import annotations

from recital_core import errors

MAX_KEY_CHARACTERS = 900
MAX_PART_BYTES = 200


def valid_key(key: str) -> str:
    """`key` itself. Raises Invalid unless it is parts joined by "/" that no folder or bucket can take for else.

    A part is not empty, starts with no ".", has no backslash or control character, and is at most 200 bytes of
    UTF-8, which leaves every file system room for a prefix of its own.
    """
    if not 0 < len(key) <= MAX_KEY_CHARACTERS:
        raise errors.Invalid(f"A blob's key has 1 to {MAX_KEY_CHARACTERS} characters.")
    for part in key.split("/"):
        if not part or part.startswith(".") or "\\" in part or not part.isprintable():
            raise errors.Invalid(f"“{key[:80]}” is not a blob's key.")
        if len(part.encode("utf-8", "surrogatepass")) > MAX_PART_BYTES:
            raise errors.Invalid(f"A part of a blob's key has at most {MAX_PART_BYTES} bytes.")
    return key


def valid_prefix(prefix: str) -> str:
    """`prefix` itself: a key followed by "/". Raises Invalid."""
    if not prefix.endswith("/"):
        raise errors.Invalid(f"“{prefix[:80]}” does not end in “/”.")
    valid_key(prefix[:-1])
    return prefix
