"""What reading a long book costs: `python -m tests.benchmarks.files`.

A book of 500 pages, 1.5 million characters of Hebrew in 50 chapters, read in a process of its own.
Splitting and saving come on top.
"""

from __future__ import annotations

import io
import resource
import sys
import time

from adapters_storage.articles.files import documents
from tests.storage.made_files import book

CHAPTERS, CHARACTERS = 50, 1_500_000
WORDS = "ויאמר אלהים יהי <i>אור</i> ויהי אור וירא <b>א</b>להים את האור כי טוב, ויבדל אלהים בין האור ובין החשך. "
LIMIT_S, LIMIT_MB = 10, 300


def main() -> None:
    paragraph = f"<p>{WORDS * 5}</p>"
    shown = len(WORDS) - len("<i></i><b></b>")
    body = paragraph * (CHARACTERS // CHAPTERS // (5 * shown) + 1)
    made = book([(f"פרק {number}", f"<h1>פרק {number}</h1>{body}") for number in range(CHAPTERS)])
    started = time.perf_counter()
    chapters, first = [], 0.0
    for chapter in documents("book.epub", io.BytesIO(made)):
        first = first or time.perf_counter() - started
        chapters.append(chapter)
    took = time.perf_counter() - started
    characters = sum(len(block) for chapter in chapters for block in chapter.blocks)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(f"{len(chapters)} chapters, {characters:,} characters, {len(made) / 1e6:.2f} MB of EPUB")
    print(f"{'first chapter':<24}{first:8.2f} s")
    print(f"{'whole book':<24}{took:8.2f} s   (limit {LIMIT_S} s)")
    print(f"{'memory of the reader':<24}{peak:8.0f} MB  (limit {LIMIT_MB} MB)")


if __name__ == "__main__":
    main()
