"""Budgets: limits of an author's own for parameters, multiply–accumulates and activations."""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.analysis.counts import Counts
from cnncalc.diagnostics import Diagnostic, Place, Related
from cnncalc.graph import Graph

QUANTITIES = ("parameters", "macs", "activations")
_SHOWN = 3
"""How many of the heaviest layers are named."""


def over_budget(
    graph: Graph, counts: Sequence[Counts | None], quantity: str, limit: int, place: Place | None
) -> Diagnostic | None:
    """The finding that a network exceeds a budget, naming the layers that weigh most; None where it holds.

    Args:
        counts: the counts of `graph.layers`, in order.
        quantity: one of `QUANTITIES`.
        place: where the budget is written; None for one given as an option.
    """
    amounts = [
        (getattr(count, quantity) if count else 0, node) for count, node in zip(counts, graph.layers, strict=True)
    ]
    total = sum(amount for amount, _ in amounts)
    if total <= limit:
        return None
    heaviest = sorted(amounts, key=lambda pair: -pair[0])[:_SHOWN]
    word = "multiply–accumulates" if quantity == "macs" else quantity
    return Diagnostic(
        "budget",
        "error",
        f"{total:,} {word}, and the budget is {limit:,}",
        place or next((node.place for _, node in heaviest), None),
        notes=(
            f"{total:,} - {limit:,} = {total - limit:,} too many",
            "heaviest: "
            + ", ".join(f"`{node.name}` {amount:,} ({_percent(amount, total)})" for amount, node in heaviest if amount),
        ),
        related=tuple(
            Related(node.place, f"`{node.name}`: {amount:,} {word}")
            for amount, node in heaviest
            if node.place and amount
        ),
        layer=heaviest[0][1].name,
    )


def _percent(part: int, whole: int) -> str:
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10} %"
