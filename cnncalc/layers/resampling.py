"""Layers that change the resolution without a window: upsampling, and the exchange of space and depth."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.derivation import Derivation, times
from cnncalc.graph import Volume
from cnncalc.layers.base import Layer, LayerError, Operations, WindowAxis, brief
from cnncalc.layers.fields import Choice, Integer, Reference, Sizes, hyper
from cnncalc.layers.fitting import uneven_factor
from cnncalc.layers.shaping import one_of, same_axes
from cnncalc.layers.window import axis_label, needs_axes
from cnncalc.layers.windowed import Sizing

_UNEVEN = "after upsampling, neighbouring positions no longer step evenly over the input"


class Upsample(Layer):
    """A finer grid: every cell repeated (`nearest`), or interpolated with half-pixel centres (`bilinear`).

    Output: `scale` times the input, or the extents given by `size`, or those of the layer named by `like`; depth
    unchanged. No weights. Operations: none for `nearest`; per output number and axis two multiply–accumulates for
    `bilinear`.
    """

    kind = "upsample"
    family = "resampling"
    spellings = ("Upsample", "UpSampling2D", "interpolate", "resize", "Resize")
    uncounted = "its factors are fixed, not learned"

    scale: Sizing | None = hyper(Sizes(), "how many times finer", default=None, words=("scale",))
    size: Sizing | None = hyper(Sizes(), "the extents to give", default=None)
    like: str | None = hyper(Reference(), "the layer whose extents to give", default=None)
    mode: str = hyper(Choice(("nearest", "bilinear")), "how cells are filled", default="nearest")

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        volume = inputs[0]
        needs_axes(volume, "upsampling")
        one_of(self, ("scale", "size", "like"))
        same_axes(inputs, "like")
        if self.scale is not None:
            extents = tuple(n * f for n, f in zip(volume.spatial, self.scale, strict=True))
        else:
            extents = inputs[1].spatial if self.like is not None else self.size or ()
        if work is not None:
            for index, (before, after) in enumerate(zip(volume.spatial, extents, strict=True)):
                label = axis_label(index, len(extents))
                numbers = times(before, self.scale[index]) if self.scale is not None else str(after)
                work.add(label, "W · scale" if self.scale is not None else "the size asked for", numbers, after)
        return Volume(volume.channels, extents)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(2 * len(output.spatial) * output.size if self.mode == "bilinear" else 0)

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return _UNEVEN

    def describe(self) -> str:
        if self.like is not None:
            text = f"like {self.like}"
        else:
            text = f"x{brief(self.scale)}" if self.scale is not None else f"to {brief(self.size or ())}"
        return text if self.mode == "nearest" else f"{text} {self.mode}"


class PixelShuffle(Layer):
    """Depth to space: f·f channels become an f x f patch, in the frameworks' order (channel, row, column).

    Output: W·f x H·f x D/(f·f).

    Source: Shi et al. 2016 (arXiv 1609.05158).
    """

    kind = "pixel_shuffle"
    family = "shape"
    spellings = ("PixelShuffle", "depth_to_space", "DepthToSpace")
    uncounted = "it moves numbers and computes nothing"

    factor: int = hyper(Integer(), "f, how many times finer", words=("factor",))

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        volume = inputs[0]
        needs_axes(volume, "a pixel shuffle")
        patch = self.factor ** len(volume.spatial)
        if volume.channels % patch:
            raise LayerError(uneven_factor(self.factor, "depth", volume.channels, len(volume.spatial)))
        output = Volume(volume.channels // patch, tuple(n * self.factor for n in volume.spatial))
        if work is not None:
            work.add("output", "W·f x H·f x D/f²", f"{volume} with f = {self.factor}", output.text)
        return output

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations()

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return _UNEVEN

    def describe(self) -> str:
        return f"x{self.factor}"


class SpaceToDepth(Layer):
    """Space to depth: every f x f patch becomes f·f channels, the inverse of `pixel_shuffle`.

    Output: W/f x H/f x D·f·f.
    """

    kind = "space_to_depth"
    family = "shape"
    spellings = ("SpaceToDepth", "PixelUnshuffle", "pixel_unshuffle", "reorg")
    uncounted = "it moves numbers and computes nothing"

    factor: int = hyper(Integer(), "f, the side of a patch", words=("factor",))

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        volume = inputs[0]
        needs_axes(volume, "space to depth")
        for index, extent in enumerate(volume.spatial):
            if extent % self.factor:
                label = axis_label(index, len(volume.spatial))
                raise LayerError(uneven_factor(self.factor, label, extent, 1))
        output = Volume(
            volume.channels * self.factor ** len(volume.spatial), tuple(n // self.factor for n in volume.spatial)
        )
        if work is not None:
            work.add("output", "W/f x H/f x D·f²", f"{volume} with f = {self.factor}", output.text)
        return output

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations()

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return tuple(WindowAxis(self.factor, self.factor, 0) for _ in inputs[0].spatial)

    def describe(self) -> str:
        return f"/{self.factor}"
