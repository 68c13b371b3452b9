"""Blocks that reach themselves."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.layers import MERGES
from cnncalc.spec.document import Document
from cnncalc.spec.tree import Scalar, Sequence, Tree


def block_cycle(document: Document) -> list[tuple[str, Scalar]] | None:
    """A way in which a block reaches itself: the blocks and the words that use them; None where there is none."""
    uses = {name: list(_uses(block.layers, document)) for name, block in document.blocks.items()}
    done: set[str] = set()
    for start in uses:
        path: dict[str, Iterator[Scalar]] = {start: iter(uses[start])}
        trail: list[Scalar] = []
        while path and start not in done:
            name = next(reversed(path))
            word = next(path[name], None)
            if word is None:
                done.add(name)
                del path[name]
                if trail:
                    trail.pop()
            elif word.text in path:
                names = list(path)
                first = names.index(word.text)
                return list(zip(names[first:], [*trail[first:], word], strict=True))
            elif word.text not in done:
                path[word.text] = iter(uses[word.text])
                trail.append(word)
    return None


def _uses(tree: Tree | None, document: Document) -> Iterator[Scalar]:
    """The words in a chain that use a block, at the places where an item's kind stands."""
    pending: list[Tree] = [tree] if tree is not None else []
    while pending:
        node = pending.pop()
        if isinstance(node, Scalar):
            if node.text in document.blocks:
                yield node
        elif isinstance(node, Sequence):
            pending += reversed(node.items)
        else:
            for word, value in node.entries.values():
                if word.text in document.blocks:
                    yield word
                elif word.text in MERGES or word.text == "layers":
                    pending.append(value)
