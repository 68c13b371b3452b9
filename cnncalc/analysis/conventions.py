"""Counting as other tools do: tables over the facts that layer classes state.

With K multiply–accumulates per output number, N output numbers and b = 1 for a layer with bias. The rules are those
of the tools' module counters (torch 2.13 `FlopCounterMode`, fvcore 0.1.5, torchinfo 1.8.0, ptflops 0.7.5 with its
module backend, thop 0.1.1); where a framework's author calls a function instead of a module, thop and ptflops may
see more or less of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import NamedTuple

from cnncalc.graph import Graph, Node, Volume
from cnncalc.layers.base import Layer


class Facts(NamedTuple):
    """What a convention may look at: the layer, what it reads and gives, its weights."""

    node: Node
    layer: Layer
    inputs: tuple[Volume, ...]
    output: Volume

    @property
    def macs(self) -> int:
        """Multiply–accumulates by cnncalc's own rule."""
        return self.layer.macs(self.inputs, self.output)

    @property
    def biases(self) -> int:
        """One per output number where the layer has a bias."""
        return self.output.size if any(weight.name == "bias" for weight in self.node.weights) else 0

    @property
    def learned(self) -> int:
        """Learned numbers, shared or not."""
        return sum(weight.size for weight in self.node.weights if weight.trainable)

    @property
    def read(self) -> int:
        """Numbers in the (first) input."""
        return self.inputs[0].size

    @property
    def weighed(self) -> int:
        """Output positions times the weight tensor: what tools count that take every layer for a convolution."""
        positions = self.output.positions
        return positions * sum(weight.size for weight in self.node.weights if weight.name == "weight")


Rule = Callable[[Facts], int]


class Convention(NamedTuple):
    """One tool's way of counting: what it says it counts, and a rule by kind or else by family of kinds."""

    counts: str
    rules: Mapping[str, Rule]


def _macs(facts: Facts) -> int:
    return facts.macs


def _double(facts: Facts) -> int:
    return 2 * facts.macs


def _with_bias(facts: Facts) -> int:
    return facts.macs + facts.biases


def _read(facts: Facts) -> int:
    return facts.read


def _times_output(factor: int) -> Rule:
    return lambda facts: factor * facts.output.size


def _times_read(factor: int) -> Rule:
    return lambda facts: factor * facts.read


def _weighed_with_bias(facts: Facts) -> int:
    return facts.weighed + facts.biases


def _per_output(facts: Facts) -> int:
    """thop's transposed convolutions, counted like plain ones: outputs · depth seen · F·F."""
    weight = facts.node.weights[0]
    groups: int = facts.layer.groups  # type: ignore[attr-defined]
    return facts.output.size * (facts.inputs[0].channels // groups) * prod(weight.shape[2:])


def _averaged(facts: Facts) -> int:
    """thop's adaptive averages: the cells each output sees, and one more, for each output."""
    cells = prod(n // m for n, m in zip(facts.inputs[0].spatial, facts.output.spatial, strict=True))
    return (cells + 1) * facts.output.size


def _softmax(facts: Facts) -> int:
    """thop's softmax: an exponential and a division per number, an addition per number but one."""
    return 3 * facts.output.size - facts.output.positions


def _learned(facts: Facts) -> int:
    return facts.learned


def _all_stored(facts: Facts) -> int:
    return facts.node.parameters + facts.node.non_trainable


CONVENTIONS: dict[str, Convention] = {
    "torch": Convention(
        "counts 2 FLOPs per multiply–accumulate of convolutions and dense layers, and nothing else",
        {"convolution": _double, "fc": _double},
    ),
    "fvcore": Convention(
        "counts multiply–accumulates, 2 per number for batch normalisation, and the inputs of adaptive and global "
        "average pooling",
        {
            "convolution": _macs,
            "fc": _macs,
            "batchnorm": _times_output(2),
            "layernorm": _times_output(5),
            "groupnorm": _times_output(5),
            "instancenorm": _times_output(5),
            "global_avgpool": _read,
            "adaptive_avgpool": _read,
        },
    ),
    "torchinfo": Convention(
        "counts output positions times weights and biases of convolutions and dense layers, and the parameters of "
        "normalisations once",
        {
            "conv": _with_bias,
            "depthwise": _with_bias,
            "transposed_conv": _weighed_with_bias,
            "fc": _with_bias,
            "normalization": _learned,
            "prelu": _learned,
        },
    ),
    "ptflops": Convention(
        "counts multiply–accumulates with biases, 2 per number for batch normalisation, and rectifiers, pooling and "
        "softmax twice (as a module and as the function it calls)",
        {
            "convolution": _with_bias,
            "fc": _with_bias,
            "batchnorm": _times_read(2),
            "instancenorm": _times_read(2),
            "layernorm": _times_read(2),
            "groupnorm": _times_read(2),
            "activation": _times_output(2),
            "pooling": _times_read(2),
            "global_pooling": _times_read(2),
            "adaptive_pooling": _times_read(2),
            "softmax": _times_read(2),
        },
    ),
    "thop": Convention(
        "counts multiply–accumulates, 4 per number for batch normalisation, adaptive average pooling and softmax",
        {
            "conv": _macs,
            "depthwise": _macs,
            "transposed_conv": _per_output,
            "fc": _macs,
            "batchnorm": _times_read(4),
            "layernorm": _times_read(4),
            "instancenorm": _times_read(4),
            "global_avgpool": _averaged,
            "adaptive_avgpool": _averaged,
            "softmax": _softmax,
        },
    ),
    "keras": Convention(
        "counts parameters, the running statistics of batch normalisation included",
        {"*": _all_stored},
    ),
}


def counts_as(graph: Graph, convention: str) -> list[int | None]:
    """What a tool counts for each layer, in execution order; None where the layer is unknown."""
    rules = CONVENTIONS[convention].rules
    counts: list[int | None] = []
    for node in graph.layers:
        if node.layer is None or node.volume is None:
            counts.append(None)
            continue
        rule = rules.get(node.kind) or rules.get(node.layer.family) or rules.get("*")
        counts.append(rule(Facts(node, node.layer, graph.volumes_into(node), node.volume)) if rule else 0)
    return counts
