"""`reconcile`: where a printed number comes from, in words, terms and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from cnncalc.analysis.reconcile import Outcome, Reading, Term
from cnncalc.render.numbers import grouped, short
from cnncalc.render.terminal import Line, Span, visible, wrapped

_ALSO = 4
"""How many readings beyond the first are named; more mean that the number has few digits."""


def outcome_lines(name: str, outcome: Outcome, width: int | None) -> Iterator[Line]:
    """The likeliest reading term by term and others that fit; or the nearest ones."""
    text = visible(outcome.figure.text)
    yield (Span(visible(f"{name} · {text}"), "bold"),)
    yield ""
    if not outcome.fits:
        yield from wrapped(f"no way of counting, usual input or bundled variant gives {text}; the nearest are", width)
        yield ""
        for reading in outcome.nearest:
            yield from _listed(reading, f", {_distance(reading, outcome)}", width)
        return
    first, *others = outcome.fits
    yield from _told(first, name, outcome, width)
    if others:
        yield ""
        yield "also"
        for reading in others[:_ALSO]:
            yield from _listed(reading, "", width)
    if len(others) > _ALSO:
        yield f"  and {len(others) - _ALSO} more: {text} has few digits"
    cut = next((own for own in outcome.own[:2] if outcome.figure.cuts(own.total)), None)
    if first.candidate.label and cut is not None and not outcome.cut:
        yield ""
        yield from wrapped(f"{visible(name)} itself: {grouped(cut.total)}, {cut.how}, is {text} cut off", width, "  ")


def _told(reading: Reading, name: str, outcome: Outcome, width: int | None) -> Iterator[Line]:
    """A reading as an equation in short, its terms to the unit, and beside those of the network asked about."""
    text = visible(outcome.figure.text)
    verdict = f"cut off to {text}" if outcome.cut else f"is {text}" if outcome.figure.unit == 1 else f"rounds to {text}"
    yield from wrapped(f"{_what(reading)}: {grouped(reading.total)}, {verdict}", width)
    yield from ((Span(line, "bold"),) for line in wrapped(equation(reading), width, "  "))
    yield ""
    yield from _sum([*reading.terms], reading.total, width)
    beside = outcome.beside(reading)
    if beside:
        own = reading.total - sum(term.number for term in beside)
        yield ""
        yield "beside the network asked about, counted the same way"
        yield from _sum([Term(name, own), *beside], reading.total, width)


def _sum(terms: list[Term], total: int, width: int | None) -> Iterator[Line]:
    """Terms below each other, and their sum."""
    size = max(len(grouped(abs(count))) for count in (total, *(term.number for term in terms)))
    for number, term in enumerate([*terms, Term("", total)]):
        sign = "=" if number == len(terms) else "-" if term.number < 0 else "+" if number else " "
        words = wrapped(visible(term.what), width - size - 6 if width else None)
        yield f"  {sign} {grouped(abs(term.number)):>{size}}  {words[0]}"
        yield from (" " * (size + 6) + line for line in words[1:])


def _listed(reading: Reading, remark: str, width: int | None) -> Iterator[Line]:
    first, *rest = wrapped(f"{_what(reading)}: {grouped(reading.total)}{remark}", width - 4 if width else None)
    yield f"  {first}"
    yield from (f"    {line}" for line in rest)


def _distance(reading: Reading, outcome: Outcome) -> str:
    distance = reading.total - outcome.figure.value
    permille = abs(distance) * 1000 // max(outcome.figure.value, 1)
    return f"{permille // 10}.{permille % 10} % {'more' if distance > 0 else 'less'}"


def _what(reading: Reading) -> str:
    where = reading.candidate.label
    return visible(f"{where}, {reading.how}" if where else reading.how)


def equation(reading: Reading) -> str:
    """`4.089 G in convolutions and fully connected layers + 22.2 M batch normalisation = fvcore's 4.112 G`."""
    total = reading.total
    text = ""
    for number, term in enumerate(reading.terms):
        sign = " - " if term.number < 0 else " + " if number else ""
        text += f"{sign}{in_unit_of(abs(term.number), total)} {'' if number else 'in '}{term.what}"
    owner = f"{reading.tool}'s " if reading.tool else ""
    return visible(f"{text} = {owner}{in_unit_of(total, total)}")


def in_unit_of(value: int, total: int) -> str:
    """A term beside a total: three decimals in the total's unit where it is a large part, else one in the next unit."""
    units = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "K"))
    for (scale, suffix), (below, lesser) in pairwise(units):
        if total >= scale and value >= scale // 10:
            return f"{_decimal(value, scale, 3)} {suffix}"
        if total >= scale and value >= below // 10:
            return f"{_decimal(value, below, 1)} {lesser}"
    return short(value)


def _decimal(value: int, scale: int, places: int) -> str:
    digits = (2 * value * 10**places + scale) // (2 * scale)
    return f"{digits // 10**places}.{digits % 10**places:0{places}d}"


def outcome_dict(name: str, outcome: Outcome) -> dict[str, Any]:
    """The machine-readable outcome."""
    return {
        "schema_version": 1,
        "name": name,
        "printed": outcome.figure.text,
        "cut_off": outcome.cut,
        "fits": [reading.as_dict() for reading in outcome.fits],
        "nearest": [reading.as_dict() for reading in outcome.nearest],
    }
