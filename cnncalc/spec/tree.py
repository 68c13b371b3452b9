"""The located tree: what YAML says, with the place of every key and value. Scalars stay text."""

from __future__ import annotations

from cnncalc.spec.source import Span, end_of, span, start_of


class Scalar:
    """A word, number, phrase or formula, as written. `plain` is false for quoted text."""

    __slots__ = ("at", "plain", "text")

    def __init__(self, text: str, plain: bool, at: Span) -> None:
        self.text = text
        self.plain = plain
        self.at = at

    @property
    def empty(self) -> bool:
        """Whether nothing is written (`relu: `)."""
        return self.plain and not self.text


class Sequence:
    """A list."""

    __slots__ = ("at", "items")

    def __init__(self, at: Span) -> None:
        self.items: list[Tree] = []
        self.at = at


class Mapping:
    """Keys and values, in order."""

    __slots__ = ("at", "entries")

    def __init__(self, at: Span) -> None:
        self.entries: dict[str, tuple[Scalar, Tree]] = {}
        self.at = at

    def get(self, key: str) -> Tree | None:
        """The value of a key."""
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def key(self, key: str) -> Scalar:
        """The key itself, for its place."""
        return self.entries[key][0]


Tree = Scalar | Sequence | Mapping


def kind_of(tree: Tree) -> str:
    """What a node is, in words."""
    if isinstance(tree, Scalar):
        return "nothing" if tree.empty else f"`{tree.text[:40]}`"
    return "a list" if isinstance(tree, Sequence) else "a mapping"


def extent(tree: Tree) -> Span:
    """The stretch a node covers; for block collections up to the end of the last child (YAML's end lies beyond)."""
    last: Tree = tree
    while not isinstance(last, Scalar):
        if isinstance(last, Sequence):
            if not last.items:
                break
            last = last.items[-1]
        else:
            if not last.entries:
                break
            key, last = next(reversed(last.entries.values()))
            if isinstance(last, Scalar) and last.empty:
                last = key
    return span(start_of(tree.at), max(end_of(last.at), start_of(tree.at) + 1))
