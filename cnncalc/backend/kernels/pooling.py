"""Pooling: windows reduced one axis after the other, by shifted slices."""

from __future__ import annotations

from collections.abc import Callable
from math import comb, prod
from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels import window
from cnncalc.backend.weights import SHIFT, Law, Weights
from cnncalc.backend.work import Work, tiles

_TILE_BYTES = 1 << 19


def _windows(layer: Any, x: Array) -> tuple[window.Taps, ...]:
    kernel, stride, dilation = map(window.sizes, (layer.kernel, layer.stride, layer.dilation))
    pads = window.pads_of(layer.pad, x.shape[1:-1], kernel, stride, dilation)
    return tuple(
        window.taps_of(*axis, layer.ceil) for axis in zip(x.shape[1:-1], pads, kernel, stride, dilation, strict=True)
    )


def maxpool(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The largest number of each window; cells of the padding are not looked at."""
    return _slide(np.maximum, arrays[0], _windows(layer, arrays[0]), -np.inf, work)


def avgpool(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The mean of each window, over its cells in the input, or with `count_pad` over those in the padding too."""
    axes = _windows(layer, arrays[0])
    y = _slide(np.add, arrays[0], axes, 0.0, work)
    padding_counts = layer.count_pad and layer.pad != "same"
    for index, axis in enumerate(axes):
        cells = axis.counted if padding_counts else axis.real
        # A dilated window may miss the input altogether: its sum is 0 and so is its mean.
        factors = np.array([1 / max(1, count) for count in cells], y.dtype)
        y *= factors[0] if len(set(cells)) == 1 else factors.reshape(-1, *(1,) * (len(axes) - index))
    return y


def subsample(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The sum of each window times the map's coefficient plus the map's bias (LeNet-5)."""
    (x,) = arrays
    kernel, stride = window.sizes(layer.kernel), window.sizes(layer.stride)
    axes = tuple(
        window.taps_of(n, (0, 0), k, s, 1, False) for n, k, s in zip(x.shape[1:-1], kernel, stride, strict=True)
    )
    y = _slide(np.add, x, axes, 0.0, work)
    middle = 1 / prod(kernel)
    y *= weights.draw("coefficient", x.shape[-1:], Law(middle, middle / 8))
    y += weights.draw("bias", x.shape[-1:], SHIFT)
    return y


def blurpool(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Windows weighed by a row of Pascal's triangle along each axis, one axis after the other: the filter separates."""
    (x,) = arrays
    kernel, stride = window.sizes(layer.kernel), window.sizes(layer.stride)
    pads = window.pads_of(layer.pad, x.shape[1:-1], kernel, stride, (1,) * len(kernel))
    y = np.pad(x, ((0, 0), *pads, (0, 0)), mode="reflect") if any(map(any, pads)) else x
    for axis, (taps, step) in enumerate(zip(kernel, stride, strict=True), 1):
        starts = range(0, y.shape[axis] - taps + 1, step)
        blurred = work.empty((*y.shape[:axis], len(starts), *y.shape[axis + 1 :]), x)
        blurred.fill(0)
        for tap in range(taps):
            cells = y[window.at(axis, slice(tap, starts.stop + tap, step))]
            blurred += cells * np.asarray(comb(taps - 1, tap) / 2 ** (taps - 1), x.dtype)
        y = blurred
    return y


def _slide(reduce: np.ufunc, x: Array, axes: tuple[window.Taps, ...], start: float, work: Work) -> Array:
    """Reduce every window: along the first axis, row tile by row tile, then along the others."""
    y = work.empty((len(x), *(axis.outputs for axis in axes), x.shape[-1]), x)
    row = prod(x.shape[2:])
    most = max(1, _TILE_BYTES // (row * x.itemsize))
    for where in tiles(y.shape[:2], most):
        images, rows = where if len(where) > 1 else (*where, slice(0, y.shape[1]))
        values, out = x[images], y[images, rows]
        first = axes[0].part(rows.start, rows.stop)
        values = _reduce(reduce, values, 1, first, out.shape[1], start, out if len(axes) == 1 else None, work)
        for axis, taps in enumerate(axes[1:], 2):
            goal = out if axis == len(axes) else None
            values = _reduce(reduce, values, axis, taps.taps, taps.outputs, start, goal, work)
    return y


def _reduce(
    reduce: np.ufunc,
    x: Array,
    axis: int,
    taps: tuple[window.Tap, ...],
    outputs: int,
    start: float,
    out: Array | None,
    work: Work,
) -> Array:
    """Reduce windows along one axis. Taps that meet a cell in every window come first and need no start value."""
    if out is None:
        out = work.empty((*x.shape[:axis], outputs, *x.shape[axis + 1 :]), x)
    whole = [tap for tap in taps if tap.to == slice(0, outputs)]
    rest = [tap for tap in taps if tap.to != slice(0, outputs)]
    if len(whole) >= 2:
        one, two, *whole = whole
        reduce(x[window.at(axis, one.cells)], x[window.at(axis, two.cells)], out=out)
    elif whole:
        out[...] = x[window.at(axis, whole.pop().cells)]
    else:
        out.fill(start)
    for tap in (*whole, *rest):
        goal = out[window.at(axis, tap.to)]
        reduce(goal, x[window.at(axis, tap.cells)], out=goal)
    return out


def global_avgpool(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The mean of each map, as a product with a vector of equal weights."""
    (x,) = arrays
    if x.ndim == 2:
        return x
    positions = prod(x.shape[1:-1])
    equal = np.full((1, positions), 1 / positions, x.dtype)
    means: Array = np.matmul(equal, x.reshape(len(x), positions, -1))
    return means.reshape(len(x), *(1,) * (x.ndim - 2), x.shape[-1])


def global_maxpool(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The largest number of each map."""
    (x,) = arrays
    largest: Array = x.max(axis=tuple(range(1, x.ndim - 1)), keepdims=True)
    return largest


def adaptive_avgpool(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Means over windows that cover the map evenly: cell i of n covers the input from ⌊i·W/n⌋ to ⌈(i+1)·W/n⌉."""
    return _adaptive(layer, arrays[0], _mean_along)


def adaptive_maxpool(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Maxima over windows as in `adaptive_avgpool`."""
    return _adaptive(layer, arrays[0], _max_along)


def _adaptive(layer: Any, x: Array, along: Callable[[Array, int, list[tuple[int, int]]], Array]) -> Array:
    for axis, outputs in enumerate(window.sizes(layer.size), 1):
        extent = x.shape[axis]
        covered = [(i * extent // outputs, -(-(i + 1) * extent // outputs)) for i in range(outputs)]
        x = along(x, axis, covered)
    return x


def _mean_along(x: Array, axis: int, covered: list[tuple[int, int]]) -> Array:
    """Means along one axis, as a product with a matrix of which each row weighs one window equally."""
    matrix = np.zeros((len(covered), x.shape[axis]), x.dtype)
    for row, (first, last) in zip(matrix, covered, strict=True):
        row[first:last] = 1 / (last - first)
    flat = x.reshape(prod(x.shape[:axis]), x.shape[axis], -1)
    means: Array = np.matmul(matrix, flat)
    return means.reshape(*x.shape[:axis], len(covered), *x.shape[axis + 1 :])


def _max_along(x: Array, axis: int, covered: list[tuple[int, int]]) -> Array:
    """Maxima along one axis, step by step through the longest window; shorter ones read their last cell again."""
    longest = max(last - first for first, last in covered)
    y = x.take([first for first, _ in covered], axis)
    for step in range(1, longest):
        np.maximum(y, x.take([min(first + step, last - 1) for first, last in covered], axis), out=y)
    return y
