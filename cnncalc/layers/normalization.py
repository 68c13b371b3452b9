"""Normalisation layers."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.derivation import Derivation, number
from cnncalc.graph import Volume, Weight
from cnncalc.layers.base import Layer, LayerError, Operations, WindowAxis
from cnncalc.layers.fields import Boolean, Integer, Number, hyper
from cnncalc.layers.fitting import uneven_groups

_EPS = Number(least=0)
_WHOLE_MAP = "the normalisation takes its statistics from whole maps"


class _Normalization(Layer):
    """Scale and shift per channel, either of which may be missing."""

    family = "normalization"
    uncounted = "it scales and shifts; only products with the weights of convolutions and dense layers count"
    affine: bool
    scale: bool | None
    shift: bool | None

    @property
    def scales(self) -> bool:
        """Whether a factor per channel is learned."""
        return self.affine if self.scale is None else self.scale

    @property
    def shifts(self) -> bool:
        """Whether an offset per channel is learned."""
        return self.affine if self.shift is None else self.shift

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        shape = (inputs[0].channels,)
        learned = (("scale", self.scales), ("shift", self.shifts))
        return tuple(Weight(name, shape) for name, present in learned if present)

    def describe(self) -> str:
        if self.scales and self.shifts:
            return ""
        return (
            "no scale, no shift" if not self.scales and not self.shifts else ("no shift" if self.scales else "no scale")
        )

    def derive_parameters(self, inputs: Sequence[Volume], work: Derivation) -> None:
        names = [name for name, present in (("scale", self.scales), ("shift", self.shifts)) if present]
        depth = inputs[0].channels
        work.add(
            "parameters",
            " and ".join(names) + " per channel" if names else "none",
            f"{len(names)} · {number(depth)}",
            len(names) * depth,
        )
        fixed = sum(weight.size for weight in self.weights(inputs) if not weight.trainable)
        if fixed:
            work.add("non-trainable", "running mean and variance per channel", f"2 · {number(depth)}", fixed)


class Batchnorm(_Normalization):
    """Batch normalisation; at inference a fixed scale and shift per channel.

    Weights: scale and shift per channel, learned; running mean and variance per channel, stored but not learned
    (non-trainable). Operations: one multiply–accumulate per number, the four folded into two.

    Source: Ioffe and Szegedy 2015 (arXiv 1502.03167).
    """

    kind = "batchnorm"
    spellings = ("BatchNorm2d", "BatchNormalization", "bn", "batch_norm", "batch_normalization")

    affine: bool = hyper(Boolean(), "learn scale and shift", default=True)
    scale: bool | None = hyper(Boolean(), "learn the scale (default: `affine`)", default=None)
    shift: bool | None = hyper(Boolean(), "learn the shift (default: `affine`)", default=None)
    eps: float = hyper(_EPS, "added to the variance", default=1e-5)

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        shape = (inputs[0].channels,)
        statistics = (Weight("mean", shape, trainable=False), Weight("variance", shape, trainable=False))
        return (*super().weights(inputs), *statistics)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(output.size)


class Layernorm(_Normalization):
    """Layer normalisation over the depth, at each position.

    Weights: scale and shift per channel. Operations per number: two multiply–accumulates (variance; scale and
    shift) and two additions (mean; centring), and per position two divisions and a root.

    Source: Ba, Kiros and Hinton 2016 (arXiv 1607.06450); over channels as in ConvNeXt (arXiv 2201.03545).
    """

    kind = "layernorm"
    spellings = ("LayerNorm", "LayerNormalization", "LayerNorm2d", "layer_norm")

    affine: bool = hyper(Boolean(), "learn scale and shift", default=True)
    scale: bool | None = hyper(Boolean(), "learn the scale (default: `affine`)", default=None)
    shift: bool | None = hyper(Boolean(), "learn the shift (default: `affine`)", default=None)
    eps: float = hyper(_EPS, "added to the variance", default=1e-6)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(
            2 * output.size, additions=2 * output.size, divisions=2 * output.positions, exponentials=output.positions
        )


class Groupnorm(_Normalization):
    """Group normalisation: mean and variance over `groups` groups of channels and all positions.

    Weights: scale and shift per channel. Operations as for `layernorm`, per group.

    Source: Wu and He 2018 (arXiv 1803.08494).
    """

    kind = "groupnorm"
    spellings = ("GroupNorm", "GroupNormalization", "group_norm")

    groups: int = hyper(Integer(), "how many groups of channels", default=32, words=("groups",))
    affine: bool = hyper(Boolean(), "learn scale and shift", default=True)
    scale: bool | None = hyper(Boolean(), "learn the scale (default: `affine`)", default=None)
    shift: bool | None = hyper(Boolean(), "learn the shift (default: `affine`)", default=None)
    eps: float = hyper(_EPS, "added to the variance", default=1e-5)

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        problems = uneven_groups(self.groups, inputs[0].channels)
        if problems:
            raise LayerError(*problems)
        return super().output(inputs, work)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(
            2 * output.size, additions=2 * output.size, divisions=2 * self.groups, exponentials=self.groups
        )

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return _WHOLE_MAP

    def describe(self) -> str:
        rest = super().describe()
        return f"{self.groups} groups" + (f", {rest}" if rest else "")


class Instancenorm(_Normalization):
    """Instance normalisation: mean and variance of each map.

    Weights: scale and shift per channel. Operations as for `layernorm`, per map.

    Source: Ulyanov, Vedaldi and Lempitsky 2016 (arXiv 1607.08022).
    """

    kind = "instancenorm"
    spellings = ("InstanceNorm2d", "InstanceNormalization", "instance_norm")

    affine: bool = hyper(Boolean(), "learn scale and shift", default=True)
    scale: bool | None = hyper(Boolean(), "learn the scale (default: `affine`)", default=None)
    shift: bool | None = hyper(Boolean(), "learn the shift (default: `affine`)", default=None)
    eps: float = hyper(_EPS, "added to the variance", default=1e-5)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(
            2 * output.size, additions=2 * output.size, divisions=2 * output.channels, exponentials=output.channels
        )

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return _WHOLE_MAP


class Grn(_Normalization):
    """Global response normalisation: x + scale·x·n + shift, n a map's norm over the mean norm of all maps.

    Weights: scale and shift per channel. Operations per number: two multiply–accumulates (square; response) and one
    addition (the input itself); per map a division and a root.

    Source: Woo et al. 2023 (arXiv 2301.00808), section 3.3.
    """

    kind = "grn"
    spellings = ("GRN", "GlobalResponseNorm", "global_response_normalization")

    affine: bool = hyper(Boolean(), "learn scale and shift", default=True)
    scale: bool | None = hyper(Boolean(), "learn the scale (default: `affine`)", default=None)
    shift: bool | None = hyper(Boolean(), "learn the shift (default: `affine`)", default=None)
    eps: float = hyper(_EPS, "added to the mean norm", default=1e-6)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        maps = output.channels
        return Operations(2 * output.size, additions=output.size, divisions=maps, exponentials=maps)

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        return _WHOLE_MAP


class L2norm(Layer):
    """L2 normalisation over the depth at each position, with one learned factor per channel.

    Weights: one factor per channel. Operations: two multiply–accumulates and one division per number (square,
    factor, quotient), a root per position.

    Source: Liu, Rabinovich and Berg 2015 (arXiv 1506.04579), as used in SSD (arXiv 1512.02325).
    """

    kind = "l2norm"
    family = "normalization"
    spellings = ("L2Norm", "Normalize")
    uncounted = "it scales; only products with the weights of convolutions and dense layers count"

    eps: float = hyper(_EPS, "added to the norm", default=1e-10)

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        return (Weight("scale", (inputs[0].channels,)),)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(2 * output.size, divisions=output.size, exponentials=output.positions)


class Lrn(Layer):
    """Local response normalisation: each number is divided by (k + α/n · Σ of squares over n neighbouring maps)^β.

    No weights. Operations per number: n multiply–accumulates, one division, one power (counted as exponential).

    Source: Krizhevsky, Sutskever and Hinton 2012, section 3.3 (there α is not divided by n; the frameworks do).
    """

    kind = "lrn"
    family = "response_normalization"
    spellings = ("LRN", "LocalResponseNorm", "local_response_normalization", "norm", "Normalization layer")

    size: int = hyper(Integer(), "n, how many neighbouring maps are summed", default=5, words=("size",))
    alpha: float = hyper(Number(), "α, the weight of the sum", default=1e-4)
    beta: float = hyper(Number(), "β, the exponent", default=0.75)
    k: float = hyper(Number(), "the constant in the sum", default=1.0)

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        return Operations(self.size * output.size, divisions=output.size, exponentials=output.size)

    def describe(self) -> str:
        return f"over {self.size} maps"
