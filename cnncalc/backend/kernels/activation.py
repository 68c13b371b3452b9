"""Activations: functions of one number, and the two softmaxes over channels."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.weights import Law, Weights
from cnncalc.backend.work import Work

Activation = Callable[[Any, list[Array], Weights, Work], Array]
Formula = Callable[[Any, Array, Array], None]

_BLOCK = 1 << 16
"""Numbers computed at a time, so that the intermediate results of a formula stay in the cache."""


def in_blocks(layer: Any, formula: Formula, x: Array, y: Array) -> None:
    """Apply a formula to every number."""
    source, target = x.reshape(-1), y.reshape(-1)
    for first in range(0, source.size, _BLOCK):
        formula(layer, source[first : first + _BLOCK], target[first : first + _BLOCK])


def elementwise(formula: Formula) -> Activation:
    """The kernel that applies a formula to every number, over its input where nobody needs that any more."""

    def kernel(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
        (x,) = arrays
        y = work.over(x)
        in_blocks(layer, formula, x, y)
        return y

    return kernel


def relu(layer: Any, x: Array, y: Array) -> None:
    """max(0, x). Clipping with both bounds is the fastest form NumPy has."""
    x.clip(0, np.inf, out=y)


def relu6(layer: Any, x: Array, y: Array) -> None:
    """min(max(0, x), 6)."""
    x.clip(0, 6, out=y)


def leaky_relu(layer: Any, x: Array, y: Array) -> None:
    """x where positive, slope·x elsewhere."""
    _two_sided(x, np.multiply(np.minimum(x, 0), layer.slope), y)


def _two_sided(x: Array, below: Array, y: Array) -> None:
    """x above zero plus what is given below."""
    x.clip(0, np.inf, out=y)
    y += below


def elu(layer: Any, x: Array, y: Array) -> None:
    """x where positive, alpha·(eˣ - 1) elsewhere."""
    _two_sided(x, np.multiply(np.expm1(np.minimum(x, 0)), layer.alpha), y)


def selu(layer: Any, x: Array, y: Array) -> None:
    """Self-normalising: λ·x where positive, λ·α·(eˣ - 1) elsewhere, with the constants of Klambauer et al. 2017."""
    _two_sided(x, np.multiply(np.expm1(np.minimum(x, 0)), 1.6732632423543772), y)
    y *= 1.0507009873554805


def gelu(layer: Any, x: Array, y: Array) -> None:
    """x·Φ(x)."""
    below = _normal_below(x)
    np.multiply(x, below, out=y)


def _normal_below(x: Array) -> Array:
    """The normal distribution Φ, to 1e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26)."""
    z = np.abs(x)
    z *= sqrt(0.5)
    t = 1 / (1 + 0.3275911 * z)
    tail = t * 1.061405429
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail += coefficient
        tail *= t
    np.square(z, out=z)
    np.negative(z, out=z)
    tail *= np.exp(z, out=z)
    tail *= 0.5
    return np.where(x < 0, tail, 1 - tail)


def silu(layer: Any, x: Array, y: Array) -> None:
    """x/(1 + e⁻ˣ)."""
    bottom = np.exp(-x)
    bottom += 1
    np.divide(x, bottom, out=y)


def mish(layer: Any, x: Array, y: Array) -> None:
    """x·tanh(ln(1 + eˣ))."""
    np.multiply(x, np.tanh(np.logaddexp(x, np.zeros(1, x.dtype))), out=y)


def sigmoid(layer: Any, x: Array, y: Array) -> None:
    """1/(1 + e⁻ˣ)."""
    np.negative(x, out=y)
    np.exp(y, out=y)
    y += 1
    np.reciprocal(y, out=y)


def hard_sigmoid(layer: Any, x: Array, y: Array) -> None:
    """min(max(x + 3, 0), 6)/6."""
    np.add(x, 3, out=y)
    np.clip(y, 0, 6, out=y)
    y *= 1 / 6


def hard_swish(layer: Any, x: Array, y: Array) -> None:
    """x·min(max(x + 3, 0), 6)/6."""
    gate = x + 3
    np.clip(gate, 0, 6, out=gate)
    gate *= 1 / 6
    np.multiply(x, gate, out=y)


def tanh(layer: Any, x: Array, y: Array) -> None:
    """The hyperbolic tangent."""
    np.tanh(x, out=y)


def softplus(layer: Any, x: Array, y: Array) -> None:
    """ln(1 + eˣ)."""
    np.logaddexp(x, np.zeros(1, x.dtype), out=y)


def absolute(layer: Any, x: Array, y: Array) -> None:
    """|x|."""
    np.abs(x, out=y)


def prelu(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """x where positive, a·x elsewhere; a per channel, or one for all."""
    (x,) = arrays
    slope = weights.draw("slope", (1,) if layer.shared else x.shape[-1:], Law(0.25, 0.03125))
    y = work.over(x)
    below = np.minimum(x, 0)
    below *= slope
    _two_sided(x, below, y)
    return y


def softmax(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """eˣ divided by the sum over channels, at each position."""
    (x,) = arrays
    y = work.over(x)
    np.subtract(x, x.max(axis=-1, keepdims=True), out=y)
    np.exp(y, out=y)
    y /= y.sum(axis=-1, keepdims=True)
    return y


def log_softmax(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """x less the logarithm of the sum of exponentials over channels."""
    (x,) = arrays
    y = work.over(x)
    np.subtract(x, x.max(axis=-1, keepdims=True), out=y)
    y -= np.log(np.exp(y).sum(axis=-1, keepdims=True))
    return y
