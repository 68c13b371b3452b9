"""Formulas: a value that begins with `=`. A small evaluator of our own; every result is bounded.

Grammar, loosest first: `a if c else b`, `or`, `and`, `not`, comparisons (they chain), `+ -`, `* / // %`, unary
minus, `**`, indexing and `input.channels`, then numbers, text, lists, names, calls and brackets.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cnncalc.spec import operations as ops
from cnncalc.spec.limits import MAX_FORMULA, MAX_FORMULA_DEPTH
from cnncalc.spec.operations import COMPARE, FUNCTIONS, Evaluate, FormulaError, Token
from cnncalc.spec.scalars import ScalarError, Value, bounded, read_number
from cnncalc.spec.suggest import did_you_mean

RESERVED = frozenset(("and", "or", "not", "if", "else", "true", "false", "input", "index", *FUNCTIONS))
"""Names that cannot be given to anything of one's own."""


class Formula(NamedTuple):
    """A formula, read once and worked out as often as wanted. `names` are those that it uses."""

    text: str
    evaluate: Evaluate
    names: tuple[str, ...]
    uses: tuple[str, ...] = ()
    """The same, each as often as it stands there."""


_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<text>'[^']*'|\"[^\"]*\")|(?P<op>\*\*|//|==|!=|<=|>=|[-+*/%<>()\[\],.=]))",
    re.ASCII,
)


def parse(text: str) -> Formula:
    """Read a formula (without its `=`).

    Raises:
        FormulaError: `formula` with the place of the fault, `formula-too-long`, `formula-too-deep`.
    """
    if len(text) > MAX_FORMULA:
        raise FormulaError(
            "formula-too-long",
            f"a formula of {len(text):,} characters; at most {MAX_FORMULA}",
            0,
            1,
            help="give parts of it names under `define`",
        )
    parser = _Parser(_tokens(text), text)
    evaluate = parser.whole()
    return Formula(text, evaluate, tuple(dict.fromkeys(parser.names)), tuple(parser.names))


def _tokens(text: str) -> list[Token]:
    tokens, position = [], 0
    stripped = text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if not match or match.lastgroup is None:
            start = position + len(stripped[position:]) - len(stripped[position:].lstrip())
            raise FormulaError("formula", f"`{stripped[start]}` has no place in a formula", start, start + 1)
        start = match.start(match.lastgroup)
        tokens.append(Token(match.lastgroup, match[match.lastgroup], start, match.end()))
        position = match.end()
    tokens.append(Token("end", "", len(stripped), len(stripped) + 1))
    return tokens


class _Parser:
    """Recursive descent, depth counted; each rule returns a function that works the value out."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.position = 0
        self.depth = 0
        self.names: list[str] = []

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        token = self.token
        return self.take() if token.kind in ("op", "name") and token.text in texts else None

    def fail(
        self, message: str, token: Token | None = None, code: str = "formula", help: str | None = None
    ) -> FormulaError:
        token = token or self.token
        return FormulaError(code, message, token.start, token.end, help)

    def expect(self, text: str) -> None:
        if not self.accept(text):
            # A formula that ends inside brackets was cut by YAML, which ends a value at a comma inside `[…]` or `{…}`.
            cut = self.token.kind == "end" and text != "else"
            help = "inside `[…]` or `{…}` YAML ends a value at a comma: quote the formula" if cut else None
            article = "an" if text == "else" else "a"
            raise self.fail(f"{article} `{')' if cut and text == ',' else text}` is missing", help=help)

    def whole(self) -> Evaluate:
        if self.token.kind == "end":
            raise self.fail("nothing follows the `=`")
        value = self.choice()
        if self.token.kind != "end":
            member = self.token.text in ("in", "not")
            help = "there is no `in`: compare with `==`, and join with `or`" if member else None
            raise self.fail(f"`{self.token.text}` is not expected here", help=help)
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
            value = ops.either(value, self.both())
        return value

    def both(self) -> Evaluate:
        value = self.negation()
        while self.accept("and"):
            value = ops.both(value, self.negation())
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
        rest: list[tuple[Token, Evaluate]] = []
        while token := self.accept(*COMPARE):
            rest.append((token, self.sum()))
        return ops.chained(first, rest) if rest else first

    def sum(self) -> Evaluate:
        value = self.product()
        while token := self.accept("+", "-"):
            value = ops.binary(token, value, self.product())
        return value

    def product(self) -> Evaluate:
        value = self.signed()
        while token := self.accept("*", "/", "//", "%"):
            value = ops.binary(token, value, self.signed())
        return value

    def signed(self) -> Evaluate:
        signs = list(iter(lambda: self.accept("-", "+"), None))
        value = self.power()
        for token in filter(None, reversed(signs)):
            value = ops.signed(token, value)
        return value

    def power(self) -> Evaluate:
        value = self.postfix()
        if token := self.accept("**"):
            self.depth += 1
            if self.depth > MAX_FORMULA_DEPTH:
                raise self.fail(f"a formula nested deeper than {MAX_FORMULA_DEPTH}", code="formula-too-deep")
            value = ops.binary(token, value, self.signed())
            self.depth -= 1
        return value

    def postfix(self) -> Evaluate:
        value = self.atom()
        while token := self.accept("["):
            index = self.choice()
            self.expect("]")
            value = ops.indexed(token, value, index)
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
            return ops.listed(token, self.arguments("]"))
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

    def named(self, token: Token) -> Evaluate:
        name = token.text
        if name in ("true", "false"):
            return lambda scope: name == "true"
        if name == "input":
            return self.input_part(token)
        if name == "index":
            return lambda scope: ops.index_of(scope, token)
        if self.token.text == "(" and self.token.kind == "op":
            return self.call(token)
        if name in RESERVED:
            raise self.fail(f"`{name}` is not expected here", token)
        self.names.append(name)
        return lambda scope: ops.looked_up(scope, token)

    def input_part(self, token: Token) -> Evaluate:
        if not self.accept("."):
            raise self.fail("`input` alone is no value", token, help="input.channels, input.width, input.height")
        part = self.take()
        axis = {"width": 0, "height": 1, "time": 2}.get(part.text)
        if part.text in ("channels", "depth"):
            return lambda scope: ops.arriving(scope, token).channels
        if axis is None:
            raise self.fail(
                f"`input` has no `{part.text}`", part, help="it has channels (or depth), width, height and time"
            )
        return lambda scope: ops.extent_of(ops.arriving(scope, token), axis)

    def call(self, token: Token) -> Evaluate:
        function = FUNCTIONS.get(token.text)
        if function is None:
            known = did_you_mean(token.text, FUNCTIONS)
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
        return ops.called(token, function, arguments)


def _literal(token: Token) -> Value:
    try:
        return bounded(token.text) if token.text.isdigit() else read_number(token.text)
    except ScalarError as error:
        raise FormulaError(error.code, error.message, token.start, token.end) from None
