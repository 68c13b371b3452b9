"""Names given and names followed: default names, turns, duplicates, references, shared weights."""

from __future__ import annotations

from itertools import islice

from cnncalc.graph import Node
from cnncalc.spec.context import Context
from cnncalc.spec.findings import Findings
from cnncalc.spec.infer import Inference
from cnncalc.spec.items import NAMED, Item, ItemReader, child_chains
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
                    if item.form not in NAMED and not (item.form in ("for", "repeat") and item.name):
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
        written = item.label
        at = written.at if written is not None else item.at
        if not given:
            self.findings.add("bad-shape", "this name is empty", at, frames=context.frames)
        if given == "input":
            self.findings.add("reserved-name", "`input` is the volume that enters; nothing else can be called so", at)
        local = given
        if context.turns and not (_computed(written) and given not in scope.entries):
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
        local = f"{name}.{index}"
        if context.turns and not (_computed(item.name) and local not in outer.entries):
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
            context.scope.absent[".".join((name, *map(str, context.turns)))] = item.at
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
        said: set[Span] = set()
        for number, (name, at, scope, context) in enumerate(self._unresolved):
            if at in said:
                continue  # the same words in another turn
            said.add(at)
            if self.findings.full:
                self.findings.leave_out(len(self._unresolved) - number)
                return
            self._report_unresolved(name, at, scope, context)

    def _report_unresolved(self, name: str, at: Span, scope: NameScope, context: Context) -> None:
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
                f"`{name}` reads from itself"
                if self._inside(at, later)
                else f"`{name}` comes only later in the network",
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
            known = did_you_mean(name, scope.visible()) if name != "input" else None
            several = "the network has several inputs, and none is named `input`"
            self.findings.add(
                "unknown-name",
                f"there is no layer named `{name[:60]}`" if name != "input" else several,
                at,
                help=known or self._candidates(scope, context),
                frames=context.frames,
                fix=(at, known.split("`")[1]) if known else None,
            )

    def report_repeated(self) -> None:
        """Say where a name with dots in it is the path of another layer; within a scope `claim` has seen to it."""
        nodes, sources = self.inference.nodes, self.inference.sources
        if len({node.name for node in nodes}) == len(nodes):
            return
        first: dict[str, int] = {}
        for node in nodes:
            other = first.setdefault(node.name, node.index)
            if other != node.index:
                self.findings.add(
                    "duplicate-name",
                    f"the name `{node.name}` is taken",
                    sources[node.index],
                    related=((sources[other], "another layer is reached by it"),),
                    help="a dot leads into a scope: give the layer a name without",
                    frames=node.frames,
                )

    def _inside(self, at: Span, index: int) -> bool:
        """Whether a reference stands in the very item that made a node."""
        place, item = self.findings.sources.place(at), self.inference.nodes[index].place
        return item is not None and place.path == item.path and item[1:3] <= place[1:3] < item[3:5]

    def _candidates(self, scope: NameScope, context: Context) -> str | None:
        names = list(dict.fromkeys(islice(scope.visible(), 2 * _SHOWN_NAMES)))
        names = [name for name in names if name != "input" or context.entry is not None]
        listed = ", ".join(f"`{name}`" for name in names[:_SHOWN_NAMES])
        return f"the names here are {listed}{', …' if len(names) > _SHOWN_NAMES else ''}" if names else None

    # Shared weights

    def shared(self, name: str | None, context: Context) -> range | None:
        """The nodes whose weights `shares` means, before the item's own name is entered; None where there are none."""
        target = context.scope.find(name) if name is not None else None
        if isinstance(target, NameScope):
            return range(target.first, target.end) if target.end else None
        return None if target is None else range(target, target + 1)

    def share(self, item: Item, made: range, theirs: range | None, name: str | None, context: Context) -> None:
        """Let the layers just made use the weights of a named layer or block, pair by pair.

        In a loop the named one may be the item itself (`name: head` with `shares: head.0`): there it has its own.
        """
        if name is None or item.shares is None:
            return
        if theirs is None:
            if context.index is None or self.shared(name, context) != made:
                self._nothing_to_share(item.shares, name, made, context)
            return
        self._pair(item, item.shares, made, theirs, name, context)

    def _nothing_to_share(self, tree: Tree, name: str, made: range, context: Context) -> None:
        if self.shared(name, context) == made:
            self.findings.add("shares", f"`{name}` is this layer itself", tree.at, frames=context.frames)
        else:
            self.resolve(tree, name, context)

    def _pair(self, item: Item, tree: Tree, made: range, span: range, name: str, context: Context) -> None:
        nodes = self.inference.nodes
        theirs = [nodes[index] for index in span if self._weighted(nodes[index])]
        ours = [nodes[index] for index in made if self._weighted(nodes[index])]
        if any(nodes[index].volume is None for index in (*made, *span)):
            return
        for mine, other in zip(ours, theirs, strict=False):
            if mine.kind != other.kind or mine.weights != other.weights:
                self._unlike(item, mine, other, context)
                return
            nodes[mine.index] = mine._replace(shares=other.index if other.shares is None else other.shares)
        if len(ours) != len(theirs):
            self.findings.add(
                "shares",
                f"`{name}` has {_layers(len(theirs))} with weights and this has {_layers(len(ours))}",
                tree.at,
                frames=context.frames,
                help="name a layer, a block or a group" if not theirs else None,
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


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count:,} layers"


def _computed(name: Tree | None) -> bool:
    """Whether a name is a formula, which tells the turns of a loop apart by itself."""
    return isinstance(name, Scalar) and name.text[:1] == "="
