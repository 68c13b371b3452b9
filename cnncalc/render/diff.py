"""`diff`: the differences of two networks, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from cnncalc.analysis.diff import Change, Difference, Item
from cnncalc.render.numbers import grouped, percent, short
from cnncalc.render.table import Column, Table
from cnncalc.render.terminal import Line, Span, visible, wrapped

_MARKS = {"added": "+", "removed": "-", "changed": "~", "same": ""}
_COLUMNS = (
    Column(""),
    Column("layer", style="cyan"),
    Column("made of"),
    Column("output"),
    Column("parameters", numeric=True),
    Column("MACs", numeric=True),
)
_ALIKE_SHOWN = 1
"""Runs of layers alike up to this length are shown; longer ones are counted."""


def heading(found: Difference) -> Line:
    """Which network is compared with which."""
    return (Span(visible(found.before.name), "bold"), Span(" → "), Span(visible(found.after.name), "bold"))


def diff_table(found: Difference, everything: bool = False) -> Table:
    """What differs, layers alike counted or, with `everything`, shown; the last row has the totals."""
    rows: list[list[str]] = []
    for alike, run in groupby(found.changes, key=lambda change: change.what == "same"):
        changes = list(run)
        if alike and not everything and len(changes) > _ALIKE_SHOWN:
            rows.append(["", f"… {len(changes):,} alike", "", "", "", ""])
        else:
            rows += [_row(change) for change in changes]
    sums = [sum(change.cost(quantity) or 0 for change in found.changes) for quantity in ("parameters", "macs")]
    return Table(_COLUMNS, rows, ["", "in all", "", "", *(signed(cost) or "0" for cost in sums)])


def _row(change: Change) -> list[str]:
    before, after = change.before, change.after
    known = before or after
    kind = known.kind if known else ""
    texts = [_both(before, after, name) for name in ("name", "made_of", "volume")]
    texts[1] = f"{kind} {texts[1]}".rstrip()
    costs = [change.cost(quantity) for quantity in ("parameters", "macs")]
    shown = ["?" if cost is None else signed(cost) for cost in costs]
    return [_MARKS[change.what], *texts, *shown]


def _both(before: Item | None, after: Item | None, name: str) -> str:
    texts = dict.fromkeys(getattr(item, name) for item in (before, after) if item is not None)
    return " → ".join(text or "–" for text in texts) if len(texts) > 1 else "".join(texts)


def signed(value: int) -> str:
    """A difference with its sign; nothing where there is none."""
    return "" if value == 0 else ("+" if value > 0 else "-") + grouped(abs(value))


def closing(found: Difference, width: int | None) -> Iterator[Line]:
    """What was added, removed and changed in all, and both totals."""
    for what in ("added", "removed", "changed"):
        count = found.count(what)
        if count:
            costs = [found.cost(what, quantity) for quantity in ("parameters", "macs")]
            told = f"{_in_short(costs[0])} parameters, {_in_short(costs[1])} MACs"
            yield from wrapped(f"{what}: {count:,} layer{'s' * (count > 1)}, {told}", width, "  ")
    if not any(found.count(what) for what in ("added", "removed", "changed")):
        yield "no differences"
        return
    for quantity, label in (("parameters", "parameters"), ("macs", "MACs")):
        before, after = (getattr(network.totals, quantity) for network in (found.before, found.after))
        share = f" ({'+' if after > before else '-'}{percent(abs(after - before), before)})"
        share = share if before and after != before else ""
        yield from wrapped(f"{label}: {grouped(before)} → {grouped(after)}{share}", width, "  ")
    missing = [*found.before.totals.missing, *found.after.totals.missing]
    if missing:
        yield from wrapped(visible(f"not counted: {', '.join(missing[:5])}"), width, "  ")


def _in_short(value: int) -> str:
    return ("+" if value > 0 else "-" if value < 0 else "±") + short(abs(value))


def diff_dict(found: Difference) -> dict[str, Any]:
    """The machine-readable difference: every pair of layers, and sums."""
    sorts = ("added", "removed", "changed", "same")
    return {
        "schema_version": 1,
        "before": {"name": found.before.name, "totals": found.before.totals.as_dict()},
        "after": {"name": found.after.name, "totals": found.after.totals.as_dict()},
        "changes": [change.as_dict() for change in found.changes],
        "sums": {what: _sums(found, what) for what in sorts},
    }


def _sums(found: Difference, what: str) -> dict[str, int]:
    return {
        "layers": found.count(what),
        "parameters": found.cost(what, "parameters"),
        "macs": found.cost(what, "macs"),
    }


def exact_table(changes: Sequence[Change]) -> Table:
    """One row per pair of layers with plain integers, for spreadsheets."""
    names = ("name", "kind", "made_of", "volume", "parameters", "macs")
    columns = [Column("change")]
    columns += [Column(f"{name}_{side}", numeric=name in ("parameters", "macs")) for name in names for side in _SIDES]
    rows = []
    for change in changes:
        pairs = [_plain(item, name) for name in names for item in (change.before, change.after)]
        rows.append([change.what, *pairs])
    return Table(columns, rows)


_SIDES = ("before", "after")


def _plain(item: Item | None, name: str) -> str:
    value = getattr(item, name) if item else None
    return "" if value is None else str(value)
