"""Sliding windows over channels-last arrays, for any number of spatial axes.

Arrays are (batch, ..., height, width, channels); tuples here follow the array's axes, so hyperparameters, which are
written width first, come in reversed. Extents of results are never computed: they are the lengths of slices.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.work import Work

Sizes = tuple[int, ...]
Pads = tuple[tuple[int, int], ...]


def sizes(per_axis: Sequence[int]) -> Sizes:
    """A hyperparameter given width first, in the order of the array's axes."""
    return tuple(reversed(per_axis))


def pads_of(pad: str | Pads, extents: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Pads:
    """The cells before and after on each axis of the array; `same` is TensorFlow's rule."""
    if not isinstance(pad, str):
        return tuple(reversed(pad))
    if pad == "valid":
        return ((0, 0),) * len(extents)
    if pad == "half":
        return tuple((d * (k - 1) // 2,) * 2 for k, d in zip(kernel, dilation, strict=True))
    return tuple(_same(*axis) for axis in zip(extents, kernel, stride, dilation, strict=True))


def _same(extent: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    last = range(0, extent, stride)[-1]
    missing = max(0, last + dilation * (kernel - 1) + 1 - extent)
    return missing // 2, missing - missing // 2


def inside(extents: Sequence[int], pads: Pads) -> tuple[slice, ...]:
    """Where an array of these extents lies in its padded copy."""
    return tuple(slice(before, before + n) for n, (before, _) in zip(extents, pads, strict=True))


def padded(x: Array, pads: Pads, work: Work) -> Array:
    """The array with zeros around its spatial axes; itself where there are none to add."""
    if not any(map(any, pads)):
        return x
    extents = x.shape[1:-1]
    grown = [b + n + a for n, (b, a) in zip(extents, pads, strict=True)]
    y = work.empty((x.shape[0], *grown, x.shape[-1]), x)
    where = inside(extents, pads)
    for axis, middle in enumerate(where):
        lead = (slice(None), *where[:axis])
        y[(*lead, slice(0, middle.start))] = 0
        y[(*lead, slice(middle.stop, None))] = 0
    y[(slice(None), *where)] = x
    return y


def windows(x: Array, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """All windows of a padded array, as a view (batch, *outputs, *kernel, channels).

    Raises:
        ValueError: where no window fits.
    """
    spans = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    starts = tuple(slice(0, max(0, n - span), s) for n, span, s in zip(x.shape[1:-1], spans, stride, strict=True))
    corner = x[(slice(None), *starts)]
    if not corner.size:
        raise ValueError(f"no window of {kernel} fits into {x.shape[1:-1]}")
    steps = tuple(step * d for step, d in zip(x.strides[1:-1], dilation, strict=True))
    return np.lib.stride_tricks.as_strided(
        corner,
        (*corner.shape[:-1], *kernel, x.shape[-1]),
        (*corner.strides[:-1], *steps, x.strides[-1]),
        writeable=False,
    )


class Window(NamedTuple):
    """The geometry of windows over an array, in the order of its axes; `outputs` as found in the view."""

    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    pads: Pads
    outputs: Sizes


def window_of(layer: Any, x: Array) -> Window:
    """The windows that a layer's `kernel`, `stride`, `dilation` and `pad` lay over an array."""
    kernel, stride, dilation = map(sizes, (layer.kernel, layer.stride, layer.dilation))
    pads = pads_of(layer.pad, x.shape[1:-1], kernel, stride, dilation)
    return Window(kernel, stride, dilation, pads, outline(x.shape, pads, kernel, stride, dilation))


def view(x: Array, window: Window, work: Work) -> Array:
    """All windows of the array, padded, as a view (batch, *outputs, *kernel, channels)."""
    return windows(padded(x, window.pads, work), window.kernel, window.stride, window.dilation)


@cache
def outline(shape: Sizes, pads: Pads, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Sizes:
    """The outputs per axis of windows over a padded array of this shape, asked of a view that needs no memory."""
    grown = (b + n + a for n, (b, a) in zip(shape[1:-1], pads, strict=True))
    hollow = np.broadcast_to(np.zeros(1), (shape[0], *grown, shape[-1]))
    return windows(hollow, kernel, stride, dilation).shape[1 : 1 + len(kernel)]


class Tap(NamedTuple):
    """One tap of a window along one axis: outputs `to` read the input cells `cells`."""

    to: slice
    cells: slice


class Taps(NamedTuple):
    """A window along one axis without padding the array: the taps that meet cells, and how many cells they are.

    Attributes:
        outputs: how many windows there are.
        taps: for every tap, which windows meet a cell of the input, and which cells.
        real: per window, its cells in the input.
        counted: per window, its cells in the input or its padding (not beyond, where `ceil` reaches further).
    """

    outputs: int
    taps: tuple[Tap, ...]
    real: tuple[int, ...]
    counted: tuple[int, ...]

    def part(self, first: int, last: int) -> tuple[Tap, ...]:
        """The taps of the windows from `first` up to `last`, counted from `first`."""
        found = []
        for to, cells in self.taps:
            low, high = max(to.start, first), min(to.stop, last)
            if low < high:
                begin = cells.start + (low - to.start) * cells.step
                end = begin + (high - low - 1) * cells.step + 1
                found.append(Tap(slice(low - first, high - first), slice(begin, end, cells.step)))
        return tuple(found)


@cache
def taps_of(extent: int, pad: tuple[int, int], kernel: int, stride: int, dilation: int, ceil: bool) -> Taps:
    """The windows along one axis, from the coordinates of the cells: below 0 and from `extent` on is padding.

    With `ceil` the last window may overhang, but it may not start in the padding after the input (PyTorch).

    Raises:
        ValueError: where no window fits.
    """
    before, after = pad
    coordinates = range(-before, extent + after + (stride - 1 if ceil else 0))
    starts = coordinates[: max(0, len(coordinates) - dilation * (kernel - 1)) : stride]
    if ceil and starts and starts[-1] >= extent:
        starts = starts[:-1]
    if not starts:
        raise ValueError(f"no window of {kernel} fits into {extent}")
    reached = [range(start, start + dilation * kernel, dilation) for start in starts]
    taps = []
    for tap in range(kernel):
        met = [index for index, cells in enumerate(reached) if 0 <= cells[tap] < extent]
        if met:
            cells = slice(reached[met[0]][tap], reached[met[-1]][tap] + 1, stride)
            taps.append(Tap(slice(met[0], met[-1] + 1), cells))
    real = tuple(sum(0 <= cell < extent for cell in cells) for cells in reached)
    counted = tuple(sum(cell < extent + after for cell in cells) for cells in reached)
    return Taps(len(starts), tuple(taps), real, counted)


def at(axis: int, where: slice) -> tuple[Any, ...]:
    """An index that cuts one axis."""
    return (slice(None),) * axis + (where,)
