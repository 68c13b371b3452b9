"""Depthwise convolutions: every map by itself, all maps at once."""

from __future__ import annotations

from math import prod, sqrt
from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels import window
from cnncalc.backend.weights import SHIFT, Frame, Law, Weights
from cnncalc.backend.work import Work, tiles

_LETTERS, _TAPS = "abcd", "pqr"
_LOOP = 1200
"""Numbers in einsum's inner loop: long enough, and the weights repeated for it stay in the innermost cache."""

_TILE_BYTES = 1 << 19


def depthwise(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """`layer.multiplier` filters over each map of (batch, ..., height, width, channels)."""
    (x,) = arrays
    kernel, stride, dilation = map(window.sizes, (layer.kernel, layer.stride, layer.dilation))
    pads = window.pads_of(layer.pad, x.shape[1:-1], kernel, stride, dilation)
    maps = x.shape[-1] * layer.multiplier
    w = weights.draw(
        "weight",
        (*kernel, maps),
        Law(deviation=work.gain / sqrt(prod(kernel))),
        frame=Frame((len(kernel), *range(len(kernel))), (maps, 1, *kernel)),
    )
    bias = weights.draw("bias", (maps,), SHIFT) if layer.bias else None
    work.kernel, work.why = "depthwise", "every filter sees one map"
    source = window.padded(x, pads, work)
    return slide(source, window.windows(source, kernel, stride, dilation), w, bias, work)


def slide(source: Array, view: Array, w: Array, bias: Array | None, work: Work) -> Array:
    """The sum over taps of window times weight; `w` is (*kernel, maps), maps a multiple of the channels.

    einsum's loop over two operands is a fused multiply and add, and fast where it is long: neighbouring outputs
    whose maps lie side by side (stride 1 along the last axis) are taken together, as many as leave the repeated
    weights in the innermost cache.
    """
    axes = w.ndim - 1
    if w.shape[-1] > source.shape[-1]:
        return _several(view, w, bias, work)
    y = work.empty((*view.shape[: axes + 1], w.shape[-1]), source)
    out, together = y, 1
    if view.strides[axes] == y.strides[axes]:
        together = _together(view.shape[axes], w.shape[-1])
        view = _merge(view, axes, together)
        w = np.tile(w, together)
        out = y.reshape(*view.shape[: axes + 1], -1)
    names = _LETTERS[: axes + 1], _TAPS[:axes]
    script = "{0}{1}z,{1}z->{0}z".format(*names)
    hands = work.hands(y.size * prod(w.shape[:-1]))
    most = max(1, min(_TILE_BYTES // (prod(y.shape[axes:]) * y.itemsize), -(-prod(y.shape[:axes]) // hands)))

    def one(where: tuple[slice, ...], hand: int) -> None:
        np.einsum(script, view[where], w, out=out[where])
        work.complete(y[where], bias)

    work.share(tiles(y.shape[:axes], most), hands, one)
    work.enter(y.size * prod(w.shape[:-1]))
    return y


def _together(row: int, maps: int) -> int:
    """How many neighbouring outputs are taken together: a divisor of the row, about `_LOOP` numbers."""
    return max(n for n in range(1, row + 1) if row % n == 0 and (n == 1 or n * maps <= _LOOP))


def _merge(view: Array, axes: int, together: int) -> Array:
    """The view (batch, ..., width, *kernel, channels), stepping by 1, as (..., width / n, *kernel, n·channels)."""
    shape = (*view.shape[:axes], view.shape[axes] // together, *view.shape[axes + 1 : -1], together * view.shape[-1])
    # The last stride is said anew: of an axis of length 1 NumPy's stride means nothing.
    strides = (*view.strides[:axes], view.strides[axes] * together, *view.strides[axes + 1 : -1], view.itemsize)
    return np.lib.stride_tricks.as_strided(view, shape, strides, writeable=False)


def _several(view: Array, w: Array, bias: Array | None, work: Work) -> Array:
    """Several filters per map: (maps, multiplier) as two axes."""
    axes = w.ndim - 1
    apart = w.reshape(*w.shape[:-1], view.shape[-1], -1)
    y = work.empty((*view.shape[: axes + 1], *apart.shape[-2:]), view)
    names = _LETTERS[: axes + 1], _TAPS[:axes]
    np.einsum("{0}{1}z,{1}zm->{0}zm".format(*names), view, apart, out=y)
    work.enter(y.size * prod(w.shape[:-1]))
    y = y.reshape(*y.shape[:-2], -1)
    work.complete(y, bias)
    return y
