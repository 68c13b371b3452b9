"""Depthwise convolutions: every map by itself, all maps at once."""

from __future__ import annotations

from math import prod, sqrt
from typing import Any, NamedTuple

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels import window
from cnncalc.backend.weights import SHIFT, Frame, Law, Weights
from cnncalc.backend.work import Work, tiles

_LETTERS, _TAPS = "abcd", "pqr"
_LOOP = 1200
"""Numbers in einsum's inner loop: long enough, and the weights repeated for it stay in the innermost cache."""

_TILE_BYTES = 1 << 19


class Sliding(NamedTuple):
    """A depthwise convolution laid out for `slide`.

    Attributes:
        weight: (*kernel, maps), the maps repeated as often as outputs are taken together.
        together: how many neighbouring outputs are taken together; 0 where there are several filters per map.
        script: what einsum is to do.
    """

    window: window.Window
    weight: Array
    bias: Array | None
    maps: int
    together: int
    script: str


def depthwise(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """`layer.multiplier` filters over each map of (batch, ..., height, width, channels)."""
    (x,) = arrays
    work.kernel, work.why = "depthwise", "every filter sees one map"
    return slide(x, weights.derived(("sliding", x.shape), lambda: _sliding(layer, x, weights, work)), work)


def _sliding(layer: Any, x: Array, weights: Weights, work: Work) -> Sliding:
    geometry = window.window_of(layer, x)
    kernel, maps = geometry.kernel, x.shape[-1] * layer.multiplier
    w = weights.draw(
        "weight",
        (*kernel, maps),
        Law(deviation=work.gain / sqrt(prod(kernel))),
        frame=Frame((len(kernel), *range(len(kernel))), (maps, 1, *kernel)),
    )
    return sliding(geometry, w, weights.draw("bias", (maps,), SHIFT) if layer.bias else None, x)


def sliding(geometry: window.Window, w: Array, bias: Array | None, x: Array) -> Sliding:
    """Lay out a depthwise convolution of `x`; `w` is (*kernel, maps), maps a multiple of the channels.

    einsum's loop over two operands is a fused multiply and add, and fast where it is long: neighbouring outputs
    whose maps lie side by side (stride 1 along the last axis) are taken together, as many as leave the repeated
    weights in the innermost cache.
    """
    axes, maps = w.ndim - 1, w.shape[-1]
    letters, taps = _LETTERS[: axes + 1], _TAPS[:axes]
    if maps > x.shape[-1]:
        apart = w.reshape(*w.shape[:-1], x.shape[-1], -1)
        return Sliding(geometry, apart, bias, maps, 0, f"{letters}{taps}z,{taps}zm->{letters}zm")
    together = _together(geometry.outputs[-1], maps) if geometry.stride[-1] == 1 else 1
    return Sliding(geometry, np.tile(w, together), bias, maps, together, f"{letters}{taps}z,{taps}z->{letters}z")


def slide(x: Array, plan: Sliding, work: Work) -> Array:
    """The sum over taps of window times weight, in parts that stay in the cache until they are completed."""
    axes, maps, w = len(plan.window.kernel), plan.maps, plan.weight
    view = window.view(x, plan.window, work)
    y = work.empty((*view.shape[: axes + 1], maps), x)
    if plan.together:
        view = _merge(view, axes, plan.together)
        out = y.reshape(*view.shape[: axes + 1], -1)
    else:
        out = y.reshape(*y.shape[:-1], *w.shape[-2:])
    products = y.size * prod(plan.window.kernel)
    hands = work.hands(products)
    most = max(1, min(_TILE_BYTES // (prod(y.shape[axes:]) * y.itemsize), -(-prod(y.shape[:axes]) // hands)))

    def one(where: tuple[slice, ...], hand: int) -> None:
        np.einsum(plan.script, view[where], w, out=out[where])
        work.complete(y[where], plan.bias)

    work.share(tiles(y.shape[:axes], most), hands, one)
    work.enter(products)
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
