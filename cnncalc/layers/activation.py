"""Activations: functions of one number, and the two softmaxes over channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from cnncalc.derivation import Derivation, number
from cnncalc.graph import Volume, Weight
from cnncalc.layers.base import Layer, Operations
from cnncalc.layers.fields import Boolean, Number, hyper


class _Activation(Layer):
    """A function applied to every number. `per_number` states its operations for one number."""

    family = "activation"
    per_number: ClassVar[Operations] = Operations()

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return self.per_number.times(output.size)


class Relu(_Activation):
    """Rectified linear unit: max(0, x). One comparison per number."""

    kind = "relu"
    spellings = ("ReLU", "rectifier", "nn.ReLU")
    per_number = Operations(comparisons=1)


class Relu6(_Activation):
    """Clipped rectifier: min(max(0, x), 6). Two comparisons per number.

    Source: Sandler et al. 2018 (arXiv 1801.04381).
    """

    kind = "relu6"
    spellings = ("ReLU6",)
    per_number = Operations(comparisons=2)


class LeakyRelu(_Activation):
    """Leaky rectifier: x where positive, `slope`·x elsewhere. One comparison and one product per number."""

    kind = "leaky_relu"
    spellings = ("LeakyReLU", "lrelu")
    per_number = Operations(multiply_accumulates=1, comparisons=1)

    slope: float = hyper(Number(), "the factor below zero", default=0.01)


class Prelu(_Activation):
    """Parametric rectifier: x where positive, a·x elsewhere, a learned per channel, or one for all (`shared`).

    Source: He et al. 2015 (arXiv 1502.01852).
    """

    kind = "prelu"
    spellings = ("PReLU",)
    per_number = Operations(multiply_accumulates=1, comparisons=1)

    shared: bool = hyper(Boolean(), "one factor for all channels", default=False)

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        return (Weight("slope", (1 if self.shared else inputs[0].channels,)),)

    def derive_parameters(self, inputs: Sequence[Volume], work: Derivation) -> None:
        count = 1 if self.shared else inputs[0].channels
        work.add("parameters", "one slope" if self.shared else "one slope per channel", number(count), count)


class Elu(_Activation):
    """Exponential linear unit: x where positive, `alpha`·(eˣ - 1) elsewhere.

    Source: Clevert, Unterthiner and Hochreiter 2015 (arXiv 1511.07289).
    """

    kind = "elu"
    spellings = ("ELU",)
    per_number = Operations(multiply_accumulates=1, comparisons=1, exponentials=1)

    alpha: float = hyper(Number(), "the limit below zero", default=1.0)


class Selu(_Activation):
    """Self-normalising ELU with fixed λ = 1.0507 and α = 1.6733 (Klambauer et al. 2017, arXiv 1706.02515)."""

    kind = "selu"
    spellings = ("SELU",)
    per_number = Operations(multiply_accumulates=2, comparisons=1, exponentials=1)


class Gelu(_Activation):
    """Gaussian error linear unit: x·Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016, arXiv 1606.08415)."""

    kind = "gelu"
    spellings = ("GELU",)
    per_number = Operations(multiply_accumulates=2, additions=1, exponentials=1)


class Silu(_Activation):
    """Sigmoid linear unit (swish): x/(1 + e⁻ˣ). One exponential, addition and division per number."""

    kind = "silu"
    spellings = ("SiLU", "swish", "Swish")
    per_number = Operations(additions=1, divisions=1, exponentials=1)


class Mish(_Activation):
    """Mish: x·tanh(ln(1 + eˣ)) (Misra 2019, arXiv 1908.08681)."""

    kind = "mish"
    spellings = ("Mish",)
    per_number = Operations(multiply_accumulates=1, additions=2, divisions=1, exponentials=3)


class Sigmoid(_Activation):
    """Logistic function: 1/(1 + e⁻ˣ). One exponential, addition and division per number."""

    kind = "sigmoid"
    spellings = ("Sigmoid", "logistic")
    per_number = Operations(additions=1, divisions=1, exponentials=1)


class HardSigmoid(_Activation):
    """Piecewise linear sigmoid: min(max(x + 3, 0), 6)/6 (Howard et al. 2019, arXiv 1905.02244)."""

    kind = "hard_sigmoid"
    spellings = ("Hardsigmoid", "HardSigmoid", "hsigmoid")
    per_number = Operations(additions=1, comparisons=2, divisions=1)


class HardSwish(_Activation):
    """Piecewise linear swish: x·min(max(x + 3, 0), 6)/6 (Howard et al. 2019, arXiv 1905.02244, section 5.2)."""

    kind = "hard_swish"
    spellings = ("Hardswish", "HardSwish", "hswish")
    per_number = Operations(multiply_accumulates=1, additions=1, comparisons=2, divisions=1)


class Tanh(_Activation):
    """Hyperbolic tangent: (e²ˣ - 1)/(e²ˣ + 1)."""

    kind = "tanh"
    spellings = ("Tanh",)
    per_number = Operations(additions=2, divisions=1, exponentials=1)


class Softplus(_Activation):
    """Smooth rectifier: ln(1 + eˣ)."""

    kind = "softplus"
    spellings = ("Softplus",)
    per_number = Operations(additions=1, exponentials=2)


class Abs(_Activation):
    """Absolute value. One comparison per number."""

    kind = "abs"
    spellings = ("Abs", "absolute")
    per_number = Operations(comparisons=1)


class Softmax(Layer):
    """Softmax over channels at each position: eˣ divided by the sum over the depth.

    Operations: one exponential and one division per number, one addition per number less one per position.
    """

    kind = "softmax"
    family = "softmax"
    spellings = ("Softmax",)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        n = output.size
        return Operations(additions=n - output.positions, divisions=n, exponentials=n)


class LogSoftmax(Layer):
    """Logarithm of the softmax over channels: x less the logarithm of the sum of exponentials.

    Operations: one exponential and two additions per number less one per position, one logarithm per position.
    """

    kind = "log_softmax"
    family = "softmax"
    spellings = ("LogSoftmax",)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        n = output.size
        return Operations(additions=2 * n - output.positions, exponentials=n + output.positions)
