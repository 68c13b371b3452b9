"""Collects what is wrong with a specification: one fault once, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable

from cnncalc.diagnostics import Diagnostic, Fix, Related, Severity
from cnncalc.graph import Frame
from cnncalc.spec.limits import MAX_FINDINGS
from cnncalc.spec.source import SourceMap, Span


class Findings:
    """The findings so far. `strict` turns warnings into errors; `allowed` codes of warnings are dropped."""

    def __init__(self, sources: SourceMap, *, strict: bool = False) -> None:
        self.sources = sources
        self.strict = strict
        self.allowed: frozenset[str] = frozenset()
        self._seen: set[tuple[str, Span]] = set()
        self._found: list[Diagnostic] = []
        self._more = 0

    def add(
        self,
        code: str,
        message: str,
        at: Span,
        *,
        severity: Severity = "error",
        notes: Iterable[str] = (),
        help: str | None = None,
        related: Iterable[tuple[Span, str]] = (),
        frames: Iterable[Frame] = (),
        fix: tuple[Span, str] | None = None,
        layer: str | None = None,
        status: int = 1,
        allow: frozenset[str] = frozenset(),
    ) -> None:
        """Take in a finding; the same fault at the same place (a block used twice, a loop's turns) counts once."""
        if (code, at) in self._seen:
            return
        self._seen.add((code, at))
        if severity == "warning":
            if code in allow or code in self.allowed:
                return
            severity = "error" if self.strict else "warning"
        if self.full:
            self._more += 1
            return
        place = self.sources.place
        others = [Related(place(where), what) for where, what in related]
        others += [Related(frame.place, f"in {frame.label}") for frame in reversed(tuple(frames)) if frame.place]
        edit = Fix(place(fix[0]), fix[1]) if fix else None
        self._found.append(
            Diagnostic(code, severity, message, place(at), tuple(notes), help, tuple(others), edit, layer, status)
        )

    def take(self, diagnostic: Diagnostic) -> None:
        """Take in a finding made elsewhere."""
        if self.full:
            self._more += 1
        else:
            self._found.append(diagnostic)

    def leave_out(self, count: int) -> None:
        """Only count so many further findings."""
        self._more += count

    @property
    def full(self) -> bool:
        """Whether further findings would only be counted."""
        return len(self._found) >= MAX_FINDINGS

    @property
    def failed(self) -> bool:
        """Whether one of them is an error."""
        return any(finding.severity == "error" for finding in self._found)

    def all(self) -> list[Diagnostic]:
        """All findings by file and line; where there were too many, how many are left out."""
        order = {source.path: index for index, source in enumerate(self.sources.sources)}

        def position(finding: Diagnostic) -> tuple[int, int, int]:
            place = finding.place
            return (order.get(place.path, 0), place.line, place.column) if place else (-1, 0, 0)

        found = sorted(self._found, key=position)
        if self._more:
            found.append(Diagnostic("more", "note", f"… and {self._more:,} more findings"))
        return found
