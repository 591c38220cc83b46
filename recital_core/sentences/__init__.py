"""Splitting a paragraph into sentences fit to be read aloud: Hebrew, Yiddish, English.

    >>> split('ד"ר כהן נולד בת"א. הוא גר שם.', "he")
    ['ד"ר כהן נולד בת"א.', 'הוא גר שם.']

The text is never changed: a sentence is a slice of its paragraph. Read how one is found in `splitting`, and
the rules in `general`, `hebrew` and `latin`. A long sentence is read in `pieces`, as `clauses` finds them.

Other languages get the rules that hold for all of them. A line break always ends a sentence.
"""

__all__ = ["pieces", "spans", "split"]


def split(paragraph: str, language: str) -> list[str]:
    """The sentences of `paragraph`, in order: slices of it, without white space around them.

    `language` is a BCP 47 tag such as "he", "yi-US" or "en"; an unknown one gets the general rules.
    """
    return [paragraph[start:end] for start, end in spans(paragraph, language)]


def spans(paragraph: str, language: str) -> list[tuple[int, int]]:
    """Where each sentence of `paragraph` starts and ends; only white space lies outside the spans."""
    from recital_core.sentences import splitting  # here, as its patterns take a while to compile

    return splitting.spans(paragraph, language)


def pieces(sentence: str, language: str, limit: int = 25) -> list[str]:
    """The pieces in which a long `sentence` is read, in order: slices of it that joined give it back.

    A sentence within `limit` words is its own only piece. A longer one is cut at marks where a reader pauses,
    so that a piece has at most `limit` words wherever there is a fit place; without one the sentence stays
    whole. White space at a cut belongs to the piece before it.

    A piece is computed and never stored: its address is its sentence's, and its number under a limit.
    """
    from recital_core.sentences import clauses

    return clauses.pieces(sentence, language, limit)
