"""How large a specification unfolds: counted before it is unfolded, and while."""

from __future__ import annotations

from cnncalc.spec.document import Document
from cnncalc.spec.findings import Findings
from cnncalc.spec.items import Item, ItemReader
from cnncalc.spec.limits import Limits
from cnncalc.spec.tree import Scalar, Sequence, Tree


class Budget:
    """Layers, turns and blocks that may still be made; `spent` once a limit is hit, which is reported."""

    def __init__(self, document: Document, items: ItemReader, findings: Findings, limits: Limits) -> None:
        self.document = document
        self.items = items
        self.findings = findings
        self.limits = limits
        self.spent = False
        self._nodes = self._turns = self._uses = 0
        self._least: dict[int, int] = {}

    def admits(self, chain: Tree) -> bool:
        """Whether a chain, as far as literal counts tell, stays within the limit of layers."""
        try:
            least = self.least(chain, 0)
        except RecursionError:
            return True
        if least > self.limits.layers:
            self._over("layers", f"the file unfolds to at least {least:,} layers", self.document.layers_at)
        return not self.spent

    def least(self, tree: Tree, depth: int) -> int:
        """The fewest layers a chain can unfold to: what `when` may leave out counts nothing."""
        key = id(tree)
        if key in self._least:
            return self._least[key]
        self._least[key] = 0
        if isinstance(tree, Sequence):
            total = sum(self.least(item, depth) for item in tree.items)
        elif isinstance(tree, Scalar) and tree.empty:
            total = 0
        else:
            item = self.items.read(tree)
            total = 0 if item is None or item.when is not None else self._least_of(item, depth)
        self._least[key] = total
        return total

    def _least_of(self, item: Item, depth: int) -> int:
        if item.form == "layer":
            return 1
        if item.form == "block":
            block = self.document.blocks[item.head.text]
            return (
                self.least(block.layers, depth + 1) if block.layers is not None and depth <= self.limits.blocks else 0
            )
        if item.form == "merge":
            return self.least(item.value, depth) if item.value is not None else 0
        inside = self.least(item.layers, depth) if item.layers is not None else 0
        return inside * _literal_turns(item)

    def node(self) -> bool:
        """Count a layer; True where the limit is reached."""
        self._nodes += 1
        if self._nodes > self.limits.layers and not self.spent:
            self._over(
                "layers", f"the file unfolds to more than {self.limits.layers:,} layers", self.document.layers_at
            )
        return self.spent

    def turns(self, count: int, item: Item, *, taken: bool = True) -> bool:
        """Count a loop's turns before they are taken (or only ask); True where they exceed the limit."""
        total = self._turns + count
        if total > self.limits.layers and not self.spent:
            inside = self.least(item.layers, 0) if item.layers is not None else 0
            what = f"{count * inside:,} layers" if inside else f"{count:,} turns of a loop"
            self._over("layers", f"the file unfolds to at least {what}", item.head.at)
        self._turns = total if taken else self._turns
        return self.spent

    def use(self, item: Item, depth: int) -> bool:
        """Count a block's use; True where blocks nest too deep or are used too often."""
        self._uses += 1
        if depth >= self.limits.blocks and not self.spent:
            self._over("blocks", f"blocks within blocks, {depth + 1} deep", item.head.at)
        elif self._uses > self.limits.layers and not self.spent:
            self._over("layers", f"blocks are used more than {self.limits.layers:,} times", item.head.at)
        return self.spent

    def _over(self, limit: str, what: str, at: int) -> None:
        value = getattr(self.limits, limit)
        code = "too-many-layers" if limit == "layers" else "too-deep"
        self.spent = True
        self.findings.add(
            code,
            f"{what}, more than the limit `{limit}` allows ({value:,})",
            at,
            help=f"`--limit {limit}=N` raises it",
            status=2,
        )


def _literal_turns(item: Item) -> int:
    """The turns of a loop that are written as a number or a list; 1 for all else but formulas, 0 for those."""
    if item.form == "repeat" and isinstance(item.value, Scalar):
        text = item.value.text
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else 0
    if item.form == "for":
        if isinstance(item.in_, Sequence):
            return len(item.in_.items)
        text = item.in_.text if isinstance(item.in_, Scalar) else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else 0
    return 1
