"""Steps made fewer for a network that is run again and again: batch normalisation folded, activations fused.

A convolution that only a batch normalisation reads is given weights and a bias into which the normalisation is
multiplied; an activation that alone reads a convolution, a sum or a normalisation is applied to every part of its
output while that is still in the cache. A 1x1 convolution that only a padded depthwise one reads is written inside the
padding at once; a rectified normalisation that only a 1x1 convolution reads becomes bounds that are put on what the
convolution reads, the scaling going into its weights. Verification does none of this: there every layer runs by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from math import prod
from types import SimpleNamespace
from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.executor import Finish, Step, root_of
from cnncalc.backend.kernels import FORMULAS, activation, normalization, window
from cnncalc.backend.weights import Frame, Law
from cnncalc.graph import Graph, Node

_FOLDS = frozenset(("conv", "depthwise", "transposed_conv"))
_PLAIN = frozenset(("relu", "relu6"))
"""Activations without intermediate results, which need not be applied block by block."""

_MOST_AROUND = 1.5
"""Positions with padding for every one without, beyond which computing them takes longer than copying the others."""

_FINISHES = frozenset((*_FOLDS, "fc", "add", "multiply", "batchnorm"))


class _Merged:
    """What a convolution's kernel sees as its weights: those of a batch normalisation beside it are in them."""

    def __init__(self, step: Step, norm: Step) -> None:
        self._weights, self._norm_weights = step.weights, norm.weights
        self._norm = norm.layer
        self._has_bias: bool = step.layer.bias
        self._made: dict[Hashable, Any] = {}
        self._version: Any = None

    @property
    def version(self) -> Any:
        """Changes whenever a tensor of either layer is set."""
        return self._weights.version, self._norm_weights.version

    def derived(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """Something made from the tensors, kept until one of either layer is set."""
        if self.version != self._version:
            self._made.clear()
            self._version = self.version
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]


class Folded(_Merged):
    """The weights of a convolution with the batch normalisation after it multiplied in."""

    def __init__(self, step: Step, norm: Step) -> None:
        super().__init__(step, norm)
        self._grouped = hasattr(step.layer, "groups")

    def draw(
        self, name: str, shape: tuple[int, ...], law: Law, *, frame: Frame | None = None, trainable: bool = True
    ) -> Array:
        """The folded tensor, in the kernel's layout."""
        if name == "weight":
            raw = self._weights.draw(name, shape, law, frame=frame, trainable=trainable)
            made = self.derived("folded weight", lambda: raw * self._factor(shape))
        else:
            bias = self._weights.draw(name, shape, law) if self._has_bias else None
            made = self.derived("folded bias", lambda: self._offset(shape[0], bias))
        folded: Array = made
        return folded

    def _factor(self, shape: tuple[int, ...]) -> Array:
        """The normalisation's factors along the filters: the last axis, or the first (groups) and the last."""
        groups = shape[0] if self._grouped else 1
        factor, _ = normalization.folded(self._norm, groups * shape[-1], self._norm_weights)
        return factor.reshape(groups, *(1,) * (len(shape) - 2), shape[-1]) if self._grouped else factor

    def _offset(self, filters: int, bias: Array | None) -> Array:
        factor, offset = normalization.folded(self._norm, filters, self._norm_weights)
        return offset if bias is None else bias * factor + offset


class Scaled(_Merged):
    """The weights of a 1x1 convolution with the scaling of the rectified normalisation before it multiplied in."""

    def draw(
        self, name: str, shape: tuple[int, ...], law: Law, *, frame: Frame | None = None, trainable: bool = True
    ) -> Array:
        """The scaled tensor, in the kernel's layout: the weight (1, ..., channels, filters), which comes first."""
        if name == "weight":
            self._raw = self._weights.draw(name, shape, law, frame=frame, trainable=trainable)
            made = self.derived("scaled weight", lambda: self._raw * self.rectified().scale[:, None])
        else:
            bias = self._weights.draw(name, shape, law) if self._has_bias else 0
            made = self.derived("scaled bias", lambda: self.rectified().rest @ self._raw.reshape(-1, *shape) + bias)
        scaled: Array = made
        return scaled

    def rectified(self) -> normalization.Rectified:
        """The normalisation and its rectifier, taken apart."""
        channels = self._raw.shape[-2]
        made = self.derived("rectified", lambda: normalization.rectified(self._norm, channels, self._norm_weights))
        parts: normalization.Rectified = made
        return parts


