"""Formulas: a value that begins with `=`. A small evaluator of our own; every result is bounded.

Grammar, loosest first: `a if c else b`, `or`, `and`, `not`, comparisons (they chain), `+ -`, `* / // %`, unary
minus, `**`, indexing and `input.channels`, then numbers, text, lists, names, calls and brackets.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cnncalc.graph import Volume
from cnncalc.spec.limits import MAX_BITS, MAX_FORMULA, MAX_FORMULA_DEPTH, MAX_LIST
from cnncalc.spec.scalars import ScalarError, Value, bounded
from cnncalc.spec.suggest import did_you_mean

RESERVED = frozenset({"input", "index", "min", "max", "abs", "round", "floor", "ceil", "len", "str", "divisible",
                      "and", "or", "not", "if", "else", "true", "false"})
"""Names that cannot be given to anything of one's own."""


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


class Scope(NamedTuple):
    """What a formula can see: named values, the arriving volume, the turn of the innermost loop."""

    names: Mapping[str, Value]
    volume: Volume | None = None
    has_input: bool = True
    index: int | None = None


Evaluate = Callable[[Scope], Value]


class Formula(NamedTuple):
    """A formula, read once and worked out as often as wanted. `names` are those that it uses."""

    text: str
    evaluate: Evaluate
    names: tuple[str, ...]


_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")|(?P<op>\*\*|//|==|!=|<=|>=|[-+*/%<>()\[\],.=]))",
    re.ASCII,
)


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def parse(text: str) -> Formula:
    """Read a formula (without its `=`).

    Raises:
        FormulaError: `formula` with the place of the fault, `formula-too-long`, `formula-too-deep`.
    """
    if len(text) > MAX_FORMULA:
        raise FormulaError("formula-too-long", f"a formula of {len(text):,} characters; at most {MAX_FORMULA}", 0, 1,
                           help="give parts of it names under `define`")
    parser = _Parser(_tokens(text), text)
    evaluate = parser.whole()
    return Formula(text, evaluate, tuple(dict.fromkeys(parser.names)))


def _tokens(text: str) -> list[_Token]:
    tokens, position = [], 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if not match or match.lastgroup is None:
            start = position + len(stripped[position:]) - len(stripped[position:].lstrip())
            raise FormulaError("formula", f"`{stripped[start]}` has no place in a formula", start, start + 1)
        start = match.start(match.lastgroup)
        tokens.append(_Token(match.lastgroup, match[match.lastgroup], start, match.end()))
        position = match.end()
    tokens.append(_Token("end", "", len(stripped), len(stripped) + 1))
    return tokens


_COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}


