"""Files with what they must get: each finding's severity, line, column and code stand in their first lines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hostile import CASES, Case

from cnncalc.diagnostics import Diagnostic, SpecError
from cnncalc.network import Network
from cnncalc.spec.files import Found
from cnncalc.spec.load import Options, load_found

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yaml"))
PARSERS = [pytest.param(False, id="libyaml"), pytest.param(True, id="pure")]

_EXPECTED = re.compile(r"# (error|warning) ([0-9]+):([0-9]+) ([a-z-]+)\n")
_LARGE_FOR_PURE = 150_000
"""The pure parser takes seconds for more, and has nothing left to prove there."""


def checked(data: bytes, path: Path, pure: bool) -> tuple[int, list[Diagnostic]]:
    """The status a command would give, and the findings that are no notes."""
    found = Found(str(path), data, path.parent, False)
    try:
        findings = Network.of(load_found(found, Options(pure=pure))).diagnostics
    except SpecError as error:
        return error.status, error.diagnostics
    errors = [finding for finding in findings if finding.severity == "error"]
    return max((finding.status for finding in errors), default=0), [f for f in findings if f.severity != "note"]


def expected(text: str) -> list[tuple[str, int, int, str]]:
    """What the first lines of a file say."""
    head = re.match(rf"(?:{_EXPECTED.pattern})*", text)
    assert head
    return [(m[1], int(m[2]), int(m[3]), m[4]) for m in _EXPECTED.finditer(head[0])]


@pytest.mark.parametrize("pure", PARSERS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_gets_what_it_says(path: Path, pure: bool) -> None:
    data = path.read_bytes()
    _, findings = checked(data, path, pure)
    got = [(f.severity, f.place.line, f.place.column, f.code) if f.place else f for f in findings]
    assert got == expected(data.decode())


def test_the_folders_say_what_is_in_them() -> None:
    for path in FILES:
        severities = {severity for severity, *_ in expected(path.read_text(encoding="utf-8"))}
        folder = "invalid" if "error" in severities else "warned" if severities else "accepted"
        assert path.parent.name == folder, path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_input_gets_its_finding(case: Case) -> None:
    for pure in (False, True):
        if pure and len(case.data) > _LARGE_FOR_PURE:
            continue
        status, findings = (
            checked(case.data, HERE / "made.yaml", pure) if len(case.data) <= 8_000_000 else too_large(case)
        )
        errors = [finding for finding in findings if finding.severity == "error"]
        assert status == case.status
        assert (errors[0].code if errors else None) == case.code
        place = errors[0].place if errors else None
        assert case.at is None or (place and (place.line, place.column) == case.at)


def too_large(case: Case) -> tuple[int, list[Diagnostic]]:
    """The limit on bytes is checked where files are read."""
    from cnncalc.spec.files import _small_enough
    from cnncalc.spec.limits import DEFAULTS

    with pytest.raises(SpecError) as caught:
        _small_enough(case.data, "made.yaml", DEFAULTS)
    return caught.value.status, caught.value.diagnostics


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_places_lie_inside_the_file(path: Path) -> None:
    _, findings = checked(path.read_bytes(), path, False)
    lines = re.split(r"\r\n|\r|\n", path.read_text(encoding="utf-8"))
    for finding in findings:
        for place in (finding.place, *(mark.place for mark in finding.related), finding.fix and finding.fix.place):
            if place:
                assert 1 <= place.line <= place.end_line <= len(lines)
                assert 1 <= place.column <= len(lines[place.line - 1]) + 1
                assert (place.line, place.column) <= (place.end_line, place.end_column)


def test_one_fault_is_one_error() -> None:
    """What hangs on a failed layer stays silent; what does not is still checked."""
    text = (HERE / "invalid" / "082-poison.yaml").read_text(encoding="utf-8")
    codes = [code for _, _, _, code in expected(text)]
    assert codes == ["kernel-too-large", "unknown-key"]