def fuse(graph: Graph, steps: list[Step]) -> list[Step]:
    """The steps with what can be folded or fused taken into the step before."""
    readers = Counter(slot for step in steps for slot in step.inputs)
    shared = {root_of(graph, node).index for node in graph.layers if node.shares is not None}
    outputs = {output.node for output in graph.outputs}
    fused: dict[int, Step] = {}
    for step in steps:
        node = graph.nodes[step.slot]
        before = fused.get(step.inputs[0]) if len(step.inputs) == 1 else None
        alone = before is not None and readers[before.slot] == 1 and before.slot not in outputs
        joined = _joined(graph, before, step, node, shared) if before is not None and alone else None
        if joined is not None and before is not None:
            del fused[before.slot]
        elif before is not None and alone:
            fused[before.slot], step = _surrounded(graph, before, step)
        fused[step.slot] = joined or step
    return list(fused.values())


def _joined(graph: Graph, before: Step, step: Step, node: Node, shared: set[int]) -> Step | None:
    """One step that does what two did, filling the slot of the second; None where they cannot be joined."""
    if before.kind == "batchnorm" and graph.nodes[before.slot].kind == "relu" and _is_pointwise(step):
        scaled = Scaled(step, before)
        layer = SimpleNamespace(**{**vars(step.layer), "bias": True, "rectified": scaled.rectified})
        return step._replace(inputs=before.inputs, layer=layer, weights=scaled)
    if before.finish is not None:
        return None
    kind = before.kind
    if node.kind in FORMULAS and kind in _FINISHES:
        return before._replace(slot=step.slot, finish=_finish(node.kind, step.layer))
    fixed = shared & {before.slot, step.slot} or isinstance(before.weights, Folded)
    if node.kind != "batchnorm" or kind not in _FOLDS or fixed or getattr(before.layer, "connections", None):
        return None
    layer = SimpleNamespace(**{**vars(before.layer), "bias": True})
    return before._replace(slot=step.slot, layer=layer, weights=Folded(before, step))


def _surrounded(graph: Graph, before: Step, step: Step) -> tuple[Step, Step]:
    """The two steps, the second's padding moved into the output of the first where that saves copying many maps.

    The first then pads its own input, of fewer maps, and computes the padding too, which must come out as zeros.
    """
    volume = graph.nodes[before.inputs[0]].volume
    if volume is None or not _is_pointwise(before) or not _is_depthwise(step, before):
        return before, step
    if before.layer.filters < 2 * volume.channels or not _keeps_zero(before.finish):
        return before, step
    extents, layer = volume.shape[1:], step.layer
    pads = window.pads_of(layer.pad, extents, *map(window.sizes, (layer.kernel, layer.stride, layer.dilation)))
    grown = [b + n + a for n, (b, a) in zip(extents, pads, strict=True)]
    if not any(map(any, pads)) or prod(grown) > _MOST_AROUND * prod(extents):
        return before, step
    first = SimpleNamespace(**{**vars(before.layer), "around": pads})
    return before._replace(layer=first), step._replace(layer=SimpleNamespace(**{**vars(layer), "pad": "valid"}))


def _is_pointwise(step: Step) -> bool:
    """Whether a step is one product over all maps, at every position of its input and nowhere else."""
    layer = step.layer
    if step.kind != "conv" or layer.groups > 1 or layer.connections is not None or hasattr(layer, "rectified"):
        return False
    padded = not isinstance(layer.pad, str) and any(map(any, layer.pad))
    return set(layer.kernel) == set(layer.stride) == {1} and not padded


def _is_depthwise(step: Step, before: Step) -> bool:
    return step.kind == "depthwise" or (step.kind == "conv" and step.layer.groups == before.layer.filters > 1)


def _keeps_zero(finish: Finish | None) -> bool:
    zero = np.zeros(1, np.float32)
    if finish is not None:
        finish(zero)
    return not zero.any()


def _finish(kind: str, layer: SimpleNamespace) -> Finish:
    formula = FORMULAS[kind]
    if kind in _PLAIN:
        return lambda part: formula(layer, part, part)
    return lambda part: activation.in_blocks(layer, formula, part, part)
