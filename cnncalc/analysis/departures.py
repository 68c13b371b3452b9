"""Where a framework's published code departs from one module per layer, and what tools then make of it.

The rules of `conventions` are those of modules. thop hooks modules only, so a layer called as a function is nothing to
it; ptflops counts a function once, and most modules twice; torchinfo counts a fully connected layer once, however
many positions it works at. The table below names the bundled networks concerned, so that their totals too can be told
to the digit.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from cnncalc.analysis.conventions import counts_as
from cnncalc.graph import Graph, Node


class Call(Enum):
    """What stands in the published code where a network has a layer."""

    FUNCTION = "calls functions for"
    METHOD = "uses tensor methods for"
    OWN_MODULE = "has modules of its own for"
    DENSE = "has fully connected layers for"
    NOTHING = "leaves out"


class Departure(NamedTuple):
    """Layers of some bundled networks, by kind and name, that are no such module in the published code."""

    networks: frozenset[str]
    source: str
    call: Call
    kind: str
    names: str
    what: str

    def concerns(self, node: Node) -> bool:
        """Whether a layer is one of them."""
        return node.kind == self.kind and re.fullmatch(self.names, node.name) is not None


def _row(networks: str, call: Call, kind: str, what: str, names: str = ".*") -> Departure:
    return Departure(frozenset(networks.split()), "torchvision", call, kind, names, what)


_DENSENETS = "densenet121 densenet161 densenet169 densenet201"
_GOOGLENETS = "googlenet-torchvision googlenet-torchvision-with-heads"
_INCEPTIONS = "inceptionv3 inceptionv3-with-heads"
_SHUFFLENETS = "shufflenetv2 shufflenetv2-0-5 shufflenetv2-1-5 shufflenetv2-2-0"
_SEGMENTERS = "fcn-resnet50 fcn-resnet50-with-head fcn-resnet101 fcn-resnet101-with-head"
_CONVNEXTS = "convnext-tiny convnext-small convnext-base convnext-large"

DEPARTURES = (
    _row(_DENSENETS, Call.FUNCTION, "relu", "the last rectifier", names=r"relu\d+"),
    _row(_DENSENETS, Call.FUNCTION, "global_avgpool", "the global pooling"),
    _row(_GOOGLENETS, Call.FUNCTION, "relu", "the rectifiers"),
    _row(_GOOGLENETS, Call.NOTHING, "softmax", "the softmax"),
    _row(_INCEPTIONS, Call.FUNCTION, "relu", "the rectifiers"),
    _row(_INCEPTIONS, Call.FUNCTION, "avgpool", "the average pooling"),
    _row(_INCEPTIONS, Call.FUNCTION, "maxpool", "the maximum pooling of its blocks", names=r".*\..*"),
    _row("mobilenetv2", Call.FUNCTION, "global_avgpool", "the global pooling"),
    _row(_SHUFFLENETS, Call.METHOD, "global_avgpool", "the global pooling"),
    _row(_SEGMENTERS, Call.FUNCTION, "upsample", "the interpolation"),
    _row(_CONVNEXTS, Call.DENSE, "conv", "the pointwise convolutions", names=r".*block.*"),
    _row(_CONVNEXTS, Call.OWN_MODULE, "layernorm", "the normalisations outside blocks", names=r"(?!.*block).*"),
)

_TWICE = frozenset(
    ("relu", "prelu", "elu", "gelu", "maxpool", "avgpool", "global_avgpool", "global_maxpool", "upsample")
)
"""What ptflops counts as a module and again as a function."""


class Printed(NamedTuple):
    """What a tool prints for the published code of a network, and why that is not the sum over modules."""

    total: int
    reason: str


def printed(name: str, graph: Graph, convention: str) -> Printed | None:
    """The tool's total for the published code of a bundled network; None where it is the sum of the rules."""
    departures = [departure for departure in DEPARTURES if name in departure.networks]
    reasons: dict[Call, dict[str, None]] = {}
    total = 0
    for node, count in zip(graph.layers, counts_as(graph, convention), strict=True):
        told = count or 0
        for departure in departures:
            if departure.concerns(node):
                told = _recounted(told, node, departure.call, convention)
                if told != count:
                    reasons.setdefault(departure.call, {})[departure.what] = None
        total += told
    if not reasons:
        return None
    words = [f"{call.value} {_listed(list(what))}" for call, what in reasons.items()]
    return Printed(total, f"{departures[0].source}'s own code {_listed(words)}")


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def _recounted(count: int, node: Node, call: Call, convention: str) -> int:
    match convention, call:
        case "keras", _:
            return count
        case _, Call.METHOD | Call.NOTHING:
            return 0
        case "thop", Call.FUNCTION | Call.OWN_MODULE:
            return 0
        case "ptflops", Call.FUNCTION:
            return count // 2 if node.kind in _TWICE else count
        case "ptflops", Call.OWN_MODULE:
            return 0
        case "torchinfo", Call.DENSE:
            return node.parameters
    return count
