"""What a formula's parts compute: every operation checks its operands and bounds its result."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cnncalc.graph import Volume
from cnncalc.spec.limits import MAX_BITS, MAX_FORMULA_DEPTH, MAX_LIST
from cnncalc.spec.scalars import Value
from cnncalc.spec.suggest import did_you_mean


class FormulaError(Exception):
    """A formula that cannot be read or worked out; `start` and `end` are offsets behind the `=`."""

    def __init__(self, code: str, message: str, start: int, end: int, help: str | None = None) -> None:
        self.code = code
        self.message = message
        self.start = start
        self.end = end
        self.help = help
        super().__init__(message)


class UnknownInput(Exception):
    """The formula asks for the arriving volume, which an earlier error has made unknown."""


class Missing:
    """Stands for a named value that an earlier error has made unknown; what depends on it stays silent."""


MISSING: Any = Missing()


class Scope(NamedTuple):
    """What a formula can see: named values, the arriving volume, the turn of the innermost loop."""

    names: Mapping[str, Value]
    volume: Volume | None = None
    has_input: bool = True
    index: int | None = None  # type: ignore[assignment]  # hides tuple.index


Evaluate = Callable[[Scope], Value]


class Token(NamedTuple):
    """A piece of a formula: its kind, its text, its offsets."""

    kind: str
    text: str
    start: int
    end: int


COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def either(left: Evaluate, right: Evaluate) -> Evaluate:
    """`or`: the first value that holds, else the last."""
    return lambda scope: left(scope) or right(scope)


def both(left: Evaluate, right: Evaluate) -> Evaluate:
    """`and`: the first value that does not hold, else the last."""
    return lambda scope: left(scope) and right(scope)


def chained(first: Evaluate, rest: Sequence[tuple[Token, Evaluate]]) -> Evaluate:
    """Comparisons in a row: all must hold."""

    def compare(scope: Scope) -> Value:
        left = first(scope)
        for token, evaluate in rest:
            right = evaluate(scope)
            try:
                if not COMPARE[token.text](left, right):
                    return False
            except TypeError:
                raise _error(token, f"{_what(left)} and {_what(right)} cannot be compared") from None
            left = right
        return True

    return compare


def binary(token: Token, left: Evaluate, right: Evaluate) -> Evaluate:
    """An arithmetic operation."""

    def compute(scope: Scope) -> Value:
        return _arithmetic(token, left(scope), right(scope))

    return compute


def _arithmetic(token: Token, a: Value, b: Value) -> Value:
    if token.text == "+" and type(a) is type(b) and isinstance(a, str | list):
        return _bounded_length(token, a + b)  # type: ignore[operator]
    for value in (a, b):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _error(token, f"`{token.text}` cannot work with {_what(value)}")
    try:
        return _checked(token, _compute(token, a, b))  # type: ignore[arg-type]
    except ZeroDivisionError:
        raise _error(token, f"division by zero: {a} {token.text} {b}", "division-by-zero") from None
    except (OverflowError, ValueError):
        shown = " ".join((brief(a), token.text, brief(b)))
        raise _error(token, f"the result of {shown} is too large", "number-too-large") from None


def _compute(token: Token, a: float, b: float) -> float:
    match token.text:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            exact = isinstance(a, int) and isinstance(b, int) and b != 0 and a % b == 0
            return a // b if exact else a / b
        case "//":
            return a // b
        case "%":
            return a % b
    # A power is measured before it is computed.
    if isinstance(a, int) and isinstance(b, int) and abs(a) > 1 and b * (abs(a).bit_length() - 1) > MAX_BITS:
        raise OverflowError
    result: float | complex = a**b
    if isinstance(result, complex):
        raise _error(token, "a root of a negative number")
    return result


def _checked(token: Token, value: float) -> float:
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise _error(token, f"the result has more than {MAX_BITS:,} bits", "number-too-large")
    elif not math.isfinite(value):
        raise _error(token, "the result is too large", "number-too-large")
    return value


def _bounded_length(token: Token, value: str | list[Value]) -> Value:
    if too_long(value) if isinstance(value, list) else len(value) > MAX_LIST:
        raise _error(token, f"the result is longer than {MAX_LIST:,}", "number-too-large")
    return value


def signed(token: Token, operand: Evaluate) -> Evaluate:
    """A value with a sign before it."""

    def compute(scope: Scope) -> Value:
        value = operand(scope)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _error(token, f"`{token.text}` cannot work with {_what(value)}")
        return -value if token.text == "-" else value

    return compute


def indexed(token: Token, operand: Evaluate, index: Evaluate) -> Evaluate:
    """One element of a list or text."""

    def compute(scope: Scope) -> Value:
        values, position = operand(scope), whole(index(scope))
        if not isinstance(values, list | str):
            raise _error(token, f"{_what(values)} has no elements")
        if position is None:
            raise _error(token, "an index is a whole number")
        if not -len(values) <= position < len(values):
            raise _error(
                token, f"there is no element {position}: there are {len(values)}, counted from 0", "index-out-of-range"
            )
        return values[position]

    return compute


def listed(token: Token, items: list[Evaluate]) -> Evaluate:
    """A list."""

    def collect(scope: Scope) -> Value:
        values = [item(scope) for item in items]
        if too_long(values):
            raise _error(token, f"the result is longer than {MAX_LIST:,}", "number-too-large")
        return values

    return collect


def elements(value: Value) -> int:
    """How many elements a list has, those of lists in it counted; the characters of a text; else 0."""
    if isinstance(value, str):
        return len(value)
    count = 0
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            count += len(node)
            pending += [item for item in node if isinstance(item, list)]
    return count


def too_long(values: list[Value]) -> bool:
    """Whether a list holds too much, or nests too deep, to be worked with in bounded time."""
    level, depth, count = [values], 0, 0
    while level:
        depth += 1
        count += sum(map(len, level))
        if count > MAX_LIST or depth > MAX_FORMULA_DEPTH:
            return True
        level = [item for node in level for item in node if isinstance(item, list)]
    return False


def looked_up(scope: Scope, token: Token) -> Value:
    """The value of a name."""
    try:
        value = scope.names[token.text]
    except KeyError:
        known = did_you_mean(token.text, [*scope.names, "input", "index"])
        raise _error(token, f"there is no value named `{token.text}`", "unknown-variable", known) from None
    if value is MISSING:
        raise UnknownInput
    return value


def index_of(scope: Scope, token: Token) -> Value:
    """The turn of the innermost loop."""
    if scope.index is None:
        raise _error(
            token,
            "`index` is known only inside a loop",
            "unknown-variable",
            "a block sees it when it is handed over as an argument",
        )
    return scope.index


def arriving(scope: Scope, token: Token) -> Volume:
    """The volume that arrives."""
    if not scope.has_input:
        help = "`input` is known inside `layers` and blocks; of several inputs, once an item has said `from` which"
        raise _error(token, "no volume arrives here", "unknown-variable", help)
    if scope.volume is None:
        raise UnknownInput
    return scope.volume


def extent_of(volume: Volume, axis: int) -> int:
    """The extent along an axis; 1 where the volume has no such axis."""
    return volume.spatial[axis] if axis < len(volume.spatial) else 1


def called(token: Token, function: Callable[..., Value], arguments: list[Evaluate]) -> Evaluate:
    """A function applied to its arguments."""

    def compute(scope: Scope) -> Value:
        values = [argument(scope) for argument in arguments]
        try:
            result = function(*values)
        except (TypeError, ValueError):
            raise _error(
                token, f"`{token.text}` cannot work with {', '.join(map(_what, values)) or 'nothing'}"
            ) from None
        except ZeroDivisionError:
            raise _error(token, "division by zero", "division-by-zero") from None
        except OverflowError:
            raise _error(token, "the result is too large", "number-too-large") from None
        if isinstance(result, int | float) and not isinstance(result, bool):
            return _checked(token, result)
        return _bounded_length(token, result) if isinstance(result, str) else result

    return compute


def _numbers(values: Sequence[Value]) -> list[int | float]:
    if len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        raise TypeError
    return list(values)  # type: ignore[arg-type]


def _one(value: Value) -> int | float:
    return _numbers([value])[0]


def divisible(value: Value, by: Value = 8) -> Value:
    """The multiple of `by` nearest to `value`, at least `by`, and never more than a tenth below.

    Source: the MobileNet reference code's rounding of channel counts.
    """
    number, step = _one(value), _one(by)
    result = max(step, int(number + step / 2) // step * step)
    if result < 0.9 * number:
        result += step
    whole_result = whole(result)
    return result if whole_result is None else whole_result


def _length(value: Value) -> Value:
    if not isinstance(value, list | str):
        raise TypeError
    return len(value)


def as_text(value: Value) -> str:
    """A value as it would be written in the file: whole-number floats as integers, `true` and `false`.

    Raises:
        TypeError: for a list.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        raise TypeError
    number = whole(value)
    return str(value if number is None else number)


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "min": lambda *values: min(_numbers(values)),
    "max": lambda *values: max(_numbers(values)),
    "abs": lambda value: abs(_one(value)),
    "round": lambda value: round(_one(value)),
    "floor": lambda value: math.floor(_one(value)),
    "ceil": lambda value: math.ceil(_one(value)),
    "len": _length,
    "str": as_text,
    "divisible": divisible,
}


def whole(value: Value) -> int | None:
    """The integer that a value is (a whole-number float counts), or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def brief(value: object) -> str:
    """A value for a message, never long."""
    if isinstance(value, list):
        return f"a list of {len(value)}" if elements(value) > 20 else str(value)[:60]
    if isinstance(value, int) and value.bit_length() > 256:
        return f"a number of {value.bit_length()} bits"
    return str(value)[:60]


def _what(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text '{value[:40]}'"
        case list():
            return "a list"
        case int():
            return brief(value)
    return str(value)


def _error(token: Token, message: str, code: str = "formula", help: str | None = None) -> FormulaError:
    return FormulaError(code, message, token.start, token.end, help)
