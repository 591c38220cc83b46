"""How well and how fast texts are split into sentences and these into pieces: `python -m tests.benchmarks.sentences`.

Boundary F1 counts every sentence end; "inner" leaves out the last of each paragraph, which is always found.
"""

from __future__ import annotations

import subprocess
import sys
import time

from recital_core.sentences import pieces, split
from tests.core.sentence_data import DEVELOPMENT_SETS, KnownParagraph, boundary_f1, development_set, hard_cases

ROUNDS = 20
LIMIT = 25
IMPORT_TIME = "import time as t; a = t.process_time(); import {0}; print(t.process_time() - a)"


def main() -> None:
    print(f"{'set':<14}{'sentences':>10}{'F1':>9}{'F1 inner':>10}{'sentences/s':>13}", end="")
    print(f"{'long':>6}{'pieces':>8}{'too long':>10}")
    for name in DEVELOPMENT_SETS:
        paragraphs = development_set(name)
        started, count = time.process_time(), 0
        for known in paragraphs * ROUNDS:
            count += len(split(known["paragraph"], known["language"]))
        rate = count / (time.process_time() - started)
        f1, inner = boundary_f1(paragraphs), boundary_f1(paragraphs, inner_only=True)
        print(f"{name:<14}{count // ROUNDS:>10}{f1:>9.4f}{inner:>10.4f}{rate:>13,.0f}{pieces_told(paragraphs)}")
    right = sum(split(case["paragraph"], case["language"]) == case["sentences"] for case in hard_cases())
    print(f"hard cases right: {right} of {len(hard_cases())}")
    for module in ("msgspec", "recital_core", "recital_core.library"):
        print(f"import of {module}: {min(import_seconds(module) for _ in range(10)) * 1000:.1f} ms")


def pieces_told(paragraphs: list[KnownParagraph]) -> str:
    """How many sentences are over the limit, how many pieces there are of all, and how many are still over it."""
    sentences = [(s, known["language"]) for known in paragraphs for s in split(known["paragraph"], known["language"])]
    found = [piece for sentence, language in sentences for piece in pieces(sentence, language, LIMIT)]
    long = sum(len(sentence.split()) > LIMIT for sentence, _ in sentences)
    too_long = sum(len(piece.split()) > LIMIT for piece in found) / len(found)
    return f"{long:>6}{len(found):>8}{too_long:>10.2%}"


def import_seconds(module: str) -> float:
    """The processor's time that importing `module` costs a fresh interpreter; other work on the machine adds to it."""
    command = [sys.executable, "-c", IMPORT_TIME.format(module)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


if __name__ == "__main__":
    main()
