"""Worked formulas. The functions that compute fill one in when they are handed one; else it costs nothing."""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """One line of working: what is computed, the rule, the rule with the numbers put in, the result."""

    quantity: str
    rule: str
    numbers: str
    result: str
    remark: str = ""

    @property
    def trivial(self) -> bool:
        """Whether the numbers put in are already the result."""
        return self.numbers.replace(",", "") == self.result.replace(",", "")

    @property
    def worked(self) -> str:
        """The numbers put in and the result: `(227 - 11 + 2·0)/4 + 1 = 55`."""
        return self.result if self.trivial else f"{self.numbers} = {self.result}"

    @property
    def text(self) -> str:
        """The step as one line: `width: (227 - 11 + 2·0)/4 + 1 = 55`."""
        tail = f" ({self.remark})" if self.remark else ""
        return f"{self.quantity}: {self.worked}{tail}"


class Explanation(NamedTuple):
    """One layer explained: what goes in, what comes out, and how every number comes about."""

    name: str
    kind: str
    description: str
    inputs: tuple[str, ...]
    output: str
    steps: tuple[Step, ...]
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The machine-readable form."""
        return {
            "name": self.name,
            "kind": self.kind,
            "description": self.description,
            "inputs": list(self.inputs),
            "output": self.output,
            "steps": [{**step._asdict(), "text": step.text} for step in self.steps],
            "remarks": list(self.remarks),
        }


class Derivation:
    """The steps of a computation, in order."""

    __slots__ = ("steps",)

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(self, quantity: str, rule: str, numbers: str, result: object, remark: str = "") -> None:
        """Append a step; whole numbers are written with thousands separators."""
        self.steps.append(Step(quantity, rule, numbers, number(result), remark))


def number(value: object) -> str:
    """A result as people read it: 34944 becomes `34,944`; text stays as it is."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def times(*factors: int) -> str:
    """A product as it is written on paper: `11·11·3`, factors of 1 kept."""
    return "·".join(number(factor) for factor in factors)
