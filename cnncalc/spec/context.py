"""Where an item is expanded: the names it sees, the scope it is in, the way that led there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cnncalc.graph import Frame, Volume
from cnncalc.spec import formula
from cnncalc.spec.formula import Formula
from cnncalc.spec.limits import MAX_EFFORT
from cnncalc.spec.names import NameScope
from cnncalc.spec.operations import MISSING, FormulaError, Scope, brief, elements
from cnncalc.spec.scalars import ScalarError, Value
from cnncalc.spec.source import Span, span, start_of
from cnncalc.spec.tree import Scalar
from cnncalc.spec.values import ValueFault


class Origin(NamedTuple):
    """Where a named value was written, and the names that the formula there used."""

    at: Span
    before: tuple[tuple[str, Origin], ...] = ()


class Context(NamedTuple):
    """What an item sees.

    Attributes:
        names: block parameters, loop names, `define`.
        origins: where each of them comes from; diagnostics point there.
        entry: the node that entered the nearest block (`from: input`).
        index: the turn of the innermost loop, from 0.
        turns: the turns of the loops around, within this scope: they become part of names.
        frames: the blocks, groups and turns on the way here.
        depth: blocks within blocks.
    """

    scope: NameScope
    names: Mapping[str, Value]
    origins: Mapping[str, Origin]
    entry: int | None = None
    index: int | None = None  # type: ignore[assignment]  # hides tuple.index
    turns: tuple[int, ...] = ()
    frames: tuple[Frame, ...] = ()
    allow: frozenset[str] = frozenset()
    depth: int = 0


class Formulas:
    """The formulas of a file, each read once."""

    def __init__(self) -> None:
        self._read: dict[int, Formula] = {}
        self._effort = 0

    def formula(self, scalar: Scalar) -> Formula:
        """The formula in a scalar.

        Raises:
            ValueFault: where it cannot be read, at the character.
        """
        key = id(scalar)
        found = self._read.get(key)
        if found is None:
            try:
                found = self._read[key] = formula.parse(scalar.text[1:])
            except FormulaError as error:
                raise _located(error, scalar) from None
        return found

    def evaluate(self, scalar: Scalar, context: Context, volume: Volume | None, has_input: bool = True) -> Value:
        """What a formula gives here.

        Raises:
            ValueFault: where it cannot be worked out, at the character.
            UnknownInput: where it asks for a volume that an earlier error has made unknown.
        """
        found = self.formula(scalar)
        for name in found.uses:
            value = context.names.get(name)
            if isinstance(value, list | str):
                self._spend(value, scalar)
        try:
            return found.evaluate(Scope(context.names, volume, has_input, context.index))
        except FormulaError as error:
            raise _located(error, scalar) from None

    def _spend(self, value: Value, scalar: Scalar) -> None:
        """Bound what formulas over lists and texts do, which no bound on single results would."""
        if self._effort <= MAX_EFFORT:
            self._effort += elements(value)
        if self._effort > MAX_EFFORT:
            message = f"the formulas of this file go through more than {MAX_EFFORT:,} elements of lists"
            raise ValueFault(ScalarError("too-much-work", message, "work a list out once, under `define`"), scalar.at)

    def origins(self, scalar: Scalar, context: Context) -> tuple[tuple[str, Origin], ...]:
        """Where the names that a formula uses come from."""
        if scalar.text[:1] != "=":
            return ()
        try:
            names = self.formula(scalar).names
        except ValueFault:
            return ()
        return tuple((name, context.origins[name]) for name in names if name in context.origins)


def _located(error: FormulaError, scalar: Scalar) -> ValueFault:
    start = start_of(scalar.at) + (1 if scalar.plain else 2)
    at = span(start + error.start, start + max(error.end, error.start + 1))
    return ValueFault(ScalarError(error.code, error.message, error.help), at, scalar)


def trail(origins: tuple[tuple[str, Origin], ...], names: Mapping[str, Value], most: int = 6) -> list[tuple[Span, str]]:
    """Where the values in a formula were written, outermost last, for a diagnostic."""
    places: list[tuple[Span, str]] = []
    pending = [(name, origin, True) for name, origin in origins]
    while pending and len(places) < most:
        name, origin, own = pending.pop(0)
        value = names.get(name) if own else None
        known = value is not None and value is not MISSING
        places.append((origin.at, f"`{name}` = {brief(value)}" if known else f"`{name}` comes from here"))
        pending += [(inner, before, False) for inner, before in origin.before]
    return places
