"""Convolutions: as one product, in tiles of copied windows, in groups, by a connection table.

The weight tensor is kept as (groups, *kernel, channels seen, filters of a group), so that every product reads it
as a matrix. Frameworks have (filters, channels seen, *kernel).
"""

from __future__ import annotations

from math import prod, sqrt
from typing import Any, NamedTuple

import numpy as np

from cnncalc.backend import planner
from cnncalc.backend.arena import Array
from cnncalc.backend.kernels import depthwise, window, winograd
from cnncalc.backend.kernels.normalization import Rectified
from cnncalc.backend.weights import SHIFT, Frame, Law, Weights
from cnncalc.backend.work import Work, as_matrix, tiles

_TILE_BYTES = 1 << 20
_TILE_POSITIONS = 200
"""A tile of windows fits into the cache, but has rows enough for the product to be efficient."""


class _Plan(NamedTuple):
    """What does not change from run to run: geometry in the order of the array's axes, the choice, the weights."""

    window: window.Window
    choice: planner.Choice
    weight: Array
    bias: Array | None


def conv(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """`layer.filters` filters over (batch, ..., height, width, channels); the extents are those of the window view."""
    (x,) = arrays
    if layer.connections is not None:
        return _by_table(layer, x, weights, work)
    plan: _Plan = weights.derived(("plan", x.shape), lambda: _plan(layer, x, weights, work))
    geometry, (work.kernel, work.why), w, bias = plan
    around = getattr(layer, "around", None)
    if around is not None:
        return _surrounded(x, weights.derived("with bias", lambda: _with_bias(w, bias)), around, work)
    if work.kernel == planner.DEPTHWISE:
        flat = weights.derived("depthwise", lambda: np.ascontiguousarray(_per_map(w)))
        sliding = weights.derived(("sliding", x.shape), lambda: depthwise.sliding(geometry, flat, bias, x))
        return depthwise.slide(x, sliding, work)
    y = work.empty((len(x), *geometry.outputs, layer.filters), x)
    if work.kernel == planner.PRODUCT:
        rectified = layer.rectified() if hasattr(layer, "rectified") else None
        _product(x, w.reshape(-1, layer.filters), bias, y, work, rectified)
    elif work.kernel == planner.WINOGRAD:
        transformed = weights.derived("winograd", lambda: winograd.transform(w[0], work))
        winograd.convolve(x, geometry, transformed, bias, y, work)
        if work.spot_check:
            work.deviation = _compare(window.view(x, geometry, work), w, y, bias)
    else:
        _tiled(window.view(x, geometry, work), w, bias, y, work)
    return y


def _plan(layer: Any, x: Array, weights: Weights, work: Work) -> _Plan:
    geometry = window.window_of(layer, x)
    groups, channels, filters = layer.groups, x.shape[-1], layer.filters
    kernel, axes = geometry.kernel, len(geometry.kernel)
    w = weights.draw(
        "weight",
        (groups, *kernel, channels // groups, filters // groups),
        Law(deviation=work.gain / sqrt(prod(kernel) * (channels // groups))),
        frame=Frame((0, axes + 2, axes + 1, *range(1, axes + 1)), (filters, channels // groups, *kernel)),
    )
    bias = weights.draw("bias", (filters,), SHIFT) if layer.bias else None
    padded = any(map(any, geometry.pads))
    shape = planner.Shape(
        kernel, geometry.stride, geometry.dilation, groups, channels, filters, geometry.outputs, padded
    )
    return _Plan(geometry, planner.choose(shape, direct=work.direct), w, bias)


def _per_map(w: Array) -> Array:
    """Weights of as many groups as maps, as (*kernel, maps·multiplier)."""
    return np.moveaxis(w[..., 0, :], 0, -2).reshape(*w.shape[1:-2], -1)


def _product(
    x: Array, w: Array, bias: Array | None, y: Array, work: Work,
    rectified: Rectified | None = None, tile: int = _TILE_BYTES // 2,
) -> None:  # fmt: skip
    """One product, in tiles that stay in the cache; what it reads is first cut off at the bounds, if there are any."""
    rows, out = as_matrix(x), as_matrix(y)
    hands = work.hands(rows.size * out.shape[-1])
    wide = max(out.shape[-1], rows.shape[-1] if rectified else 0)
    most = max(_TILE_POSITIONS, tile // (wide * y.itemsize))
    most = min(most, _fair(len(rows), hands))
    room = [work.empty((most, rows.shape[-1]), x) for _ in range(hands if rectified else 0)]

    def one(where: tuple[Any, ...], hand: int) -> None:
        source = rows[where]
        if rectified is not None:
            source = rectified.cut(source, room[hand][: len(source)])
        work.multiply(source, w, out[where])
        work.complete(out[where], bias)

    if most >= len(rows):
        one((slice(None),), 0)
    else:
        work.share(tiles((len(rows),), most), hands, one)


def _with_bias(w: Array, bias: Array | None) -> Array:
    """Weights (1, 1, ..., channels, filters) as a matrix with the bias as its last row."""
    filters = w.shape[-1]
    last = np.zeros(filters, w.dtype) if bias is None else bias
    return np.vstack((w.reshape(-1, filters), last))


def _surrounded(x: Array, w: Array, around: window.Pads, work: Work) -> Array:
    """A 1x1 convolution with zeros around its output. The last row of `w` is the bias.

    The bias belongs to one more map, of ones that are padded with zeros like all maps: so the product itself
    makes the zeros around, and no pass over the output is needed to add the bias.
    """
    grown = [b + n + a for n, (b, a) in zip(x.shape[1:-1], around, strict=True)]
    source = work.empty((len(x), *grown, len(w)), x)
    source.fill(0)
    inner = source[(slice(None), *window.inside(x.shape[1:-1], around))]
    inner[..., :-1] = x
    inner[..., -1] = 1
    y = work.empty((len(x), *grown, w.shape[-1]), x)
    # Few maps make many: such a product is as fast as its output can be written, and rewritten while it is near.
    _product(source, w, None, y, work, tile=_TILE_BYTES // 8)
    return y


def _fair(positions: int, hands: int) -> int:
    """An even share of the positions, or all of them where a share would be too few for an efficient product."""
    share = -(-positions // hands)
    return share if share >= _TILE_POSITIONS // 4 else positions


def _tiled(view: Array, w: Array, bias: Array | None, y: Array, work: Work) -> None:
    """Copy the windows of a tile side by side and multiply: im2col without its memory."""
    groups, depth = w.shape[0], prod(w.shape[1:-1])
    w = w.reshape(groups, depth, -1)
    extents = y.shape[:-1]
    hands = work.hands(prod(extents) * w.size)
    most = max(_TILE_POSITIONS, _TILE_BYTES // (groups * depth * y.itemsize))
    most = min(most, _fair(prod(extents), hands))
    # (batch, *outputs, *kernel, groups, seen) with the groups in front
    view = np.moveaxis(view.reshape(*view.shape[:-1], groups, -1), -2, 0)
    parts = list(tiles(extents, most))
    largest = max(prod(y[part].shape[:-1]) for part in parts)
    room = [work.empty((groups * largest * depth,), y) for _ in range(hands)]

    def one(where: tuple[Any, ...], hand: int) -> None:
        source, out = view[(slice(None), *where)], as_matrix(y[where])
        columns = room[hand][: groups * len(out) * depth]
        np.copyto(columns.reshape(source.shape), source)
        columns = columns.reshape(groups, len(out), depth)
        if groups == 1:
            work.multiply(columns[0], w[0], out)
        else:
            work.multiply(columns, w, np.moveaxis(out.reshape(len(out), groups, -1), 1, 0))
        work.complete(out, bias)

    work.share(parts, hands, one)


def _by_table(layer: Any, x: Array, weights: Weights, work: Work) -> Array:
    """Each link of a filter to an input map has a window of its own; a filter sums its links (LeNet-5's C3)."""
    kernel = window.sizes(layer.kernel)
    lengths = [len(maps) for maps in layer.connections]
    links = sum(lengths)
    w = weights.draw(
        "weight",
        (*kernel, links),
        Law(deviation=work.gain / sqrt(prod(kernel) * max(1, links) / max(1, len(lengths)))),
        frame=Frame((len(kernel), *range(len(kernel))), (links, *kernel)),
    )
    bias = weights.draw("bias", (layer.filters,), SHIFT) if layer.bias else None
    work.kernel, work.why = "by table", "every link has a window of its own"
    chosen = np.ascontiguousarray(x[..., [index for maps in layer.connections for index in maps]])
    sliding = depthwise.sliding(window.window_of(layer, x), w, None, chosen)
    finish, work.finish = work.finish, None
    linked = depthwise.slide(chosen, sliding, work)
    work.finish = finish
    y = work.empty((*linked.shape[:-1], len(lengths)), x)
    y.fill(0)
    starts = np.cumsum([0, *lengths[:-1]])
    seeing = [index for index, length in enumerate(lengths) if length]
    if seeing:
        y[..., seeing] = np.add.reduceat(linked, starts[seeing], axis=-1)
    work.complete(y, bias)
    return y


def _compare(view: Array, w: Array, y: Array, bias: Array | None) -> float:
    """The largest difference between the first tile of a result and its direct computation, relatively."""
    tile = (slice(0, 1), slice(0, 4), slice(0, 4))
    exact = np.tensordot(view[tile], w[0], 3)
    if bias is not None:
        exact += bias
    scale = float(np.abs(exact).max()) or 1.0
    return float(np.abs(exact - y[tile]).max()) / scale
