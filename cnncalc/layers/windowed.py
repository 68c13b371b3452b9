"""What layers with a sliding window have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cnncalc.graph import Volume
from cnncalc.layers import window
from cnncalc.layers.base import Layer, Problem, WindowAxis, brief, brief_stride, briefest
from cnncalc.layers.window import Pad, WindowRule

Sizing = tuple[int, ...]

PAD_WORDS = ("pad", "padding", "padded")
DILATION_WORDS = ("dilation", "dilation rate")


class Windowed(Layer):
    """A window of `kernel` taps that steps over the padded input; subclasses declare the four hyperparameters."""

    kernel: Sizing
    stride: Sizing
    pad: Pad
    dilation: Sizing

    def rules(self, inputs: Sequence[Volume]) -> tuple[WindowRule, ...]:
        """The window on each axis."""
        return window.window_rules(inputs[0], self.kernel, self.stride, self.pad, self.dilation)

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return window.window_axes(self.rules(inputs))

    def findings(self, inputs: Sequence[Volume], output: Volume) -> Iterable[Problem]:
        return window.findings(self.rules(inputs), self.pad)

    def describe(self) -> str:
        text = f"{brief(self.kernel)}{brief_stride(self.stride)}{brief_pad(self.pad)}"
        return text if set(self.dilation) == {1} else f"{text} dilated {briefest(self.dilation)}"


def brief_pad(pad: Pad) -> str:
    """Padding in the tables' shorthand: nothing for none, ` pad 2`, ` pad 1x0`, ` same`."""
    if pad == "valid":
        return ""
    if isinstance(pad, str):
        return f" {pad}"
    if not any(map(any, pad)):
        return ""
    if all(before == after for before, after in pad):
        amounts = [before for before, _ in pad]
        return f" pad {amounts[0] if len(set(amounts)) == 1 else brief(amounts)}"
    return " pad " + ",".join(f"{before}+{after}" for before, after in pad)
