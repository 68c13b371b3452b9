"""Whatever comes in, a report comes out: nothing crashes, every place lies inside the file, every fix does fix."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from specs import mutated, specs, windows

from cnncalc.diagnostics import Diagnostic, Fix, SpecError
from cnncalc.network import Network
from cnncalc.render.diagnostics import diagnostic_lines
from cnncalc.render.github import annotation
from cnncalc.render.sarif import sarif_log
from cnncalc.render.terminal import Terminal
from cnncalc.spec.files import Found
from cnncalc.spec.load import Options, load_found

EXPLORING = bool(os.environ.get("FUZZ"))
"""With FUZZ=1 in the environment every run tries other inputs, and more of them; else all runs try the same."""
FUZZ = settings(
    max_examples=3000 if EXPLORING else 250,
    derandomize=not EXPLORING,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def examined(data: bytes, pure: bool = False) -> tuple[Network | None, list[Diagnostic]]:
    """The network, if it could be read, and its findings; every output is written."""
    try:
        network = Network.of(load_found(Found("net.yaml", data, None, False), Options(pure=pure)))
    except SpecError as error:
        written(error.diagnostics, error.line_of)
        return None, error.diagnostics
    written(network.diagnostics, network.loaded.sources.line_of if network.loaded else lambda place: "")
    assert network.totals.layers == len(network.layers)
    return network, network.diagnostics


def written(findings: list[Diagnostic], line_of: object) -> None:
    """Every finding in every format, on a terminal of 30 columns."""
    json.dumps([finding.as_dict() for finding in findings], allow_nan=False)
    json.dumps(sarif_log([("net.yaml", findings)], {}, "0"), allow_nan=False)
    terminal = Terminal(io.StringIO(), 30)
    for finding in findings:
        terminal.write(diagnostic_lines(finding, line_of, 30))  # type: ignore[arg-type]
        assert "\n" not in annotation(finding, "net.yaml")


def inside(data: bytes, findings: list[Diagnostic]) -> None:
    """Every place of a file of its own lies inside it."""
    lines = re.split(r"\r\n|\r|\n", data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "backslashreplace"))
    for finding in findings:
        for place in (finding.place, *(mark.place for mark in finding.related), finding.fix and finding.fix.place):
            if place and place.path == "net.yaml":
                assert 1 <= place.line <= place.end_line <= len(lines)
                assert 1 <= place.column <= len(lines[place.line - 1]) + 1


@FUZZ
@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    _, findings = examined(data)
    inside(data, findings)


@FUZZ
@given(st.text(st.characters(codec="utf-8"), max_size=200), st.booleans())
def test_any_text_under_both_parsers(text: str, pure: bool) -> None:
    data = ("input: 8x8x3\nlayers:\n  - " + text).encode()
    _, findings = examined(data, pure)
    inside(data, findings)


@FUZZ
@given(mutated())
def test_mutated_networks(text: str) -> None:
    data = text.encode()
    _, findings = examined(data)
    inside(data, findings)


@FUZZ
@given(mutated())
def test_both_parsers_agree(text: str) -> None:
    _, fast = examined(text.encode())
    _, slow = examined(text.encode(), pure=True)
    assert [(f.code, f.place) for f in fast] == [(f.code, f.place) for f in slow]


@FUZZ
@given(specs())
def test_made_specifications(text: str) -> None:
    network, findings = examined(text.encode())
    inside(text.encode(), findings)
    assert network is not None


def applied(text: str, fix: Fix) -> str:
    """The text with one edit made."""
    lines = text.split("\n")
    place = fix.place
    assert place.line == place.end_line
    line = lines[place.line - 1]
    lines[place.line - 1] = line[: place.column - 1] + fix.text + line[place.end_column - 1 :]
    return "\n".join(lines)


def found(text: str) -> set[tuple[str, str | None, int]]:
    _, findings = examined(text.encode())
    return {(f.code, f.layer, f.place.line if f.place else 0) for f in findings if f.severity != "note"}


@FUZZ
@given(specs(windows()))
def test_a_fix_makes_its_finding_go_away(text: str) -> None:
    _, findings = examined(text.encode())
    for finding in findings:
        if finding.fix and finding.place:
            left = found(applied(text, finding.fix))
            assert (finding.code, finding.layer, finding.place.line) not in left, (finding, applied(text, finding.fix))


@pytest.mark.parametrize(
    "layer",
    [
        "maxpool: 3x3 stride 2",
        "maxpool: 3x3 filters at stride 2",
        "conv: 96 11x11 filters at stride 4",
        "conv: 96 11x11 filters",
        "conv: 96 11x9 /4",
        "conv: 8 5x5x3 filters, stride 3",
        "avgpool: 2x2 s3",
    ],
)
def test_a_fix_mends_a_phrase(layer: str) -> None:
    text = f"input: 10x10x3\nlayers:\n  - {layer}\n"
    _, findings = examined(text.encode())
    for finding in findings:
        if finding.fix:
            left = {code for code, _, _ in found(applied(text, finding.fix))}
            assert finding.code not in left, applied(text, finding.fix)
            assert "phrase" not in left


_MISSPELT = [
    ("conv: {filter: 8, kernel: 3}", "unknown-key"),
    ("conv: {filters: 8, kernal: 3}", "unknown-key"),
    ("convd: {filters: 8, kernel: 3}", "unknown-layer"),
    ("conv: {filters: 1_0, kernel: 3}", "not-an-integer"),
    ('conv: {filters: "8", kernel: 3}', "not-an-integer"),
    ("conv: {filters: 8, kernel: 3:3}", "not-an-integer"),
    ("conv: {filters: 8, kernel: 3 x 3}", "not-an-integer"),
    ("conv: {filters: 8, kernel: 3, bias: no}", "not-a-boolean"),
    ("conv: {filters: 0, kernel: 3}", "out-of-range"),
    ("conv: [8, 3]", "bad-shape"),
    ("conv: {filters:8, kernel: 3}", "unknown-key"),
    ("{relu: , nmae: x}", "unknown-key"),
    ("{relu: , allow: dead-brunch}", "unknown-word"),
    ("{relu: , from: inputt}", "unknown-name"),
]


@pytest.mark.parametrize(("layer", "code"), _MISSPELT)
def test_a_fix_mends_what_is_misspelt(layer: str, code: str) -> None:
    text = f"input: 9x9x3\nlayers:\n  - {layer}\n"
    _, findings = examined(text.encode())
    (finding,) = findings
    assert finding.code == code
    assert finding.fix
    assert not [code for code, _, _ in found(applied(text, finding.fix)) if code == finding.code]


_OPTION = re.compile(r"a (stride|pad|kernel) of ([0-9x]+(?: or [0-9x]+)*)")


@FUZZ
@given(
    st.integers(4, 60),
    st.integers(4, 60),
    st.sampled_from(["conv", "maxpool"]),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(1, 6),
    st.integers(0, 3),
    st.integers(1, 2),
)
def test_every_option_named_does_fit(
    width: int, height: int, kind: str, across: int, down: int, stride: int, pad: int, dilation: int
) -> None:
    values = {"kernel": f"{across}x{down}", "stride": str(stride), "pad": str(pad), "dilation": str(dilation)}
    if kind == "conv":
        values = {"filters": "4", **values}

    def text(**changed: str) -> str:
        given = {**values, **changed}
        size = given.pop("input", f"{width}x{height}")
        return f"input: {size}x3\nlayers:\n  - {kind}: {{{', '.join(f'{k}: {v}' for k, v in given.items())}}}\n"

    _, findings = examined(text().encode())
    for finding in findings:
        if finding.code != "window-does-not-fit" or not finding.help:
            continue
        options = [(m[1], option) for m in _OPTION.finditer(finding.help) for option in m[2].split(" or ")]
        assert options or stride == 1
        for name, option in options:
            assert not found(text(**{name: option})), (text(), name, option)
        for extents in re.findall(r"an input of ([0-9x]+)", finding.help):
            assert not found(text(input=extents)), (text(), extents)


def test_the_seeds_of_the_fuzzer_are_read() -> None:
    for path in sorted((Path(__file__).parent / "seeds").iterdir()):
        examined(path.read_bytes())


def test_the_recursion_limit_is_left_alone() -> None:
    before = sys.getrecursionlimit()
    examined(b"[" * 10_000)
    assert sys.getrecursionlimit() == before


@FUZZ
@given(st.integers(1, 30), st.integers(1, 30), st.lists(windows(), min_size=2, max_size=7))
def test_the_network_input_named_is_enough_and_no_less(width: int, height: int, layers: list[str]) -> None:
    chain = "".join(f"  - {layer}\n" for layer in layers if "groups" not in layer)

    def failed(extents: str) -> set[str | None]:
        _, findings = examined(f"input: {extents}x4\nlayers:\n{chain}  - relu\n".encode())
        return {finding.layer for finding in findings if finding.code == "kernel-too-large"}

    _, findings = examined(f"input: {width}x{height}x4\nlayers:\n{chain}  - relu\n".encode())
    for finding in findings:
        named = re.search(r"a network input of ([0-9]+)x([0-9]+)x4", finding.help or "")
        if named:
            across, down = int(named[1]), int(named[2])
            assert finding.layer not in failed(f"{across}x{down}")
            if across > width:
                assert failed(f"{across - 1}x{down}")


@FUZZ
@given(windows(), st.integers(6, 40), st.integers(1, 40))
def test_what_would_give_the_volume_expected_does(layer: str, extent: int, wanted: int) -> None:
    kind, _, given_ = layer.partition(": ")
    _, findings = examined(
        f"input: {extent}x{extent}x4\nlayers:\n  - {layer}\n    expect: {wanted}x{wanted}x4\n".encode()
    )
    for finding in findings:
        if finding.code != "expect" or not finding.help:
            continue
        for name, option in re.findall(r"a (pad|stride|kernel) of ([0-9]+)", finding.help):
            rest = re.sub(
                rf"(, )?{name}: (\{{[^}}]*\}}|[^,}}]*)", "", given_.removeprefix("{").removesuffix("}"), count=1
            )
            values = f"{rest.lstrip(', ')}, {name}: {option}".lstrip(", ")
            network, _ = examined(f"input: {extent}x{extent}x4\nlayers:\n  - {kind}: {{{values}}}\n".encode())
            assert network is not None
            volume = network.layers[0].volume
            assert volume is not None, values
            assert volume.spatial == (wanted, wanted), values
