"""Transposed convolutions: one matrix product, and a scatter of its windows over the output."""

from __future__ import annotations

from itertools import product
from math import prod, sqrt
from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels import window
from cnncalc.backend.weights import SHIFT, Frame, Law, Weights
from cnncalc.backend.work import Work, as_matrix, tiles

_TILE_BYTES = 1 << 22


def transposed_conv(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Every number of (batch, ..., height, width, channels) is spread over a window of the output."""
    (x,) = arrays
    kernel, stride, dilation = map(window.sizes, (layer.kernel, layer.stride, layer.dilation))
    groups, channels, axes = layer.groups, x.shape[-1], len(kernel)
    seen, filters = channels // groups, layer.filters // groups
    # The numbers that meet in one output: its windows cover the kernel once every stride.
    meeting = seen * max(1.0, prod(kernel) / prod(stride))
    w = weights.draw(
        "weight",
        (groups, seen, *kernel, filters),
        Law(deviation=work.gain / sqrt(meeting)),
        frame=Frame((0, 1, axes + 2, *range(2, axes + 2)), (channels, filters, *kernel)),
    )
    bias = weights.draw("bias", (layer.filters,), SHIFT) if layer.bias else None
    work.kernel, work.why = "product and scatter", "every input number meets all of its taps once"
    cut, grow = _cuts(layer, x.shape[1:-1], kernel, stride, dilation)
    full = _spread(x, w, stride, dilation, grow, work)
    where = tuple(slice(before, n - after) for n, (before, after) in zip(full.shape[1:-1], cut, strict=True))
    y = full
    if any(map(any, cut)):
        part = full[(slice(None), *where)]
        y = work.empty(part.shape, part)
        y[...] = part
    work.complete(y, bias)
    return y


def _cuts(
    layer: Any, extents: window.Sizes, kernel: window.Sizes, stride: window.Sizes, dilation: window.Sizes
) -> tuple[window.Pads, window.Sizes]:
    """What is cut off around the spread windows, and what is added after them, per axis.

    `same` cuts, or adds, what makes the output as many strides long as the input has cells.
    """
    if layer.pad != "same":
        return window.pads_of(layer.pad, extents, kernel, stride, dilation), window.sizes(layer.output_pad)
    over = [d * (k - 1) + 1 - s for k, s, d in zip(kernel, stride, dilation, strict=True)]
    cut = tuple((max(0, o) // 2, max(0, o) - max(0, o) // 2) for o in over)
    return cut, tuple(max(0, -o) for o in over)


def _spread(x: Array, w: Array, stride: window.Sizes, dilation: window.Sizes, grow: window.Sizes, work: Work) -> Array:
    """The sum of all windows, each input's at `stride` times its index, with `grow` cells after the last."""
    groups, seen, *kernel, filters = w.shape
    extents = x.shape[1:-1]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    full = [(n - 1) * s + r + g for n, s, r, g in zip(extents, stride, reach, grow, strict=True)]
    y = work.empty((x.shape[0], *full, groups * filters), x)
    y.fill(0)
    wide = prod(kernel) * filters
    matrix = w.reshape(groups, seen, wide)
    parts = list(tiles(x.shape[:-1], max(1, _TILE_BYTES // (groups * wide * x.itemsize))))
    largest = max(prod(x[part].shape[:-1]) for part in parts)
    room = work.empty((groups * largest * wide,), x)
    for part in parts:
        source = x[part]
        rows = np.moveaxis(as_matrix(source).reshape(-1, groups, seen), 1, 0)
        spread = room[: groups * rows.shape[1] * wide].reshape(groups, -1, wide)
        work.multiply(rows, matrix, spread)
        spread = np.moveaxis(spread.reshape(groups, *source.shape[:-1], *kernel, filters), 0, -2)
        _scatter(spread, y, part, stride, dilation)
    return y


def _scatter(spread: Array, y: Array, part: tuple[slice, ...], stride: window.Sizes, dilation: window.Sizes) -> None:
    """Add the windows of a part of the input, tap by tap; within a tap they do not overlap."""
    axes = len(stride)
    kernel = spread.shape[-2 - axes : -2]
    whole: list[slice] = [slice(0, None)] * (1 + axes - len(part))
    batch, *starts = [*part, *whole]
    for taps in product(*map(range, kernel)):
        values = spread[(slice(None),) * (1 + axes) + taps]
        firsts = [t * d + start.start * s for t, d, start, s in zip(taps, dilation, starts, stride, strict=True)]
        where = [
            slice(first, first + (n - 1) * s + 1, s)
            for first, n, s in zip(firsts, values.shape[1:-2], stride, strict=True)
        ]
        goal = y[(batch, *where)]
        goal += values.reshape(goal.shape)
