"""Winograd's minimal filtering with 6 x 6 patches: for 3x3 kernels F(4x4, 3x3), 36 products where there were 144.

A kernel of r x r gives m x m outputs of a patch, m = 7 - r. The three transforms are applied as products with their
small matrices, axis by axis: BLAS has kernels for such products that need no packing and outrun sums written out in
NumPy by far.

Source: Lavin and Gray 2015 (arXiv 1509.09308), section 4, its matrices for the points 0, 1, -1, 2, -2 and infinity.
"""

from __future__ import annotations

from math import prod

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels.window import Pads, Window
from cnncalc.backend.work import Work

_POINTS = (0, 1, -1, 2, -2)
_FACTORS = (1 / 4, -1 / 6, -1 / 6, 1 / 24, 1 / 24)
_INPUT = np.array(
    [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0],
     [0, 4, 0, -5, 0, 1]]
)  # fmt: skip

_BLOCK_NUMBERS = 1 << 18
"""Transformed numbers in one block of tiles: what stays in a core's cache between the transforms and the products."""

_BLOCK_TILES = 112
"""Tiles from which a block is large enough, however many channels: fewer read the transformed weights too often."""


def _weight_matrix(kernel: int) -> Array:
    """(6, kernel): the filter as a polynomial, at each point and at infinity."""
    rows = [[factor * point**tap for tap in range(kernel)] for point, factor in zip(_POINTS, _FACTORS, strict=True)]
    return np.array([*rows, [0.0] * (kernel - 1) + [1.0]])


def _output_matrix(outputs: int) -> Array:
    """(outputs, 6): the product of the polynomials, from its values back to coefficients."""
    return np.array([[*(point**i for point in _POINTS), i == outputs - 1] for i in range(outputs)], float)


def transform(w: Array, work: Work) -> Array:
    """Weights (kernel, kernel, channels, filters) as (36, channels, filters); the width's transform comes first."""
    kernel, _, channels, filters = w.shape
    matrix = _weight_matrix(kernel).astype(w.dtype)
    # (height, width, ...) to (height, width', ...) to (width', height', ...)
    wide = np.matmul(matrix, w.reshape(kernel, kernel, -1)).swapaxes(0, 1)
    out = work.empty((6, 6, channels * filters), w)
    np.matmul(matrix, wide, out=out)
    return out.reshape(36, channels, filters)


def convolve(x: Array, geometry: Window, w: Array, bias: Array | None, y: Array, work: Work) -> None:
    """The convolution of `x` with transformed weights, into `y` (batch, height, width, filters).

    A block is one or more rows of m x m tiles of the output.
    """
    batch, height, width, filters = y.shape
    m = 7 - geometry.kernel[0]
    down, across = -(-height // m), -(-width // m)
    channels = x.shape[-1]
    hands = work.hands(36 * batch * down * across * channels * filters)
    wide = max(channels, filters)
    # Threads take turns at the interpreter between calls: larger blocks make fewer calls.
    tiles = max(hands * _BLOCK_NUMBERS // (36 * wide), min(_BLOCK_TILES, wide // 2))
    rows = max(1, min(tiles // across, -(-down // hands)))
    room = [_Room(m, rows, across, channels, filters, x, work) for _ in range(hands)]
    blocks = [(image, first) for image in range(batch) for first in range(0, down, rows)]

    def one(block: tuple[int, int], hand: int) -> None:
        image, first = block
        part = y[image, m * first : m * min(first + rows, down)]
        _block(x[image], geometry.pads, m, first, min(rows, down - first), w, bias, part, room[hand], work)

    work.share(blocks, hands, one)


class _Room:
    """The arrays of one block, as flat stretches: transformed patches, products, and what lies between."""

    def __init__(self, m: int, rows: int, across: int, channels: int, filters: int, like: Array, work: Work) -> None:
        count = rows * across
        strips = 12 * (m * rows + 6 - m) * across * channels
        self.patches = work.empty((36 * count * channels,), like)
        self.products = work.empty((36 * count * filters,), like)
        self.between = work.empty((max(strips, (6 + m) * m * count * filters),), like)


def _part(flat: Array, start: int, shape: tuple[int, ...]) -> Array:
    """A stretch of a flat array as an array of that shape."""
    size = prod(shape)
    return flat[start : start + size].reshape(shape)


def _block(
    x: Array, pads: Pads, m: int, first: int, rows: int, w: Array, bias: Array | None, y: Array, room: _Room, work: Work
) -> None:
    """Some rows of tiles: transform, multiply, transform back, complete, and put in place."""
    channels, filters = w.shape[1:]
    across = -(-y.shape[1] // m)
    count = rows * across
    patches = _part(room.patches, 0, (6, 6, rows, across * channels))
    _patches(x, pads, m, first, patches, room.between)
    products = _part(room.products, 0, (6, 6, count * filters))
    np.matmul(patches.reshape(36, count, channels), w, out=products.reshape(36, count, filters))
    back = _output_matrix(m).astype(w.dtype)
    half = _part(room.between, 0, (6, m, count * filters))
    done = _part(room.between, half.size, (m, m, count * filters))
    np.matmul(back, products, out=half)
    np.matmul(back, half.swapaxes(0, 1), out=done)
    _place(done.reshape(m, m, rows, across, filters), bias, y)
    work.complete(y, None)


def _patches(x: Array, pads: Pads, m: int, first: int, patches: Array, between: Array) -> None:
    """The transformed 6 x 6 patches at stride m, as (width's index, height's index, row of tiles, tiles·channels)."""
    rows, line = patches.shape[2:]
    channels = x.shape[-1]
    (top, _), (left, _) = pads
    height = m * rows + 6 - m
    # Of every input row six strips: strip j holds column j of all patches side by side.
    strips = _part(between, 0, (height, 6, line // channels, channels))
    inside, from_row = _reach(x.shape[0], top - m * first, 1, height)
    strips[: inside.start] = 0
    strips[inside.stop :] = 0
    source = x[from_row : from_row + inside.stop - inside.start]
    for j in range(6):
        columns, from_column = _reach(x.shape[1], left - j, m, line // channels)
        strips[inside, j, : columns.start] = 0
        strips[inside, j, columns.stop :] = 0
        strips[inside, j, columns] = source[:, from_column::m][:, : columns.stop - columns.start]
    matrix = _INPUT.astype(x.dtype)
    turned = _part(between, strips.size, (height, 6, line))
    np.matmul(matrix, strips.reshape(height, 6, line), out=turned)
    step = turned.strides
    overlapping = np.lib.stride_tricks.as_strided(
        turned, (rows, 6, 6, line), (m * step[0], step[1], step[0], step[2]), writeable=False
    )
    np.matmul(matrix, overlapping, out=patches.transpose(2, 0, 1, 3))


def _reach(extent: int, before: int, step: int, most: int) -> tuple[slice, int]:
    """Which of the places `step·i - before` lie in the input, and the first cell they read."""
    start = min(most, max(0, -(-before // step)))
    cells = range(step * start - before, extent, step)
    return slice(start, min(most, start + len(cells))), max(0, cells.start)


def _place(done: Array, bias: Array | None, y: Array) -> None:
    """Write the tiles, given as (height's place, width's place, row, column, filters), where they belong, plus bias.

    What lies beyond the map is left out.
    """
    m = len(done)
    for i, j in np.ndindex(m, m):
        goal = y[i::m, j::m]
        part = done[i, j, : goal.shape[0], : goal.shape[1]]
        if bias is None:
            goal[...] = part
        else:
            np.add(part, bias, out=goal)
