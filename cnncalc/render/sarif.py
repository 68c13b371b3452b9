"""Findings as SARIF 2.1.0, the format that code scanning services read.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from cnncalc.diagnostics import Diagnostic, Fix, Place, Related
from cnncalc.visible import visible

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_log(files: Iterable[tuple[str, list[Diagnostic]]], abouts: Mapping[str, str], version: str) -> dict[str, Any]:
    """All findings as one run of one tool.

    Args:
        files: the paths as given, each with its findings.
        abouts: what each code means, in one sentence.
        version: the tool's own.
    """
    findings = [(path, diagnostic) for path, found in files for diagnostic in found]
    codes = sorted({diagnostic.code for _, diagnostic in findings})
    rules = [
        {"id": code, "shortDescription": {"text": abouts.get(code, code)}, "help": {"text": f"cnncalc rule {code}"}}
        for code in codes
    ]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "cnncalc", "version": version, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(path, diagnostic, codes) for path, diagnostic in findings],
            }
        ],
    }


def _result(path: str, diagnostic: Diagnostic, codes: list[str]) -> dict[str, Any]:
    text = "\n".join(
        (diagnostic.message, *diagnostic.notes, *([f"help: {diagnostic.help}"] if diagnostic.help else []))
    )
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": diagnostic.severity,
        "message": {"text": "\n".join(map(visible, text.split("\n")))},
        "locations": [_location(diagnostic.place, path)],
    }
    if diagnostic.related:
        result["relatedLocations"] = [_related(number, mark) for number, mark in enumerate(diagnostic.related)]
    if diagnostic.fix:
        result["fixes"] = [_fix(diagnostic.fix)]
    return result


def _location(place: Place | None, path: str) -> dict[str, Any]:
    artifact = {"uri": quote(place.path if place else visible(path))}
    physical: dict[str, Any] = {"artifactLocation": artifact}
    if place:
        physical["region"] = _region(place)
    return {"physicalLocation": physical}


def _related(number: int, mark: Related) -> dict[str, Any]:
    return {"id": number, **_location(mark.place, mark.place.path), "message": {"text": visible(mark.message)}}


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    replacement = {"deletedRegion": _region(fix.place), "insertedContent": {"text": fix.text}}
    return {"artifactChanges": [{"artifactLocation": {"uri": quote(fix.place.path)}, "replacements": [replacement]}]}
