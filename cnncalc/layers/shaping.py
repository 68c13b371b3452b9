"""Layers that rearrange, cut or pad the volume and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.derivation import Derivation, number, times
from cnncalc.graph import Volume
from cnncalc.layers.base import Layer, LayerError, Operations, Problem, WindowAxis, brief
from cnncalc.layers.fields import ChannelPad, Integer, Padding, Reference, Sizes, VolumeType, hyper
from cnncalc.layers.fitting import uneven_groups
from cnncalc.layers.window import Pads, axis_label
from cnncalc.layers.windowed import PAD_WORDS, Sizing

_SIDES = (("left", "right"), ("top", "bottom"), ("front", "back"))
_REARRANGED = "after the volume is rearranged, positions are no longer those of the input"


class _Shaping(Layer):
    """What rearrangements have in common: no arithmetic."""

    family = "shape"
    uncounted = "it moves numbers and computes nothing"

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations()


class Flatten(_Shaping):
    """The volume as one flat vector: channels, then rows, then columns. `fc` does not need it."""

    kind = "flatten"
    spellings = ("Flatten", "view")

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        volume = inputs[0]
        if work is not None:
            numbers = "·".join(map(number, (*volume.spatial, volume.channels)))
            work.add("output", "all numbers of the volume", numbers, volume.size)
        return Volume(volume.size)

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return () if not inputs[0].spatial else _REARRANGED


class Reshape(_Shaping):
    """The same numbers, in flattening order, as another volume."""

    kind = "reshape"
    spellings = ("Reshape", "Unflatten")

    volume: Volume = hyper(VolumeType(), "the volume to give")

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        if inputs[0].size != self.volume.size:
            raise LayerError(
                Problem(
                    "reshape",
                    f"{inputs[0]} holds {number(inputs[0].size)} numbers and {self.volume} holds "
                    f"{number(self.volume.size)}",
                    field="volume",
                    notes=tuple(
                        f"{times(*v.spatial, v.channels)} = {number(v.size)}" for v in (inputs[0], self.volume)
                    ),
                    help=_same_size(inputs[0].size, self.volume),
                    blames=0,
                )
            )
        if work is not None:
            work.add("output", "the same numbers, rearranged", inputs[0].text, self.volume.text)
        return self.volume

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return _REARRANGED

    def describe(self) -> str:
        return f"to {self.volume}"


def _same_size(size: int, wanted: Volume) -> str:
    """A volume that holds as many numbers, as much like the one wanted as can be."""
    depth, rest = divmod(size, wanted.positions)
    return f"for instance {size if rest else Volume(depth, wanted.spatial)}"


class Pad(_Shaping):
    """Zeros around the volume: on its sides, and with `channels` as further maps before and after.

    Output: W + left + right, H + top + bottom, D + channels before and after.
    """

    kind = "pad"
    spellings = ("ZeroPad2d", "ZeroPadding2D", "padding")

    sides: Pads = hyper(Padding(()), "zeros on every side, or WxH", default=0, words=PAD_WORDS)
    left: int = hyper(Integer(0), "columns before", default=0)
    right: int = hyper(Integer(0), "columns after", default=0)
    top: int = hyper(Integer(0), "rows above", default=0)
    bottom: int = hyper(Integer(0), "rows below", default=0)
    front: int = hyper(Integer(0), "frames before", default=0)
    back: int = hyper(Integer(0), "frames after", default=0)
    channels: tuple[int, int] = hyper(ChannelPad(), "maps of zeros before and after", default=(0, 0))

    def amounts(self, axes: int) -> Pads:
        """Zeros before and after on each axis, width first."""
        named = tuple((getattr(self, a), getattr(self, b)) for a, b in _SIDES[:axes])
        sides = self.sides if self.sides else ((0, 0),) * axes
        return tuple((a + c, b + d) for (a, b), (c, d) in zip(sides, named, strict=True))

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        volume = inputs[0]
        missing_axis(self, volume)
        amounts = self.amounts(len(volume.spatial))
        extents = tuple(n + before + after for n, (before, after) in zip(volume.spatial, amounts, strict=True))
        if work is not None:
            for index, (extent, (before, after)) in enumerate(zip(volume.spatial, amounts, strict=True)):
                work.add(
                    axis_label(index, len(extents)), "W + P₁ + P₂", f"{extent} + {before} + {after}", extents[index]
                )
        output = Volume(volume.channels + sum(self.channels), extents)
        if work is not None and any(self.channels):
            before, after = self.channels
            work.add("depth", "D + channels", f"{volume.channels} + {before} + {after}", output.channels)
        return output

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return tuple(WindowAxis(1, 1, before) for before, _ in self.amounts(len(inputs[0].spatial)))

    def describe(self) -> str:
        parts = [",".join(f"{a}+{b}" if a != b else str(a) for a, b in self.amounts(max(1, len(self.sides or ()))))]
        return " ".join(
            part
            for part in (*parts, f"channels {self.channels[0]}+{self.channels[1]}" if any(self.channels) else "")
            if part
        )


def missing_axis(layer: Pad | Crop, volume: Volume) -> None:
    """Refuse sides along an axis that the volume does not have.

    Raises:
        LayerError: `no-such-axis`.
    """
    for pair in _SIDES[len(volume.spatial) :]:
        for side in pair:
            if getattr(layer, side):
                raise LayerError(Problem("no-such-axis", f"{volume} has no axis with a {side}", field=side, blames=0))


class Crop(_Shaping):
    """The middle of the volume (`size`, or the extents of the layer named by `like`), or all but some sides.

    A centred crop of an odd difference leaves out one more at the end.
    """

    kind = "crop"
    spellings = ("Cropping2D", "CenterCrop", "center_crop")

    size: Sizing | None = hyper(Sizes(), "the extents to keep, centred", default=None)
    like: str | None = hyper(Reference(), "the layer whose extents to keep, centred", default=None)
    left: int = hyper(Integer(0), "columns to cut before", default=0)
    right: int = hyper(Integer(0), "columns to cut after", default=0)
    top: int = hyper(Integer(0), "rows to cut above", default=0)
    bottom: int = hyper(Integer(0), "rows to cut below", default=0)
    front: int = hyper(Integer(0), "frames to cut before", default=0)
    back: int = hyper(Integer(0), "frames to cut after", default=0)

    def amounts(self, inputs: Sequence[Volume]) -> Pads:
        """Cells cut before and after on each axis, width first."""
        extents = inputs[0].spatial
        target = inputs[1].spatial if self.like is not None else self.size
        if target is None:
            return tuple((getattr(self, a), getattr(self, b)) for a, b in _SIDES[: len(extents)])
        cut = [n - m for n, m in zip(extents, target, strict=True)]
        return tuple((c // 2, c - c // 2) for c in cut)

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        volume = inputs[0]
        one_of(self, ("size", "like"), ("left", "right", "top", "bottom", "front", "back"))
        missing_axis(self, volume)
        same_axes(inputs, "like")
        amounts = self.amounts(inputs)
        extents = tuple(n - before - after for n, (before, after) in zip(volume.spatial, amounts, strict=True))
        for index, (extent, (before, after)) in enumerate(zip(volume.spatial, amounts, strict=True)):
            label = axis_label(index, len(extents))
            if before < 0 or extents[index] < 1:
                what = "like" if self.like is not None else "size" if self.size is not None else None
                raise LayerError(
                    Problem(
                        "crop-too-large",
                        f"a {label} of {extent} cannot be cropped to {extents[index]}",
                        field=what,
                        help=f"at most {brief(volume.spatial)} can be kept, at least 1 cell on each axis",
                        blames=0,
                    )
                )
            if work is not None:
                work.add(label, "W - before - after", f"{extent} - {before} - {after}", extents[index])
        return Volume(volume.channels, extents)

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return tuple(WindowAxis(1, 1, -before) for before, _ in self.amounts(inputs))

    def describe(self) -> str:
        if self.like is not None:
            return f"like {self.like}"
        if self.size is not None:
            return f"to {brief(self.size)}"
        sides = ("left", "right", "top", "bottom", "front", "back")
        return ", ".join(f"{side} {getattr(self, side)}" for side in sides if getattr(self, side))


def one_of(layer: Layer, fields: Sequence[str], others: Sequence[str] = ()) -> None:
    """Refuse a layer that says in two ways, or in none, what it is to give.

    Raises:
        LayerError: `either-or`.
    """
    given = [name for name in fields if getattr(layer, name) is not None]
    rest = [name for name in others if getattr(layer, name)]
    if len(given) + bool(rest) == 1:
        return
    choices = ", ".join(f"`{name}`" for name in fields) + (", or sides" if others else "")
    problem = "says nothing of what to give" if not given and not rest else "says twice what to give"
    raise LayerError(
        Problem("either-or", f"`{layer.kind}` {problem}", help=f"one of {choices}", field=given[-1] if given else None)
    )


def same_axes(inputs: Sequence[Volume], field: str) -> None:
    """Refuse a reference to a volume with another number of axes.

    Raises:
        LayerError: `shape-mismatch`.
    """
    if len(inputs) > 1 and len(inputs[0].spatial) != len(inputs[1].spatial):
        raise LayerError(
            Problem(
                "shape-mismatch", f"{inputs[0]} and {inputs[1]} have different numbers of axes", field=field, blames=1
            )
        )


class Slice(_Shaping):
    """The channels from `start` up to, not including, `stop`; counted from 0."""

    kind = "slice"
    spellings = ("Slice", "split", "narrow")

    start: int = hyper(Integer(0), "the first channel", default=0)
    stop: int | None = hyper(Integer(1), "the channel after the last; to the end without it", default=None)

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        volume = inputs[0]
        stop = volume.channels if self.stop is None else self.stop
        if stop > volume.channels:
            raise LayerError(
                Problem(
                    "slice",
                    f"the input has {volume.channels} channels, not {stop}",
                    field="stop",
                    help=f"stop at most {volume.channels}",
                    fix=str(volume.channels),
                    blames=0,
                )
            )
        if self.start >= stop:
            raise LayerError(
                Problem("slice", f"no channel lies between {self.start} and {stop}", field="start", blames=0)
            )
        if work is not None:
            work.add("depth", "stop - start", f"{stop} - {self.start}", stop - self.start)
        return Volume(stop - self.start, volume.spatial)

    def describe(self) -> str:
        return f"{self.start}…{'' if self.stop is None else self.stop}"


class ChannelShuffle(_Shaping):
    """Channels dealt out anew: read as `groups` rows and written column by column.

    Source: Zhang et al. 2017 (arXiv 1707.01083), section 3.1.
    """

    kind = "channel_shuffle"
    spellings = ("ChannelShuffle", "shuffle")

    groups: int = hyper(Integer(), "how many groups are interleaved", words=("groups",))

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        problems = uneven_groups(self.groups, inputs[0].channels)
        if problems:
            raise LayerError(*problems)
        return super().output(inputs, work)

    def describe(self) -> str:
        return f"{self.groups} groups"
