"""Walking an HTML tree without recursion, however deep it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from justhtml import Node, Text


def names(words: str) -> frozenset[str]:
    return frozenset(words.split())


def nodes(root: Node | Text) -> Iterator[Node | Text]:
    """Everything below `root`, in the order of the document."""
    ahead = [] if isinstance(root, Text) else list(reversed(root.children or ()))
    while ahead:
        node = cast("Node | Text", ahead.pop())
        yield node
        if not isinstance(node, Text):
            ahead.extend(reversed(node.children or ()))


def elements(root: Node | Text) -> Iterator[Node]:
    return (node for node in nodes(root) if not isinstance(node, Text))


def text_of(node: Node) -> str:
    return " ".join("".join(inner.data or "" for inner in nodes(node) if isinstance(inner, Text)).split())


def attribute(node: Node, name: str) -> str:
    """The trimmed value; empty where there is none."""
    return ((node.attrs or {}).get(name) or "").strip()


def is_inside(node: Node, outer: frozenset[str]) -> bool:
    above = node.parent
    while above is not None and above.name not in outer:
        above = above.parent
    return above is not None
