"""Names given and names followed: default names, turns, duplicates, references, shared weights."""

from __future__ import annotations

from itertools import islice

from cnncalc.graph import Node
from cnncalc.spec.context import Context
from cnncalc.spec.findings import Findings
from cnncalc.spec.infer import Inference
from cnncalc.spec.items import Item, ItemReader, child_chains
from cnncalc.spec.names import NameScope
from cnncalc.spec.source import Span
from cnncalc.spec.suggest import did_you_mean
from cnncalc.spec.tree import Scalar, Sequence, Tree, extent

_SHOWN_NAMES = 8


class Naming:
    """Keeps the names of one expansion in order."""

    def __init__(self, inference: Inference, findings: Findings, items: ItemReader) -> None:
        self.inference = inference
        self.findings = findings
        self.items = items
        self._reserved: dict[int, frozenset[str]] = {}
        self._unresolved: list[tuple[str, Span, NameScope, Context]] = []

    # Giving names

    def reserve(self, scope: NameScope, chain: Tree) -> None:
        """Keep default names in a scope away from those that its chain gives explicitly."""
        scope.reserved |= self._explicit(chain)

    def _explicit(self, chain: Tree) -> frozenset[str]:
        key = id(chain)
        if key not in self._reserved:
            names: set[str] = set()
            pending = [chain]
            while pending:
                node = pending.pop()
                if isinstance(node, Sequence):
                    pending += node.items
                elif not isinstance(node, Scalar):
                    item = self.items.read(node)
                    if item is None:
                        continue
                    if isinstance(item.name, Scalar):
                        names.add(item.name.text)
                    if item.form not in ("group", "branch") and not (item.form in ("for", "repeat") and item.name):
                        pending += child_chains(item)
            self._reserved[key] = frozenset(names)
        return self._reserved[key]

    def name(self, item: Item, given: str | None, context: Context, index: int) -> tuple[str, str]:
        """The full and the local name of the node about to be made, entered into its scope."""
        scope, kind = context.scope, item.head.text
        if given is None:
            local = scope.default_name(kind)
            scope.enter(local, index)
            return scope.full(local), local
        scope.count(kind)
        local = self.enter(item, given, context, index)
        return scope.full(local), local

    def enter(self, item: Item, given: str, context: Context, entry: int) -> str:
        """Enter an explicit name; inside a loop it gets its turn. Returns the local name."""
        local = self.claim(item, given, context)
        context.scope.enter(local, entry, given if local != given else None)
        return local

    def claim(self, item: Item, given: str, context: Context) -> str:
        """The local name that an explicit name becomes, its place remembered; taken ones are reported."""
        scope = context.scope
        at = item.name.at if item.name is not None else item.value.at if item.value is not None else item.at
        if given == "input":
            self.findings.add("reserved-name", "`input` is the volume that enters; nothing else can be called so", at)
        computed = isinstance(item.name, Scalar) and item.name.text[:1] == "="
        local = given
        if context.turns and not (computed and given not in scope.entries):
            local = ".".join((given, *map(str, context.turns)))
        taken = local in scope.places or (local in scope.entries and not context.turns)
        if taken and given != "input":
            first = scope.places.get(local)
            related = ((first, "it is given here first"),) if first is not None else ()
            self.findings.add(
                "duplicate-name",
                f"the name `{given}` is taken",
                at,
                related=related,
                frames=context.frames,
                help="give each layer a name of its own",
            )
        if taken:
            local = scope.default_name(f"{given}.")
        scope.places[local] = at
        return local

    def open(self, item: Item, name: str | None, kind: str, context: Context) -> NameScope:
        """Open the scope of a block, group or branch."""
        outer = context.scope
        if name is None:
            local = outer.default_name(kind)
            scope = NameScope(outer, local)
            outer.enter(local, scope)
            return scope
        outer.count(kind)
        local = self.claim(item, name, context)
        scope = NameScope(outer, local)
        outer.enter(local, scope, name if local != name else None)
        return scope

    def open_turn(self, item: Item, name: str, index: int, context: Context) -> NameScope:
        """Open the scope of a named loop's turn: `stage.0`, bare `stage` meaning the latest."""
        outer = context.scope
        local = ".".join((name, *map(str, context.turns), str(index)))
        scope = NameScope(outer, local)
        at = item.name.at if item.name is not None else item.at
        if index == 0 and local in outer.entries:
            self.findings.add(
                "duplicate-name",
                f"the name `{name}` is taken",
                at,
                related=((outer.places[local], "it is given here first"),) if local in outer.places else (),
            )
        outer.places[local] = at
        outer.enter(local, scope, name)
        return scope

    def left_out(self, item: Item, context: Context, name: str | None) -> None:
        """Remember the name of an item that `when` has left out, for better words where someone refers to it."""
        if name is not None:
            context.scope.absent[name] = item.at

    # Following names

    def resolve(self, tree: Tree, name: str | None, context: Context) -> int | None:
        """The node that a `from`, `like` or `shares` means; None where there is none (yet), which is reported."""
        if name is None:
            return None
        if name == "input" and context.entry is not None:
            return context.entry
        found = context.scope.find(name)
        if isinstance(found, NameScope):
            found = found.output
        if found is None:
            self._unresolved.append(
                (name, tree.at if isinstance(tree, Scalar) else extent(tree), context.scope, context)
            )
        return found

    def report_unresolved(self) -> None:
        """Say of every name that was not found whether it comes later, was left out, or does not exist."""
        for number, (name, at, scope, context) in enumerate(self._unresolved):
            if self.findings.full:
                self.findings.leave_out(len(self._unresolved) - number)
                return
            absent = scope.missing(name)
            later = scope.find(name)
            if absent is not None:
                self.findings.add(
                    "left-out",
                    f"`{name}` is left out here by its `when`",
                    at,
                    frames=context.frames,
                    related=((absent, "it stands here"),),
                )
            elif isinstance(later, int):
                self.findings.add(
                    "forward-reference",
                    f"`{name}` comes only later in the network",
                    at,
                    frames=context.frames,
                    related=((self.inference.sources[later], "it stands here"),),
                    help="a layer reads from layers before it",
                )
            elif later is not None:
                self.findings.add(
                    "forward-reference",
                    f"`{name}` is not complete here",
                    at,
                    frames=context.frames,
                    help="a layer reads from layers before it",
                )
            else:
                known = did_you_mean(name, scope.visible())
                self.findings.add(
                    "unknown-name",
                    f"there is no layer named `{name[:60]}`",
                    at,
                    help=known or self._candidates(scope),
                    frames=context.frames,
                    fix=(at, known.split("`")[1]) if known else None,
                )

    def _candidates(self, scope: NameScope) -> str | None:
        names = list(dict.fromkeys(islice(scope.visible(), 2 * _SHOWN_NAMES)))
        listed = ", ".join(f"`{name}`" for name in names[:_SHOWN_NAMES])
        return f"the names here are {listed}{', …' if len(names) > _SHOWN_NAMES else ''}" if names else None

    # Shared weights

    def share(self, item: Item, first: int, end: int, name: str | None, context: Context) -> None:
        """Let the layers from `first` to `end` use the weights of a named layer or block, pair by pair."""
        if name is None or item.shares is None:
            return
        target = context.scope.find(name)
        if target is None or (isinstance(target, NameScope) and target.end == 0):
            self.resolve(item.shares, name, context)
            return
        span = range(target.first, target.end) if isinstance(target, NameScope) else range(target, target + 1)
        nodes = self.inference.nodes
        theirs = [nodes[index] for index in span if self._weighted(nodes[index])]
        ours = [nodes[index] for index in range(first, end) if self._weighted(nodes[index])]
        if any(node.volume is None for node in (*nodes[first:end], *(nodes[i] for i in span))):
            return
        for mine, other in zip(ours, theirs, strict=False):
            if mine.kind != other.kind or mine.weights != other.weights:
                self._unlike(item, mine, other, context)
                return
            nodes[mine.index] = mine._replace(shares=other.index if other.shares is None else other.shares)
        if len(ours) != len(theirs):
            self.findings.add(
                "shares",
                f"`{name}` has {len(theirs)} layers with weights and this has {len(ours)}",
                item.shares.at,
                frames=context.frames,
            )

    @staticmethod
    def _weighted(node: Node) -> bool:
        return bool(node.weights)

    def _unlike(self, item: Item, mine: Node, other: Node, context: Context) -> None:
        def shapes(node: Node) -> str:
            return ", ".join(f"{weight.name} {'x'.join(map(str, weight.shape))}" for weight in node.weights)

        at = item.shares.at if item.shares is not None else item.at
        self.findings.add(
            "shares",
            f"`{mine.name}` cannot use the weights of `{other.name}`: it needs "
            f"{mine.kind} {shapes(mine)}, and there are {other.kind} {shapes(other)}",
            at,
            related=((self.inference.sources[other.index], "their layer"),),
            frames=context.frames,
        )
