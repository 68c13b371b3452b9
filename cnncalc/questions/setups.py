"""What a question describes and asks, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from cnncalc.graph import Volume

Where = tuple[str, int | str]
"""A kind and its number (from 1, from the end below 0, all of them at 0), or a kind and a layer's name."""


class Known(NamedTuple):
    """A volume as far as it is known: either part may be None, `spatial` also () for a flat vector."""

    spatial: tuple[int, ...] | None = None
    channels: int | None = None

    def over(self, other: Known) -> Known:
        """This, and what it leaves open from the other."""
        spatial = other.spatial if self.spatial is None else self.spatial
        return Known(spatial, other.channels if self.channels is None else self.channels)

    @property
    def volume(self) -> Volume | None:
        """The volume, where all of it is known."""
        return None if self.spatial is None or self.channels is None else Volume(self.channels, self.spatial)


@dataclass(slots=True)
class Said:
    """One layer as a question says it.

    Attributes:
        values: raw hyperparameters by field name.
        again: further values for hyperparameters that have one: the question asks about each in turn.
        channels: the depth or number of inputs said with the layer.
        many: one number of filters or neurons for each of several such layers; `series` the same for other fields.
        at: the layer of a network that this changes: its name, or its number among its kind.
        shape: Keras' `input_shape`, the depth last.
        shared: what is said of all layers (`no biases`).
        single: whether its one filter is only implied, by `a 3x3 filter`.
        one_bias: whether a separable convolution has biases only at the end, as Keras' has.
        implied: whether the kind is not said and taken to be a convolution.
    """

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    again: list[tuple[str, Any]] = field(default_factory=list)
    channels: int | None = None
    axes: int | None = None
    many: tuple[int, ...] = ()
    series: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    times: int = 1
    shape: Known | None = None
    implied: bool = False
    single: bool = False
    at: int | str = 0
    one_bias: bool = False


@dataclass(slots=True)
class Setup:
    """One thing described: a volume, and layers in a row.

    With `only_width` one number was said of the input, and the height is taken to be the same. The layers before
    the first dense one come `turns` times, the last convolution with `ending` filters.
    """

    input: Known = field(default_factory=Known)
    layers: list[Said] = field(default_factory=list)
    label: str = ""
    only_width: bool = False
    turns: int = 1
    ending: int | None = None

    def variant(self, **changes: Any) -> Setup:
        """A copy whose layers may be changed."""
        return replace(self, layers=[replace(said, values=dict(said.values)) for said in self.layers], **changes)


@dataclass(slots=True)
class Ask:
    """A quantity asked for, and the layers it is asked of, where some are singled out.

    Each is a kind and its number (from 1, from the end below 0, all of them at 0), or a layer's name.
    """

    name: str
    where: list[Where] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """What a question describes and asks.

    Attributes:
        setups: the things described; several where the question compares or asks for several values in turn.
        asked: the quantities, in the question's order.
        unknown: hyperparameters (or `input`) that are sought.
        goal: a quantity and the number it is to have, or is said to have.
        target: the extents that are to come out; `keep` where they are to stay as they are.
        claims: volumes said to come out inside a network; `without` the layers it is to lack.
        shared: what is said of all layers (`no biases`).
        facts: numbers that describe the network; `counts` how many layers it is said to have.
        most: whether the layer with the most, or (False) with the least of a quantity is sought.
        single: whether it speaks of `a 3x3 filter`.
        factor: whether it asks how many times more, which only things compared can answer.
        per_output: whether work is asked for per output `number` or `position`, or in all (empty).
        mac_is_flop: whether a multiply–accumulate is to count as one FLOP.
        field: the receptive field that some number of layers is to reach.
        both: a hyperparameter and the values that every layer is to have in turn (`with and without bias`).
        words: all words, for the few that decide between readings (`floor`, `gradient`), `plurals` as they stand.
    """

    setups: list[Setup] = field(default_factory=lambda: [Setup()])
    asked: list[Ask] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    goal: tuple[str, int] | None = None
    target: Known | None = None
    keep: bool = False
    remarks: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    counts: list[tuple[Where, int]] = field(default_factory=list)
    words: frozenset[str] = frozenset()
    plurals: frozenset[str] = frozenset()
    bytes_each: list[int] = field(default_factory=list)
    shared: list[tuple[str, Any]] = field(default_factory=list)
    both: tuple[str, tuple[Any, ...]] | None = None
    batch: int = 1
    pending: list[Where] = field(default_factory=list)
    claimed: bool = False
    claims: list[Known] = field(default_factory=list)
    without: list[Where] = field(default_factory=list)
    most: bool | None = None
    single: bool = False
    factor: bool = False
    per_output: str = ""
    mac_is_flop: bool = False
    field: int | None = None
    symbolic: bool = False
    compares: bool = False
