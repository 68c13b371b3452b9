"""Backwards through several layers: the input, or the stride, kernel or padding that they share, for a wanted output.

The output of a chain grows steadily in its input and in the padding, and falls in stride, kernel and dilation, as that
of one layer does, so bisection over the forward rule finds the first and the last solution along each axis.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from cnncalc.derivation import number
from cnncalc.layers import layer_class
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.chain import expanded, run
from cnncalc.questions.setups import Known, Said
from cnncalc.questions.solve import NAMES, bisected
from cnncalc.results import Answer

_LOWEST = {"input": 1, "kernel": 1, "stride": 1, "dilation": 1, "pad": 0}
_RISING = frozenset(("input", "pad"))
_HIGHEST = 10**7
_MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Chain:
    """Layers of which one thing is sought: what they meet, as far as it is known, and what is to come out."""

    layers: Sequence[Said]
    name: str
    input: Known
    target: tuple[int, ...]

    def output(self, value: int, axis: int) -> int:
        """The extent that comes out along an axis, 0 where a layer does not fit; the error where it can never be."""
        stages = run(*self.filled(value, axis))
        return (stages[-1].after.spatial or (0,))[0]

    def filled(self, value: int, axis: int) -> tuple[Known, list[Said]]:
        """The input and the layers along one axis, a value in place of what is sought."""
        extents = self.input.spatial or self.target
        extent = value if self.name == "input" else extents[min(axis, len(extents) - 1)]
        layers = [self._one_axis(said, value, axis) for said in self.layers]
        return Known((extent,), self.input.channels or 1), layers

    def _one_axis(self, said: Said, value: int, axis: int) -> Said:
        if said.values.get("pad") == "same" and self.name == "pad":
            raise QuestionError.not_understood("same padding, when the padding is sought")
        values = {key: v[min(axis, len(v) - 1)] if isinstance(v, tuple) else v for key, v in said.values.items()}
        fields = layer_class(said.kind).fields
        if self.name in fields and self.name not in values:
            values[self.name] = value
        stand_ins = {key: 1 for key, field in fields.items() if field.required and key not in (*values, "kernel")}
        return replace(said, values={**stand_ins, **values}, channels=None, times=1, many=(), series={})


def answers(layers: Sequence[Said], unknown: Sequence[str], known: Known, target: tuple[int, ...]) -> list[Answer]:
    """What gives the target through all the layers, smallest first.

    Raises:
        QuestionError: where too little is known, or more than one thing is sought.
    """
    (name, *more) = dict.fromkeys(unknown)
    if more or name not in _LOWEST:
        raise QuestionError("through several layers one input, padding, stride, kernel or dilation can be found")
    if name != "input" and known.spatial is None:
        raise QuestionError.lacking("the input's width and height")
    chain = Chain(expanded(layers), name, known, target)
    if any("kernel" in layer_class(s.kind).fields and not {"kernel"} & {*s.values, name} for s in chain.layers):
        raise QuestionError.lacking("the kernel's size")
    spans = [_span(chain, axis) for axis in range(len(target))]
    label = NAMES[name] + ("" if name == "input" else " of each layer")
    if any(low > high for low, high in spans):
        wanted = "x".join(map(str, target))
        return [Answer(label, "none", "", f"none, because no whole number for the {NAMES[name]} gives {wanted}")]
    return [Answer(label, value, "", text, _steps(chain, value)) for value, text in combined(spans)]


def layers(said: Sequence[Said], field: int) -> list[Answer]:
    """How many layers like the one described have a receptive field of at least `field`: each adds (F - 1)·jump.

    Raises:
        QuestionError: where it is not one layer that is described, or it adds nothing.
    """
    described = expanded(said)
    if len(described) != 1:
        raise QuestionError("one layer must be described, and how many of it are needed is found")
    (stage,) = run(Known(), described)
    stage.needs("kernel")
    windows = stage.layer.windows([stage.input])
    if isinstance(windows, str) or not windows or windows[0].size < 2:
        raise QuestionError(f"layers of {stage.kind} do not widen the receptive field")
    size, step, count, lines = 1, 1, 0, []
    while size < field:
        count, before = count + 1, size
        size += (windows[0].size - 1) * step
        lines.append(f"layer {count}: {before} + ({windows[0].size} - 1)·{step} = {size}")
        step *= windows[0].stride
    exact = "" if size == field else f" (a receptive field of {size:,}; {count - 1} have {before:,})"
    return [Answer("layers", count, "layers", f"{count:,}{exact}", tuple(lines[:50]))]


def combined(spans: Sequence[tuple[int, int]]) -> list[tuple[int | str, str]]:
    """Values that serve along every axis, or else one for each axis: 3, or `3x1`.

    Raises:
        QuestionError: where there are too many to list.
    """
    low, high = max(low for low, _ in spans), min(high for _, high in spans)
    if high - low >= _MOST_LISTED:
        raise QuestionError(f"every number from {low:,} to {high:,} is a solution")
    if low <= high:
        return [(value, number(value)) for value in range(low, high + 1)]
    ranges = [range(low, high + 1) for low, high in spans]
    texts = ["x".join(map(str, values)) for values in product(*(r[:_MOST_LISTED] for r in ranges))][:_MOST_LISTED]
    return [(text, text) for text in texts]


def _span(chain: Chain, axis: int) -> tuple[int, int]:
    """The first and the last value that give the target along an axis; (1, 0) where none does."""
    low, target = _LOWEST[chain.name], chain.target[axis]
    rising = chain.name in _RISING

    def gives(value: int) -> int:
        try:
            return chain.output(value, axis)
        except QuestionError:
            return 0

    high = low + 1
    while high < _HIGHEST and (gives(high) <= target if rising else gives(high) >= target):
        high *= 2
    first = bisected(low, high, lambda value: gives(value) >= target if rising else gives(value) <= target)
    after = bisected(low, high, _beyond(gives, target, rising))
    return (first, after - 1) if first <= high and gives(first) == target else (1, 0)


def _beyond(gives: Callable[[int], int], target: int, rising: bool) -> Callable[[int], bool]:
    return lambda value: gives(value) > target if rising else gives(value) < target


def _steps(chain: Chain, value: int | str) -> tuple[str, ...]:
    first = value if isinstance(value, int) else int(value.split("x")[0])
    known, layers = chain.filled(first, 0)
    extents = [(stage.after.spatial or (0,))[0] for stage in run(known, layers)]
    return (" → ".join(map(number, ((known.spatial or (0,))[0], *extents))),)
