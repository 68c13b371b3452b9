"""Pooling: windows without filters, whole maps, fixed output sizes, and LeNet-5's trainable subsampling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd, prod

from cnncalc.derivation import Derivation, number
from cnncalc.graph import Volume, Weight
from cnncalc.layers import window
from cnncalc.layers.base import Layer, Operations, Problem, WindowAxis, brief, brief_stride
from cnncalc.layers.fields import Boolean, Padding, Sizes, hyper
from cnncalc.layers.window import Pad, WindowRule
from cnncalc.layers.windowed import DILATION_WORDS, PAD_WORDS, Sizing, Windowed, brief_pad

_WINDOW_WORDS = ("kernel", "filters", "window", "kernel size", "filter size", "window size", "pool size", "size")


class _Pool(Windowed):
    """What window pooling has in common: the window arithmetic; the depth stays."""

    family = "pooling"
    ceil: bool

    def rules(self, inputs: Sequence[Volume]) -> tuple[WindowRule, ...]:
        """The window on each axis."""
        return window.window_rules(inputs[0], self.kernel, self.stride, self.pad, self.dilation, self.ceil)

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        window.needs_axes(inputs[0], "pooling")
        rules = self.rules(inputs)
        extents = window.output_extents(rules, self.pad, work)
        if self.pad != "same":
            window.refuse_all_padding(rules)
        if work is not None:
            work.add("depth", "pooling works on each map by itself", str(inputs[0].channels), inputs[0].channels)
        return Volume(inputs[0].channels, extents)

    def describe(self) -> str:
        return super().describe() + (" ceil" if self.ceil else "")


class Maxpool(_Pool):
    """Max pooling: the largest number of each F x F window, map by map.

    Output: (W - F + 2P)/S + 1 on each axis, depth unchanged. No weights. Padding never wins the maximum.
    With `ceil` the last window is rounded up by PyTorch's rule: it may not start in the padding after the input.
    Operations: F·F - 1 comparisons per output number.
    """

    kind = "maxpool"
    spellings = ("MaxPool2d", "MaxPooling2D", "max_pool", "max_pooling", "pool")

    kernel: Sizing = hyper(Sizes(), "the extent F of the window", words=_WINDOW_WORDS)
    stride: Sizing = hyper(Sizes(), "the step S from window to window", follows="kernel", words=("stride",))
    pad: Pad = hyper(Padding(), "cells P added around the volume", default=0, words=PAD_WORDS)
    dilation: Sizing = hyper(Sizes(), "the distance between taps", default=1, words=DILATION_WORDS)
    ceil: bool = hyper(Boolean(), "round the number of windows up", default=False, words=("ceil mode",))

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(comparisons=output.size * (prod(self.kernel) - 1))


class Avgpool(_Pool):
    """Average pooling: the mean of each F x F window, map by map.

    Output: (W - F + 2P)/S + 1 on each axis, depth unchanged. No weights.
    `count_pad` divides by the whole window, zeros of the padding included; without it, and always with `same`,
    only by the cells of the input. Operations: F·F - 1 additions and one division per output number.
    """

    kind = "avgpool"
    spellings = ("AvgPool2d", "AveragePooling2D", "average_pool", "avg_pool", "mean_pool")

    kernel: Sizing = hyper(Sizes(), "the extent F of the window", words=_WINDOW_WORDS)
    stride: Sizing = hyper(Sizes(), "the step S from window to window", follows="kernel", words=("stride",))
    pad: Pad = hyper(Padding(), "zeros P added around the volume", default=0, words=PAD_WORDS)
    dilation: Sizing = hyper(Sizes(), "the distance between taps", default=1, words=DILATION_WORDS)
    ceil: bool = hyper(Boolean(), "round the number of windows up", default=False, words=("ceil mode",))
    count_pad: bool = hyper(Boolean(), "count the padding's zeros in the mean", default=True)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(additions=output.size * (prod(self.kernel) - 1), divisions=output.size)


class _GlobalPool(Layer):
    """What pooling over whole maps has in common: one number per map, spatial axes kept at 1."""

    family = "global_pooling"

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        volume = inputs[0]
        output = Volume(volume.channels, (1,) * len(volume.spatial))
        if work is not None:
            work.add("output", "one number per map", volume.text, output.text)
        return output

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return tuple(WindowAxis(extent, extent, 0) for extent in inputs[0].spatial)


class GlobalAvgpool(_GlobalPool):
    """Global average pooling: the mean of each map, giving 1x1xD.

    No weights. Operations: W·H - 1 additions and one division per map.

    Source: Lin, Chen and Yan 2013 (arXiv 1312.4400), section 3.2.
    """

    kind = "global_avgpool"
    spellings = ("GlobalAveragePooling2D", "global_average_pool", "gap", "global_pool")

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(additions=inputs[0].size - output.size, divisions=output.size)


class GlobalMaxpool(_GlobalPool):
    """Global max pooling: the largest number of each map, giving 1x1xD.

    No weights. Operations: W·H - 1 comparisons per map.
    """

    kind = "global_maxpool"
    spellings = ("GlobalMaxPooling2D", "global_max_pool")

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(comparisons=inputs[0].size - output.size)


class _AdaptivePool(Layer):
    """What pooling to a fixed size has in common: output cell i covers ⌊i·W/N⌋ up to ⌈(i+1)·W/N⌉."""

    family = "adaptive_pooling"
    size: Sizing

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        window.needs_axes(inputs[0], "pooling")
        output = Volume(inputs[0].channels, self.size)
        if work is not None:
            work.add("output", "the size asked for", brief(self.size), output.text)
        return output

    def cells_read(self, volume: Volume) -> int:
        """Input cells read over all output cells of one map; windows may overlap."""
        total = 1
        for extent, size in zip(volume.spatial, self.size, strict=True):
            # The sum over i < N of ⌈(i+1)W/N⌉ - ⌊iW/N⌋ in closed form: W, and one more per inner border off the grid.
            total *= extent + size - gcd(extent, size)
        return total

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        pairs = list(zip(inputs[0].spatial, self.size, strict=True))
        if any(extent % size for extent, size in pairs):
            return "the windows of an adaptive pooling that does not divide its input are uneven"
        return tuple(WindowAxis(extent // size, extent // size, 0) for extent, size in pairs)

    def describe(self) -> str:
        return f"to {brief(self.size)}"


class AdaptiveAvgpool(_AdaptivePool):
    """Adaptive average pooling: means over windows chosen so that the output has the given size.

    Output: `size`, depth unchanged; output cell i covers the input from ⌊i·W/N⌋ up to ⌈(i+1)·W/N⌉ (PyTorch).
    No weights. Operations: one addition per cell read less one per output number, and one division.
    """

    kind = "adaptive_avgpool"
    spellings = ("AdaptiveAvgPool2d", "adaptive_average_pool")

    size: Sizing = hyper(Sizes(), "the extents of the output", words=("size",))

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        read = self.cells_read(inputs[0]) * output.channels
        return Operations(additions=read - output.size, divisions=output.size)


class AdaptiveMaxpool(_AdaptivePool):
    """Adaptive max pooling: maxima over windows chosen so that the output has the given size.

    Output: `size`, depth unchanged; windows as in `adaptive_avgpool`. No weights.
    Operations: one comparison per cell read less one per output number.
    """

    kind = "adaptive_maxpool"
    spellings = ("AdaptiveMaxPool2d", "adaptive_max_pool")

    size: Sizing = hyper(Sizes(), "the extents of the output", words=("size",))

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(comparisons=self.cells_read(inputs[0]) * output.channels - output.size)


class Blurpool(Layer):
    """Blur pooling: every F x F window weighed by binomial numbers, map by map, before the resolution is reduced.

    The weights are a row of Pascal's triangle along each axis, (1 2 1)/4 for F = 3: fixed, neither learned nor
    stored. Output: (W - F + 2P)/S + 1 on each axis, depth unchanged; the padding mirrors the map at its edge.
    Operations: F·F multiply–accumulates per output number.

    Source: Zhang 2019 (arXiv 1904.11486), section 3.2.
    """

    kind = "blurpool"
    family = "pooling"
    spellings = ("BlurPool2d", "BlurPool", "blur_pool", "MaxBlurPool2d")
    uncounted = "its filter is fixed, not learned"

    kernel: Sizing = hyper(Sizes(), "the extent F of the window", words=("kernel", "filters", "window"))
    stride: Sizing = hyper(Sizes(), "the step S from window to window", default=2, words=("stride",))
    pad: Pad = hyper(Padding(), "mirrored cells P around the volume", default="half", words=PAD_WORDS)

    def rules(self, inputs: Sequence[Volume]) -> tuple[WindowRule, ...]:
        """The window on each axis."""
        return window.window_rules(inputs[0], self.kernel, self.stride, self.pad, (1,) * len(self.kernel))

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        window.needs_axes(inputs[0], "blur pooling")
        extents = window.output_extents(self.rules(inputs), self.pad, work)
        if work is not None:
            work.add("depth", "pooling works on each map by itself", str(inputs[0].channels), inputs[0].channels)
        return Volume(inputs[0].channels, extents)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(output.size * prod(self.kernel))

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return window.window_axes(self.rules(inputs))

    def findings(self, inputs: Sequence[Volume], output: Volume) -> Iterable[Problem]:
        return window.findings(self.rules(inputs), self.pad)

    def describe(self) -> str:
        return f"{brief(self.kernel)}{brief_stride(self.stride)}{brief_pad(self.pad)}"


class Subsample(Layer):
    """LeNet-5's trainable subsampling: the sum of each window, times one coefficient, plus one bias, per map.

    Output: (W - F)/S + 1 on each axis, depth unchanged. Weights: one coefficient and one bias per map.
    It has no multiply–accumulates by the convention that counts those of convolutions and dense layers; its
    operations are F·F - 1 additions and one multiply–accumulate per output number.

    Source: LeCun et al. 1998, section II.B, layers S2 and S4.
    """

    kind = "subsample"
    family = "pooling"
    spellings = ("subsampling", "sub_sample", "Subsampling")
    uncounted = "its one coefficient per map scales a sum; only convolutions and dense layers count"

    kernel: Sizing = hyper(Sizes(), "the extent F of the window", words=_WINDOW_WORDS)
    stride: Sizing = hyper(Sizes(), "the step S from window to window", follows="kernel", words=("stride",))

    def rules(self, inputs: Sequence[Volume]) -> tuple[WindowRule, ...]:
        """The window on each axis."""
        return window.window_rules(inputs[0], self.kernel, self.stride, "valid", (1,) * len(self.kernel))

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        window.needs_axes(inputs[0], "subsampling")
        return Volume(inputs[0].channels, window.output_extents(self.rules(inputs), "valid", work))

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        maps = inputs[0].channels
        return (Weight("coefficient", (maps,)), Weight("bias", (maps,)))

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(output.size, additions=output.size * (prod(self.kernel) - 1))

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return window.window_axes(self.rules(inputs))

    def findings(self, inputs: Sequence[Volume], output: Volume) -> Iterable[Problem]:
        return window.findings(self.rules(inputs), "valid", pad_field=False)

    def describe(self) -> str:
        return f"{brief(self.kernel)}{brief_stride(self.stride)}"

    def derive_parameters(self, inputs: Sequence[Volume], work: Derivation) -> None:
        maps = inputs[0].channels
        work.add("parameters", "a coefficient and a bias per map", f"2 · {number(maps)}", 2 * maps)
