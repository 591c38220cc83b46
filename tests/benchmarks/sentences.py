"""How well and how fast paragraphs are split into sentences: `python -m tests.benchmarks.sentences`.

Boundary F1 counts every sentence end; "inner" leaves out the last of each paragraph, which is always found.
"""

from __future__ import annotations

import subprocess
import sys
import time

from recital_core.sentences import split
from tests.core.sentence_data import DEVELOPMENT_SETS, boundary_f1, development_set, hard_cases

ROUNDS = 20
IMPORT_TIME = "import time as t; a = t.perf_counter(); import recital_core; print(t.perf_counter() - a)"


def main() -> None:
    print(f"{'set':<14}{'sentences':>10}{'F1':>9}{'F1 inner':>10}{'sentences/s':>13}")
    for name in DEVELOPMENT_SETS:
        paragraphs = development_set(name)
        started, count = time.process_time(), 0
        for known in paragraphs * ROUNDS:
            count += len(split(known["paragraph"], known["language"]))
        rate = count / (time.process_time() - started)
        f1, inner = boundary_f1(paragraphs), boundary_f1(paragraphs, inner_only=True)
        print(f"{name:<14}{count // ROUNDS:>10}{f1:>9.4f}{inner:>10.4f}{rate:>13,.0f}")
    right = sum(split(case["paragraph"], case["language"]) == case["sentences"] for case in hard_cases())
    print(f"hard cases right: {right} of {len(hard_cases())}")
    print(f"import of the core: {min(import_seconds() for _ in range(5)) * 1000:.1f} ms")


def import_seconds() -> float:
    """What importing the whole core, msgspec included, costs a fresh interpreter."""
    command = [sys.executable, "-c", IMPORT_TIME]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


if __name__ == "__main__":
    main()
