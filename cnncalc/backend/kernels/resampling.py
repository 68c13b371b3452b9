"""Upsampling, and the exchange of space and depth."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels import window
from cnncalc.backend.weights import Weights
from cnncalc.backend.work import Work


def upsample(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """A grid `layer.scale` times finer, of `layer.size`, or like the second input's; nearest or linear."""
    x = arrays[0]
    extents = x.shape[1:-1]
    if layer.scale is not None:
        goal = tuple(n * factor for n, factor in zip(extents, window.sizes(layer.scale), strict=True))
    else:
        goal = window.sizes(layer.size) if len(arrays) == 1 else arrays[1].shape[1:-1]
    along = _nearest if layer.mode == "nearest" else _linear
    for axis, outputs in enumerate(goal, 1):
        x = along(x, axis, outputs, work)
    return x


def _nearest(x: Array, axis: int, outputs: int, work: Work) -> Array:
    """Along one axis, the cell in which each output's left edge lies: ⌊i·W/n⌋."""
    return _take(x, np.arange(outputs) * x.shape[axis] // outputs, axis, work)


def _take(x: Array, cells: Array, axis: int, work: Work) -> Array:
    y = work.empty((*x.shape[:axis], len(cells), *x.shape[axis + 1 :]), x)
    np.take(x, cells, axis, out=y, mode="clip")
    return y


def _linear(x: Array, axis: int, outputs: int, work: Work) -> Array:
    """Along one axis, between the two nearest cells, centres at half pixels, the border repeated."""
    extent = x.shape[axis]
    centres = np.clip((np.arange(outputs) + 0.5) * extent / outputs - 0.5, 0, extent - 1)
    low = np.floor(centres).astype(np.intp)
    share = (centres - low).astype(x.dtype).reshape(-1, *(1,) * (x.ndim - axis - 1))
    y = _take(x, low, axis, work)
    step = _take(x, np.minimum(low + 1, extent - 1), axis, work)
    step -= y
    step *= share
    y += step
    return y


def pixel_shuffle(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Depth to space: channels (depth, *factors) become patches."""
    (x,) = arrays
    axes, factor = x.ndim - 2, layer.factor
    apart = x.reshape(*x.shape[:-1], -1, *(factor,) * axes)
    # batch, then every axis followed by its part of the depth, then the depth that remains
    order = [0]
    for axis in range(axes):
        order += [1 + axis, 2 + axes + axis]
    return _rearranged(apart.transpose(*order, 1 + axes), [n * factor for n in x.shape[1:-1]], work)


def space_to_depth(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Every patch becomes channels (depth, *factors): the inverse of `pixel_shuffle`."""
    (x,) = arrays
    axes, factor = x.ndim - 2, layer.factor
    extents = [n // factor for n in x.shape[1:-1]]
    apart = x.reshape(len(x), *(size for n in extents for size in (n, factor)), x.shape[-1])
    outer, inner = range(1, 1 + 2 * axes, 2), range(2, 2 + 2 * axes, 2)
    return _rearranged(apart.transpose(0, *outer, 1 + 2 * axes, *inner), extents, work)


def _rearranged(view: Array, extents: list[int], work: Work) -> Array:
    y = work.empty(view.shape, view)
    y[...] = view
    return y.reshape(len(view), *extents, -1)
