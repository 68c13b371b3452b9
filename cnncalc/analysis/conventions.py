"""Counting as other tools do: tables over the facts that layer classes state.

The rules are those of the tools' module counters: torch 2.13 (`torch.utils.flop_counter`), fvcore 0.1.5,
torchinfo 1.8.0, ptflops 0.7.5 with its module backend, thop 0.1.1. Every row was read off single modules of one, two
and three spatial axes. A kind without a row counts 0, as a module that the tool does not know does.
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
    def written(self) -> int:
        """Numbers in the output."""
        return self.output.size

    @property
    def axes(self) -> int:
        """Spatial axes."""
        return len(self.output.spatial)

    @property
    def weight(self) -> tuple[int, ...]:
        """The shape of the weight tensor, in the frameworks' layout."""
        return next(weight.shape for weight in self.node.weights if weight.name == "weight")


Rule = Callable[[Facts], int]


class Convention(NamedTuple):
    """One tool's way of counting: what it says it counts, and a rule by kind."""

    counts: str
    rules: Mapping[str, Rule]


def _rows(*rows: tuple[str, Rule]) -> dict[str, Rule]:
    """Rules by kind from rows of kinds and the rule they have in common."""
    return {kind: rule for kinds, rule in rows for kind in kinds.split()}


def _macs(facts: Facts) -> int:
    return facts.macs


def _with_bias(facts: Facts) -> int:
    return facts.macs + facts.biases


def _learned(facts: Facts) -> int:
    return facts.learned


def _read(factor: int) -> Rule:
    return lambda facts: factor * facts.read


def _written(factor: int) -> Rule:
    return lambda facts: factor * facts.written


def _affine(plain: int, learned: int) -> Rule:
    """So many per number of a normalisation that learns nothing, and so many of one that learns scale and shift."""
    return lambda facts: facts.read * (learned if facts.learned else plain)


def _on_maps(rule: Rule) -> Rule:
    """A rule of fvcore's that knows only the operator for two spatial axes."""
    return lambda facts: rule(facts) if facts.axes == 2 else 0


def _weighed(facts: Facts) -> int:
    """torchinfo's convolutions: output positions times the weights, whichever way they run."""
    return facts.output.positions * prod(facts.weight) + facts.biases


def _per_output(facts: Facts) -> int:
    """thop's transposed convolutions, counted like plain ones: outputs · depth seen · F·F."""
    groups: int = facts.layer.groups  # type: ignore[attr-defined]
    return facts.written * (facts.inputs[0].channels // groups) * prod(facts.weight[2:])


def _averaged(facts: Facts) -> int:
    """thop's adaptive averages: inputs + outputs, in its double precision and cut off to an integer as there."""
    cells = prod(
        before / after for before, after in zip(facts.inputs[0].spatial[::-1], facts.output.spatial[::-1], strict=True)
    )
    return int((cells + 1.0) * facts.written)


def _interpolated(nearest: int, bilinear: int, linear: int = 0) -> Rule:
    """So many per output number, by mode; `linear` is the tool's rule for one axis."""

    def rule(facts: Facts) -> int:
        if facts.layer.mode == "nearest":  # type: ignore[attr-defined]
            return nearest * facts.written
        return facts.written * {1: linear, 2: bilinear}.get(facts.axes, 0)

    return rule


def _thop_softmax(facts: Facts) -> int:
    """An exponential and a division per number, an addition per number but one, at each position."""
    return 3 * facts.written - facts.output.positions


def _ptflops_lrn(facts: Facts) -> int:
    """The calls PyTorch's module makes: three products or sums with all numbers, an average over padded channels."""
    size: int = facts.layer.size  # type: ignore[attr-defined]
    return 3 * facts.read + (facts.inputs[0].channels + size - 1) * facts.inputs[0].positions


def _all_stored(facts: Facts) -> int:
    return facts.node.parameters + facts.node.non_trainable


_CONVOLUTIONS = "conv depthwise transposed_conv"
_POOLS = "maxpool avgpool global_avgpool global_maxpool adaptive_avgpool adaptive_maxpool"  # ptflops: each one's inputs

CONVENTIONS: dict[str, Convention] = {
    "torch": Convention(
        "counts 2 FLOPs per multiply–accumulate of convolutions and fully connected layers, and nothing else",
        _rows((f"{_CONVOLUTIONS} fc", lambda facts: 2 * facts.macs)),
    ),
    "fvcore": Convention(
        "counts multiply–accumulates, 2 per number for batch normalisation and 5 for the other normalisations, the "
        "inputs of adaptive and global average pooling, and interpolation",
        _rows(
            (f"{_CONVOLUTIONS} fc", _macs),
            ("batchnorm", _affine(1, 2)),
            ("layernorm groupnorm instancenorm", _affine(4, 5)),
            ("global_avgpool adaptive_avgpool", _on_maps(_read(1))),
            ("upsample", _on_maps(_interpolated(1, 4))),
        ),
    ),
    "torchinfo": Convention(
        "counts output positions times weights and biases of convolutions, the parameters of fully connected layers, "
        "and those of normalisations and parametric rectifiers once",
        _rows(
            ("conv depthwise fc", _with_bias),
            ("transposed_conv", _weighed),
            ("batchnorm layernorm groupnorm instancenorm grn l2norm prelu", _learned),
        ),
    ),
    "ptflops": Convention(
        "counts multiply–accumulates with biases, 2 per number for normalisations (1 for layer normalisation), and "
        "rectifiers, pooling and interpolation twice, as a module and as the function it calls",
        _rows(
            (f"{_CONVOLUTIONS} fc", _with_bias),
            ("batchnorm groupnorm instancenorm", _affine(1, 2)),
            ("layernorm", _read(1)),
            ("relu prelu elu gelu", _read(2)),
            ("relu6 leaky_relu silu softmax", _read(1)),
            (_POOLS, _read(2)),
            ("upsample", _written(2)),
            ("lrn", _ptflops_lrn),
        ),
    ),
    "thop": Convention(
        "counts multiply–accumulates, 4 per number for batch, layer and instance normalisation, the outputs of "
        "average pooling (inputs too where it is adaptive), softmax and interpolation",
        _rows(
            ("conv depthwise fc", _macs),
            ("transposed_conv", _per_output),
            ("batchnorm layernorm instancenorm", _affine(2, 4)),
            ("avgpool", _written(1)),
            ("global_avgpool adaptive_avgpool", _averaged),
            ("prelu", _written(1)),
            ("softmax", _thop_softmax),
            ("upsample", _interpolated(1, 11, linear=5)),
        ),
    ),
    "keras": Convention(
        "counts parameters, the running statistics of batch normalisation included",
        {"*": _all_stored},
    ),
}


def counts_as(graph: Graph, convention: str) -> list[int | None]:
    """What a tool counts for each layer, in execution order; None where the layer is unknown."""
    return [_count(graph, node, CONVENTIONS[convention].rules) for node in graph.layers]


def _count(graph: Graph, node: Node, rules: Mapping[str, Rule]) -> int | None:
    if node.layer is None or node.volume is None:
        return None
    rule = rules.get(node.kind) or rules.get("*")
    return rule(Facts(node, node.layer, graph.volumes_into(node), node.volume)) if rule else 0
