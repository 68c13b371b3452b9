"""Backwards: which padding, stride, kernel, dilation, input or number of filters gives what is wanted.

The output grows or falls steadily in each of these, so the solutions in one of them are an interval, found by
bisection over the forward rule; what a layer counts (parameters, multiply–accumulates) grows likewise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from math import prod
from typing import Any

from cnncalc.derivation import number
from cnncalc.layers import layer_class
from cnncalc.layers.window import WindowRule, transposed_extent
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.chain import Stage, run
from cnncalc.questions.costs import macs_of
from cnncalc.questions.quantities import biases_of, trainable
from cnncalc.questions.setups import Known, Said
from cnncalc.results import Answer

NAMES = {
    "pad": "padding",
    "stride": "stride",
    "kernel": "kernel",
    "dilation": "dilation",
    "input": "input width",
    "filters": "filters",
    "units": "neurons",
    "channels": "input depth",
}
"""What can be solved for, and what it is called."""

_COUNTS: dict[str, Callable[[Stage], int]] = {
    "parameters": trainable,
    "weights": lambda stage: trainable(stage) - biases_of(stage),
    "macs": macs_of,
    "flops": lambda stage: 2 * macs_of(stage),
}
ANY_WIDTH = 10**6 + 3
"""Stands for whatever width there is, where the solution is the same for all; shown as W."""

_MOST = 10**15
_MOST_LISTED = 1000
_MOST_TRIED = 10_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is known and what is sought.

    Attributes:
        input: the input volume as far as it is known.
        target: the extents that are to come out.
        goal: a count (`parameters`, `weights`, `macs`, `flops`) and the number it is to be.
        unknown: names out of `NAMES`.
    """

    kind: str
    values: dict[str, Any]
    unknown: tuple[str, ...]
    input: Known = field(default_factory=Known)
    target: tuple[int, ...] | None = None
    goal: tuple[str, int] | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Solution:
    """Values for the unknowns; `step` puts them into the rule, `exact` says whether nothing was rounded."""

    values: dict[str, int]
    step: str
    exact: bool = True

    @property
    def text(self) -> str:
        """`stride 2, padding 3`."""
        return self.shown(", ".join(f"{NAMES[name]} {value:,}" for name, value in self.values.items()))

    def shown(self, value: int | str) -> str:
        """A value with the remark that belongs to it."""
        return number(value) if self.exact else f"{number(value)} (rounded down)"


def solutions(problem: Problem) -> list[Solution]:
    """All solutions in whole numbers, smallest first; none is an empty list.

    Raises:
        QuestionError: where too little is known, or the solutions have no end.
    """
    unknown = [name for name in problem.unknown if name not in NAMES]
    if unknown:
        raise QuestionError.lacking(f"which {' or '.join(unknown)} is meant: a padding, stride, kernel, input, …")
    if problem.goal is not None:
        return list(_counting(problem))
    if any(name not in _BOUNDS for name in problem.unknown):
        raise QuestionError.lacking("the number of parameters or multiply–accumulates that is wanted")
    if problem.target is None:
        raise QuestionError.lacking("the output that is wanted", *_unsaid(problem))
    return list(_extents(problem, problem.target))


def _unsaid(problem: Problem) -> list[str]:
    """What else would have to be said to find an extent."""
    missing = {"the input's width and height": problem.input.spatial is None and "input" not in problem.unknown}
    missing["the kernel's size"] = "kernel" not in (*problem.values, *problem.unknown)
    return [name for name, lacks in missing.items() if lacks]


def solve(
    unknown: str | Sequence[str],
    *,
    kind: str = "conv",
    input: int | tuple[int, ...] | None = None,
    output: int | tuple[int, ...] | None = None,
    parameters: int | None = None,
    macs: int | None = None,
    **values: Any,
) -> list[Answer]:
    """What gives a wanted output, or a wanted number of parameters or multiply–accumulates.

    Args:
        unknown: what is sought, out of `NAMES`: `pad`, `stride`, `kernel`, `input`, `filters`, …
        kind: the layer kind.
        input: width, (width, height) or (width, height, depth).
        output: width or (width, height).
        values: the hyperparameters that are known.

    Returns:
        All solutions in whole numbers, smallest first; where there is none, one answer whose value is `none`.

    Raises:
        QuestionError: where too little is said, or the solutions have no end.
    """
    extents = (input,) if isinstance(input, int) else input
    known = Known(extents[:2], extents[2] if len(extents) > 2 else None) if extents else Known()
    goal = ("parameters", parameters) if parameters else ("macs", macs) if macs else None
    target = (output,) if isinstance(output, int) else output
    sought = (unknown,) if isinstance(unknown, str) else tuple(unknown)
    return answers(Problem(kind, values, sought, known, None if goal else target, goal))


