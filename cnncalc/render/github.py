"""Findings as GitHub workflow commands, which annotate the lines of a pull request."""

from __future__ import annotations

from cnncalc.diagnostics import Diagnostic
from cnncalc.visible import visible

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def annotation(diagnostic: Diagnostic, path: str) -> str:
    """One finding as one workflow command; whatever names hold, no second command can come of it.

    Source: GitHub Docs, "Workflow commands for GitHub Actions".
    """
    place = diagnostic.place
    properties = [("file", place.path if place else visible(path))]
    if place:
        # A column range is understood only within one line.
        one_line = place.end_line == place.line
        properties += [("line", str(place.line)), ("col", str(place.column))]
        properties += [("endColumn", str(place.end_column))] if one_line else [("endLine", str(place.end_line))]
    properties.append(("title", f"cnncalc {diagnostic.code}"))
    told = "\n".join(
        (diagnostic.message, *diagnostic.notes, *([f"help: {diagnostic.help}"] if diagnostic.help else []))
    )
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties)
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_data(told)}"


def _data(text: str) -> str:
    lines = (visible(line) for line in text.split("\n"))
    return "%0A".join(line.replace("%", "%25") for line in lines)


def _property(text: str) -> str:
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