class _Parser:
    """Recursive descent, depth counted; each rule returns a function that works the value out."""

    def __init__(self, tokens: list[_Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.position = 0
        self.depth = 0
        self.names: list[str] = []

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def accept(self, *texts: str) -> _Token | None:
        token = self.token
        return self.take() if token.kind in ("op", "name") and token.text in texts else None

    def fail(self, message: str, token: _Token | None = None, code: str = "formula",
             help: str | None = None) -> FormulaError:
        token = token or self.token
        return FormulaError(code, message, token.start, token.end, help)

    def expect(self, text: str) -> None:
        if not self.accept(text):
            cut = text in ")]" and self.token.kind == "end"
            raise self.fail(f"a `{text}` is missing", help="inside `[…]` or `{…}` YAML ends a value at a comma: quote the "
                            "formula" if cut else None)

    def whole(self) -> Evaluate:
        if self.token.kind == "end":
            raise self.fail("nothing follows the `=`")
        value = self.choice()
        if self.token.kind != "end":
            raise self.fail(f"`{self.token.text}` is not expected here")
        return value

    def choice(self) -> Evaluate:
        self.depth += 1
        if self.depth > MAX_FORMULA_DEPTH:
            raise self.fail(f"a formula nested deeper than {MAX_FORMULA_DEPTH}", code="formula-too-deep")
        value = self.either()
        if self.accept("if"):
            condition = self.either()
            self.expect("else")
            other = self.choice()
            chosen = value
            value = lambda scope: chosen(scope) if condition(scope) else other(scope)  # noqa: E731
        self.depth -= 1
        return value

    def either(self) -> Evaluate:
        value = self.both()
        while self.accept("or"):
            value = _either(value, self.both())
        return value

    def both(self) -> Evaluate:
        value = self.negation()
        while self.accept("and"):
            value = _both(value, self.negation())
        return value

    def negation(self) -> Evaluate:
        count = 0
        while self.accept("not"):
            count += 1
        value = self.comparison()
        if not count:
            return value
        return (lambda scope: not value(scope)) if count % 2 else (lambda scope: bool(value(scope)))

    def comparison(self) -> Evaluate:
        first = self.sum()
        rest: list[tuple[_Token, Evaluate]] = []
        while token := self.accept(*_COMPARE):
            rest.append((token, self.sum()))
        return _chained(first, rest) if rest else first

    def sum(self) -> Evaluate:
        value = self.product()
        while token := self.accept("+", "-"):
            value = _binary(token, value, self.product())
        return value

    def product(self) -> Evaluate:
        value = self.signed()
        while token := self.accept("*", "/", "//", "%"):
            value = _binary(token, value, self.signed())
        return value

    def signed(self) -> Evaluate:
        minus = [token for token in iter(lambda: self.accept("-", "+"), None) if token.text == "-" or token]
        value = self.power()
        for token in reversed(minus):
            value = _sign(token, value)
        return value

    def power(self) -> Evaluate:
        value = self.postfix()
        if token := self.accept("**"):
            self.depth += 1
            if self.depth > MAX_FORMULA_DEPTH:
                raise self.fail(f"a formula nested deeper than {MAX_FORMULA_DEPTH}", code="formula-too-deep")
            value = _binary(token, value, self.signed())
            self.depth -= 1
        return value

    def postfix(self) -> Evaluate:
        value = self.atom()
        while token := self.accept("["):
            index = self.choice()
            self.expect("]")
            value = _indexed(token, value, index)
        if self.token.text == "." and self.token.kind == "op":
            raise self.fail("only `input` has parts (`input.channels`)")
        return value

    def atom(self) -> Evaluate:
        token = self.take()
        if token.kind == "number":
            constant = _literal(token)
            return lambda scope: constant
        if token.kind == "text":
            text = token.text[1:-1]
            return lambda scope: text
        if token.text == "(" and token.kind == "op":
            value = self.choice()
            self.expect(")")
            return value
        if token.text == "[" and token.kind == "op":
            return _listed(self.arguments("]"))
        if token.kind == "name":
            return self.named(token)
        what = "the formula ends too early" if token.kind == "end" else f"`{token.text}` is not expected here"
        raise self.fail(what, token)

    def arguments(self, closing: str) -> list[Evaluate]:
        values: list[Evaluate] = []
        while not self.accept(closing):
            if values:
                self.expect(",")
                if self.accept(closing):
                    break
            values.append(self.choice())
        return values

    def named(self, token: _Token) -> Evaluate:
        name = token.text
        if name in ("true", "false"):
            return lambda scope: name == "true"
        if name == "input":
            return self.input_part(token)
        if name == "index":
            return lambda scope: _index(scope, token)
        if self.token.text == "(" and self.token.kind == "op":
            return self.call(token)
        if name in RESERVED:
            raise self.fail(f"`{name}` is not expected here", token)
        self.names.append(name)
        return lambda scope: _lookup(scope, token)

    def input_part(self, token: _Token) -> Evaluate:
        if not self.accept("."):
            raise self.fail("`input` alone is no value", token, help="input.channels, input.width, input.height")
        part = self.take()
        axis = {"width": 0, "height": 1, "time": 2}.get(part.text)
        if part.text in ("channels", "depth"):
            return lambda scope: _volume(scope, token).channels
        if axis is None:
            raise self.fail(f"`input` has no `{part.text}`", part,
                            help="it has channels (or depth), width, height and time")
        return lambda scope: _extent(_volume(scope, token), axis)

    def call(self, token: _Token) -> Evaluate:
        function = _FUNCTIONS.get(token.text)
        if function is None:
            known = did_you_mean(token.text, _FUNCTIONS)
            raise self.fail(f"there is no function `{token.text}`", token, code="unknown-function", help=known)
        self.take()
        arguments: list[Evaluate] = []
        by: Evaluate | None = None
        while not self.accept(")"):
            if arguments:
                self.expect(",")
            following = self.tokens[min(self.position + 1, len(self.tokens) - 1)]
            if token.text == "divisible" and self.token.text == "by" and following.text == "=":
                self.position += 2
                by = self.choice()
                self.expect(")")
                break
            arguments.append(self.choice())
        if by is not None:
            arguments.append(by)
        return _called(token, function, arguments)


def _literal(token: _Token) -> Value:
    try:
        return bounded(token.text) if token.text.isdigit() else float(token.text)
    except ScalarError as error:
        raise FormulaError(error.code, error.message, token.start, token.end) from None


def _either(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda scope: left(scope) or right(scope)


def _both(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda scope: left(scope) and right(scope)


def _chained(first: Evaluate, rest: Sequence[tuple[_Token, Evaluate]]) -> Evaluate:
    def compare(scope: Scope) -> Value:
        left = first(scope)
        for token, evaluate in rest:
            right = evaluate(scope)
            try:
                if not _COMPARE[token.text](left, right):
                    return False
            except TypeError:
                raise _error(token, f"{_what(left)} and {_what(right)} cannot be compared") from None
            left = right
        return True

    return compare


def _binary(token: _Token, left: Evaluate, right: Evaluate) -> Evaluate:
    def compute(scope: Scope) -> Value:
        return _arithmetic(token, left(scope), right(scope))

    return compute


def _arithmetic(token: _Token, a: Value, b: Value) -> Value:
    if token.text == "+" and type(a) is type(b) and isinstance(a, str | list):
        return _bounded_length(token, a + b)  # type: ignore[operator]
    for value in (a, b):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _error(token, f"`{token.text}` cannot work with {_what(value)}")
    try:
        return _checked(token, _compute(token, a, b))  # type: ignore[arg-type]
    except ZeroDivisionError:
        raise _error(token, "division by zero", "division-by-zero") from None
    except (OverflowError, ValueError):
        raise _error(token, "the result is too large", "number-too-large") from None


def _compute(token: _Token, a: float, b: float) -> float:
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


def _checked(token: _Token, value: float) -> float:
    if isinstance(value, int):
        if value.bit_length() > MAX_BITS:
            raise _error(token, f"the result has more than {MAX_BITS:,} bits", "number-too-large")
    elif not math.isfinite(value):
        raise _error(token, "the result is too large", "number-too-large")
    return value


def _bounded_length(token: _Token, value: str | list[Value]) -> Value:
    if len(value) > MAX_LIST:
        raise _error(token, f"the result is longer than {MAX_LIST:,}", "number-too-large")
    return value


def _sign(token: _Token, operand: Evaluate) -> Evaluate:
    def compute(scope: Scope) -> Value:
        value = operand(scope)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _error(token, f"`{token.text}` cannot work with {_what(value)}")
        return -value if token.text == "-" else value

    return compute


def _indexed(token: _Token, operand: Evaluate, index: Evaluate) -> Evaluate:
    def compute(scope: Scope) -> Value:
        values, position = operand(scope), whole(index(scope))
        if not isinstance(values, list | str):
            raise _error(token, f"{_what(values)} has no elements")
        if position is None:
            raise _error(token, "an index is a whole number")
        if not -len(values) <= position < len(values):
            raise _error(token, f"there is no element {position}: there are {len(values)}, counted from 0",
                         "index-out-of-range")
        return values[position]

    return compute


def _listed(items: list[Evaluate]) -> Evaluate:
    return lambda scope: [item(scope) for item in items]


def _lookup(scope: Scope, token: _Token) -> Value:
    try:
        return scope.names[token.text]
    except KeyError:
        known = did_you_mean(token.text, [*scope.names, "input", "index"])
        raise _error(token, f"there is no value named `{token.text}`", "unknown-variable", known) from None


def _index(scope: Scope, token: _Token) -> Value:
    if scope.index is None:
        raise _error(token, "`index` is known only inside a loop", "unknown-variable",
                     "a block sees it when it is handed over as an argument")
    return scope.index


def _volume(scope: Scope, token: _Token) -> Volume:
    if not scope.has_input:
        raise _error(token, "no volume arrives here", "unknown-variable", "`input` is known inside `layers` and blocks")
    if scope.volume is None:
        raise UnknownInput
    return scope.volume


def _extent(volume: Volume, axis: int) -> int:
    return volume.spatial[axis] if axis < len(volume.spatial) else 1


def _called(token: _Token, function: Callable[..., Value], arguments: list[Evaluate]) -> Evaluate:
    def compute(scope: Scope) -> Value:
        values = [argument(scope) for argument in arguments]
        try:
            result = function(*values)
        except (TypeError, ValueError):
            raise _error(token, f"`{token.text}` cannot work with {', '.join(map(_what, values)) or 'nothing'}") from None
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


def _text(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "min": lambda *values: min(_numbers(values)),
    "max": lambda *values: max(_numbers(values)),
    "abs": lambda value: abs(_one(value)),
    "round": lambda value: round(_one(value)),
    "floor": lambda value: math.floor(_one(value)),
    "ceil": lambda value: math.ceil(_one(value)),
    "len": _length,
    "str": _text,
    "divisible": divisible,
}


def whole(value: Value) -> int | None:
    """The integer that a value is (a whole-number float counts), or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def _what(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text '{value[:40]}'"
        case list():
            return "a list"
    return str(value)


def _error(token: _Token, message: str, code: str = "formula", help: str | None = None) -> FormulaError:
    return FormulaError(code, message, token.start, token.end, help)
