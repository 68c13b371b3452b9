"""Layers that join branches."""

from __future__ import annotations

from collections import Counter
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
        if any(volume.spatial != aligned[0].spatial for volume in aligned):
            raise LayerError(_disagreement("concat", inputs, "width and height"))
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
            if any(size not in (1, widest) for size in sizes):
                raise LayerError(_disagreement(self.kind, inputs, "every axis (1 is broadcast)"))
            axes.append(widest)
        output = Volume(axes[0], tuple(axes[1:]))
        if work is not None:
            work.add("output", "the branches, number by number", ", ".join(v.text for v in inputs), output.text)
        return output


def _disagreement(kind: str, inputs: Sequence[Volume], what: str) -> Problem:
    aligned = _aligned(inputs)
    culprit, model = _odd_one(kind, aligned)
    wanted, other = aligned[model], aligned[culprit]
    extents = "x".join(map(str, wanted.spatial))
    goal = f"a volume of {extents} and any depth" if kind == "concat" else inputs[model].text
    if kind != "concat" and other.positions == 1 < wanted.positions:
        goal += f" or a depth of {wanted.channels}"
    return Problem(
        "shape-mismatch",
        f"`{kind}` needs branches that agree in {what}, and these give "
        + " and ".join(dict.fromkeys(volume.text for volume in inputs)),
        help=f"branch {culprit + 1} must give {goal}{_way(kind, other, wanted)}",
        blames=tuple(range(len(inputs))),
    )


def _odd_one(kind: str, volumes: Sequence[Volume]) -> tuple[int, int]:
    """Which branch is to change, and one that it is to agree with: the minority follows the majority."""
    whole = [index for index, volume in enumerate(volumes) if kind == "concat" or volume.positions > 1]
    spread = whole or list(range(len(volumes)))
    keys = {index: volumes[index].spatial if kind == "concat" else volumes[index] for index in spread}
    usual, times = Counter(keys.values()).most_common(1)[0]
    model = next(index for index in spread if keys[index] == usual)
    odd = next((index for index in spread if keys[index] != usual), None)
    if odd is None:
        # Only maps that are to be broadcast are left to disagree.
        return next(index for index, volume in enumerate(volumes) if not _spreads(volume, volumes[model])), model
    if times == 1 and _is_to_change(volumes[model], volumes[odd]):
        return model, odd
    return odd, model


def _spreads(volume: Volume, over: Volume) -> bool:
    """Whether a volume can be broadcast over another."""
    sizes = zip((volume.channels, *volume.spatial), (over.channels, *over.spatial), strict=True)
    return all(size in (1, wanted) for size, wanted in sizes)


def _is_to_change(volume: Volume, other: Volume) -> bool:
    """Of two, whether the first: the larger map where a stride leads to the smaller, else the one that lacks cells."""
    if volume.spatial == other.spatial:
        return volume.channels < other.channels
    if _stride(volume, other) or _stride(other, volume):
        return volume.positions > other.positions
    return volume.positions < other.positions


def _stride(volume: Volume, wanted: Volume) -> int | None:
    """The stride with which a 1x1 window leads from one volume's extents to the other's, if there is one."""
    for stride in {-(-n // m) for n, m in zip(volume.spatial, wanted.spatial, strict=False)}:
        extents = tuple((n - 1) // stride + 1 for n in volume.spatial)
        if stride > 1 and extents == wanted.spatial:
            return stride
    return None


def _way(kind: str, volume: Volume, wanted: Volume) -> str:
    """How a branch gets there, where one layer at its end is enough."""
    stride = _stride(volume, wanted)
    if kind == "concat":
        way = f"maxpool: {{kernel: 1, stride: {stride}}}" if stride else ""
    elif volume.spatial == wanted.spatial and wanted.spatial:
        way = f"conv: {{filters: {wanted.channels}, kernel: 1}}"
    else:
        way = f"conv: {{filters: {wanted.channels}, kernel: 1, stride: {stride}}}" if stride else ""
    if way:
        return f": `{way}` at its end does it"
    return " (`pad: half` keeps width and height)" if 1 < volume.positions < wanted.positions else ""


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
