"""Random programs of loops, groups, blocks, merges, side outputs and names, against a small interpreter of their own."""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import MutableMapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cnncalc

Item = tuple[Any, ...]
Names = MutableMapping[str, int]


def _composite(items: st.SearchStrategy[Item]) -> st.SearchStrategy[Item]:
    chain = st.lists(items, max_size=3)
    return st.one_of(
        st.tuples(st.just("repeat"), st.integers(1, 3), chain),
        st.tuples(st.just("when"), st.integers(0, 2), chain),
        st.tuples(st.sampled_from(["group", "block", "branch"]), st.none(), chain),
        st.tuples(st.just("concat"), st.lists(chain, min_size=1, max_size=3)),
        st.tuples(st.just("arms"), st.integers(1, 3), chain),
    )


ITEMS: st.SearchStrategy[Item] = st.recursive(
    st.one_of(
        st.tuples(st.just("layer"), st.sampled_from(["relu", "tanh", "abs"])),
        st.tuples(st.just("point"), st.none()),
        st.tuples(st.just("from"), st.integers(0, 9)),
    ),
    _composite,
    max_leaves=14,
)
"""`when` holds where the innermost loop's turn is not its number; `arms` are the branches that a loop gives a merge."""


class Settler:
    """Gives every point and scope a name of its own, and every `from` one of the names that are surely there by then."""

    def __init__(self) -> None:
        self.count = 0

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def chain(self, items: list[Item], seen: list[str]) -> list[Item]:
        return [self.item(item, seen) for item in items]

    def item(self, item: Item, seen: list[str]) -> Item:
        kind, value, body = item[0], item[1], item[-1]
        match kind:
            case "point":
                seen.append(self.fresh("p"))
                return ("point", seen[-1])
            case "from":
                known = ["input", *seen]
                return ("from", known[value % len(known)])
            case "repeat" | "arms":
                return (kind, value, self.chain(body, seen))
            case "when":
                return (kind, value, self.chain(body, [*seen]))
            case "concat":
                return (kind, [self.chain(branch, seen) for branch in value])
            case "group" | "block" | "branch":
                name, inside = self.fresh("s"), [*seen]
                chain = self.chain(body, inside)
                seen += [name, *(f"{name}.{inner}" for inner in inside[len(seen) :])]
                return (kind, name, chain)
        return item


class Plain:
    """What the language says, item by item; a node is its kind and the nodes that it reads."""

    def __init__(self, program: list[Item]) -> None:
        self.nodes: list[tuple[str, tuple[int, ...]]] = [("input", ())]
        self.outputs: list[int] = []
        self.end = self.chain(program, 0, 0, -1, {})

    def chain(self, items: list[Item], at: int, entry: int, turn: int, names: Names) -> int:
        for item in items:
            at = self.item(item, at, entry, turn, names)
        return at

    def item(self, item: Item, at: int, entry: int, turn: int, names: Names) -> int:
        kind, value, body = item[0], item[1], item[-1]
        match kind:
            case "layer":
                return self.node(value, (at,))
            case "point":
                names[value] = at
                return at
            case "from":
                return entry if value == "input" else names[value]
            case "repeat":
                for index in range(value):
                    at = self.chain(body, at, entry, index, names)
                return at
            case "when":
                return self.chain(body, at, entry, turn, names) if turn != value else at
            case "concat":
                return self.merge([self.chain(branch, at, entry, turn, names) for branch in value])
            case "arms":
                return self.merge([self.chain(body, at, entry, index, names) for index in range(value)])
        return self.scope(kind, value, body, at, entry, turn, names)

    def scope(self, kind: str, name: str, body: list[Item], at: int, entry: int, turn: int, names: Names) -> int:
        inside: dict[str, int] = {}
        seen = ChainMap(inside, names)
        end = self.chain(body, at, at, -1, seen) if kind == "block" else self.chain(body, at, entry, turn, seen)
        names.update({name: end, **{f"{name}.{inner}": node for inner, node in inside.items()}})
        if kind == "branch":
            self.outputs.append(end)
            return at
        return end

    def merge(self, ends: list[int]) -> int:
        return ends[0] if len(ends) == 1 else self.node("concat", tuple(ends))

    def node(self, kind: str, inputs: tuple[int, ...]) -> int:
        self.nodes.append((kind, inputs))
        return len(self.nodes) - 1


class Written:
    """The same program as a specification."""

    def __init__(self, program: list[Item]) -> None:
        self.blocks: dict[str, Any] = {}
        layers = self.chain(program, False)
        self.text = f"input: 4x4x1\nblocks: {json.dumps(self.blocks)}\nlayers: {json.dumps(layers)}\n"

    def chain(self, items: list[Item], looping: bool) -> list[Any]:
        return [self.item(item, looping) for item in items]

    def item(self, item: Item, looping: bool) -> Any:
        kind, value, body = item[0], item[1], item[-1]
        match kind:
            case "layer":
                return value
            case "point":
                return {"name": value}
            case "from":
                return {"from": value}
            case "repeat":
                return {"repeat": value, "layers": self.chain(body, True)}
            case "when":
                condition = f"=index != {value}" if looping else "=true"
                return {"when": condition, "layers": self.chain(body, looping)}
            case "concat":
                return {"concat": [self.chain(branch, looping) for branch in value]}
            case "arms":
                return {"concat": [{"repeat": value, "layers": self.chain(body, True)}]}
            case "block":
                self.blocks[f"block_{value}"] = {"layers": self.chain(body, False)}
                return {f"block_{value}": {}, "name": value}
        return {kind: value, "layers": self.chain(body, looping)}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ITEMS, min_size=1, max_size=5))
def test_programs_unfold_as_the_plain_interpreter_says(random: list[Item]) -> None:
    program = [("layer", "sigmoid"), *Settler().chain(random, []), ("layer", "selu")]
    plain = Plain(program)
    graph = cnncalc.loads(Written(program).text).graph
    assert [(node.kind, node.inputs) for node in graph.nodes] == plain.nodes
    assert [output.node for output in graph.outputs] == [*plain.outputs, plain.end]
    assert len({node.name for node in graph.nodes}) == len(graph.nodes)
