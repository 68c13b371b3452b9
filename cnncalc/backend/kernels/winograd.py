"""Winograd's minimal filtering F(4x4, 3x3): 36 products where the definition has 144.

Source: Lavin and Gray 2015 (arXiv 1509.09308), section 4.1 and its equation 15.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.work import Work

_WEIGHTS = np.array(
    [[1 / 4, 0, 0], [-1 / 6, -1 / 6, -1 / 6], [-1 / 6, 1 / 6, -1 / 6], [1 / 24, 1 / 12, 1 / 6],
     [1 / 24, -1 / 12, 1 / 6], [0, 0, 1]]
)
_WIDE = 256
"""Channels from which the transformed weights are too large to be read again for every block of tiles."""


def transform(w: Array, work: Work) -> Array:
    """Weights (3, 3, channels, filters) as (36, channels, filters)."""
    matrix = _WEIGHTS.astype(w.dtype)
    _, _, channels, filters = w.shape
    rows = np.matmul(matrix, w.reshape(3, -1)).reshape(6, 3, -1)
    out = work.empty((6, 6, channels * filters), w)
    np.matmul(matrix, rows, out=out)
    return out.reshape(36, channels, filters)


def convolve(x: Array, w: Array, bias: Array | None, y: Array, work: Work) -> None:
    """The convolution of a padded array with transformed weights, written to `y` (batch, height, width, filters)."""
    batch, height, width, filters = y.shape
    down, across = -(-height // 4), -(-width // 4)
    channels = x.shape[-1]
    wide = max(channels, filters)
    per = down if wide >= _WIDE else max(1, min(down, -(-(56 if wide > 64 else 112) // across)))
    hands = work.hands(y.size * 9 * channels // 4)
    if hands > 1:
        per = min(per, -(-down // hands))
    blocks = [(n, first, min(first + per, down)) for n in range(batch) for first in range(0, down, per)]
    size = per * across
    room = [
        [work.empty((count,), x) for count in (36 * size * channels, 36 * size * filters, 40 * size * wide)]
        for _ in range(hands)
    ]

    def one(block: tuple[int, int, int], hand: int) -> None:
        n, first, last = block
        tiles, products, spare = room[hand]
        rows = last - first
        part = x[n, 4 * first : 4 * last + 2]
        v = tiles[: 36 * rows * across * channels].reshape(6, 6, rows, across, channels)
        _transform_input(part, v, spare)
        m = products[: 36 * rows * across * filters].reshape(36, rows * across, filters)
        np.matmul(v.reshape(36, rows * across, channels), w, out=m)
        out = y[n, 4 * first : 4 * last]
        _transform_output(m.reshape(6, 6, rows, across, filters), out, bias, spare)
        work.complete(out, None)

    work.share(blocks, hands, one)


def _transform_input(x: Array, v: Array, spare: Array) -> None:
    """BᵀdB of all 6 x 6 patches at stride 4: rows first, over full rows, then columns."""
    rows, across, channels = v.shape[2:]
    width = 4 * across + 2
    height = 4 * rows + 2
    middle = spare[: 6 * rows * width * channels].reshape(6, rows, width, channels)
    short = x.shape[0] < height, x.shape[1] < width
    if any(short):
        x = _grown(x, height, width)
    _six([x[i : i + 4 * rows - 3 : 4] for i in range(6)], list(middle))
    for i in range(6):
        _six([middle[i][:, j : j + 4 * across - 3 : 4] for j in range(6)], list(v[i]))


def _grown(x: Array, height: int, width: int) -> Array:
    """The map with zeros after it, where the last tiles reach beyond."""
    return np.pad(x, ((0, height - x.shape[0]), (0, width - x.shape[1]), (0, 0)))


def _six(d: list[Array], out: list[Array]) -> None:
    """Bᵀ along one axis: six slices in, six sums out."""
    a, b, c, e, f, g = out
    d0, d1, d2, d3, d4, d5 = d
    # Outputs serve as scratch before they are written for good.
    np.multiply(d2, 4, out=a)
    np.subtract(d4, a, out=a)
    np.multiply(d1, 4, out=g)
    np.subtract(d3, g, out=g)
    np.add(a, g, out=b)
    np.subtract(a, g, out=c)
    np.subtract(d3, d1, out=g)
    g += g
    np.subtract(d4, d2, out=a)
    np.add(a, g, out=e)
    np.subtract(a, g, out=f)
    np.subtract(d0, d2, out=g)
    g *= 4
    a += g
    np.subtract(d1, d3, out=g)
    g *= 4
    g -= d3
    g += d5
    # a holds d4 - d2 + 4(d0 - d2) = 4d0 - 5d2 + d4


def _transform_output(m: Array, y: Array, bias: Array | None, spare: Array) -> None:
    """AᵀmA: sixteen sums per tile, written where they belong; what lies beyond the map is left out."""
    rows, across, filters = m.shape[2:]
    half = spare[: 4 * 6 * rows * across * filters].reshape(4, 6, rows, across, filters)
    _four(list(m), list(half))
    scratch = spare[half.size : half.size + 4 * rows * across * filters].reshape(4, rows, across, filters)
    for i in range(4):
        _four(list(half[i]), list(scratch))
        if bias is not None:
            scratch += bias
        for j in range(4):
            target = y[i::4, j::4]
            target[...] = scratch[j, : target.shape[0], : target.shape[1]]


def _four(m: list[Any], out: list[Array]) -> None:
    """Aᵀ along one axis: six slices in, four sums out; the inputs are used up."""
    m0, m1, m2, m3, m4, m5 = m
    a, b, c, d = out
    np.add(m1, m2, out=a)
    m1 -= m2
    np.add(m3, m4, out=c)
    m3 -= m4
    np.multiply(m3, 2, out=b)
    b += m1
    np.multiply(m3, 8, out=d)
    d += m1
    d += m5
    np.add(a, m0, out=m0)
    m0 += c
    c *= 4
    c += a
    a[...] = m0
