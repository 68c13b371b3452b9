"""Depthwise convolutions: every map by itself, all maps at once."""

from __future__ import annotations

from math import prod, sqrt
from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels import window
from cnncalc.backend.weights import SHIFT, Frame, Law, Weights
from cnncalc.backend.work import Work

_LETTERS = "abcdefgh"


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

    einsum's loop over two operands is a fused multiply and add; it is long where the maps of a row of outputs lie
    side by side (stride 1 along the last axis), so the row and its maps are then taken as one axis.
    """
    axes = w.ndim - 1
    multiplier = w.shape[-1] // source.shape[-1]
    if multiplier > 1:
        return _several(view, w, multiplier, bias, work)
    y = work.empty((*view.shape[: axes + 1], w.shape[-1]), source)
    fused = y.strides[axes] == view.strides[axes]
    if fused:
        row = view.shape[axes]
        view = _merge_row(view, axes)
        w = np.tile(w, row)
    batch = _LETTERS[: view.ndim - 1 - axes]
    taps = "".join(chr(ord("p") + axis) for axis in range(axes))
    out = y.reshape(*y.shape[:axes], -1) if fused else y
    np.einsum(f"{batch}{taps}z,{taps}z->{batch}z", view, w, out=out)
    work.enter(y.size * prod(w.shape[:-1]))
    work.complete(y, bias)
    return y


def _merge_row(view: Array, axes: int) -> Array:
    """(batch, ..., width, *kernel, channels) as (batch, ..., *kernel, width·channels), where the width steps by 1."""
    shape = (*view.shape[:axes], *view.shape[axes + 1 : -1], view.shape[axes] * view.shape[-1])
    # The last stride is said anew: of an axis of length 1 NumPy's stride means nothing.
    strides = (*view.strides[:axes], *view.strides[axes + 1 : -1], view.itemsize)
    return np.lib.stride_tricks.as_strided(view, shape, strides, writeable=False)


def _several(view: Array, w: Array, multiplier: int, bias: Array | None, work: Work) -> Array:
    """Several filters per map: (maps, multiplier) as two axes."""
    axes = w.ndim - 1
    y = work.empty((*view.shape[: axes + 1], view.shape[-1], multiplier), view)
    outer = _LETTERS[: axes + 1]
    taps = "".join(chr(ord("p") + axis) for axis in range(axes))
    apart = w.reshape(*w.shape[:-1], view.shape[-1], multiplier)
    np.einsum(f"{outer}{taps}z,{taps}zm->{outer}zm", view, apart, out=y)
    work.enter(y.size * prod(w.shape[:-1]))
    y = y.reshape(*y.shape[:-2], -1)
    work.complete(y, bias)
    return y
