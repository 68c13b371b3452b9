"""Layers that leave every number where it is: the identity at inference, and fixed or learned factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from cnncalc.graph import Volume, Weight
from cnncalc.layers.base import Layer, Operations
from cnncalc.layers.fields import Boolean, Number, hyper

_RATE = Number(least=0, most=1)


class Dropout(Layer):
    """Dropout: the identity at inference. `rate` is the share of numbers dropped in training.

    Source: Srivastava et al. 2014, JMLR 15.
    """

    kind = "dropout"
    family = "identity"
    spellings: ClassVar[tuple[str, ...]] = ("Dropout", "Dropout2d", "drop")

    rate: float = hyper(_RATE, "the share dropped in training", default=0.5, words=("rate",))

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations()

    def describe(self) -> str:
        return f"{self.rate:g}"


class DropPath(Dropout):
    """Stochastic depth: the identity at inference. `rate` is the share of branches dropped in training.

    Source: Huang et al. 2016 (arXiv 1603.09382).
    """

    kind = "drop_path"
    spellings = ("DropPath", "StochasticDepth")


class Scale(Layer):
    """One learned factor per channel, and with `bias` one learned offset (ConvNeXt's layer scale).

    Operations: one multiply–accumulate per number.

    Source: Touvron et al. 2021 (arXiv 2103.17239).
    """

    kind = "scale"
    family = "scale"
    spellings = ("LayerScale", "Scale", "layer_scale")
    uncounted = "it scales; only products with the weights of convolutions and dense layers count"

    bias: bool = hyper(Boolean(), "also learn an offset per channel", default=False)

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        shape = (inputs[0].channels,)
        return (Weight("scale", shape), *((Weight("bias", shape),) if self.bias else ()))

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(output.size)

    def describe(self) -> str:
        return "with bias" if self.bias else ""


class Rescale(Layer):
    """Every number times a fixed `factor`; nothing is learned (Inception-ResNet's residual scaling).

    Operations: one multiply–accumulate per number.

    Source: Szegedy et al. 2016 (arXiv 1602.07261), section 3.3.
    """

    kind = "rescale"
    family = "scale"
    spellings = ("Rescaling",)

    factor: float = hyper(Number(), "what every number is multiplied with")

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(output.size)

    def describe(self) -> str:
        return f"{self.factor:g}"


class Identity(Layer):
    """The volume as it is."""

    kind = "identity"
    family = "identity"
    spellings = ("Identity", "nop", "pass")
