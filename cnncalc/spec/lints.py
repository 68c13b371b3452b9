"""Lints: what is legal and yet probably not meant. Each is a warning with a code that `allow` silences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cnncalc.graph import Graph, Node
from cnncalc.layers import KINDS, layer_class
from cnncalc.spec.document import Document
from cnncalc.spec.findings import Findings
from cnncalc.spec.infer import Inference
from cnncalc.spec.source import Span
from cnncalc.spec.tree import Tree
from cnncalc.spec.values import formula_words


class Lint(NamedTuple):
    """What a lint has found: at which layer, and what to say of it."""

    code: str
    node: int
    message: str
    help: str | None = None
    other: int | None = None
    """A second layer to mark."""
    about: str = ""


class Unused(NamedTuple):
    """Something that a file defines and never uses."""

    code: str
    at: Span
    what: str


class Surroundings(NamedTuple):
    """A graph with who reads whom."""

    graph: Graph
    readers: list[list[int]]


def check_lints(document: Document, graph: Graph, inference: Inference, findings: Findings) -> None:
    """Report what the lints find."""
    readers: list[list[int]] = [[] for _ in graph.nodes]
    for node in graph.nodes:
        for index in node.inputs:
            readers[index].append(node.index)
    surroundings = Surroundings(graph, readers)
    for check in _CHECKS:
        for lint in check(surroundings):
            _report(lint, graph, inference, findings)
    # What a file inherits is there for others of its family, and an error may hide a use.
    if len(findings.sources.sources) == 1 and not findings.failed:
        for code, at, what in _unused(document):
            findings.add(code, f"{what} is never used", at, severity="warning", help="delete it")


def _report(lint: Lint, graph: Graph, inference: Inference, findings: Findings) -> None:
    node = graph.nodes[lint.node]
    findings.add(
        lint.code,
        f"`{node.name}`: {lint.message}",
        inference.sources[lint.node],
        severity="warning",
        help=lint.help,
        related=((inference.sources[lint.other], lint.about),) if lint.other is not None else (),
        frames=node.frames,
        layer=node.name,
        allow=inference.allowed.get(lint.node, frozenset()),
    )


def _family(node: Node) -> str:
    return layer_class(node.kind).family if node.kind in KINDS else ""


def _bias_before_norm(around: Surroundings) -> Iterator[Lint]:
    nodes = around.graph.nodes
    for node in nodes:
        readers = around.readers[node.index]
        if not getattr(node.layer, "bias", False) or len(readers) != 1:
            continue
        norm = nodes[readers[0]]
        if norm.kind == "batchnorm":
            yield Lint(
                "bias-before-norm",
                node.index,
                "its bias is subtracted again by the batch normalisation that follows",
                "write `bias: false`",
                norm.index,
                "takes the mean away",
            )


def _after_softmax(around: Surroundings) -> Iterator[Lint]:
    for node, before in _pairs(around):
        if before.kind in ("softmax", "log_softmax") and node.kind != "multiply" and _family(node) == "activation":
            yield Lint(
                "activation-after-softmax",
                node.index,
                f"{node.kind} after {before.kind}: what were probabilities are none any more",
                f"delete `{node.kind}`",
                before.index,
                "the probabilities",
            )


def _repeated(around: Surroundings) -> Iterator[Lint]:
    for node, before in _pairs(around):
        # A gate's sigmoid on top of another activation is meant; twice the same, or two rectifiers, is not.
        if node.kind in _IDEMPOTENT and before.kind in _IDEMPOTENT[node.kind]:
            yield Lint(
                "repeated-activation",
                node.index,
                f"{node.kind} right after {before.kind} changes nothing",
                f"delete `{node.kind}`",
                before.index,
                "the first",
            )


_IDEMPOTENT = {
    "relu": ("relu", "relu6", "sigmoid", "hard_sigmoid", "softplus", "abs"),
    "abs": ("relu", "relu6", "sigmoid", "hard_sigmoid", "softplus", "abs"),
    "relu6": ("relu6", "sigmoid", "hard_sigmoid"),
    "leaky_relu": ("relu", "relu6", "sigmoid", "hard_sigmoid", "softplus", "abs"),
    "prelu": ("relu", "relu6", "sigmoid", "hard_sigmoid", "softplus", "abs"),
}
"""For each activation those after which it is the identity."""


def _pairs(around: Surroundings) -> Iterator[tuple[Node, Node]]:
    nodes = around.graph.nodes
    for node in nodes:
        if len(node.inputs) == 1 and node.volume is not None:
            yield node, nodes[node.inputs[0]]


def _dead(around: Surroundings) -> Iterator[Lint]:
    graph = around.graph
    ends = {output.node for output in graph.outputs}
    if not ends or any(node.volume is None for node in graph.nodes):
        return
    for node in graph.nodes:
        if not around.readers[node.index] and node.index not in ends:
            what = "this input" if node.kind == "input" else "what it computes"
            yield Lint(
                "dead-branch",
                node.index,
                f"{what} is never used: no layer reads it, and it is no output",
                "read it with `from`, make it an output with `branch`, or delete it",
            )


def _vanished(around: Surroundings) -> Iterator[Lint]:
    nodes = around.graph.nodes
    for node, before in _pairs(around):
        kernel = getattr(node.layer, "kernel", None)
        if kernel is None or before.volume is None or not before.volume.spatial:
            continue
        if node.volume is not None and max(node.volume.spatial, default=1) > 1:
            continue  # a transposed convolution may begin with one cell
        if all(extent == 1 < taps for extent, taps in zip(before.volume.spatial, kernel, strict=False)):
            source = nodes[0].volume
            yield Lint(
                "vanished-map",
                node.index,
                f"the map is {before.volume} by now: its windows read one cell and padding",
                f"the input of {source} is too small for so many strides" if source else None,
                before.index,
                f"gives {before.volume}",
            )


def _confusable(around: Surroundings) -> Iterator[Lint]:
    seen: dict[str, int] = {}
    for node in around.graph.nodes:
        folded = node.name.lower() if node.name.isascii() else _skeleton(node.name)
        first = seen.setdefault(folded, node.index)
        if first != node.index:
            other = around.graph.nodes[first]
            about = "the other"
            yield Lint("confusable-name", node.index, f"its name reads like that of `{other.name}`", None, first, about)
        elif not node.name.isascii() and _hides(node.name):
            yield Lint("confusable-name", node.index, "its name holds characters that cannot be seen")


def _skeleton(name: str) -> str:
    return re.sub(
        r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", unicodedata.normalize("NFKC", name)
    ).lower()


def _hides(name: str) -> bool:
    from cnncalc.visible import visible

    return visible(name) != name


_CHECKS: tuple[Callable[[Surroundings], Iterator[Lint]], ...] = (
    _bias_before_norm,
    _after_softmax,
    _repeated,
    _dead,
    _vanished,
    _confusable,
)


def _unused(document: Document) -> Iterator[Unused]:
    """Block parameters, defined values and blocks that nothing in the file uses."""
    for block in document.blocks.values():
        used = formula_words(block.layers) | _words_of(tree for _, tree in block.define.values())
        used |= _words_of(default for _, default in block.parameters.values())
        for name, (word, _) in block.parameters.items():
            if name not in used:
                yield Unused(
                    code="unused-parameter", at=word.at, what=f"the parameter `{name}` of the block `{block.name}`"
                )
        if not block.used:
            yield Unused(code="unused-block", at=block.at, what=f"the block `{block.name}`")
    trees = [document.layers, *(tree for _, tree in document.define.values())]
    for block in document.blocks.values():
        trees += [block.layers, *(tree for _, tree in block.define.values())]
        trees += [default for _, default in block.parameters.values()]
    used = _words_of(trees) if document.define else set()
    for name, (word, _) in document.define.items():
        if name not in used:
            yield Unused(code="unused-parameter", at=word.at, what=f"the defined value `{name}`")


def _words_of(trees: Iterator[Tree | None] | list[Tree | None]) -> set[str]:
    used: set[str] = set()
    for tree in trees:
        used |= formula_words(tree)
    return used
