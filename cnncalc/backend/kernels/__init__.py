"""One kernel per layer kind: a function of hyperparameters, arrays, the layer's weights and the bench.

`KERNELS` is the one table. A kernel is called as `kernel(layer, arrays, weights, work)`:

- `layer` holds the kind's hyperparameters and nothing else: sizes are tuples, width first.
- `arrays` are what the layer reads, channels last: (batch, ..., height, width, channels), C-contiguous.
- `weights` draws the tensors the kernel asks for, in the shape it asks for; `work` lends memory and threads.

It returns a C-contiguous array, channels last. Nothing in this package imports `cnncalc.layers`: what a layer gives
is what the arrays say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnncalc.backend.arena import Array
from cnncalc.backend.kernels import (
    activation,
    convolution,
    dense,
    depthwise,
    merge,
    normalization,
    pointwise,
    pooling,
    resampling,
    shaping,
    transposed,
)
from cnncalc.backend.weights import Weights
from cnncalc.backend.work import Work

Kernel = Callable[[Any, list[Array], Weights, Work], Array]

FORMULAS: dict[str, activation.Formula] = {
    "relu": activation.relu,
    "relu6": activation.relu6,
    "leaky_relu": activation.leaky_relu,
    "elu": activation.elu,
    "selu": activation.selu,
    "gelu": activation.gelu,
    "silu": activation.silu,
    "mish": activation.mish,
    "sigmoid": activation.sigmoid,
    "hard_sigmoid": activation.hard_sigmoid,
    "hard_swish": activation.hard_swish,
    "tanh": activation.tanh,
    "softplus": activation.softplus,
    "abs": activation.absolute,
}
"""Activations without weights, as functions of one number."""

KERNELS: dict[str, Kernel] = {
    "conv": convolution.conv,
    "depthwise": depthwise.depthwise,
    "transposed_conv": transposed.transposed_conv,
    "maxpool": pooling.maxpool,
    "avgpool": pooling.avgpool,
    "global_avgpool": pooling.global_avgpool,
    "global_maxpool": pooling.global_maxpool,
    "adaptive_avgpool": pooling.adaptive_avgpool,
    "adaptive_maxpool": pooling.adaptive_maxpool,
    "blurpool": pooling.blurpool,
    "subsample": pooling.subsample,
    "fc": dense.fc,
    "rbf": dense.rbf,
    "batchnorm": normalization.batchnorm,
    "layernorm": normalization.layernorm,
    "groupnorm": normalization.groupnorm,
    "instancenorm": normalization.instancenorm,
    "grn": normalization.grn,
    "l2norm": normalization.l2norm,
    "lrn": normalization.lrn,
    **{kind: activation.elementwise(formula) for kind, formula in FORMULAS.items()},
    "prelu": activation.prelu,
    "softmax": activation.softmax,
    "log_softmax": activation.log_softmax,
    "dropout": pointwise.identity,
    "drop_path": pointwise.identity,
    "scale": pointwise.scale,
    "rescale": pointwise.rescale,
    "identity": pointwise.identity,
    "flatten": shaping.flatten,
    "reshape": shaping.reshape,
    "pad": shaping.pad,
    "crop": shaping.crop,
    "slice": shaping.slice_channels,
    "channel_shuffle": shaping.channel_shuffle,
    "upsample": resampling.upsample,
    "pixel_shuffle": resampling.pixel_shuffle,
    "space_to_depth": resampling.space_to_depth,
    "concat": merge.concat,
    "add": merge.add,
    "multiply": merge.multiply,
}
