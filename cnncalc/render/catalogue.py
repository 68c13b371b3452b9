"""The list of bundled architectures."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cnncalc.analysis.measured import Measured
from cnncalc.render.numbers import grouped, short
from cnncalc.render.table import GAP, Column, Table
from cnncalc.render.terminal import cells
from cnncalc.spec.heading import Heading, headings
from cnncalc.spec.load import load_spec


@dataclass(frozen=True)
class Entry:
    """One bundled architecture: what its file says of it, and its figures."""

    name: str
    title: str
    year: int | None
    input: str
    depth: int
    parameters: int
    macs: int
    top5_error: float | None
    description: str
    authors: str
    family: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The entry by key."""
        return {**asdict(self), "family": list(self.family)}


def catalogue(words: Sequence[str] = (), sort: str = "name") -> list[Entry]:
    """The architectures in which all words begin a word, in the order asked for; unknown values come last."""
    wanted = [re.compile(rf"(?<![a-z]){re.escape(word.lower())}") for word in words]
    found = [_entry(heading) for heading in headings() if all(word.search(heading.searchable) for word in wanted)]
    if sort != "name":
        key = "top5_error" if sort == "error" else sort
        found.sort(key=lambda entry: (getattr(entry, key) is None, getattr(entry, key) or 0))
    return found


def _entry(heading: Heading) -> Entry:
    return Entry(
        heading.name,
        heading.title,
        heading.year,
        heading.input,
        *_figures(heading),
        heading.top5_error,
        heading.description,
        heading.authors,
        heading.family,
    )


def _figures(heading: Heading) -> tuple[int, int, int]:
    """Depth, parameters, multiply–accumulates: as the file expects them (every load checks that), else computed."""
    if heading.depth is not None and heading.parameters is not None and heading.macs is not None:
        return heading.depth, heading.parameters, heading.macs
    totals = Measured(load_spec(heading.name).graph, heading.name).totals
    return totals.depth, totals.parameters, totals.macs


_Cell = Callable[[Entry], str]


def _error(entry: Entry) -> str:
    return f"{entry.top5_error:g} %" if entry.top5_error is not None else ""


_NAME: tuple[Column, _Cell] = (Column("name", style="cyan"), lambda entry: entry.name)
_NETWORK: tuple[Column, _Cell] = (Column("network"), lambda entry: entry.title)
_YEAR: tuple[Column, _Cell] = (Column("year", True), lambda entry: str(entry.year or ""))
_INPUT: tuple[Column, _Cell] = (Column("input", True), lambda entry: entry.input)
_DEPTH: tuple[Column, _Cell] = (Column("depth", True), lambda entry: str(entry.depth))
_PARAMETERS: tuple[Column, _Cell] = (Column("parameters", True), lambda entry: grouped(entry.parameters))
_MACS: tuple[Column, _Cell] = (Column("MACs", True), lambda entry: grouped(entry.macs))
_TOP5: tuple[Column, _Cell] = (Column("top-5 error", True), _error)
_BRIEF_PARAMETERS: tuple[Column, _Cell] = (Column("parameters", True), lambda entry: short(entry.parameters))
_BRIEF_MACS: tuple[Column, _Cell] = (Column("MACs", True), lambda entry: short(entry.macs))

_LAYOUTS = (
    (_NAME, _NETWORK, _YEAR, _INPUT, _DEPTH, _PARAMETERS, _MACS, _TOP5),
    (_NAME, _NETWORK, _YEAR, _DEPTH, _BRIEF_PARAMETERS, _BRIEF_MACS, _TOP5),
    (_NAME, _YEAR, _DEPTH, _BRIEF_PARAMETERS, _BRIEF_MACS, _TOP5),
    (_NAME, _YEAR, _DEPTH, _BRIEF_PARAMETERS, _BRIEF_MACS),
)
"""From the widest to the narrowest: names are not shortened where a narrower layout shows them whole."""


def catalogue_table(entries: Sequence[Entry], width: int | None = None) -> Table:
    """The list as a table, as much of it as `width` columns hold."""
    tables = [
        Table([column for column, _ in layout], [[cell(entry) for _, cell in layout] for entry in entries])
        for layout in (_LAYOUTS if width is not None else _LAYOUTS[:1])
    ]
    return next((table for table in tables if width is None or _width(table) <= width), tables[-1])


def _width(table: Table) -> int:
    titles = [column.title for column in table.columns]
    widest = [max(map(cells, column)) for column in zip(titles, *table.rows, strict=True)]
    return sum(widest) + len(GAP) * (len(widest) - 1)
