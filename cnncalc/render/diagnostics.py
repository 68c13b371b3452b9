"""Findings for people: the source line with the place marked, the reasons, what would help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cnncalc.diagnostics import Diagnostic, Place
from cnncalc.render.terminal import Line, Span, cells, visible, wrapped

_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold blue"}
_CONTEXT = 100
"""How much of a very long source line is shown."""

LineOf = Callable[[Place], str]
"""Gives the text of the line that a place starts on."""


def diagnostic_lines(diagnostic: Diagnostic, line_of: LineOf, width: int | None) -> Iterator[Line]:
    """One finding as lines."""
    style = _STYLES[diagnostic.severity]
    head = visible(f": {diagnostic.message}")
    first, *rest = wrapped(f"{diagnostic.severity}[{diagnostic.code}]{head}", width, "  ")
    label = f"{diagnostic.severity}[{diagnostic.code}]"
    if first.startswith(label):
        yield (Span(label, style), Span(first[len(label) :], "bold"))
    else:
        yield first
    for line in rest:
        yield (Span(line, "bold"),)
    if diagnostic.place is not None:
        yield from _snippets(diagnostic, diagnostic.place, line_of, style)
    for note in diagnostic.notes:
        yield from _remark("note", note, width)
    if diagnostic.help:
        yield from _remark("help", diagnostic.help, width)
    yield ""


def _remark(label: str, text: str, width: int | None) -> Iterator[Line]:
    first, *rest = wrapped(visible(text), None if width is None else width - 8)
    yield (Span("  = ", "blue"), Span(f"{label}: ", "bold"), Span(first))
    for line in rest:
        yield " " * (4 + len(label) + 2) + line


def _snippets(diagnostic: Diagnostic, place: Place, line_of: LineOf, style: str) -> Iterator[Line]:
    marks = [(place, "", "^", style), *((r.place, r.message, "-", "blue") for r in diagnostic.related)]
    gutter = max(len(str(mark[0].line)) for mark in marks)
    yield (Span(" " * gutter + "--> ", "blue"), Span(f"{place.path}:{place.line}:{place.column}"))
    shown_path = place.path
    for where, message, sign, mark_style in marks:
        if where.path != shown_path:
            shown_path = where.path
            yield (Span(" " * gutter + "::: ", "blue"), Span(f"{where.path}:{where.line}:{where.column}"))
        else:
            yield (Span(" " * gutter + " |", "blue"),)
        yield from _snippet(where, message, sign, mark_style, line_of(where), gutter)


def _snippet(place: Place, message: str, sign: str, style: str, text: str, gutter: int) -> Iterator[Line]:
    start = place.column - 1
    end = place.end_column - 1 if place.end_line == place.line else len(text)
    cut = max(0, start - _CONTEXT // 2) if len(text) > _CONTEXT else 0
    part = text[cut : cut + _CONTEXT]
    before = ("…" if cut else "") + visible(part[: start - cut])
    marked = visible(part[start - cut : end - cut])
    after = visible(part[end - cut :]) + ("…" if cut + _CONTEXT < len(text) else "")
    yield (Span(f"{place.line:>{gutter}} | ", "blue"), Span((before + marked + after).rstrip()))
    mark = sign * max(1, cells(marked))
    note = f" {visible(message)}" if message else ""
    yield (Span(" " * gutter + " | ", "blue"), Span(" " * cells(before)), Span(mark + note, style))


def concise_line(diagnostic: Diagnostic, path: str) -> str:
    """One finding on one line: `net.yaml:14:13: error[kernel-too-large]: …`."""
    place = diagnostic.place
    where = f"{place.path}:{place.line}:{place.column}" if place else visible(path)
    return f"{where}: {diagnostic.severity}[{diagnostic.code}]: {visible(diagnostic.message)}"


def tally(diagnostics: Iterable[Diagnostic]) -> str:
    """How many of each, and what was left out: `2 errors, 1 warning`; empty where there are none."""
    counts: dict[str, int] = {}
    left_out = []
    for diagnostic in diagnostics:
        if diagnostic.code == "more":
            left_out.append(diagnostic.message)
        counts[diagnostic.severity] = counts.get(diagnostic.severity, 0) + 1
    parts = [f"{counts[s]} {s}{'s' if counts[s] > 1 else ''}" for s in ("error", "warning") if s in counts]
    return ", ".join([*parts, *left_out])
