"""What a block's use hands over: arguments by position or name, defaults, the block's own values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnncalc.spec.arguments import report_unknown
from cnncalc.spec.context import Context, Origin
from cnncalc.spec.document import BlockDef
from cnncalc.spec.items import Item
from cnncalc.spec.operations import UnknownInput
from cnncalc.spec.scalars import Value
from cnncalc.spec.source import Span
from cnncalc.spec.tree import Mapping as Map
from cnncalc.spec.tree import Scalar, Sequence, Tree, extent
from cnncalc.spec.values import ValueFault, plain_value

if TYPE_CHECKING:
    from cnncalc.spec.expand import Cursor, Expander

Names = tuple[dict[str, Value], dict[str, Origin]]


class BlockArguments:
    """Works out the names a block sees."""

    def __init__(self, expander: Expander) -> None:
        self.expander = expander

    def enter(self, block: BlockDef, item: Item, cursor: Cursor, context: Context) -> Names | None:
        """The values inside a block and where they come from; None where something is wrong, which is reported."""
        given = self._given(block, item)
        if given is None:
            return None
        names: dict[str, Value] = dict(self.expander.names)
        origins: dict[str, Origin] = dict(self.expander.origins)
        for name, (word, default) in block.parameters.items():
            if name in given:
                done = self.put(name, given[name], given[name].at, context, cursor, names, origins)
            elif default is not None:
                inside = context._replace(names=dict(names), origins=origins, index=None)
                done = self.put(name, default, word.at, inside, cursor, names, origins)
            else:
                self._missing(block, name, item)
                done = False
            if not done:
                return None
        for name, (word, tree) in block.define.items():
            inside = context._replace(names=dict(names), origins=origins, index=None)
            if not self.put(name, tree, word.at, inside, cursor, names, origins):
                return None
        return names, origins

    def put(
        self,
        name: str,
        tree: Tree,
        at: Span,
        context: Context,
        cursor: Cursor,
        names: dict[str, Value],
        origins: dict[str, Origin],
    ) -> bool:
        """Work one value out in `context` and enter it; False where that fails, which is reported."""
        expander = self.expander
        try:
            names[name] = plain_value(tree, lambda scalar: expander.values.value(scalar, cursor, context))
        except ValueFault as fault:
            expander.values.fault(fault, context)
            return False
        except UnknownInput:
            return False
        before: tuple[tuple[str, Origin], ...] = ()
        if isinstance(tree, Scalar) and tree.text[:1] == "=":
            before = expander.formulas.origins(tree, context)
        origins[name] = Origin(extent(tree) if isinstance(tree, Sequence) else tree.at or at, before)
        return True

    def _given(self, block: BlockDef, item: Item) -> Mapping[str, Tree] | None:
        value, known = item.value, list(block.parameters)
        if value is None or (isinstance(value, Scalar) and value.empty):
            return {}
        if isinstance(value, Map):
            return self._by_name(block, value)
        positions = value.items if isinstance(value, Sequence) else [value]
        if len(positions) > len(known):
            takes = f"takes {', '.join(known)}" if known else "takes nothing"
            self.expander.findings.add(
                "arity",
                f"`{block.name}` {takes}, and {len(positions)} values are given",
                extent(positions[len(known)]),
                related=((block.at, "the block's definition"),),
            )
            return None
        return dict(zip(known, positions, strict=False))

    def _by_name(self, block: BlockDef, value: Map) -> Mapping[str, Tree] | None:
        unknown = [word for name, (word, _) in value.entries.items() if name not in block.parameters]
        free = [name for name in block.parameters if name not in value.entries]
        report_unknown(
            self.expander.findings,
            unknown,
            f"the block `{block.name}` has no parameter",
            free,
            f"it has {', '.join(block.parameters) or 'none'}",
            related=((block.at, "the block's definition"),),
        )
        good = not unknown
        empty = [word for word, tree in value.entries.values() if isinstance(tree, Scalar) and tree.empty]
        for word in empty:
            good = False
            self.expander.findings.add("missing-field", f"nothing is given for `{word.text}`", word.at)
        return {name: tree for name, (_, tree) in value.entries.items()} if good else None

    def _missing(self, block: BlockDef, name: str, item: Item) -> None:
        self.expander.findings.add(
            "missing-field",
            f"the block `{block.name}` needs `{name}`",
            item.head.at,
            related=((block.parameters[name][0].at, "declared here without a default"),),
        )
