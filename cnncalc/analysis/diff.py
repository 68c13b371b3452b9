"""Two networks layer by layer: aligned by what the layers are, with what each difference costs.

The pairing with the highest score is found by dynamic programming, as in the comparison of sequences (Needleman and
Wunsch 1970). In networks too large for that, layers that agree in name, make and output anchor the alignment, and the
best pairing is sought between anchors.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cnncalc.analysis.measured import Measured

_CELLS = 1_000_000
"""Up to how many pairs of layers the best pairing is sought; a longer stretch counts as removed and added."""


class Item(NamedTuple):
    """One layer of one network; counts are None where its volume is unknown."""

    name: str
    kind: str
    made_of: str
    volume: str
    parameters: int | None
    macs: int | None

    @property
    def make(self) -> tuple[str, str]:
        """What it is, whatever it is called and reads."""
        return self.kind, self.made_of


class Change(NamedTuple):
    """A layer of one network and the layer of the other that it corresponds to; one of them may be missing."""

    before: Item | None
    after: Item | None

    @property
    def what(self) -> str:
        """`added`, `removed`, `changed` or `same`; a layer that is made alike but costs otherwise is changed."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "same" if self.before[1:] == self.after[1:] else "changed"

    def cost(self, quantity: str) -> int | None:
        """How many more `parameters` or `macs` the second network has here; None where that is unknown."""
        before = getattr(self.before, quantity) if self.before else 0
        after = getattr(self.after, quantity) if self.after else 0
        return None if before is None or after is None else after - before

    def as_dict(self) -> dict[str, Any]:
        """The machine-readable form."""
        return {
            "change": self.what,
            "before": self.before._asdict() if self.before else None,
            "after": self.after._asdict() if self.after else None,
            "parameters": self.cost("parameters"),
            "macs": self.cost("macs"),
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """Two networks and all their layers, paired, in execution order."""

    before: Measured
    after: Measured
    changes: tuple[Change, ...]

    def cost(self, what: str, quantity: str) -> int:
        """The sum over one sort of changes, of what is known."""
        return sum(change.cost(quantity) or 0 for change in self.changes if change.what == what)

    def count(self, what: str) -> int:
        """How many changes of a sort there are."""
        return sum(change.what == what for change in self.changes)


def difference(before: Measured, after: Measured) -> Difference:
    """Align two networks."""
    first, second = _items(before), _items(after)
    return Difference(before, after, tuple(_aligned(first, second)))


def _items(network: Measured) -> list[Item]:
    return [
        Item(
            node.name,
            node.kind,
            node.layer.describe() if node.layer else "",
            node.volume.text if node.volume else "?",
            counts.parameters if counts else None,
            counts.macs if counts else None,
        )
        for node, counts in zip(network.graph.layers, network.counts, strict=True)
    ]


def _aligned(first: Sequence[Item], second: Sequence[Item]) -> Iterator[Change]:
    done = (0, 0)
    whole = len(first) * len(second) <= _CELLS
    for i, j in [*([] if whole else _anchors(first, second)), (len(first), len(second))]:
        yield from _stretch(first[done[0] : i], second[done[1] : j])
        if i < len(first):
            yield Change(first[i], second[j])
        done = (i + 1, j + 1)


def _anchors(first: Sequence[Item], second: Sequence[Item]) -> list[tuple[int, int]]:
    """The longest run of layers, in both orders, that agree in name, make and output."""
    places = {item[:4]: place for place, item in enumerate(second)}
    pairs = [(place, places[item[:4]]) for place, item in enumerate(first) if item[:4] in places]
    # Longest increasing subsequence: `ends` holds the least end of a run of each length, `before` the way back.
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        last[length : length + 1] = [number]
    chain = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _stretch(first: Sequence[Item], second: Sequence[Item]) -> Iterator[Change]:
    """The changes between two anchors."""
    if not first or not second or len(first) * len(second) > _CELLS:
        yield from (Change(item, None) for item in first)
        yield from (Change(None, item) for item in second)
        return
    ways = _ways(first, second)
    steps: list[Change] = []
    i, j = len(first), len(second)
    while i or j:
        way = ways[i][j]
        i -= way != _ADD
        j -= way != _REMOVE
        steps.append(Change(None if way == _ADD else first[i], None if way == _REMOVE else second[j]))
    yield from reversed(steps)


_PAIR, _REMOVE, _ADD = range(3)


def _ways(first: Sequence[Item], second: Sequence[Item]) -> list[bytearray]:
    """For every pair of prefixes the last step of their best pairing."""
    ways = [bytearray([_ADD]) * (len(second) + 1)]
    above = [0] * (len(second) + 1)
    for one in first:
        row, steps = [0], bytearray([_REMOVE])
        for j, other in enumerate(second):
            best, step = row[j], _ADD
            if above[j + 1] > best:
                best, step = above[j + 1], _REMOVE
            if one.kind == other.kind:
                paired = above[j] + _likeness(one, other)
                if paired >= best:
                    best, step = paired, _PAIR
            row.append(best)
            steps.append(step)
        ways.append(steps)
        above = row
    return ways


def _likeness(one: Item, other: Item) -> int:
    """How well two layers of a kind correspond: above all by what they are made of, then by output and name."""
    made_alike = 4 if one.made_of == other.made_of else 1
    return 2 + made_alike + 2 * (one.volume == other.volume) + (one.name == other.name)