def answers(problem: Problem) -> list[Answer]:
    """The solutions as answers: one number each where one thing is sought, the combination where several are."""
    found = solutions(problem)
    names = " and ".join(NAMES[name] for name in problem.unknown)
    tail = f" ({problem.label})" if problem.label else ""
    if not found and (uneven := _uneven(problem)):
        return [Answer(NAMES[problem.unknown[0]] + tail, text, "", text, (step,)) for text, step in uneven]
    if not found:
        return [Answer(names + tail, "none", "", f"none, because {_why(problem)}", (_why(problem),))]
    if len(found) == 1 or len(problem.unknown) == 1:
        return [
            Answer(NAMES[name] + tail, value, "", solution.shown(value), (solution.step,))
            for solution in found
            for name, value in solution.values.items()
        ]
    return [Answer(names + tail, solution.text, "", solution.text, (solution.step,)) for solution in found]


def fitting(problem: Problem) -> list[Answer]:
    """Every stride, padding or kernel with which the windows fit exactly, whatever comes out."""
    (name, *more) = problem.unknown
    if more or name not in ("stride", "pad", "kernel") or problem.input.spatial is None:
        raise QuestionError.lacking("the output that is wanted")
    rules = _rules(problem, problem.input.spatial)
    highest = min(rules[0].extent if name != "pad" else rules[0].effective - 1, _MOST_TRIED)
    found = []
    for value in range(_BOUNDS[name][0], highest + 1):
        tried = [_set(rule, {name: value}) for rule in rules]
        if all(rule.fits and (rule.slack >= rule.stride or rule.slack == 0) for rule in tried):
            step = f"{tried[0].formula()[1]} = {tried[0].output}"
            found.append(Answer(NAMES[name], value, "", number(value), (step,)))
    return found


def _why(problem: Problem) -> str:
    if problem.goal is not None:
        quantity, wanted = problem.goal
        name = problem.unknown[0]
        below, above = _around(problem, name)
        return (
            f"{NAMES[name]} {below[0]:,} gives {below[1]:,} {quantity} and {above[0]:,} gives {above[1]:,}: "
            f"{wanted:,} lies between"
            if below[0]
            else f"already {NAMES[name]} 1 gives {above[1]:,} {quantity}"
        )
    shown = "x".join(map(str, problem.target or ()))
    return f"no whole number for the {' and '.join(NAMES[name] for name in problem.unknown)} gives {shown}"


# Extents

_BOUNDS: dict[str, tuple[int, Callable[[WindowRule, int], int]]] = {
    "input": (1, lambda rule, target: (target + 2) * rule.stride + rule.effective),
    "pad": (0, lambda rule, target: (target + rule.extent + 1) * rule.stride + rule.effective),
    "kernel": (1, lambda rule, target: rule.extent + rule.before + rule.after + target + 1),
    "stride": (1, lambda rule, target: rule.extent + rule.before + rule.after + target),
    "dilation": (1, lambda rule, target: rule.extent + rule.before + rule.after + target),
}


def _extents(problem: Problem, target: tuple[int, ...]) -> Iterator[Solution]:
    rules = _rules(problem, target)
    free, last = problem.unknown[:-1], problem.unknown[-1]
    ranges = [range(_BOUNDS[name][0], _combined(rules[0], name)) for name in free]
    if prod(map(len, ranges)) > _MOST_TRIED:
        raise QuestionError("too many combinations to try: say more, or ask for one thing at a time")
    count = 0
    for chosen in product(*ranges):
        fixed = dict(zip(free, chosen, strict=True))
        spans = [
            _interval(_set(rule, fixed), last, wanted, problem.kind, bool(free))
            for rule, wanted in zip(rules, target, strict=True)
        ]
        for value in range(max(low for low, _ in spans), min(high for _, high in spans) + 1):
            count += 1
            if count > _MOST_LISTED:
                raise QuestionError(f"there are more than {_MOST_LISTED} solutions: say more")
            yield _solution({**fixed, last: value}, rules[0], problem.kind)


def _uneven(problem: Problem) -> list[tuple[str, str]]:
    """Solutions that differ along the axes, width first, and how they come about; a window need not be square."""
    if problem.goal or len(problem.unknown) != 1 or problem.target is None:
        return []
    (name,), rules = problem.unknown, _rules(problem, problem.target)
    spans = [
        _interval(rule, name, wanted, problem.kind, False) for rule, wanted in zip(rules, problem.target, strict=True)
    ]
    tried = product(*(range(low, high + 1) for low, high in spans))
    return [
        (
            "x".join(map(str, values)),
            "; ".join(_solution({name: v}, r, problem.kind).step for v, r in zip(values, rules, strict=True)),
        )
        for values in islice(tried, _MOST_LISTED)
    ]


def _combined(rule: WindowRule, name: str) -> int:
    """Where one of several unknowns stops making sense: no stride beyond the input, no padding beyond the window."""
    return rule.effective if name == "pad" else rule.extent + 1


