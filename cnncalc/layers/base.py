"""What all layer kinds have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, dataclass_transform

from cnncalc.derivation import Derivation
from cnncalc.diagnostics import Severity
from cnncalc.graph import Volume, Weight
from cnncalc.layers.fields import Field, hyper


class Problem(NamedTuple):
    """What is wrong with a layer, in terms of its hyperparameters.

    Attributes:
        field: the hyperparameter at fault; None means the layer as a whole.
        fix: a value for that hyperparameter that makes the problem go away.
        blames: the input volume that the problem is about, by its position; several where they do not go together.
    """

    code: str
    message: str
    field: str | None = None
    notes: tuple[str, ...] = ()
    help: str | None = None
    fix: str | None = None
    blames: int | tuple[int, ...] | None = None
    severity: Severity = "error"


class LayerError(Exception):
    """A layer that cannot be: it carries the problems."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(problem.message for problem in problems))


@dataclass(frozen=True, slots=True)
class Operations:
    """How much arithmetic a layer does for one image, by kind of operation."""

    multiply_accumulates: int = 0
    additions: int = 0
    comparisons: int = 0
    divisions: int = 0
    exponentials: int = 0

    def __add__(self, other: Operations) -> Operations:
        return Operations(
            self.multiply_accumulates + other.multiply_accumulates,
            self.additions + other.additions,
            self.comparisons + other.comparisons,
            self.divisions + other.divisions,
            self.exponentials + other.exponentials,
        )

    def times(self, count: int) -> Operations:
        """The vector for so many images or numbers."""
        return Operations(
            self.multiply_accumulates * count,
            self.additions * count,
            self.comparisons * count,
            self.divisions * count,
            self.exponentials * count,
        )

    def as_dict(self) -> dict[str, int]:
        """The vector by name."""
        return {
            "multiply_accumulates": self.multiply_accumulates,
            "additions": self.additions,
            "comparisons": self.comparisons,
            "divisions": self.divisions,
            "exponentials": self.exponentials,
        }


class WindowAxis(NamedTuple):
    """How one output position along an axis reads the input: `size` cells, the first at `stride·i - before`."""

    size: int
    stride: int
    before: int


POINT = WindowAxis(1, 1, 0)


@dataclass_transform(kw_only_default=True, field_specifiers=(hyper,))
class Layer:
    """One layer with its hyperparameters: immutable, compared by value.

    A subclass declares its hyperparameters as typed fields and states its rules in the methods below. Its
    docstring is the reference page of the kind; the first field takes the positional value.
    """

    kind: ClassVar[str]
    family: ClassVar[str] = "other"
    """What other counting tools treat alike: convolution, linear, normalization, activation, …"""
    spellings: ClassVar[tuple[str, ...]] = ()
    """What other frameworks and papers call it."""
    uncounted: ClassVar[str] = "it has no weights to multiply with"
    """Why the layer has no multiply–accumulates (reference pages print it)."""
    counts_depth: ClassVar[bool] = False
    """Whether the layer counts towards a network's depth."""
    fields: ClassVar[dict[str, Field]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Field)}
        cls.fields = {**cls.fields, **own}
        for name in own:
            delattr(cls, name)

    def __init__(self, **values: Any) -> None:
        state = self.__dict__
        for name, declared in self.fields.items():
            if name in values:
                state[name] = values.pop(name)
            elif declared.follows is not None:
                state[name] = state[declared.follows]
            elif declared.required:
                raise TypeError(f"{self.kind} needs {name}")
            else:
                state[name] = declared.default
        if values:
            raise TypeError(f"{self.kind} has no {', '.join(values)}")

    @classmethod
    def make(cls, axes: int, **values: Any) -> Layer:
        """A layer for volumes with `axes` spatial axes, sizes given as `3`, `(7, 1)`, `{"width": 7, "height": 1}`.

        Raises:
            LayerError: `arity` where a size does not go with the number of axes, `out-of-range` for bad values.
            TypeError: for a missing or unknown hyperparameter.
        """
        for name, declared in cls.fields.items():
            value = values.get(name, declared.default)
            if name not in values and (declared.follows is not None or declared.required):
                continue
            try:
                values[name] = declared.type.spread(value, axes)
            except ValueError as error:
                raise LayerError(Problem("arity", f"`{name}`: {error}", field=name, blames=0)) from None
            try:
                declared.type.check(values[name])
            except ValueError as error:
                raise LayerError(Problem("out-of-range", f"`{name}`: {error}", field=name)) from None
        return cls(**values)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a layer does not change: {name}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *self.__dict__.values()))

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({inside})"

    # The rules. `inputs` are the volumes the layer reads, `work` takes the steps where someone wants them.

    def output(self, inputs: Sequence[Volume], work: Derivation | None = None) -> Volume:
        """The volume the layer gives.

        Raises:
            LayerError: where its hyperparameters and these volumes do not go together.
        """
        if work is not None:
            work.add("output", "the volume stays as it is", inputs[0].text, inputs[0].text)
        return inputs[0]

    def weights(self, inputs: Sequence[Volume]) -> tuple[Weight, ...]:
        """The weight tensors, in the frameworks' layouts."""
        return ()

    def macs(self, inputs: Sequence[Volume], output: Volume, work: Derivation | None = None) -> int:
        """Multiply–accumulates with weights, per image."""
        return 0

    def operations(self, inputs: Sequence[Volume], output: Volume) -> Operations:
        """All arithmetic, per image."""
        return Operations(multiply_accumulates=self.macs(inputs, output))

    def windows(self, inputs: Sequence[Volume]) -> tuple[WindowAxis, ...] | str:
        """How an output position reads the first input, per axis; or why that is not defined."""
        return (POINT,) * len(inputs[0].spatial)

    def findings(self, inputs: Sequence[Volume], output: Volume) -> Iterable[Problem]:
        """What is legal but deserves a word."""
        return ()

    def describe(self) -> str:
        """What the layer is made of, in the lecture's shorthand: `96 11x11 /4`."""
        return ""

    def derive_parameters(self, inputs: Sequence[Volume], work: Derivation) -> None:
        """Write down how the parameters come about."""
        weights = self.weights(inputs)
        learned = [weight for weight in weights if weight.trainable]
        for weight in learned:
            quantity = weight.name if len(learned) > 1 else "parameters"
            work.add(quantity, "the product of its shape", "·".join(f"{n:,}" for n in weight.shape), weight.size)
        if len(learned) != 1:
            total = sum(weight.size for weight in learned)
            work.add("parameters", "sum", " + ".join(f"{w.size:,}" for w in learned) or "0", total)
        fixed = sum(weight.size for weight in weights if not weight.trainable)
        if fixed:
            names = ", ".join(weight.name for weight in weights if not weight.trainable)
            work.add("non-trainable", "stored, not learned", names, fixed)


def brief(sizes: Sequence[int]) -> str:
    """Sizes per axis as short as they can be said: `3` on one axis, `3x3`, `7x1`."""
    return "x".join(map(str, sizes))


def brief_stride(sizes: Sequence[int]) -> str:
    """A stride in the tables' shorthand: nothing for 1, `/2`, `/2x1`."""
    if all(size == 1 for size in sizes):
        return ""
    return f" /{briefest(sizes)}"


def briefest(sizes: Sequence[int]) -> str:
    """Sizes per axis, one number where they are all the same: `2`, `2x1`."""
    return str(sizes[0]) if len(set(sizes)) == 1 else brief(sizes)
