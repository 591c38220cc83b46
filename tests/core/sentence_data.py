"""The paragraphs with known sentences beside the tests, and how well a splitting agrees with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

from recital_core.sentences import spans

FOLDER = Path(__file__).parent / "data" / "sentences"
DEVELOPMENT_SETS = ("he-wiki-dev", "he-knesset-dev", "yi-yitb-dev")


class KnownParagraph(TypedDict):
    language: str
    paragraph: str
    sentences: list[str]


class HardCase(KnownParagraph):
    kind: str


def hard_cases() -> list[HardCase]:
    cases: list[HardCase] = json.loads((FOLDER / "hard-cases.json").read_text(encoding="utf-8"))
    return cases


def development_set(name: str) -> list[KnownParagraph]:
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def boundary_f1(paragraphs: list[KnownParagraph], *, inner_only: bool = False) -> float:
    """The harmonic mean of precision and recall of sentence ends; `inner_only` leaves out each paragraph's last."""
    known, found = set(), set()
    for number, known_paragraph in enumerate(paragraphs):
        text = known_paragraph["paragraph"]
        last = {len(text.rstrip())} if inner_only else set()
        known |= {(number, end) for end in _known_ends(known_paragraph) - last}
        found |= {(number, end) for _, end in spans(text, known_paragraph["language"]) if end not in last}
    return 2 * len(known & found) / (len(known) + len(found))


def _known_ends(known: KnownParagraph) -> set[int]:
    ends, at = set(), 0
    for sentence in known["sentences"]:
        at = known["paragraph"].index(sentence, at) + len(sentence)
        ends.add(at)
    return ends
