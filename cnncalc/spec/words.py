"""Numbers, sizes, words and marks out of a line of text: the first stage of reading phrases and questions."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

_SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMBER_WORDS = {word: value for value, word in enumerate(_SMALL, start=1)} | {
    "sixteen": 16,
    "twenty": 20,
    "fifty": 50,
    "hundred": 100,
}
"""Numbers that people spell out."""

# Whole numbers end at 18 digits; a longer run of digits becomes a mark, which no reader understands.
_DIGITS = r"(?<!\d)\d{1,18}(?!\d)"
_COUNT = rf"-?(?<!\d)\d{{1,3}}(?:,\d{{3}}){{1,5}}(?![\d,]*\d)|(?<![\w)\]])-{_DIGITS}|{_DIGITS}"
_SPOKEN = rf"\b(?:{'|'.join(NUMBER_WORDS)})\b"
_SIDE = rf"(?:{_DIGITS}|{_SPOKEN})"
_BY = r"(?:\s*[x×*]\s*|\s+by\s+|-by-|\s+x\s+)"
_PATTERN = re.compile(
    rf"""
      (?P<tuple>  [(\[]\s*{_DIGITS}(?:(?:\s*,\s*{_DIGITS})+\s*,?|\s*,)\s*[)\]] )
    | (?P<size>   {_SIDE}(?:{_BY}{_SIDE})+ )
    | (?P<real>   {_DIGITS}?\.\d+(?:e[+-]?\d{{1,3}})?(?!\w) | {_DIGITS}e[+-]?\d{{1,3}}(?!\w) )
    | (?P<number> {_COUNT} | {_SPOKEN} )
    | (?P<word>   [^\W\d]\w*(?:'\w+)? )
    | (?P<mark>   ->|→|=>|\d+|[^\s\w] )
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Token(NamedTuple):
    """A piece of text, `start` to `end`.

    `value` is an int or float for a number, a tuple of ints as written for a size (`7x1`) or a tuple (`(7, 1)`),
    the lower-case text for a word or mark.
    """

    kind: Literal["number", "size", "tuple", "word", "mark"]
    text: str
    start: int
    end: int
    value: Any

    @property
    def is_value(self) -> bool:
        """Whether it carries numbers."""
        return self.kind in ("number", "size", "tuple")


def tokens(text: str) -> list[Token]:
    """The pieces of a text in order; white space separates and is left out."""
    return [_token(match) for match in _PATTERN.finditer(text)]


def _token(match: re.Match[str]) -> Token:
    text, kind = match.group(), str(match.lastgroup)
    span = match.span()
    if kind in ("size", "tuple"):
        sides = re.findall(_SIDE, text, re.IGNORECASE)
        return Token("size" if kind == "size" else "tuple", text, *span, tuple(map(_whole, sides)))
    if kind == "number":
        return Token("number", text, *span, _whole(text))
    if kind == "real":
        return Token("number", text, *span, float(text))
    return Token("word" if kind == "word" else "mark", text, *span, text.lower())


def _whole(text: str) -> int:
    spoken = NUMBER_WORDS.get(text.lower())
    return int(text.replace(",", "")) if spoken is None else spoken


_NOT_PLURAL = frozenset(
    (
        "as",
        "axis",
        "bias",
        "does",
        "has",
        "is",
        "its",
        "less",
        "minus",
        "plus",
        "s",
        "series",
        "this",
        "thus",
        "times",
        "us",
        "vs",
        "was",
        "yes",
    )
)


def singular(word: str) -> str:
    """A word without the ending of the plural: `filters`, `biases`, `passes`."""
    if word in _NOT_PLURAL or len(word) < 3:
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "iases", "xes", "ches")) and word != "axes":
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word
