"""XML of strangers, with no entities of its own and nothing from outside, as it is parsed or as a tree."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from recital_core import errors

MAX_TREE_BYTES = 8 * 2**20
Start = Callable[[str, dict[str, str]], object]
End = Callable[[str], object]


def parse(body: bytes, *, start: Start, end: End, data: Callable[[str], object]) -> None:
    """Call back for each element and text. Names are spelled `{namespace}name`. Raises UnreadableFile."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse_entity
    parser.StartElementHandler = lambda name, attributes: start(
        _spelled(name), {_spelled(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda name: end(_spelled(name))
    parser.CharacterDataHandler = data
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as broken:
        raise errors.UnreadableFile("The XML in this file is damaged.") from broken


def tree(body: bytes) -> Element:
    """The root of a small document. Raises UnreadableFile, TooLarge."""
    if len(body) > MAX_TREE_BYTES:
        raise errors.TooLarge("This file describes itself at too great length.", limit=MAX_TREE_BYTES)
    builder = TreeBuilder()
    parse(body, start=builder.start, end=builder.end, data=builder.data)
    return builder.close()


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


def _refuse_entity(*_: object) -> None:
    raise errors.UnreadableFile("The XML in this file declares entities, which no document of its kind needs.")


def _spelled(name: str) -> str:
    return f"{{{name}" if "}" in name else name
