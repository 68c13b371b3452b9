"""What each layer kind is: hyperparameters, output volume, weight tensors, operation counts.

`KINDS` is the one table of kinds. A family's module is imported when one of its kinds is first used,
so that a command pays only for the kinds in front of it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnncalc.layers.base import Layer

_FAMILIES: dict[str, str] = {
    "convolution": "conv depthwise transposed_conv",
    "pooling": "maxpool avgpool global_avgpool global_maxpool adaptive_avgpool adaptive_maxpool blurpool subsample",
    "dense": "fc rbf",
    "normalization": "batchnorm layernorm groupnorm instancenorm grn l2norm lrn",
    "activation": (
        "relu relu6 leaky_relu prelu elu selu gelu silu mish sigmoid hard_sigmoid hard_swish tanh "
        "softplus abs softmax log_softmax"
    ),
    "pointwise": "dropout drop_path scale rescale identity",
    "shaping": "flatten reshape pad crop slice channel_shuffle",
    "resampling": "upsample pixel_shuffle space_to_depth",
    "merge": "concat add multiply",
}

KINDS: dict[str, str] = {kind: family for family, kinds in _FAMILIES.items() for kind in kinds.split()}
"""Every kind, and the module of `cnncalc.layers` that holds its class."""

MERGES = frozenset(_FAMILIES["merge"].split())


@cache
def layer_class(kind: str) -> type[Layer]:
    """The class of a layer kind.

    Raises:
        KeyError: if there is no such kind.
    """
    module = import_module(f"cnncalc.layers.{KINDS[kind]}")
    found: type[Layer] = getattr(module, "".join(part.capitalize() for part in kind.split("_")))
    return found
