"""Hyperparameter values: from a node of the tree to what a layer class takes, for each type of field."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cnncalc.graph import AXIS_NAMES
from cnncalc.layers.fields import (
    SIDE_NAMES,
    Boolean,
    ChannelPad,
    Choice,
    Connections,
    Integer,
    Number,
    Padding,
    Reference,
    Sizes,
    Type,
    VolumeType,
)
from cnncalc.spec import scalars
from cnncalc.spec.limits import MAX_LIST
from cnncalc.spec.operations import brief, too_long, whole
from cnncalc.spec.scalars import ScalarError, Value
from cnncalc.spec.source import Span
from cnncalc.spec.suggest import did_you_mean
from cnncalc.spec.tree import Mapping, Scalar, Sequence, Tree, extent, kind_of

Work = Callable[[Scalar], Value]
"""Works a formula out where it stands."""

_AXES = frozenset({*AXIS_NAMES, "length"})
_SIDES = frozenset(side for pair in SIDE_NAMES for side in pair)


_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|([A-Za-z_][A-Za-z_0-9]*)")


class ValueFault(Exception):
    """A value that does not fit its field, the place of the fault, and the formula that gave it."""

    def __init__(self, error: ScalarError, at: Span, formula: Scalar | None = None) -> None:
        self.error = error
        self.at = at
        self.formula = formula
        super().__init__(error.message)


def has_formula(tree: Tree) -> bool:
    """Whether a formula stands anywhere in a value."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Sequence):
            pending += node.items
        elif isinstance(node, Mapping):
            pending += [value for _, value in node.entries.values()]
        elif node.text[:1] == "=":
            return True
    return False


def formula_words(tree: Tree | None) -> set[str]:
    """The names in all formulas of a tree."""
    found: set[str] = set()
    pending = [tree] if tree is not None else []
    while pending:
        node = pending.pop()
        if isinstance(node, Scalar):
            if node.text[:1] == "=":
                found.update(match[1] for match in _WORD.finditer(node.text) if match[1])
        elif isinstance(node, Sequence):
            pending += node.items
        else:
            pending += [value for _, value in node.entries.values()]
    return found


def read_field(wanted: Type, tree: Tree, work: Work) -> Any:
    """The raw value of a hyperparameter, as `Layer.make` takes it.

    Raises:
        ValueFault: where it is not what the field takes.
    """
    if isinstance(tree, Scalar):
        try:
            if tree.text[:1] == "=":
                return _from_value(wanted, work(tree))
            return _from_text(wanted, tree.text, tree.plain)
        except ScalarError as error:
            raise ValueFault(error, tree.at, tree if tree.text[:1] == "=" else None) from None
    if isinstance(tree, Mapping):
        return _from_mapping(wanted, tree, work)
    return _from_sequence(wanted, tree, work)


def _from_text(wanted: Type, text: str, plain: bool) -> Any:
    match wanted:
        case Integer(least=least):
            return scalars.read_integer(text, plain, least)
        case Sizes(least=least):
            return scalars.read_size(text, plain, least)
        case Padding(words=words):
            if text in words:
                return text
            return _pad(text, plain, words)
        case Boolean():
            return scalars.read_boolean(text, plain)
        case Number():
            return _within(wanted, scalars.read_number(text, plain))
        case Choice(words=words):
            if text in words:
                return text
            raise ScalarError("unknown-word", f"`{text[:60]}` is none of {wanted.says}", did_you_mean(text, words))
        case Reference():
            if text:
                return text
            raise ScalarError("bad-shape", "the name of a layer is wanted")
        case VolumeType():
            return scalars.read_volume(text, plain)
    raise ScalarError("bad-shape", f"{wanted.says} is wanted, and `{text[:60]}` stands here")


def _pad(text: str, plain: bool, words: tuple[str, ...]) -> Any:
    try:
        return scalars.read_size(text, plain, 0)
    except ScalarError as error:
        if words and text.isalpha():
            help = did_you_mean(text, words) or f"a number, WxH, or one of {', '.join(words)}"
            raise ScalarError("unknown-word", f"there is no padding `{text[:60]}`", help) from None
        raise error


def _within(wanted: Number, value: float) -> float:
    if not wanted.admits(value):
        raise ScalarError("out-of-range", f"{value:g} is not {wanted.says}")
    return value