def _rules(problem: Problem, target: tuple[int, ...]) -> list[WindowRule]:
    """The window along each axis, 1 (and no padding) for what is sought."""
    values = {name: value for name, value in problem.values.items() if name not in problem.unknown}
    spatial = problem.input.spatial
    if spatial is None and "input" not in problem.unknown:
        raise QuestionError.lacking("the input's width and height")
    if "kernel" not in values and "kernel" not in problem.unknown:
        raise QuestionError.lacking("the kernel's size")
    extents = spatial or target
    if len(extents) != len(target):
        extents = extents * len(target) if len(extents) == 1 else extents[: len(target)]
    start = {"kernel": 1, **({"pad": 0} if "pad" in problem.unknown else {})}
    said = Said(problem.kind, {**start, **values, **_placeholders(problem.kind, values)}, axes=None)
    stage = run(Known(tuple(max(n, 10**6) for n in extents), 1), [_trimmed(said, len(target))])[0]
    rules: Sequence[WindowRule] = stage.layer.rules([stage.input])  # type: ignore[attr-defined]
    return [rule._replace(extent=extent) for rule, extent in zip(rules, extents, strict=True)]


def _placeholders(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    wanted = [name for name, declared in layer_class(kind).fields.items() if declared.required and name != "kernel"]
    return dict.fromkeys((*wanted, *({"groups"} & set(values))), 1)


def _trimmed(said: Said, axes: int) -> Said:
    values = {name: value[:axes] if isinstance(value, tuple) else value for name, value in said.values.items()}
    return Said(
        said.kind,
        {name: value[0] if isinstance(value, tuple) and len(value) == 1 else value for name, value in values.items()},
    )


def _set(rule: WindowRule, values: dict[str, int]) -> WindowRule:
    pad = values.get("pad")
    return rule._replace(
        extent=values.get("input", rule.extent),
        kernel=values.get("kernel", rule.kernel),
        stride=values.get("stride", rule.stride),
        dilation=values.get("dilation", rule.dilation),
        before=rule.before if pad is None else pad,
        after=rule.after if pad is None else pad,
    )


def _output(rule: WindowRule, kind: str) -> int:
    return transposed_extent(rule, 0) if kind == "transposed_conv" else rule.output


def _interval(rule: WindowRule, name: str, target: int, kind: str, combined: bool) -> tuple[int, int]:
    """The whole numbers that give the target, from the first to the last; (1, 0) where there is none."""
    low, bound = _BOUNDS[name]
    high = max(low, _combined(rule, name) - 1 if combined else bound(rule, target))

    def gives(value: int) -> int:
        return _output(_set(rule, {name: value}), kind)

    rising = gives(high) >= gives(low)
    first = bisected(low, high, lambda value: gives(value) >= target if rising else gives(value) <= target)
    after = bisected(low, high, lambda value: gives(value) > target if rising else gives(value) < target)
    if first > high or gives(first) != target:
        return 1, 0
    if after > high and not combined:
        raise QuestionError(f"every {NAMES[name]} from {first} upwards gives {target}")
    return first, after - 1


def bisected(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The least value from `low` to `high` that meets a condition which, once met, stays met; else `high + 1`."""
    end = high + 1
    while low < end:
        middle = (low + end) // 2
        low, end = (low, middle) if holds(middle) else (middle + 1, end)
    return low


def _solution(values: dict[str, int], rule: WindowRule, kind: str) -> Solution:
    rule = _set(rule, values)
    if kind == "transposed_conv":
        step = f"({rule.extent} - 1)·{rule.stride} - 2·{rule.before} + {rule.effective} = {_output(rule, kind)}"
        return Solution(values, step)
    _, numbers, exact = rule.formula()
    rounded = "" if rule.fits else f", rounded down to {rule.output}"
    step = f"{numbers} = {exact}{rounded}"
    if rule.extent == ANY_WIDTH:
        step = step.replace(str(ANY_WIDTH), "W")
    elif values.get("pad"):
        step += f"; without padding {rule._replace(before=0, after=0).output}"
    return Solution(values, step, rule.fits)


# Counts


def _counting(problem: Problem) -> Iterator[Solution]:
    if len(problem.unknown) != 1:
        raise QuestionError(f"one count can determine one unknown, not {len(problem.unknown)}")
    (name,), goal = problem.unknown, problem.goal
    (value, count), _ = _around(problem, name)
    if goal is not None and value and count == goal[1]:
        yield Solution({name: value}, f"{NAMES[name]} {value:,}: {count:,} {goal[0]}")


def _around(problem: Problem, name: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """The largest value whose count does not exceed the goal, and the next, each with its count."""
    quantity, wanted = problem.goal or ("", 0)
    high = 1
    while high < _MOST and _count(problem, name, high, quantity) <= wanted:
        high *= 2
    after = bisected(1, high, lambda value: _count(problem, name, value, quantity) > wanted)
    if after > high:
        raise QuestionError(f"the {quantity} do not depend on the {NAMES[name]}")
    below = after - 1
    return (below, _count(problem, name, below, quantity) if below else 0), (
        after,
        _count(problem, name, after, quantity),
    )


def _count(problem: Problem, name: str, value: int, quantity: str) -> int:
    known, values = problem.input, dict(problem.values)
    if name == "channels":
        known = Known(known.spatial, value)
    elif name == "input":
        known = Known((value,) * (len(known.spatial or ()) or 2), known.channels)
    else:
        values[name] = value
    return _COUNTS[quantity](run(known, [Said(problem.kind, values)])[0])
