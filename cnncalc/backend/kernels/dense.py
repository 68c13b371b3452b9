"""Layers in which every output number sees every input number."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels.shaping import flat
from cnncalc.backend.weights import SHIFT, Law, Weights
from cnncalc.backend.work import Work

_MEMORY = 16
"""Products in a cache that take as long as reading one weight from memory, once for the whole batch."""


def fc(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """`layer.units` neurons over everything; weights (units, inputs), inputs counted channels, rows, columns."""
    x = flat(arrays[0], work)
    y = work.empty((len(x), layer.units), x)
    work.kernel, work.why = "product", "weights read row by row"
    law = Law(deviation=work.gain / sqrt(x.shape[1]))
    across = np.ascontiguousarray(x.T)
    for rows, w in weights.stream("weight", (layer.units, x.shape[1]), law):
        _rows(w, across, y[:, rows], work)
    bias = weights.draw("bias", (layer.units,), SHIFT) if layer.bias else None
    work.complete(y, bias)
    return y


def _rows(w: Array, across: Array, y: Array, work: Work) -> None:
    """y = (w @ across) transposed; threads take runs of rows."""
    hands = work.hands(_MEMORY * w.size)
    run = -(-len(w) // hands)

    def one(first: int, hand: int) -> None:
        part = w[first : first + run]
        product = np.empty((len(part), across.shape[1]), w.dtype)
        work.multiply(part, across, product)
        y[:, first : first + run] = product.T

    work.share(range(0, len(w), run), hands, one)


def rbf(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The squared distance between the input and each unit's prototype."""
    x = flat(arrays[0], work)
    y = work.empty((len(x), layer.units), x)
    work.kernel, work.why = "squared distance", "one square per input and unit"
    law = Law(deviation=work.gain)
    for rows, prototypes in weights.stream("prototypes", (layer.units, x.shape[1]), law, trainable=False):
        for image, out in zip(x, y, strict=True):
            away = image - prototypes
            np.einsum("ui,ui->u", away, away, out=out[rows])
            work.enter(away.size)
    return y
