"""Convolutions: plain, grouped, with a connection table, depthwise, transposed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

from cnncalc.derivation import Derivation, number, times
from cnncalc.graph import Volume, Weight
from cnncalc.layers import window
from cnncalc.layers.base import Layer, LayerError, Operations, Problem, WindowAxis, brief, brief_stride, briefest
from cnncalc.layers.fields import Boolean, Connections, Integer, Padding, Sizes, hyper
from cnncalc.layers.fitting import uneven_groups
from cnncalc.layers.window import Pad, WindowRule
from cnncalc.layers.windowed import DILATION_WORDS, PAD_WORDS, Sizing, Windowed, brief_pad

_COUNT_WORDS = ("filters", "kernels", "feature maps", "maps", "output channels")
_EXTENT_WORDS = ("kernel", "kernel size", "filter size", "size")


class Conv(Windowed):
    """A convolution: `filters` filters slide over the volume, each spanning the full depth.

    Output: (W - F + 2P)/S + 1 on each axis, depth K = `filters`.
    Weights: F·F·D per filter (D = depth seen: input depth / `groups`), and one bias per filter.
    Multiply–accumulates: F·F·D·K for each output position, border positions included.
    With `connections` each filter sees only the listed input maps (LeNet-5's C3).

    Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", section II.
    """

    kind = "conv"
    family = "convolution"
    counts_depth = True
    spellings = ("Conv2d", "Conv2D", "Conv1d", "Conv3d", "Convolution", "convolutional", "nn.Conv2d")

    filters: int = hyper(Integer(), "how many filters, and so the depth of the output", words=_COUNT_WORDS)
    kernel: Sizing = hyper(Sizes(), "the extent F of a filter", words=_EXTENT_WORDS)
    stride: Sizing = hyper(Sizes(), "the step S from window to window", default=1, words=("stride",))
    pad: Pad = hyper(Padding(), "zeros P added around the volume", default=0, words=PAD_WORDS)
    dilation: Sizing = hyper(Sizes(), "the distance between taps", default=1, words=DILATION_WORDS)
    groups: int = hyper(Integer(), "parts the depth is divided into, filters alike", default=1, words=("groups",))
    bias: bool = hyper(Boolean(), "whether each filter adds a learned number", default=True, words=("bias", "biases"))
    connections: tuple[tuple[int, ...], ...] | None = hyper(
        Connections(), "for each filter the input maps it sees, counted from 0", default=None
    )

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        window.needs_axes(inputs[0], "a convolution")
        problems = [
            *uneven_groups(self.groups, inputs[0].channels, self.filters),
            *self._connection_problems(inputs[0].channels),
        ]
        try:
            extents = window.output_extents(self.rules(inputs), self.pad, work)
        except LayerError as error:
            raise LayerError(*problems, *error.problems) from None
        if problems:
            raise LayerError(*problems)
        if work is not None:
            work.add("depth", "one map per filter", str(self.filters), self.filters)
        return Volume(self.filters, extents)

    def _connection_problems(self, depth: int) -> Iterable[Problem]:
        if self.connections is None:
            return
        if self.groups != 1:
            yield Problem("connections", "`connections` and `groups` exclude each other", field="connections")
        if len(self.connections) != self.filters:
            yield Problem(
                "connections",
                f"there are {self.filters} filters and {len(self.connections)} lists of connections",
                field="connections",
                help="one list per filter",
            )
        wrong = [index for maps in self.connections for index in maps if index >= depth]
        if wrong:
            yield Problem(
                "connections",
                f"there is no input map {wrong[0]}: the input has {depth}, counted from 0 to {depth - 1}",
                field="connections",
                blames=0,
            )

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        taps = tuple(reversed(self.kernel))
        if self.connections is not None:
            shape: tuple[int, ...] = (sum(map(len, self.connections)), *taps)
        else:
            shape = (self.filters, inputs[0].channels // self.groups, *taps)
        bias = (Weight("bias", (self.filters,)),) if self.bias else ()
        return (Weight("weight", shape), *bias)

    def macs(self, inputs: Sequence[Volume], output: Volume, work: Derivation | None = None) -> int:
        taps = prod(self.kernel)
        if self.connections is not None:
            links = sum(map(len, self.connections))
            if work is not None:
                numbers = f"{number(output.positions)} · {links} · {times(*self.kernel)}"
                work.add("multiply–accumulates", "positions · links · F·F", numbers, output.positions * links * taps)
            return output.positions * links * taps
        seen = inputs[0].channels // self.groups
        total = output.size * taps * seen
        if work is not None:
            numbers = f"{times(*output.spatial, output.channels)} · {times(*self.kernel, seen)}"
            work.add("multiply–accumulates", "output numbers · F·F·D", numbers, total)
        return total

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(self.macs(inputs, output), additions=output.size if self.bias else 0)

    def describe(self) -> str:
        text = f"{self.filters} {super().describe()}"
        if self.groups > 1:
            text += f" in {self.groups} groups"
        if self.connections is not None:
            text += " by table"
        return text if self.bias else text + ", no bias"

    def derive_parameters(self, inputs: Sequence[Volume], work: Derivation) -> None:
        bias = int(self.bias)
        if self.connections is not None:
            links, taps = sum(map(len, self.connections)), prod(self.kernel)
            numbers = f"{links} · {times(*self.kernel)}" + (f" + {self.filters}" if bias else "")
            work.add("parameters", "links · F·F + biases", numbers, links * taps + bias * self.filters)
            return
        seen = inputs[0].channels // self.groups
        each = prod(self.kernel) * seen + bias
        grouped = f"depth seen {inputs[0].channels}/{self.groups} = {seen}" if self.groups > 1 else ""
        work.add(
            "each filter", "F·F·D + 1" if bias else "F·F·D", times(*self.kernel, seen) + " + 1" * bias, each, grouped
        )
        work.add("parameters", "K filters", f"{number(self.filters)} · {number(each)}", self.filters * each)


class Depthwise(Windowed):
    """A depthwise convolution: every input map has its own `multiplier` filters and no other map sees them.

    Output: (W - F + 2P)/S + 1 on each axis, depth D·`multiplier`.
    Weights: F·F per output map, and one bias each. Multiply–accumulates: F·F per output number.

    Source: Howard et al. 2017 (arXiv 1704.04861), section 3.1.
    """

    kind = "depthwise"
    family = "convolution"
    counts_depth = True
    spellings = ("DepthwiseConv2D", "depthwise_conv", "dwconv", "SeparableConv2d")

    kernel: Sizing = hyper(Sizes(), "the extent F of a filter", words=(*_EXTENT_WORDS, "filters"))
    stride: Sizing = hyper(Sizes(), "the step S from window to window", default=1, words=("stride",))
    pad: Pad = hyper(Padding(), "zeros P added around the volume", default=0, words=PAD_WORDS)
    dilation: Sizing = hyper(Sizes(), "the distance between taps", default=1, words=DILATION_WORDS)
    multiplier: int = hyper(Integer(), "filters per input map", default=1, words=("depth multiplier", "per map"))
    bias: bool = hyper(Boolean(), "whether each filter adds a learned number", default=True, words=("bias", "biases"))

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        window.needs_axes(inputs[0], "a depthwise convolution")
        extents = window.output_extents(self.rules(inputs), self.pad, work)
        depth = inputs[0].channels * self.multiplier
        if work is not None:
            work.add("depth", "maps · multiplier", times(inputs[0].channels, self.multiplier), depth)
        return Volume(depth, extents)

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        maps = inputs[0].channels * self.multiplier
        bias = (Weight("bias", (maps,)),) if self.bias else ()
        return (Weight("weight", (maps, 1, *reversed(self.kernel))), *bias)

    def macs(self, inputs: Sequence[Volume], output: Volume, work: Derivation | None = None) -> int:
        total = output.size * prod(self.kernel)
        if work is not None:
            numbers = f"{times(*output.spatial, output.channels)} · {times(*self.kernel)}"
            work.add("multiply–accumulates", "output numbers · F·F", numbers, total)
        return total

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(self.macs(inputs, output), additions=output.size if self.bias else 0)

    def describe(self) -> str:
        text = super().describe()
        if self.multiplier > 1:
            text += f", {self.multiplier} per map"
        return text if self.bias else text + ", no bias"

    def derive_parameters(self, inputs: Sequence[Volume], work: Derivation) -> None:
        maps, bias = inputs[0].channels * self.multiplier, int(self.bias)
        each = prod(self.kernel) + bias
        work.add("each filter", "F·F + 1" if bias else "F·F", times(*self.kernel) + " + 1" * bias, each)
        work.add("parameters", "one filter per output map", f"{number(maps)} · {number(each)}", maps * each)


class TransposedConv(Layer):
    """A transposed convolution: every input number is spread over a window of the output.

    Output: (W - 1)·S - 2P + F + `output_pad` on each axis (`same`: W·S), depth K = `filters`.
    Weights: F·F·K / `groups` per input map, and one bias per filter.
    Multiply–accumulates: inputs · F·F·K / `groups`: each input number meets each of its taps once.

    Source: Dumoulin and Visin 2016 (arXiv 1603.07285), chapter 4.
    """

    kind = "transposed_conv"
    family = "convolution"
    counts_depth = True
    spellings = ("ConvTranspose2d", "Conv2DTranspose", "deconv", "Deconvolution", "conv_transpose", "upconv")

    filters: int = hyper(Integer(), "how many filters, and so the depth of the output", words=_COUNT_WORDS)
    kernel: Sizing = hyper(Sizes(), "the extent F of a filter", words=_EXTENT_WORDS)
    stride: Sizing = hyper(Sizes(), "the step S between the windows written", default=1, words=("stride",))
    pad: Pad = hyper(Padding(), "cells cut off around the output", default=0, words=PAD_WORDS)
    output_pad: Sizing = hyper(Sizes(0), "cells added after the output", default=0, words=("output padding",))
    dilation: Sizing = hyper(Sizes(), "the distance between taps", default=1, words=DILATION_WORDS)
    groups: int = hyper(Integer(), "parts the depth is divided into, filters alike", default=1, words=("groups",))
    bias: bool = hyper(Boolean(), "whether each filter adds a learned number", default=True, words=("bias", "biases"))

    def rules(self, inputs: Sequence[Volume]) -> tuple[WindowRule, ...]:
        """The window on each axis; for `same` the cut (or, below zero, the addition) that gives W·S."""
        if self.pad != "same":
            pad = self.pad
        else:
            cuts = [d * (f - 1) + 1 - s for f, s, d in zip(self.kernel, self.stride, self.dilation, strict=True)]
            pad = tuple((max(cut, 0) // 2, cut - max(cut, 0) // 2) for cut in cuts)
        return window.window_rules(inputs[0], self.kernel, self.stride, pad, self.dilation)

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        volume = inputs[0]
        window.needs_axes(volume, "a transposed convolution")
        problems = uneven_groups(self.groups, volume.channels, self.filters)
        if problems:
            raise LayerError(*problems)
        extents = []
        for index, (rule, extra) in enumerate(zip(self.rules(inputs), self._extra(), strict=True)):
            label = window.axis_label(index, len(volume.spatial))
            extent = window.transposed_extent(rule, extra)
            numbers = f"({rule.extent} - 1)·{rule.stride} - ({rule.before} + {rule.after}) + {rule.effective}" + (
                f" + {extra}" if extra else ""
            )
            if extent < 1:
                raise LayerError(
                    Problem(
                        "empty-output",
                        f"nothing of the {label} is left: {numbers} = {extent}",
                        field="pad",
                        help="a smaller pad",
                        blames=0,
                    )
                )
            if work is not None:
                work.add(label, "(W - 1)·S - 2P + F + output pad", numbers, extent)
            extents.append(extent)
        if work is not None:
            work.add("depth", "one map per filter", str(self.filters), self.filters)
        return Volume(self.filters, tuple(extents))

    def _extra(self) -> Sequence[int]:
        return (0,) * len(self.kernel) if self.pad == "same" else self.output_pad

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        shape = (inputs[0].channels, self.filters // self.groups, *reversed(self.kernel))
        bias = (Weight("bias", (self.filters,)),) if self.bias else ()
        return (Weight("weight", shape), *bias)

    def macs(self, inputs: Sequence[Volume], output: Volume, work: Derivation | None = None) -> int:
        each = prod(self.kernel) * (self.filters // self.groups)
        total = inputs[0].size * each
        if work is not None:
            volume = inputs[0]
            numbers = f"{times(*volume.spatial, volume.channels)} · {times(*self.kernel, self.filters // self.groups)}"
            work.add("multiply–accumulates", "input numbers · F·F·K/groups", numbers, total)
        return total

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(self.macs(inputs, output), additions=output.size if self.bias else 0)

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        if set(self.stride) == {1}:
            return tuple(WindowAxis(rule.effective, 1, rule.effective - 1 - rule.before) for rule in self.rules(inputs))
        return "a strided transposed convolution reads unevenly: neighbouring outputs do not step alike"

    def describe(self) -> str:
        text = f"{self.filters} {brief(self.kernel)}{brief_stride(self.stride)}{brief_pad(self.pad)}"
        if any(self.output_pad):
            text += f" output pad {briefest(self.output_pad)}"
        if set(self.dilation) != {1}:
            text += f" dilated {briefest(self.dilation)}"
        if self.groups > 1:
            text += f" in {self.groups} groups"
        return text if self.bias else text + ", no bias"

    def derive_parameters(self, inputs: Sequence[Volume], work: Derivation) -> None:
        depth, each = inputs[0].channels, prod(self.kernel) * (self.filters // self.groups)
        numbers = f"{number(depth)} · {times(*self.kernel, self.filters // self.groups)}"
        total = depth * each + (self.filters if self.bias else 0)
        rule = "D · F·F·K/groups" + (" + K" if self.bias else "")
        work.add("parameters", rule, numbers + (f" + {self.filters}" if self.bias else ""), total)
