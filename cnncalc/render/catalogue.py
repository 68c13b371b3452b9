"""The list of bundled architectures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cnncalc.analysis.measured import Measured
from cnncalc.render.numbers import grouped
from cnncalc.render.table import Column, Table
from cnncalc.spec.files import bundled_names
from cnncalc.spec.load import load_spec


@dataclass(frozen=True)
class Entry:
    """One bundled architecture: what it says of itself and what is computed of it."""

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

    def as_dict(self) -> dict[str, Any]:
        """The entry by key."""
        return asdict(self)


def catalogue(words: Sequence[str] = (), sort: str = "name") -> list[Entry]:
    """The architectures that match all words, in the order asked for."""
    entries = [_entry(name) for name in bundled_names()]
    wanted = [word.lower() for word in words]
    found = [entry for entry in entries if all(word in _searchable(entry) for word in wanted)]
    if sort != "name":
        key = "top5_error" if sort == "error" else sort
        found.sort(key=lambda entry: (getattr(entry, key) is None, getattr(entry, key) or 0))
    return found


def _searchable(entry: Entry) -> str:
    return " ".join((entry.name, entry.title, entry.authors, entry.description, str(entry.year or ""))).lower()


def _entry(name: str) -> Entry:
    loaded = load_spec(name)
    document, network = loaded.document, Measured(loaded.graph, loaded.document.name or name)
    reference, totals = document.reference, network.totals
    year, error = reference.get("year"), reference.get("top5_error")
    return Entry(
        name,
        network.name,
        year if isinstance(year, int) else None,
        ", ".join(volume.text for volume in network.inputs.values()),
        totals.depth,
        totals.parameters,
        totals.macs,
        float(error) if isinstance(error, int | float) else None,
        document.description,
        str(reference.get("authors", "")),
    )


def catalogue_table(entries: Sequence[Entry]) -> Table:
    """The list as a table."""
    columns = [
        Column("name", style="cyan"),
        Column("network"),
        Column("year", True),
        Column("input", True),
        Column("depth", True),
        Column("parameters", True),
        Column("MACs", True),
        Column("top-5 error", True),
    ]
    rows = [
        [
            entry.name,
            entry.title,
            str(entry.year or ""),
            entry.input,
            str(entry.depth),
            grouped(entry.parameters),
            grouped(entry.macs),
            f"{entry.top5_error:g} %" if entry.top5_error is not None else "",
        ]
        for entry in entries
    ]
    return Table(columns, rows)
