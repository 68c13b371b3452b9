"""Layers that join branches."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.derivation import Derivation
from cnncalc.graph import Volume
from cnncalc.layers.base import Layer, LayerError, Operations, Problem


class _Merge(Layer):
    """What merges have in common: several inputs, no hyperparameters."""

    family = "merge"
    uncounted = "it has no weights"

    def describe(self) -> str:
        return ""


def _aligned(inputs: Sequence[Volume]) -> tuple[Volume, ...]:
    """Volumes of one number of axes: a flat N among others counts as 1x1xN."""
    axes = max(len(volume.spatial) for volume in inputs)
    return tuple(v if v.spatial else Volume(v.channels, (1,) * axes) for v in inputs)


class Concat(_Merge):
    """Filter concatenation: the maps of all branches on top of each other; width and height must agree.

    Output: the common width and height, and the sum of the depths.

    Source: Szegedy et al. 2014 (arXiv 1409.4842), section 4.
    """

    kind = "concat"
    spellings = ("Concat", "Concatenate", "cat", "torch.cat", "DepthConcat")

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        aligned = _aligned(inputs)
        for position, volume in enumerate(aligned):
            if volume.spatial != aligned[0].spatial:
                raise LayerError(_disagreement("concat", inputs, position, "width and height"))
        output = Volume(sum(volume.channels for volume in aligned), aligned[0].spatial)
        if work is not None:
            work.add("depth", "sum of the branches", " + ".join(str(v.channels) for v in inputs), output.channels)
        return output

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations()


class _Elementwise(_Merge):
    """Number by number; any axis of size 1 is broadcast over the others' extent."""

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        aligned = _aligned(inputs)
        axes = []
        for index in range(1 + len(aligned[0].spatial)):
            sizes = [(volume.channels, *volume.spatial)[index] for volume in aligned]
            widest = max(sizes)
            for position, size in enumerate(sizes):
                if size not in (1, widest):
                    culprit = position or sizes.index(widest)
                    raise LayerError(_disagreement(self.kind, inputs, culprit, "every axis (1 is broadcast)"))
            axes.append(widest)
        output = Volume(axes[0], tuple(axes[1:]))
        if work is not None:
            work.add("output", "the branches, number by number", ", ".join(v.text for v in inputs), output.text)
        return output


def _disagreement(kind: str, inputs: Sequence[Volume], position: int, what: str) -> Problem:
    listed = " and ".join(dict.fromkeys(volume.text for volume in inputs))
    return Problem(
        "shape-mismatch",
        f"`{kind}` needs branches that agree in {what}, and these give {listed}",
        notes=tuple(f"branch {number}: {volume}" for number, volume in enumerate(inputs, 1)),
        help=f"branch {position + 1} must give {_wanted(kind, inputs, position)}",
        blames=position,
    )


def _wanted(kind: str, inputs: Sequence[Volume], position: int) -> str:
    others = [volume for index, volume in enumerate(inputs) if index != position]
    model = max(others, key=lambda volume: volume.size)
    if kind == "concat":
        return "a volume of " + "x".join(map(str, model.spatial)) + " and any depth"
    return model.text


class Add(_Elementwise):
    """Elementwise sum of the branches, as in residual networks. One addition per number and further branch.

    Source: He et al. 2015 (arXiv 1512.03385), section 3.2.
    """

    kind = "add"
    spellings = ("Add", "sum", "residual", "shortcut")

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(additions=(len(inputs) - 1) * output.size)


class Multiply(_Elementwise):
    """Elementwise product of the branches, as in squeeze-and-excitation: a 1x1 map gates a whole volume.

    Operations: one multiply–accumulate per number and further branch.

    Source: Hu, Shen and Sun 2017 (arXiv 1709.01507), section 3.
    """

    kind = "multiply"
    spellings = ("Multiply", "mul", "product", "gate")
    uncounted = "it multiplies activations with each other, not with weights"

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations((len(inputs) - 1) * output.size)
