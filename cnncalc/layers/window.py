"""The arithmetic of sliding windows: W2 = (W1 - F + 2P)/S + 1, forwards and backwards.

Integers only. `WindowRule` is one axis; padding may differ before and after, a kernel may be dilated
(effective extent dilation·(F - 1) + 1), and the last window is rounded down, or up for `ceil` pooling by
PyTorch's rule: a window may not start in the padding after the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cnncalc.derivation import Derivation
from cnncalc.graph import AXIS_NAMES, Volume
from cnncalc.layers.base import LayerError, Problem, WindowAxis

Pads = tuple[tuple[int, int], ...]
Pad = str | Pads
"""As a hyperparameter: `half`, `same`, `valid`, or (before, after) per axis."""


class WindowRule(NamedTuple):
    """One axis of a window over an input of `extent` cells."""

    extent: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1
    ceil: bool = False

    @property
    def effective(self) -> int:
        """Cells from the first to the last tap: dilation·(F - 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def slack(self) -> int:
        """Padded input minus effective kernel: W - F + 2P. Below zero nothing fits."""
        return self.extent + self.before + self.after - self.effective

    @property
    def fits(self) -> bool:
        """Whether the last window ends exactly where the padded input does."""
        return self.slack >= 0 and self.slack % self.stride == 0

    @property
    def output(self) -> int:
        """How many windows there are; below 1 where none fits."""
        if not self.ceil:
            return self.slack // self.stride + 1 if self.slack >= 0 else 0
        count = -(-self.slack // self.stride) + 1
        return count - 1 if (count - 1) * self.stride >= self.extent + self.before else count

    @property
    def unread(self) -> int:
        """Cells of the real input, at its end, that no window reads although a window could have."""
        if self.ceil or self.kernel < self.stride:
            return 0
        end = (self.output - 1) * self.stride + self.effective - self.before
        return max(0, self.extent - end)

    @property
    def blind(self) -> bool:
        """Whether a dilated window at the edge steps over the whole input: no tap of it meets a cell."""
        if self.dilation <= self.extent or not self.before:
            return False
        for start in range(-self.before, 0, self.stride)[: min(self.output, 4096)]:
            tap = -(start // self.dilation)  # the first that is not before the input
            if tap >= self.kernel or start + tap * self.dilation >= self.extent:
                return True
        return False

    @property
    def caffe_output(self) -> int:
        """Caffe's ceil pooling, which drops an overhanging last window only where there is padding."""
        count = -(-self.slack // self.stride) + 1
        padded = self.before or self.after
        return count - 1 if padded and (count - 1) * self.stride >= self.extent + self.before else count

    def formula(self) -> tuple[str, str, str]:
        """The rule, the numbers put in, and the exact value: `(W - F + 2P)/S + 1`, `(227 - 11 + 2·0)/4 + 1`, `55`."""
        kernel, letter = str(self.kernel), "F"
        if self.dilation > 1:
            kernel, letter = f"({self.dilation}·({self.kernel} - 1) + 1)", "(D·(F - 1) + 1)"
        if self.before == self.after:
            pad, pads = f"2·{self.before}", "2P"
        else:
            pad, pads = f"{self.before} + {self.after}", "P₁ + P₂"
        rule = f"(W - {letter} + {pads})/S + 1"
        exact = quotient(self.slack + self.stride, self.stride)
        return rule, f"({self.extent} - {kernel} + {pad})/{self.stride} + 1", exact


def quotient(a: int, b: int) -> str:
    """A quotient for the reader: `55`, `54.25`, `52.33…`."""
    whole, rest = divmod(abs(a), b)
    sign = "-" if a < 0 else ""
    if not rest:
        return f"{sign}{whole}"
    hundredths, more = divmod(100 * rest, b)
    digits = f"{hundredths:02d}…" if more else f"{hundredths:02d}".rstrip("0")
    return f"{sign}{whole}.{digits}"


def resolve_pads(
    pad: Pad, extents: Sequence[int], kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Pads:
    """The zeros before and after on each axis; `same` depends on the extents (TensorFlow's rule)."""
    if not isinstance(pad, str):
        return pad
    if pad == "valid":
        return ((0, 0),) * len(extents)
    if pad == "half":
        return tuple((d * (f - 1) // 2,) * 2 for f, d in zip(kernel, dilation, strict=True))
    pads = []
    for n, f, s, d in zip(extents, kernel, stride, dilation, strict=True):
        total = max((-(-n // s) - 1) * s + d * (f - 1) + 1 - n, 0)
        pads.append((total // 2, total - total // 2))
    return tuple(pads)


def axis_label(index: int, axes: int) -> str:
    """What an axis is called: width, height, time; length where there is only one."""
    return "length" if axes == 1 else AXIS_NAMES[index]


def window_rules(
    volume: Volume,
    kernel: Sequence[int],
    stride: Sequence[int],
    pad: Pad,
    dilation: Sequence[int],
    ceil: bool = False,
) -> tuple[WindowRule, ...]:
    """The rule of each axis, padding resolved."""
    pads = resolve_pads(pad, volume.spatial, kernel, stride, dilation)
    return tuple(
        WindowRule(n, f, s, *p, d, ceil)
        for n, f, s, p, d in zip(volume.spatial, kernel, stride, pads, dilation, strict=True)
    )


def output_extents(rules: Sequence[WindowRule], pad: Pad, work: Derivation | None = None) -> tuple[int, ...]:
    """The output's extent on each axis.

    Raises:
        LayerError: `kernel-too-large` where no window fits.
    """
    if any(rule.output < 1 for rule in rules):
        from cnncalc.layers.fitting import too_large  # most windows fit and need it never

        raise LayerError(too_large(rules, pad))
    if work is not None:
        shown: dict[WindowRule, list[str]] = {}
        for index, rule in enumerate(rules):
            shown.setdefault(rule, []).append(axis_label(index, len(rules)))
        for rule, labels in shown.items():
            derive_axis(rule, " and ".join(labels), pad, work)
    return tuple(rule.output for rule in rules)


def derive_axis(rule: WindowRule, label: str, pad: Pad, work: Derivation) -> None:
    """Write down how one axis comes about, and what rounding did to it."""
    if pad == "same":
        pads = f"`same` pads {rule.before} before and {rule.after} after"
        work.add(label, "W/S rounded up", f"⌈{rule.extent}/{rule.stride}⌉", rule.output, pads)
        return
    formula, numbers, exact = rule.formula()
    if rule.fits:
        work.add(label, formula, numbers, rule.output)
        return
    if not rule.ceil:
        remark = f"rounded down to {rule.output}"
        if rule.unread:
            remark += f"; the last {plural(rule.unread, label)} never read"
        work.add(label, formula, numbers, exact, remark)
        return
    remark = f"rounded up to {rule.output}"
    if rule.output == rule.slack // rule.stride + 1:
        remark = f"{rule.output}: a further window would start in the padding, PyTorch drops it"
    if rule.caffe_output != rule.output:
        remark += f"; Caffe's rule keeps it and gives {rule.caffe_output}"
    work.add(label, formula, numbers, exact, remark)


def plural(count: int, label: str) -> str:
    """`column is`, `2 columns are`, by the axis they are counted along."""
    noun = "row" if label == "height" else "frame" if label == "time" else "position" if label == "length" else "column"
    if "and" in label:
        noun = "row and column"
        return f"{noun} are" if count == 1 else f"{count} rows and columns are"
    return f"{noun} is" if count == 1 else f"{count} {noun}s are"


def findings(rules: Sequence[WindowRule], pad: Pad, pad_field: bool = True) -> tuple[Problem, ...]:
    """What is to be said about windows that leave a remainder; nothing where all fit."""
    if pad == "same" or all(rule.ceil or rule.fits for rule in rules):
        return ()
    from cnncalc.layers.fitting import does_not_fit

    loose = does_not_fit(rules, pad, pad_field)
    return (loose,) if loose else ()


def refuse_all_padding(rules: Sequence[WindowRule]) -> None:
    """Refuse padding in which a whole window, or all taps of one, would lie.

    Raises:
        LayerError: `pad-too-large`.
    """
    if any(max(rule.before, rule.after) >= rule.effective or rule.blind for rule in rules):
        from cnncalc.layers.fitting import all_padding

        problem = all_padding(rules)
        if problem:
            raise LayerError(problem)


def window_axes(rules: Sequence[WindowRule]) -> tuple[WindowAxis, ...]:
    """The receptive step of each axis."""
    return tuple(WindowAxis(rule.effective, rule.stride, rule.before) for rule in rules)


def transposed_extent(rule: WindowRule, output_pad: int) -> int:
    """A transposed convolution: (W - 1)·S - 2P + F + output padding."""
    return (rule.extent - 1) * rule.stride - rule.before - rule.after + rule.effective + output_pad


def needs_axes(volume: Volume, what: str) -> None:
    """Refuse a flat vector where a window needs something to slide over.

    Raises:
        LayerError: `no-spatial-axes`.
    """
    if not volume.spatial:
        raise LayerError(
            Problem(
                "no-spatial-axes",
                f"{what} slides over width and height, and a flat {volume.channels} has neither",
                help=f"reshape it first (`reshape: 1x1x{volume.channels}`), or use `fc`",
                blames=0,
            )
        )
