"""Findings about a specification, as plain values; rendering is elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning", "note"]


class Place(NamedTuple):
    """A stretch of a file: lines and columns count from 1, columns in code points, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """A second place that belongs to a finding, and why."""

    place: Place
    message: str


class Fix(NamedTuple):
    """A replacement of a stretch of the file that makes the finding go away."""

    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what, where, why, and what would help.

    Attributes:
        code: the stable name of the rule, such as `kernel-too-large`.
        severity: `error`, `warning` or `note`.
        message: one sentence, lower case, without a full stop.
        place: where in the file; None where the file could not be read at all.
        notes: further facts: formulas with their numbers, the chain of blocks.
        help: what to do about it.
        related: other places that matter.
        fix: an edit that removes the finding, where one is certain.
        layer: the name of the layer concerned.
        status: the exit code this finding alone would give (1: the spec is wrong; 2: it cannot be read).
    """

    code: str
    severity: Severity
    message: str
    place: Place | None = None
    notes: tuple[str, ...] = ()
    help: str | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    layer: str | None = None
    status: int = field(default=1, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The finding with exactly the keys of the machine-readable output."""
        place = self.place
        fix = None
        if self.fix:
            fix = {**_span(self.fix.place), "text": self.fix.text}
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            **(_span(place) if place else dict.fromkeys(("line", "column", "end_line", "end_column"))),
            "notes": list(self.notes),
            "help": self.help,
            "related": [{"line": r.place.line, "column": r.place.column, "message": r.message} for r in self.related],
            "fix": fix,
            "layer": self.layer,
        }


def _span(place: Place) -> dict[str, int]:
    return {
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


class SpecError(Exception):
    """A specification that cannot be used; `diagnostics` says all that is wrong with it.

    `line_of` gives the text of the line that a place starts on, as far as the file could be read.
    """

    def __init__(self, diagnostics: list[Diagnostic], line_of: Callable[[Place], str] | None = None) -> None:
        self.diagnostics = diagnostics
        self.line_of = line_of or (lambda place: "")
        errors = [d for d in diagnostics if d.severity == "error"]
        super().__init__("\n".join(map(_one_line, errors)) or "the specification is invalid")

    @property
    def status(self) -> int:
        """The exit code a command gives for it."""
        return max((d.status for d in self.diagnostics if d.severity == "error"), default=1)


def _one_line(diagnostic: Diagnostic) -> str:
    place = diagnostic.place
    where = f"{place.path}:{place.line}:{place.column}: " if place else ""
    tail = f" ({diagnostic.help})" if diagnostic.help else ""
    return f"{where}{diagnostic.code}: {diagnostic.message}{tail}"
