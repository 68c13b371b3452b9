"""Layers that leave every number where it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.weights import SCALE, SHIFT, Weights
from cnncalc.backend.work import Work


def identity(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """The array itself: dropout and stochastic depth at inference, too."""
    return arrays[0]


def scale(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """One learned factor per channel, and with `bias` one offset."""
    (x,) = arrays
    y = work.over(x)
    np.multiply(x, weights.draw("scale", x.shape[-1:], SCALE), out=y)
    if layer.bias:
        y += weights.draw("bias", x.shape[-1:], SHIFT)
    return y


def rescale(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Every number times a fixed factor."""
    (x,) = arrays
    y = work.over(x)
    np.multiply(x, layer.factor, out=y)
    return y
