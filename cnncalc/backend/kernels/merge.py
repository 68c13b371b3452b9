"""Layers that join branches. A flat vector among volumes counts as a 1x1 map."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.weights import Weights
from cnncalc.backend.work import Work

_BLOCK = 1 << 16
"""Numbers joined at a time where an activation is to be applied to them at once."""


def _aligned(arrays: list[Array]) -> list[Array]:
    axes = max(x.ndim for x in arrays)
    return [x if x.ndim == axes else x.reshape(len(x), *(1,) * (axes - 2), x.shape[-1]) for x in arrays]


def concat(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """All maps on top of each other."""
    arrays = _aligned(arrays)
    depths = [x.shape[-1] for x in arrays]
    y = work.empty((*arrays[0].shape[:-1], sum(depths)), arrays[0])
    np.concatenate(arrays, axis=-1, out=y)
    return y


def add(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The sum of the branches, number by number; extents of 1 are broadcast."""
    return _pairwise(np.add, arrays, work)


def multiply(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The product of the branches, number by number; extents of 1 are broadcast."""
    return _pairwise(np.multiply, arrays, work)


def _pairwise(join: np.ufunc, arrays: list[Array], work: Work) -> Array:
    first, *rest = _aligned(arrays)
    shape = np.broadcast_shapes(first.shape, *(x.shape for x in rest))
    spare = next((x for x in arrays[:2] if x.shape == shape and work.may_overwrite(x)), None)
    y = work.empty(shape, first) if spare is None else spare
    if len(rest) == 1 and first.shape == rest[0].shape:
        _in_blocks(join, first.reshape(-1), rest[0].reshape(-1), y.reshape(-1), work)
        return y
    for x in rest:
        join(first, x, out=y)
        first = y
    work.complete(y, None)
    return y


def _in_blocks(join: np.ufunc, a: Array, b: Array, y: Array, work: Work) -> None:
    """Join two equal shapes; where something is fused with the layer, block by block, while each is in the cache."""
    block = max(1, y.size) if work.finish is None else _BLOCK
    for first in range(0, y.size, block):
        part = slice(first, first + block)
        join(a[part], b[part], out=y[part])
        work.complete(y[part], None)