def _from_value(wanted: Type, value: Value) -> Any:
    """A formula's result; text counts as if it were written."""
    if isinstance(value, str):
        return _from_text(wanted, value, True)
    if isinstance(value, list) and isinstance(wanted, Sizes | Padding):
        raise ScalarError("bad-shape", "a list is no size", "write sizes as {width: …, height: …}")
    if isinstance(wanted, Boolean):
        if isinstance(value, bool):
            return value
        raise ScalarError(
            "not-a-boolean",
            f"`true` or `false` is wanted, and the formula gives {brief(value)}",
            "compare it with something",
        )
    if isinstance(wanted, Number) and isinstance(value, int | float) and not isinstance(value, bool):
        return _within(wanted, float(value))
    if isinstance(wanted, Integer | Sizes | Padding):
        least = 0 if isinstance(wanted, Padding) else wanted.least
        return scalars.check_range(whole_number(value), least)
    if isinstance(wanted, ChannelPad) and isinstance(value, list) and len(value) == 2:
        return tuple(scalars.check_range(whole_number(item), 0) for item in value)
    raise ScalarError("bad-shape", f"{wanted.says} is wanted, and the formula gives {brief(value)}")


def whole_number(value: Value) -> int:
    """The integer that a formula's result is.

    Raises:
        ScalarError: `not-an-integer`, with what would make it one.
    """
    number = whole(value)
    if number is not None:
        return number
    if isinstance(value, float):
        raise ScalarError(
            "not-an-integer",
            f"a whole number is wanted, and the formula gives {value:g}",
            "round it with `//`, `round(…)`, `floor(…)` or `ceil(…)`",
        )
    raise ScalarError("not-an-integer", f"a whole number is wanted, and the formula gives {brief(value)}")


def _from_mapping(wanted: Type, tree: Mapping, work: Work) -> Any:
    names = _AXES if isinstance(wanted, Sizes) else _SIDES if isinstance(wanted, Padding) else frozenset()
    if not names:
        raise ValueFault(ScalarError("bad-shape", f"{wanted.says} is wanted, and a mapping stands here"), extent(tree))
    least = 0 if isinstance(wanted, Padding) else getattr(wanted, "least", 1)
    values = {}
    for name, (key, value) in tree.entries.items():
        if name not in names:
            what = "axis" if isinstance(wanted, Sizes) else "side"
            known = AXIS_NAMES if what == "axis" else [side for pair in SIDE_NAMES for side in pair]
            raise ValueFault(
                ScalarError(
                    "unknown-key",
                    f"there is no {what} `{name[:60]}`",
                    did_you_mean(name, names) or f"there are {', '.join(known)}",
                ),
                key.at,
            )
        values[name] = read_field(Integer(least), value, work)
    return values


def _from_sequence(wanted: Type, tree: Sequence, work: Work) -> Any:
    match wanted:
        case Connections():
            return tuple(_maps(row, work) for row in tree.items)
        case ChannelPad():
            if len(tree.items) != 2:
                raise ValueFault(
                    ScalarError("arity", f"two numbers are wanted, and {len(tree.items)} stand here"), extent(tree)
                )
            return tuple(read_field(Integer(0), item, work) for item in tree.items)
        case Sizes() | Padding():
            texts = [item.text if isinstance(item, Scalar) else "" for item in tree.items[:4]]
            size = "x".join(texts) if 2 <= len(texts) <= 3 and all(map(str.isdigit, texts)) else "7x1"
            raise ValueFault(
                ScalarError(
                    "bad-shape",
                    "a list is no size: half the world means the height first",
                    f"write {size}, width first",
                ),
                extent(tree),
            )
    raise ValueFault(ScalarError("bad-shape", f"{wanted.says} is wanted, and a list stands here"), extent(tree))


def _maps(row: Tree, work: Work) -> tuple[int, ...]:
    if not isinstance(row, Sequence):
        raise ValueFault(
            ScalarError("bad-shape", f"a list of input maps is wanted, and {kind_of(row)} stands here"), extent(row)
        )
    return tuple(read_field(Integer(0), item, work) for item in row.items)


def plain_value(tree: Tree, work: Work) -> Value:
    """A defined value, an argument or a loop's element: numbers, text, lists of them; formulas are worked out.

    Raises:
        ValueFault: where it is none of these.
    """
    if isinstance(tree, Scalar):
        if tree.text[:1] == "=":
            return work(tree)
        try:
            return scalars.read_value(tree.text, tree.plain)
        except ScalarError as error:
            raise ValueFault(error, tree.at) from None
    if isinstance(tree, Sequence):
        values = [plain_value(item, work) for item in tree.items]
        if too_long(values):
            message = f"a list of more than {MAX_LIST:,} elements"
            raise ValueFault(ScalarError("number-too-large", message), extent(tree))
        return values
    raise ValueFault(
        ScalarError("bad-shape", "a value is a number, a word or a list, and a mapping stands here"), extent(tree)
    )
