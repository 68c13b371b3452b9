"""The types a hyperparameter can have. Reading, schema, reference pages and phrases all start from these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, NamedTuple

from cnncalc.graph import AXIS_NAMES

SIDE_NAMES = (("left", "right"), ("top", "bottom"), ("front", "back"))
"""The sides of each axis, in the order of the axes."""

REQUIRED: Final = object()
"""The default of a field that must be given."""


# Plain classes: sixty frozen dataclasses would take a third of the time of a command to define.
class Type:
    """What values a hyperparameter takes. `says` completes the sentence "takes …"."""

    @property
    def says(self) -> str:
        """The type in words."""
        raise NotImplementedError

    def spread(self, value: Any, axes: int) -> Any:
        """The one representation a layer keeps, from any way the value may be given.

        Raises:
            ValueError: where it does not go with the number of spatial axes.
        """
        return value

    def check(self, value: Any) -> None:
        """Refuse a value that is not of the type; None stands for a field left open.

        Raises:
            ValueError: with what is wrong.
        """


def _check_whole(value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"a whole number is wanted, not {value!r}")
    if value < least:
        raise ValueError(f"{value} is too small: at least {least}")


class Integer(Type):
    """One whole number from `least` upwards."""

    def __init__(self, least: int = 1) -> None:
        self.least = least

    @property
    def says(self) -> str:
        return "a whole number" + ("" if self.least == 0 else f" from {self.least}")

    def check(self, value: Any) -> None:
        if value is not None:
            _check_whole(value, self.least)


class Number(Type):
    """One real number within closed or open bounds."""

    def __init__(self, least: float | None = None, most: float | None = None, above: float | None = None) -> None:
        self.least, self.most, self.above = least, most, above

    @property
    def says(self) -> str:
        if self.above is not None:
            return f"a number above {self.above:g}"
        if self.least is not None and self.most is not None:
            return f"a number from {self.least:g} to {self.most:g}"
        if self.least is not None:
            return f"a number from {self.least:g}"
        return "a number"

    def admits(self, value: float) -> bool:
        """Whether the value lies within the bounds."""
        return (
            (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
            and (self.above is None or value > self.above)
        )


class Boolean(Type):
    """`true` or `false`."""

    says: ClassVar[str] = "true or false"


class Choice(Type):
    """One of a few words."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words

    @property
    def says(self) -> str:
        return " or ".join(f"`{word}`" for word in self.words)


class Sizes(Type):
    """A size on every spatial axis: `3`, `7x1` (width first), `{width: 7, height: 1}`.

    The layer's value is a tuple with one number per axis, width first.
    """

    def __init__(self, least: int = 1) -> None:
        self.least = least

    @property
    def says(self) -> str:
        return "a size such as 3, 3x3 or {width: 3, height: 3}"

    def spread(self, value: Any, axes: int) -> Any:
        if value is None or axes == 0:
            return None if value is None else ()
        if isinstance(value, int):
            return (value,) * axes
        if isinstance(value, Mapping):
            return _by_axis(value, axes)
        return _one_each(tuple(value), axes)

    def check(self, value: Any) -> None:
        for size in value or ():
            _check_whole(size, self.least)


class Padding(Type):
    """Zeros around the volume: a number, `WxH`, sides by name, `half`, `same` or `valid`.

    The layer's value is one of the words, or a tuple with (before, after) per axis, width first.
    """

    def __init__(self, words: tuple[str, ...] = ("half", "same", "valid")) -> None:
        self.words = words

    @property
    def says(self) -> str:
        listed = ", ".join(f"`{word}`" for word in self.words)
        return "a number, WxH, {left, right, top, bottom}" + (f", {listed}" if listed else "")

    def spread(self, value: Any, axes: int) -> Any:
        if isinstance(value, str):
            return value
        if isinstance(value, int):
            return ((value, value),) * axes
        if isinstance(value, Mapping):
            unknown = set(value) - {side for pair in SIDE_NAMES[:axes] for side in pair}
            if unknown and axes:
                raise ValueError(
                    f"a volume with {axes} spatial {'axes' if axes > 1 else 'axis'} has no {sorted(unknown)[0]}"
                )
            return tuple((value.get(a, 0), value.get(b, 0)) for a, b in SIDE_NAMES[:axes])
        if axes == 0:
            return ()
        each = _one_each(tuple(value), axes)
        return tuple((n, n) if isinstance(n, int) else tuple(n) for n in each)

    def check(self, value: Any) -> None:
        if isinstance(value, str):
            if value not in self.words:
                raise ValueError(f"{value!r} is none of {', '.join(self.words)}")
            return
        for pair in value:
            for amount in pair:
                _check_whole(amount, 0)


