"""Layers in which every output number sees every input number."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.derivation import Derivation, number, times
from cnncalc.graph import Volume, Weight
from cnncalc.layers.base import Layer, Operations, WindowAxis
from cnncalc.layers.fields import Boolean, Integer, hyper

_EVERYTHING = "every number of a fully connected layer sees the whole input"


def _derive_inputs(volume: Volume, work: Derivation) -> None:
    if volume.spatial:
        work.add("inputs", "the whole volume", times(*volume.spatial, volume.channels), volume.size)


class Fc(Layer):
    """A fully connected layer: each of `units` neurons sees the whole input volume, so no flatten is needed.

    Output: a flat N. Weights: one per input and neuron, and one bias per neuron.
    Multiply–accumulates: inputs · N.
    """

    kind = "fc"
    family = "linear"
    counts_depth = True
    spellings = ("Linear", "Dense", "dense", "linear", "InnerProduct", "fully_connected", "full", "nn.Linear")

    units: int = hyper(Integer(), "how many neurons", words=("neurons", "units", "outputs", "nodes"))
    bias: bool = hyper(Boolean(), "whether each neuron adds a learned number", default=True, words=("bias", "biases"))

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        if work is not None:
            work.add("output", "one number per neuron", str(self.units), self.units)
        return Volume(self.units)

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        bias = (Weight("bias", (self.units,)),) if self.bias else ()
        return (Weight("weight", (self.units, inputs[0].size)), *bias)

    def macs(self, inputs: Sequence[Volume], output: Volume, work: Derivation | None = None) -> int:
        total = inputs[0].size * self.units
        if work is not None:
            numbers = f"{number(inputs[0].size)} · {number(self.units)}"
            work.add("multiply–accumulates", "inputs · neurons", numbers, total)
        return total

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(self.macs(inputs, output), additions=self.units if self.bias else 0)

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return _EVERYTHING

    def describe(self) -> str:
        return str(self.units) if self.bias else f"{self.units}, no bias"

    def derive_parameters(self, inputs: Sequence[Volume], work: Derivation) -> None:
        _derive_inputs(inputs[0], work)
        size, bias = inputs[0].size, int(self.bias)
        numbers = f"({number(size)} + 1) · {number(self.units)}" if bias else f"{number(size)} · {number(self.units)}"
        rule = "(inputs + 1) · neurons" if bias else "inputs · neurons"
        work.add("parameters", rule, numbers, (size + bias) * self.units)


class Rbf(Layer):
    """LeNet-5's Gaussian connections: each unit gives the squared distance between the input and a fixed prototype.

    Output: a flat N. Weights: one prototype number per input and unit, chosen by hand and not learned
    (non-trainable). Multiply–accumulates: inputs · N, the squares; one subtraction before each.

    Source: LeCun et al. 1998, section II.B, equation 7.
    """

    kind = "rbf"
    family = "linear"
    spellings = ("RBF", "gaussian", "euclidean_rbf")

    units: int = hyper(Integer(), "how many units", words=("units", "neurons", "outputs", "nodes"))

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        if work is not None:
            work.add("output", "one number per unit", str(self.units), self.units)
        return Volume(self.units)

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        return (Weight("prototypes", (self.units, inputs[0].size), trainable=False),)

    def macs(self, inputs: Sequence[Volume], output: Volume, work: Derivation | None = None) -> int:
        total = inputs[0].size * self.units
        if work is not None:
            numbers = f"{number(inputs[0].size)} · {number(self.units)}"
            work.add("multiply–accumulates", "inputs · units", numbers, total)
        return total

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        total = self.macs(inputs, output)
        return Operations(total, additions=total)

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return _EVERYTHING

    def describe(self) -> str:
        return str(self.units)
