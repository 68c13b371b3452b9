"""A line in sentences, and which of them only change what the one before says."""

from __future__ import annotations

from cnncalc.questions.setups import Known
from cnncalc.questions.sheet import Item

_LINKING = frozenset((",", "a", "about", "an", "and", "for", "if", "input", "instead", "is", "of", "what", "with"))


def sentences(items: list[Item]) -> list[list[Item]]:
    """The line cut after every question mark."""
    found: list[list[Item]] = [[]]
    for item in items:
        found[-1].append(item)
        if item.text == "?":
            found.append([])
    return [sentence for sentence in found if sentence]


def follows_up(sentence: list[Item]) -> bool:
    """`And with padding 1?`: only values, which replace those of the question before."""
    texts = [item.text for item in sentence]
    values = any(text.startswith(("#", "@set", "@all", "@size")) or text == "bias" for text in texts)
    tags = {text.partition(":")[0] for text in texts if text.startswith("@")}
    return values and texts[-1] == "?" and tags <= {"@set", "@all", "@size", "@pass"}


def only_number(sentence: list[Item]) -> Item | None:
    """`And 224?`: another width of the input."""
    said = [item for item in sentence[:-1] if item.text not in _LINKING]
    if len(said) != 1 or not said[0].text.startswith("#n"):
        return None
    return Item("@in", said[0].tokens, Known((said[0].tokens[0].value,)))
