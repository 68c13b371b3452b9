"""The walk over the graph: one step per layer, each array dropped after its last reader.

Arrays go back to the arena when the last view of them is gone, so the walk only forgets. A step may write over an
input that nobody else needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import prod, sqrt
from time import perf_counter
from types import SimpleNamespace
from typing import Any, NamedTuple

from cnncalc.backend.arena import Array, owner_of
from cnncalc.backend.errors import ExecutionError
from cnncalc.backend.kernels import KERNELS
from cnncalc.backend.weights import Pool, Weights
from cnncalc.backend.work import Work
from cnncalc.graph import Graph, Node

Finish = Callable[[Array], None]


class Step(NamedTuple):
    """One layer's kernel to run: it reads the slots `inputs` and fills `slot`, numbered like the graph's nodes.

    `layer` holds the bare hyperparameters, so that no kernel can ask a layer for more. `spread` is the mean square
    its input is expected to have.
    """

    slot: int
    name: str
    kind: str
    layer: SimpleNamespace
    inputs: tuple[int, ...]
    weights: Any
    spread: float = 1.0
    finish: Finish | None = None


class Done(NamedTuple):
    """A step that was run: its output and how long it took."""

    step: Step
    output: Array
    seconds: float


def steps_of(graph: Graph, weights: Callable[[Node], Weights]) -> list[Step]:
    """The graph's layers as steps; `weights` is asked once per layer that does not share another's."""
    spreads = _spreads(graph)
    own: dict[int, Weights] = {}
    steps = []
    for node in graph.layers:
        root = root_of(graph, node)
        if root.index not in own:
            own[root.index] = weights(root)
        layer = SimpleNamespace(**vars(node.layer))
        spread = spreads[node.inputs[0]]
        steps.append(Step(node.index, node.name, node.kind, layer, node.inputs, own[root.index], spread))
    return steps


def root_of(graph: Graph, node: Node) -> Node:
    """The node whose weights a node uses: itself, or the one it shares with."""
    while node.shares is not None:
        node = graph.nodes[node.shares]
    return node


def weights_from(pool: Pool, work: Work, keep: Callable[[Node], bool]) -> Callable[[Node], Weights]:
    """Seeded weights for a node, read from a place in the pool that depends on the node alone."""
    return lambda node: Weights(pool, work.arena, 7_368_787 * node.index, keep=keep(node))


_SPREADS: dict[str, float] = {
    **dict.fromkeys(("relu", "relu6", "silu", "gelu", "mish", "hard_swish", "prelu", "leaky_relu"), 0.5),
    **dict.fromkeys(("sigmoid", "hard_sigmoid"), 0.25),
    "maxpool": 2.0,
    "grn": 4.0,
}
"""How kinds change the mean square of normally distributed numbers, roughly."""

_UNIT = frozenset(("conv", "depthwise", "transposed_conv", "fc", "layernorm", "groupnorm", "instancenorm", "l2norm"))
"""Kinds whose output has about unit mean square whatever comes in."""


def _spreads(graph: Graph) -> list[float]:
    """The mean square expected in every node's output.

    Weights are scaled by it (kernels divide by the root of their input's), so that residual sums, which grow with
    every block, neither overflow nor fade, however deep the network is.
    """
    spreads: list[float] = []
    for node in graph.nodes:
        spread = _spread(graph, node, [spreads[index] for index in node.inputs])
        spreads.append(min(max(spread, 1e-12), 1e12))
    return spreads


def _spread(graph: Graph, node: Node, inputs: list[float]) -> float:
    if node.kind in _UNIT or not inputs:
        return 1.0
    if node.kind == "add":
        return sum(inputs)
    if node.kind == "multiply":
        return prod(inputs)
    if node.kind == "rescale":
        factor: float = vars(node.layer)["factor"]
        return inputs[0] * factor * factor
    if graph.nodes[node.inputs[0]].kind == "add":
        return inputs[0]  # a sum with a rectified branch is mostly positive: little is cut off
    return max(inputs) * _SPREADS.get(node.kind, 1.0)


class Plan:
    """Steps in order, the slots each is the last to read, and, after a first walk, the inputs it may overwrite."""

    def __init__(self, steps: Sequence[Step], outputs: Iterable[int]) -> None:
        self.steps = steps
        self.expiring = _expiring(steps, outputs)
        self.expendable: list[tuple[int, ...]] = []


def walk(plan: Plan, values: dict[int, Array], work: Work) -> Iterator[Done]:
    """Run the steps. `values` holds the arrays of the input slots, and at the end those of the outputs.

    Raises:
        ExecutionError: where memory runs out, naming the layer.
    """
    known = len(plan.expendable) == len(plan.steps)
    owners = None if known else Counter(id(owner_of(array)) for array in values.values())
    if owners is not None:
        plan.expendable.clear()
    for index, (step, last) in enumerate(zip(plan.steps, plan.expiring, strict=True)):
        if owners is not None:
            plan.expendable.append(_expendable(step, last, values, owners))
        arrays = [values[slot] for slot in step.inputs]
        work.begin(1 / sqrt(step.spread), [values[slot] for slot in plan.expendable[index]], step.finish)
        started = perf_counter()
        output = _run(step, arrays, work)
        seconds = perf_counter() - started
        values[step.slot] = output
        if owners is not None:
            owners[id(owner_of(output))] += 1
            owners.subtract(id(owner_of(values[slot])) for slot in last)
        for slot in last:
            del values[slot]
        arrays.clear()
        yield Done(step, output, seconds)
        del output


def _expendable(step: Step, last: tuple[int, ...], values: dict[int, Array], owners: Counter[int]) -> tuple[int, ...]:
    """The inputs that a step may overwrite: read by it once and by nobody after it, under no other name either.

    What an array shares its memory with depends on the kinds before it alone, so this holds for every further walk.
    """
    alone = (slot for slot in step.inputs if slot in last and owners[id(owner_of(values[slot]))] == 1)
    return tuple(slot for slot in alone if step.inputs.count(slot) == 1)


def _run(step: Step, arrays: list[Array], work: Work) -> Array:
    try:
        return KERNELS[step.kind](step.layer, arrays, step.weights, work)
    except MemoryError:
        raise ExecutionError(f"memory ran out at layer {step.name}") from None


def _expiring(steps: Sequence[Step], outputs: Iterable[int]) -> list[tuple[int, ...]]:
    """For every step the slots that nobody reads after it; its own where nobody reads it at all."""
    needed = set(outputs)
    expiring: list[tuple[int, ...]] = []
    for step in reversed(steps):
        used = dict.fromkeys((*step.inputs, step.slot))
        expiring.append(tuple(slot for slot in used if slot not in needed))
        needed.update(step.inputs)
    expiring.reverse()
    return expiring
