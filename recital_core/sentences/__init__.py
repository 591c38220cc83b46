"""Splitting a paragraph into sentences fit to be read aloud: Hebrew, Yiddish, English.

    >>> split('ד"ר כהן נולד בת"א. הוא גר שם.', "he")
    ['ד"ר כהן נולד בת"א.', 'הוא גר שם.']

The text is never changed: a sentence is a slice of its paragraph. Read how one is found in `splitting`, and
the rules in `general`, `hebrew` and `latin`.

Other languages get the rules that hold for all of them. A line break always ends a sentence.
"""

__all__ = ["spans", "split"]


def split(paragraph: str, language: str) -> list[str]:
    """The sentences of `paragraph`, in order: slices of it, without white space around them.

    `language` is a BCP 47 tag such as "he", "yi-US" or "en"; an unknown one gets the general rules.
    """
    return [paragraph[start:end] for start, end in spans(paragraph, language)]


def spans(paragraph: str, language: str) -> list[tuple[int, int]]:
    """Where each sentence of `paragraph` starts and ends; only white space lies outside the spans."""
    from recital_core.sentences import splitting  # its patterns take longer to compile than the core to import

    return splitting.spans(paragraph, language)
