"""Winograd's minimal filtering F(4x4, 3x3): 36 products where the definition has 144.

The three transforms are applied as products with their small matrices, axis by axis: BLAS has kernels for such
products that need no packing and outrun sums written out in NumPy by far.

Source: Lavin and Gray 2015 (arXiv 1509.09308), section 4.1 and its equation 15.
"""

from __future__ import annotations

from math import prod

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels.window import Pads
from cnncalc.backend.work import Work

_WEIGHTS = np.array(
    [[1 / 4, 0, 0], [-1 / 6, -1 / 6, -1 / 6], [-1 / 6, 1 / 6, -1 / 6], [1 / 24, 1 / 12, 1 / 6],
     [1 / 24, -1 / 12, 1 / 6], [0, 0, 1]]
)  # fmt: skip
_INPUT = np.array(
    [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0],
     [0, 4, 0, -5, 0, 1]]
)  # fmt: skip
_OUTPUT = np.array([[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]])

_BLOCK_NUMBERS = 1 << 18
"""Transformed numbers in one block of tiles: what stays in a core's cache between the transforms and the products."""

_BLOCK_TILES = 112
"""Tiles from which a block is large enough, however many channels: fewer read the transformed weights too often."""


def transform(w: Array, work: Work) -> Array:
    """Weights (3, 3, channels, filters) as (36, channels, filters); the width's transform comes first."""
    matrix = _WEIGHTS.astype(w.dtype)
    _, _, channels, filters = w.shape
    # (height, width, ...) to (width', height, ...) to (width', height', ...)
    wide = np.matmul(matrix, w.reshape(3, 3, -1)).swapaxes(0, 1)
    out = work.empty((6, 6, channels * filters), w)
    np.matmul(matrix, wide, out=out)
    return out.reshape(36, channels, filters)


def convolve(x: Array, pads: Pads, w: Array, bias: Array | None, y: Array, work: Work) -> None:
    """The convolution of `x`, padded by `pads`, with transformed weights, into `y` (batch, height, width, filters).

    A block is one or more rows of 4 x 4 tiles of the output.
    """
    batch, height, width, filters = y.shape
    down, across = -(-height // 4), -(-width // 4)
    channels = x.shape[-1]
    hands = work.hands(y.size * 9 * channels // 4)
    wide = max(channels, filters)
    tiles = max(_BLOCK_NUMBERS // (36 * wide), min(_BLOCK_TILES, wide // 2))
    rows = max(1, min(tiles // across, -(-down // hands)))
    room = [_Room(rows, across, channels, filters, x, work) for _ in range(hands)]
    blocks = [(image, first) for image in range(batch) for first in range(0, down, rows)]

    def one(block: tuple[int, int], hand: int) -> None:
        image, first = block
        _block(x[image], pads, first, min(rows, down - first), w, bias, y[image, 4 * first :], room[hand], work)

    work.share(blocks, hands, one)


class _Room:
    """The arrays of one block, as flat stretches: transformed patches, products, and what lies between."""

    def __init__(self, rows: int, across: int, channels: int, filters: int, like: Array, work: Work) -> None:
        count = rows * across
        strips = 12 * (4 * rows + 2) * across * channels
        self.patches = work.empty((36 * count * channels,), like)
        self.products = work.empty((36 * count * filters,), like)
        self.between = work.empty((max(strips, 40 * count * filters),), like)


def _part(flat: Array, start: int, shape: tuple[int, ...]) -> Array:
    """A stretch of a flat array as an array of that shape."""
    size = prod(shape)
    return flat[start : start + size].reshape(shape)


def _block(
    x: Array, pads: Pads, first: int, rows: int, w: Array, bias: Array | None, y: Array, room: _Room, work: Work
) -> None:
    """Some rows of tiles: transform, multiply, transform back, complete, and put in place."""
    channels, filters = w.shape[1:]
    across = -(-y.shape[1] // 4)
    count = rows * across
    patches = _part(room.patches, 0, (6, 6, rows, across * channels))
    _patches(x, pads, first, patches, room.between)
    products = _part(room.products, 0, (6, 6, count * filters))
    np.matmul(patches.reshape(36, count, channels), w, out=products.reshape(36, count, filters))
    back = _OUTPUT.astype(w.dtype)
    half = _part(room.between, 0, (6, 4, count * filters))
    done = _part(room.between, half.size, (4, 4, count * filters))
    np.matmul(back, products, out=half)
    np.matmul(back, half.swapaxes(0, 1), out=done)
    _place(done.reshape(4, 4, rows, across, filters), bias, y)
    work.complete(y[: 4 * rows], None)


def _patches(x: Array, pads: Pads, first: int, patches: Array, between: Array) -> None:
    """The transformed 6 x 6 patches at stride 4, as (width's index, height's index, row of tiles, tiles·channels)."""
    rows, line = patches.shape[2:]
    channels = x.shape[-1]
    (top, _), (left, _) = pads
    height = 4 * rows + 2
    # Of every input row six strips: strip j holds column j of all patches side by side.
    strips = _part(between, 0, (height, 6, line // channels, channels))
    inside, from_row = _reach(x.shape[0], top - 4 * first, 1, height)
    strips[: inside.start] = 0
    strips[inside.stop :] = 0
    source = x[from_row : from_row + inside.stop - inside.start]
    for j in range(6):
        columns, from_column = _reach(x.shape[1], left - j, 4, line // channels)
        strips[inside, j, : columns.start] = 0
        strips[inside, j, columns.stop :] = 0
        strips[inside, j, columns] = source[:, from_column::4][:, : columns.stop - columns.start]
    matrix = _INPUT.astype(x.dtype)
    turned = _part(between, strips.size, (height, 6, line))
    np.matmul(matrix, strips.reshape(height, 6, line), out=turned)
    step = turned.strides
    overlapping = np.lib.stride_tricks.as_strided(
        turned, (rows, 6, 6, line), (4 * step[0], step[1], step[0], step[2]), writeable=False
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
    for i, j in np.ndindex(4, 4):
        goal = y[i::4, j::4][: done.shape[2]]
        part = done[i, j, : goal.shape[0], : goal.shape[1]]
        if bias is None:
            goal[...] = part
        else:
            np.add(part, bias, out=goal)
