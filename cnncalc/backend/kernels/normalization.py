"""Normalisations. Statistics are taken over axes of channels-last arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cnncalc.backend.arena import Array
from cnncalc.backend.weights import SCALE, SHIFT, VARIANCE, Weights
from cnncalc.backend.work import Work, as_matrix, tiles

_TILE_NUMBERS = 1 << 16


def _affine(layer: Any, channels: int, weights: Weights) -> tuple[Array | None, Array | None]:
    """Scale and shift per channel, either of which may be missing; `affine` stands for what is not said."""
    scales = layer.affine if layer.scale is None else layer.scale
    shifts = layer.affine if layer.shift is None else layer.shift
    scale = weights.draw("scale", (channels,), SCALE) if scales else None
    shift = weights.draw("shift", (channels,), SHIFT) if shifts else None
    return scale, shift


def batchnorm(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """(x - mean)/√(variance + eps)·scale + shift, as one factor and one offset per channel."""
    (x,) = arrays
    factor, offset = weights.derived("folded", lambda: folded(layer, x.shape[-1], weights))
    y = work.over(x)
    source, target = as_matrix(x), as_matrix(y)
    for where in tiles((len(source),), max(1, _TILE_NUMBERS // x.shape[-1])):
        part = target[where]
        np.multiply(source[where], factor, out=part)
        work.complete(part, offset)
    return y


def folded(layer: Any, channels: int, weights: Weights) -> tuple[Array, Array]:
    """The factor and the offset per channel that a batch normalisation comes down to at inference."""
    scale, shift = _affine(layer, channels, weights)
    mean = weights.draw("mean", (channels,), SHIFT, trainable=False)
    variance = weights.draw("variance", (channels,), VARIANCE, trainable=False)
    factor = 1 / np.sqrt(variance + np.asarray(layer.eps, variance.dtype))
    if scale is not None:
        factor *= scale
    offset = -mean * factor
    if shift is not None:
        offset += shift
    return factor, offset


class Rectified(NamedTuple):
    """max(0, factor·x + offset) per channel, as scale·min(max(x, lower), upper) + rest; `upper` None if infinite."""

    lower: Array
    upper: Array | None
    scale: Array
    rest: Array

    def cut(self, x: Array, out: Array) -> Array:
        """What is left to do with numbers (..., channels) before a product whose weights have the scale in them."""
        np.maximum(x, self.lower, out=out)
        if self.upper is not None:
            np.minimum(out, self.upper, out=out)
        return out


def rectified(layer: Any, channels: int, weights: Weights) -> Rectified:
    """A batch normalisation and the rectifier after it, so that a product that reads them can do the scaling."""
    factor, offset = folded(layer, channels, weights)
    with np.errstate(all="ignore"):
        zero = -offset / factor
    constant = ~np.isfinite(zero)
    lower = np.where(constant, 0, np.where(factor > 0, zero, -np.inf)).astype(factor.dtype)
    upper = np.where(constant, 0, np.where(factor < 0, zero, np.inf)).astype(factor.dtype)
    scale, rest = np.where(constant, 0, factor), np.where(constant, np.maximum(offset, 0), offset)
    return Rectified(lower, None if np.isinf(upper).all() else upper, scale, rest)


def layernorm(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Over channels, at each position."""
    (x,) = arrays
    y = work.over(x)
    for where in tiles((x.size // x.shape[-1],), max(1, _TILE_NUMBERS // x.shape[-1])):
        _standardise(as_matrix(x)[where], as_matrix(y)[where], -1, layer.eps, work)
    return _scaled(y, *_affine(layer, x.shape[-1], weights))


def groupnorm(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Over all positions and the channels of a group."""
    (x,) = arrays
    y = work.over(x)
    apart = (len(x), -1, layer.groups, x.shape[-1] // layer.groups)
    _standardise(x.reshape(apart), y.reshape(apart), (1, 3), layer.eps, work)
    return _scaled(y, *_affine(layer, x.shape[-1], weights))


def instancenorm(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Over all positions of each map."""
    (x,) = arrays
    y = work.over(x)
    apart = (len(x), -1, x.shape[-1])
    _standardise(x.reshape(apart), y.reshape(apart), 1, layer.eps, work)
    return _scaled(y, *_affine(layer, x.shape[-1], weights))


def _standardise(x: Array, y: Array, axis: int | tuple[int, ...], eps: float, work: Work) -> None:
    """y = (x - mean)/√(variance + eps), the biased variance of the centred numbers."""
    np.subtract(x, x.mean(axis=axis, keepdims=True), out=y)
    spread = np.square(y, out=work.empty(y.shape, y)).mean(axis=axis, keepdims=True)
    spread += np.asarray(eps, x.dtype)
    y /= np.sqrt(spread)


def _scaled(y: Array, scale: Array | None, shift: Array | None) -> Array:
    if scale is not None:
        y *= scale
    if shift is not None:
        y += shift
    return y


def grn(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """x + scale·x·n + shift; n is each map's Euclidean norm divided by the mean norm of an image's maps."""
    (x,) = arrays
    scale, shift = _affine(layer, x.shape[-1], weights)
    maps = x.reshape(len(x), -1, x.shape[-1])
    response = np.sqrt(np.einsum("npc,npc->nc", maps, maps))
    response /= response.mean(axis=1, keepdims=True) + np.asarray(layer.eps, x.dtype)
    if scale is not None:
        response *= scale
    response += 1
    y = work.over(x)
    np.multiply(maps, response[:, None], out=y.reshape(maps.shape))
    if shift is not None:
        y += shift
    return y


def l2norm(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """Every position's channels divided by their Euclidean norm, times a learned factor per channel."""
    (x,) = arrays
    y = work.over(x)
    norm = np.sqrt(np.einsum("...c,...c->...", x, x))[..., None]
    norm += np.asarray(layer.eps, x.dtype)
    np.divide(x, norm, out=y)
    y *= weights.draw("scale", x.shape[-1:], SCALE)
    return y


def lrn(layer: Any, arrays: list[Array], weights: Weights, work: Work) -> Array:
    """x/(k + alpha/n·Σ x²)^beta over n neighbouring maps, in blocks of positions that stay in the cache."""
    (x,) = arrays
    y = work.over(x)
    channels = x.shape[-1]
    flat, out = as_matrix(x), as_matrix(y)
    for where in tiles((len(flat),), max(1, _TILE_NUMBERS // channels)):
        part = flat[where]
        squares = np.square(part)
        total = squares.copy()
        # An even n reaches one map further after than before, as in ONNX.
        for shift in range(1, layer.size // 2 + 1):
            total[:, :-shift] += squares[:, shift:]
            if shift <= (layer.size - 1) // 2:
                total[:, shift:] += squares[:, :-shift]
        total *= layer.alpha / layer.size
        total += layer.k
        np.divide(part, _power(total, layer.beta), out=out[where])
    return y


def _power(base: Array, exponent: float) -> Array:
    """Powers; the usual three quarters by two roots, which is many times faster."""
    if exponent != 0.75:
        return np.power(base, exponent)
    root = np.sqrt(base)
    return np.multiply(root, np.sqrt(root), out=root)