def _one_each(value: tuple[Any, ...], axes: int) -> tuple[Any, ...]:
    if len(value) != axes:
        have = "one spatial axis" if axes == 1 else f"{axes} spatial axes"
        raise ValueError(f"{len(value)} numbers are given and the volume has {have}")
    return value


def _by_axis(value: Mapping[str, int], axes: int) -> tuple[int, ...]:
    names = AXIS_NAMES[:axes] if axes > 1 or "length" not in value else ("length",)
    for name in value:
        if name not in names:
            raise ValueError(f"the volume has no {name}")
    for name in names:
        if name not in value:
            raise ValueError(f"the {name} is missing")
    return tuple(value[name] for name in names)


class Reference(Type):
    """The name of another layer, read as a second input."""

    says: ClassVar[str] = "the name of a layer"


class VolumeType(Type):
    """A volume `WxHxD`; the layer's value is a `Volume`."""

    says: ClassVar[str] = "a volume WxHxD"


class Connections(Type):
    """For each filter the list of input maps it sees, counted from 0."""

    says: ClassVar[str] = "a list with, for each filter, the input maps it sees"


class ChannelPad(Type):
    """`[before, after]`: channels of zeros added on either side."""

    says: ClassVar[str] = "a list [before, after]"


class Field(NamedTuple):
    """One hyperparameter: its type, its meaning, its default, the lecture's words for it.

    Attributes:
        words: nouns and verbs that announce the value in a phrase (`filters`, `stride`).
        follows: the field whose value is the default where this one is not given.
    """

    type: Type
    about: str
    default: Any = REQUIRED
    words: tuple[str, ...] = ()
    follows: str | None = None

    @property
    def required(self) -> bool:
        """Whether a layer cannot be made without it."""
        return self.default is REQUIRED and self.follows is None


def hyper(
    type: Type,
    about: str,
    *,
    default: Any = REQUIRED,
    words: tuple[str, ...] = (),
    follows: str | None = None,
) -> Any:
    """Declare a hyperparameter in the body of a layer class."""
    return Field(type, about, default, words, follows)


ELSEWHERE: dict[str, tuple[str, ...]] = {
    "filters": ("out_channels", "num_output", "features", "channels", "num_filters", "nfilters", "out"),
    "kernel": ("kernel_size", "pool_size", "filter_size", "ksize", "window", "k"),
    "stride": ("strides", "s"),
    "pad": ("padding", "p"),
    "dilation": ("dilation_rate", "dilations", "rate"),
    "groups": ("group", "num_groups", "group_count"),
    "bias": ("use_bias", "bias_term", "bias_filler"),
    "units": ("out_features", "num_output", "neurons", "outputs", "size", "n"),
    "rate": ("p", "dropout_ratio", "drop_rate", "keep_prob"),
    "output_pad": ("output_padding",),
    "multiplier": ("depth_multiplier", "channel_multiplier"),
    "ceil": ("ceil_mode",),
    "count_pad": ("count_include_pad",),
    "eps": ("epsilon",),
    "slope": ("negative_slope", "alpha"),
    "scale": ("scale_factor", "center"),
    "factor": ("upscale_factor", "block_size", "scale"),
    "size": ("output_size", "local_size"),
    "affine": ("elementwise_affine",),
}
"""What frameworks call hyperparameters: for did-you-mean."""


def meant_by(word: str, free: Iterable[str]) -> str | None:
    """The hyperparameter among those still free that a framework calls so."""
    folded = word.lower()
    return next((name for name in free if folded in ELSEWHERE.get(name, ())), None)
