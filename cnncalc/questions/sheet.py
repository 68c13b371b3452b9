"""A question as a line of items that rules rewrite, as a parser's stack is reduced.

The text becomes items: words in lower case without the plural's s, marks, and values written by their sort
(`#n4` the fourth token, a whole number; `#s2:7` a size of two numbers). A rule is a regular expression over the
line; what it matches is replaced by one item that carries the meaning. What no rule has taken is left standing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from cnncalc.spec.words import Token, singular, tokens

_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "’": "'", "“": '"', "”": '"', "\u00a0": " "})
_ARROWS = frozenset(("->", "→", "=>"))


class Item(NamedTuple):
    """One item of the line: how rules see it, the tokens it stands for, the meaning a rule gave it."""

    text: str
    tokens: tuple[Token, ...]
    meaning: Any = None

    @property
    def said(self) -> str:
        """The item in the question's own words."""
        return " ".join(token.text for token in self.tokens)


Made = Item | str | tuple[str, Any] | None
"""What a rule gives for a match: an item, a text, a text with its meaning; "" drops the match, None declines it."""


class Match:
    """What a rule matched: named groups as values or text."""

    def __init__(self, match: re.Match[str], sheet: Sheet, first: int, last: int) -> None:
        self._match, self._sheet = match, sheet
        self.items = sheet.items[first:last]
        self.first, self.last = first, last

    def text(self, group: str = "") -> str:
        """The canonical text of a group, or of the whole match; empty where the group took no part."""
        return self._match.group(group or 0) or ""

    def value(self, group: str) -> Any:
        """The value of the single item that a group matched; None where it took no part."""
        text = self.text(group)
        return self._sheet.value_of(text) if text else None

    def values(self, group: str = "") -> list[Any]:
        """The values of all value items within a group."""
        return [self._sheet.value_of(word) for word in self.text(group).split() if word.startswith("#")]

    def before(self, count: int = 1) -> str:
        """The items just before the match."""
        return " ".join(item.text for item in self._sheet.items[max(0, self.first - count) : self.first])

    def after(self, count: int = 1) -> str:
        """The items just after the match."""
        return " ".join(item.text for item in self._sheet.items[self.last : self.last + count])

    def said_before(self) -> str:
        """The item just before the match in the question's own words."""
        return self._sheet.items[self.first - 1].said if self.first else ""

    def anywhere(self, tag: str) -> bool:
        """Whether some item of the line has this text."""
        return any(item.text == tag for item in self._sheet.items)

    def begins(self, prefix: str) -> bool:
        """Whether some item of the line begins so."""
        return any(item.text.startswith(prefix) for item in self._sheet.items)

    def next_item(self, prefix: str) -> Item | None:
        """The first item after the match whose text begins so."""
        return next((item for item in self._sheet.items[self.last :] if item.text.startswith(prefix)), None)


_OUTSIDE = r"(?![^(]*\))"
_ARGUMENTS = (
    (re.compile(rf"\bin(?:put)?[_ ]channels ?[=:] ?(\d+){_OUTSIDE}", re.IGNORECASE), r"\1 input channels"),
    (re.compile(rf"\bout(?:put)?[_ ]channels ?[=:] ?(\d+){_OUTSIDE}", re.IGNORECASE), r"\1 filters"),
    (re.compile(rf"\b(kernel|pool)_size\b{_OUTSIDE}", re.IGNORECASE), r"\1 size"),
    (re.compile(rf"\b(dilation)_rate\b{_OUTSIDE}", re.IGNORECASE), r"\1"),
)
"""Frameworks' arguments written outside a call, and the words that say the same."""


def _in_words(question: str) -> str:
    for pattern, words in _ARGUMENTS:
        question = pattern.sub(words, question)
    return question


class Sheet:
    """The line of items, and the rewriting."""

    def __init__(self, question: str) -> None:
        self.tokens = tokens(_in_words(question.translate(_DASHES)))
        self.items = [Item(_canonical(index, token), (token,)) for index, token in enumerate(self.tokens)]

    @property
    def line(self) -> str:
        """The items as rules see them."""
        return " ".join(item.text for item in self.items)

    def value_of(self, text: str) -> Any:
        """The value behind `#n4`."""
        return self.tokens[int(text.rsplit(":", 1)[-1].lstrip("#nr"))].value

    def rewrite(self, rule: str, make: Callable[[Match], Made]) -> None:
        """Replace every match of a rule by what `make` gives for it."""
        pattern, position = compiled(rule), 0
        while found := pattern.search(self.line, position):
            first, last = self._span(found)
            made = make(Match(found, self, first, last))
            position = found.end() if made is None else self._replace(first, last, made, found.start())
            if position > len(self.line):
                return

    def _span(self, found: re.Match[str]) -> tuple[int, int]:
        first = self.line[: found.start()].count(" ")
        return first, first + found.group().count(" ") + 1

    def _replace(self, first: int, last: int, made: Made, start: int) -> int:
        pieces = tuple(token for item in self.items[first:last] for token in item.tokens)
        if isinstance(made, Item):
            new = [made]
        else:
            text, meaning = made if isinstance(made, tuple) else (made or "", None)
            new = [Item(text, pieces, meaning)] if text else []
        self.items[first:last] = new
        return start + sum(len(item.text) for item in new)


@cache
def compiled(rule: str) -> re.Pattern[str]:
    """A rule as a regular expression over whole items.

    `<n>` is a whole number, `<r>` any number, `<s2>`, `<s3>` a size of so many numbers, `<s>` any size, `<t>` a tuple,
    `<n:name>` the same with a name; `~` is a space or a hyphen.
    """
    rule = re.sub(r"<(\w+):(\w+)>", r"(?P<\2><\1>)", rule)
    rule = rule.replace("<n>", r"#n\d+").replace("<r>", r"#[nr]\d+").replace("<s>", r"#s\d:\d+")
    rule = rule.replace("<t>", r"#t\d:\d+")
    rule = re.sub(r"<([st])(\d)>", r"#\1\2:\\d+", rule).replace("~", r"(?: - | )")
    return re.compile(rf"(?<!\S)(?:{rule})(?!\S)")


def _canonical(index: int, token: Token) -> str:
    if token.kind == "number":
        return f"#{'n' if isinstance(token.value, int) else 'r'}{index}"
    if token.is_value:
        return f"#{token.kind[0]}{len(token.value)}:{index}"
    if token.kind == "mark":
        return "→" if token.value in _ARROWS else str(token.value)
    return singular(str(token.value).removesuffix("'s"))


def setting(name: str, value: Any, match: Match, text: str = "@set") -> Item:
    """An item that the phrase reader sees as `name value`."""
    like = match.items[0].tokens[0]
    sort = "size" if isinstance(value, tuple) else "number"
    word = Token("word", name, like.start, like.end, name)
    return Item(text, (word, Token(sort, like.text, like.start, like.end, value)))  # type: ignore[arg-type]


Rule = tuple[str, Callable[[Match], Made]]
"""A pattern and what it gives for a match."""


def apply(sheet: Sheet, rules: tuple[Rule, ...]) -> None:
    """Rewrite by each rule in turn."""
    for rule, make in rules:
        sheet.rewrite(rule, make)


def drop(match: Match) -> Made:
    """Something that may stand there and says nothing."""
    return "@pass"


def tagged(text: str, meaning: Any = None) -> Callable[[Match], Made]:
    """A rule that always gives the same tag."""
    return lambda match: (text, meaning)
