"""Layers that rearrange, cut or pad and compute nothing."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels import window
from cnncalc.backend.weights import Weights
from cnncalc.backend.work import Work


def _copy(view: Array, work: Work) -> Array:
    """A view as an array of its own, contiguous as all kernels expect them."""
    y = work.empty(view.shape, view)
    y[...] = view
    return y


def flat(x: Array, work: Work) -> Array:
    """(batch, numbers): channels, then rows, then columns. A view where channels are all there is."""
    if x.ndim == 2 or prod(x.shape[1:-1]) == 1:
        return x.reshape(len(x), -1)
    return _copy(np.moveaxis(x, -1, 1), work).reshape(len(x), -1)


def flatten(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The volume as one flat vector."""
    return flat(arrays[0], work)


def reshape(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The same numbers, in flattening order, as `layer.volume` (channels, extents width first)."""
    channels, extents = layer.volume
    numbers = flat(arrays[0], work).reshape(len(arrays[0]), channels, *window.sizes(extents))
    return numbers if not extents else _copy(np.moveaxis(numbers, 1, -1), work)


_SIDES = (("left", "right"), ("top", "bottom"), ("front", "back"))


def pad(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Zeros on the sides, and as channels before and after."""
    (x,) = arrays
    axes = x.ndim - 2
    sides = layer.sides or ((0, 0),) * axes
    pads = tuple(
        (before + getattr(layer, first), after + getattr(layer, last))
        for (before, after), (first, last) in zip(sides, _SIDES[:axes], strict=True)
    )
    y = window.padded(x, tuple(reversed(pads)), work)
    front, behind = layer.channels
    if not front and not behind:
        return y
    wider = work.empty((*y.shape[:-1], front + y.shape[-1] + behind), y)
    wider[..., :front] = 0
    wider[..., front : front + y.shape[-1]] = y
    wider[..., front + y.shape[-1] :] = 0
    return wider


def crop(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The middle of the size of the second input or of `layer.size`, or all but some sides."""
    x = arrays[0]
    axes = x.ndim - 2
    if len(arrays) > 1 or layer.size is not None:
        kept = arrays[1].shape[1:-1] if len(arrays) > 1 else window.sizes(layer.size)
        starts = [(n - m) // 2 for n, m in zip(x.shape[1:-1], kept, strict=True)]
        where = tuple(slice(start, start + m) for start, m in zip(starts, kept, strict=True))
    else:
        pairs = reversed(_SIDES[:axes])
        where = tuple(
            slice(getattr(layer, first), n - getattr(layer, last))
            for n, (first, last) in zip(x.shape[1:-1], pairs, strict=True)
        )
    return _copy(x[(slice(None), *where)], work)


def slice_channels(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The channels from `layer.start` up to, not including, `layer.stop`."""
    return _copy(arrays[0][..., layer.start : layer.stop], work)


def channel_shuffle(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Channels read as (groups, each) and written as (each, groups)."""
    (x,) = arrays
    dealt = x.reshape(*x.shape[:-1], layer.groups, -1)
    return _copy(np.swapaxes(dealt, -1, -2), work).reshape(x.shape)
