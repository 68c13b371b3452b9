"""Items to graph: blocks, loops, branches and merges are unfolded, volumes worked out in the same pass.

A cursor runs through a chain: the index of the node whose volume arrives next (None only where a network with
several inputs has not said yet which one it starts from).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from cnncalc.graph import Frame, Graph, Output
from cnncalc.layers import layer_class
from cnncalc.spec.blocks import BlockArguments
from cnncalc.spec.context import Context, Formulas, Origin
from cnncalc.spec.document import BlockDef, Document
from cnncalc.spec.evaluate import Evaluator
from cnncalc.spec.expectations import Expectations
from cnncalc.spec.findings import Findings
from cnncalc.spec.infer import Inference, frame
from cnncalc.spec.items import Item, ItemReader, child_chains
from cnncalc.spec.limits import Limits
from cnncalc.spec.loops import Turn, turns_of
from cnncalc.spec.making import Making
from cnncalc.spec.names import NameScope
from cnncalc.spec.naming import Naming
from cnncalc.spec.scalars import Value
from cnncalc.spec.size import Budget
from cnncalc.spec.tree import Scalar, Sequence, Tree, extent

Cursor = int | None


class Expander:
    """Unfolds one document into a graph. `run` once."""

    def __init__(
        self,
        document: Document,
        findings: Findings,
        limits: Limits,
        names: Mapping[str, Value],
        origins: Mapping[str, Origin],
        checks_expectations: bool = True,
    ) -> None:
        self.document = document
        self.findings = findings
        self.formulas = Formulas()
        self.items = ItemReader(document.blocks, findings)
        self.inference = Inference(findings, self.formulas, document.rounding == "exact")
        self.budget = Budget(document, self.items, findings, limits)
        self.values = Evaluator(self.formulas, findings, self.inference)
        self.naming = Naming(self.inference, findings, self.items)
        self.expectations = Expectations(self.inference, findings, self.values.text_of, checks_expectations)
        self.blocks = BlockArguments(self)
        self.making = Making(self.values, self.naming, self.inference, findings)
        self.outputs: list[Output] = []
        self.names = names
        self.origins = origins
        self._ended_in_branch = False

    @property
    def nodes_made(self) -> int:
        """How many nodes there are so far."""
        return len(self.inference.nodes)

    def run(self) -> Graph:
        """The graph; what is wrong is in the findings."""
        document, scope = self.document, NameScope()
        for name, (volume, at) in document.inputs.items():
            scope.enter(name, self.inference.add_input(name, volume, at))
        cursor = 0 if len(document.inputs) == 1 else None
        if not document.inputs:
            cursor = self.inference.add_input("input", None, document.layers_at)
        context = Context(scope, self.names, self.origins, cursor)
        if document.layers is not None and self.budget.admits(document.layers):
            self.naming.reserve(scope, document.layers)
            try:
                end = self.chain(document.layers, cursor, context)
            except RecursionError:
                self.findings.add("too-deep", "blocks and chains are nested too deep", document.layers_at, status=2)
                end = cursor
            if end is not None and not self._ended_in_branch:
                self.outputs.append(Output(self.inference.nodes[end].name, end))
        self.naming.report_unresolved()
        self.naming.report_repeated()
        complete = document.layers is not None and not self.budget.spent
        return Graph(tuple(self.inference.nodes), tuple(self.outputs), complete)

    # Chains and items

    def chain(self, tree: Tree, cursor: Cursor, context: Context) -> Cursor:
        """One item after the other; a mapping or word stands for a chain of one."""
        if not isinstance(tree, Sequence):
            if isinstance(tree, Scalar) and tree.empty:
                return cursor
            return self.item(tree, cursor, context)
        for item in tree.items:
            if self.budget.spent:
                return cursor
            cursor = self.item(item, cursor, context)
        return cursor

    def item(self, tree: Tree, cursor: Cursor, context: Context) -> Cursor:
        """One item; returns the node whose volume arrives at the next."""
        item = self.items.read(tree)
        if item is None:
            return self._broken(tree, cursor, context)
        if item.when is not None:
            holds = self.values.condition(item.when, cursor, context)
            if holds is None:
                return self._poison(item, cursor, context)
            if not holds:
                self.naming.left_out(item, context, self.values.text_of(item.label, cursor, context))
                return cursor
        return self._unconditional(item, cursor, context)

    def _unconditional(self, item: Item, cursor: Cursor, context: Context) -> Cursor:
        start = cursor
        if item.from_ is not None:
            start = self._source(item.from_, cursor, context)
            if start is None:
                return self._poison(item, cursor, context)
        elif start is None and item.form in ("layer", "point"):
            return self._no_input(item, context)
        if item.allow:
            context = context._replace(allow=context.allow | item.allow)
        end = self._checked(item, start, context, partial(getattr(self, f"_{item.form}"), item, start, context))
        if item.form == "branch":
            self._ended_in_branch = True
            return cursor
        if item.form in ("layer", "block", "merge", "point"):
            self._ended_in_branch = False
        return end

    def _source(self, tree: Tree, cursor: Cursor, context: Context) -> Cursor:
        """What a `from` names; None where there is nothing, which is reported."""
        if isinstance(tree, Sequence):
            message = "`from` takes one name, and a list stands here"
            self.findings.add(
                "bad-shape", message, extent(tree), help="a merge reads from several: `concat: [from: a, from: b]`"
            )
            return None
        return self.naming.resolve(tree, self.values.text_of(tree, cursor, context), context)

    def _checked(self, item: Item, start: Cursor, context: Context, make: Callable[[], Cursor]) -> Cursor:
        """What `make` makes of an item, its weights those it `shares`, held to its `expect`."""
        if item.shares is None and item.expect is None and item.note is None:
            return make()
        first = self.nodes_made
        name = self.values.text_of(item.shares, start, context)
        theirs = self.naming.shared(name, context)
        end = make()
        if item.shares is not None:
            self.naming.share(item, range(first, self.nodes_made), theirs, name, context)
        if item.expect is not None:
            self.expectations.check(item, first, start, end, context)
        if item.note is not None and item.form not in ("layer", "merge"):
            self.inference.remark(first, self.values.text_of(item.note, start, context))
        return end

    def _broken(self, tree: Tree, cursor: Cursor, context: Context) -> Cursor:
        """A place-holder for an item that could not be read: its volume is unknown, and what follows stays silent."""
        word = tree.text if isinstance(tree, Scalar) else next(iter(getattr(tree, "entries", {})), "layer")
        at = tree.at if isinstance(tree, Scalar) else extent(tree)
        item = Item("layer", Scalar(word or "layer", True, at), None, at)
        self._ended_in_branch = False
        return self._unknown(item, cursor, context)

    def _poison(self, item: Item, cursor: Cursor, context: Context) -> Cursor:
        """The same for an item whose keys cannot be worked out; inside, everything is still checked."""
        for chain in child_chains(item):
            self.items_only(chain)
        if item.form == "branch":
            return cursor
        return self._unknown(item, cursor, context)

    def _unknown(self, item: Item, cursor: Cursor, context: Context) -> Cursor:
        if self.budget.node():
            return cursor
        name, _ = self.naming.name(item, self.values.text_of(item.name, cursor, context), context, self.nodes_made)
        inputs = () if cursor is None else (cursor,)
        return self.inference.add(item.head.text, name, None, inputs, context, item)

    def items_only(self, tree: Tree) -> None:
        """Check the items of a chain that is not expanded."""
        pending = [tree]
        while pending:
            node = pending.pop()
            if isinstance(node, Sequence):
                pending += node.items
            elif not (isinstance(node, Scalar) and node.empty):
                item = self.items.read(node)
                if item is not None:
                    if item.form == "layer":
                        self.making.arguments(item)
                    pending += child_chains(item)

    def _no_input(self, item: Item, context: Context) -> Cursor:
        listed = ", ".join(f"`{name}`" for name in self.document.inputs)
        self.findings.add(
            "missing-from",
            "the network has several inputs, and the first item does not say `from` which",
            item.head.at,
            help=f"add `from:` with one of {listed}",
        )
        return self._unknown(item, None, context)

    # The forms of an item

    def _layer(self, item: Item, cursor: int, context: Context) -> Cursor:
        if self.budget.node():
            return cursor
        arguments = self.making.arguments(item)
        layer, inputs = self.making.layer(arguments, cursor, context)
        name, _ = self.naming.name(item, self.values.text_of(item.name, cursor, context), context, self.nodes_made)
        note = self.values.text_of(item.note, cursor, context) or ""
        return self.inference.add(item.head.text, name, layer, inputs, context, item, arguments, note)

    def _block(self, item: Item, cursor: Cursor, context: Context) -> Cursor:
        block = self.document.blocks[item.head.text]
        block.used = True
        if self.budget.use(item, context.depth):
            return self._unknown(item, cursor, context)
        inner = self.blocks.enter(block, item, cursor, context)
        name = self.values.text_of(item.name, cursor, context)
        scope = self.naming.open(item, name or None, block.name, context)
        if inner is None or block.layers is None:
            return self._unknown(item, cursor, context)
        names, origins = inner
        inside = Context(
            scope,
            names,
            origins,
            cursor,
            None,
            (),
            (*context.frames, self._frame(item, block)),
            context.allow,
            context.depth + 1,
        )
        return self._scoped(scope, block.layers, cursor, inside)

    def _frame(self, item: Item, block: BlockDef) -> Frame:
        return frame(f"`{block.name}`, used here", self.findings, item.head.at)

    def _scoped(self, scope: NameScope, chain: Tree, cursor: Cursor, context: Context) -> Cursor:
        self.naming.reserve(scope, chain)
        scope.first = self.nodes_made
        scope.output = self.chain(chain, cursor, context)
        scope.end = self.nodes_made
        return scope.output

    def _group(self, item: Item, cursor: Cursor, context: Context) -> Cursor:
        scope = self.naming.open(item, self.values.text_of(item.value, cursor, context), "group", context)
        assert item.layers is not None
        return self._scoped(scope, item.layers, cursor, context._replace(scope=scope, turns=()))

    def _branch(self, item: Item, cursor: Cursor, context: Context) -> Cursor:
        scope = self.naming.open(item, self.values.text_of(item.value, cursor, context), "branch", context)
        assert item.layers is not None
        end = self._scoped(scope, item.layers, cursor, context._replace(scope=scope, turns=()))
        if end is not None:
            self.outputs.append(Output(scope.path, end))
        return end

    def _chain(self, item: Item, cursor: Cursor, context: Context) -> Cursor:
        assert item.layers is not None
        end = self.chain(item.layers, cursor, context)
        return self._alias(item, end, context)

    def _point(self, item: Item, cursor: int, context: Context) -> Cursor:
        return self._alias(item, cursor, context)

    def _alias(self, item: Item, end: Cursor, context: Context) -> Cursor:
        """Give the volume here a name, where the item has one."""
        if item.name is not None and end is not None:
            name = self.values.text_of(item.name, end, context)
            if name is not None:
                self.naming.enter(item, name, context, end)
        return end

    def _repeat(self, item: Item, cursor: Cursor, context: Context) -> Cursor:
        for turn in turns_of(self, item, cursor, context):
            cursor = self._turn(item, turn, cursor) if turn else self._unknown(item, cursor, context)
        return cursor

    _for = _repeat

    def _turn(self, item: Item, turn: Turn, cursor: Cursor) -> Cursor:
        assert item.layers is not None
        if turn.scope is not None:
            return self._scoped(turn.scope, item.layers, cursor, turn.context)
        return self.chain(item.layers, cursor, turn.context)

    def _merge(self, item: Item, cursor: Cursor, context: Context) -> Cursor:
        if not isinstance(item.value, Sequence):
            self.findings.add(
                "bad-shape",
                f"`{item.head.text}` takes a list of branches",
                item.head.at,
                help="one `- ` line per branch; `- []` is the identity",
            )
            return self._unknown(item, cursor, context)
        ends = list(self.branches(item.value, cursor, context))
        if None in ends:
            return self._no_input(item, context)
        if len(ends) == 1 and ends[0] is not None:
            return self._alias(item, ends[0], context)
        if not ends:
            self.findings.add(
                "no-branches",
                f"no branch of `{item.head.text}` is left",
                item.head.at,
                help="`- []` is a branch that leaves the volume as it is",
                frames=context.frames,
            )
        if self.budget.node():
            return cursor
        layer = layer_class(item.head.text).make(0) if ends else None
        inputs = tuple(end for end in ends if end is not None)
        name, _ = self.naming.name(item, self.values.text_of(item.name, cursor, context), context, self.nodes_made)
        note = self.values.text_of(item.note, cursor, context) or ""
        return self.inference.add(item.head.text, name, layer, inputs, context, item, note=note)

    def branches(self, tree: Sequence, cursor: Cursor, context: Context) -> Iterator[Cursor]:
        """The end of each branch that is not left out; a loop in a branch's place gives one per turn."""
        for branch in tree.items:
            if self.budget.spent:
                return
            item = None if isinstance(branch, Sequence) else self.items.read(branch)
            if item is None:
                empty = isinstance(branch, Sequence)
                yield self.chain(branch, cursor, context) if empty else self._broken(branch, cursor, context)
                continue
            if item.when is not None:
                holds = self.values.condition(item.when, cursor, context)
                if holds is None:
                    yield self._poison(item, cursor, context)
                    continue
                if not holds:
                    self.naming.left_out(item, context, self.values.text_of(item.label, cursor, context))
                    continue
            if item.form in ("for", "repeat"):
                yield from self._loop_branches(item, cursor, context)
            else:
                yield self._unconditional(item, cursor, context)

    def _loop_branches(self, item: Item, cursor: Cursor, context: Context) -> Iterator[Cursor]:
        start: Cursor = cursor
        if item.from_ is not None:
            start = self._source(item.from_, cursor, context)
            if start is None:
                yield self._poison(item, cursor, context)
                return
        if item.allow:
            context = context._replace(allow=context.allow | item.allow)
        for turn in turns_of(self, item, start, context):
            if turn is None:
                yield self._unknown(item, start, context)
            else:
                yield self._checked(item, start, turn.context, partial(self._turn, item, turn, start))
