"""Reconciling printed numbers: which way of counting, which input, which variant gives them, term by term."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnncalc.analysis.reconcile import Figure
from cnncalc.cli.main import run
from cnncalc.render.reconcile import in_unit_of


def reconciled(capsys: pytest.CaptureFixture[str], spec: str, number: str, status: int = 0) -> dict[str, Any]:
    assert run(["reconcile", spec, number, "--format", "json"]) == status
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["printed"] == number
    for reading in found["fits"] + found["nearest"]:
        assert sum(term["number"] for term in reading["terms"]) == reading["total"]
    return found


# Numbers in print, and what was counted: tools' totals (tests/data/peer_totals.json); 3.86 for ResNet-50 in table 2 of
# Hu et al. 2017, whose strides are in the 1x1; Keras' model.summary(); Howard et al. 2017, table 4 (569 M).
PRINTED = [
    ("resnet50", "4.11G", None, "fvcore's count"),
    ("resnet50", "4.09G", None, "multiply–accumulates"),
    ("resnet50", "8.18 GFLOPs", None, "FLOPs, 2 per multiply–accumulate, torch's count"),
    ("resnet50", "4.13G", None, "ptflops's count"),
    ("resnet50", "3.86G", "resnet50-v1 (ResNet-50 (original strides))", "multiply–accumulates"),
    ("resnet50", "25.6M params", None, "parameters"),
    ("resnet50", "25557032", None, "parameters"),
    ("resnet50", "25,636,712", "resnet50-keras (ResNet-50 (Keras))", "parameters with running statistics (Keras)"),
    ("resnet50", "5.34G", "at 256x256x3", "multiply–accumulates"),
    ("mobilenetv1", "569M", None, "multiply–accumulates"),
    ("vgg16", "15.5 GMACs", None, "multiply–accumulates"),
    ("densenet121", "2897007104", None, "thop's count"),
    ("mobilenetv1", "569 million mult-adds", None, "multiply–accumulates"),
]


@pytest.mark.parametrize(("spec", "number", "variant", "counting"), PRINTED)
def test_printed_numbers(
    spec: str, number: str, variant: str | None, counting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = reconciled(capsys, spec, number)["fits"][0]
    assert first["variant"] == variant
    assert counting in first["counting"]


def test_a_number_that_was_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    # He et al. 2015, table 1: "3.8 · 10⁹" for ResNet-50, whose strides in the 1x1 give 3.858 · 10⁹.
    found = reconciled(capsys, "resnet50", "3.8G")
    assert found["cut_off"]
    assert found["fits"][0]["variant"].startswith("resnet50-v1")
    assert found["fits"][0]["total"] == 3_857_973_248


def test_a_variant_that_rounds_beside_the_network_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    # Szegedy et al. 2014 speak of 1.5 billion multiply-adds; the network of their table 1 has 1.58 billion.
    assert run(["reconcile", "googlenet", "1.5 billion"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("GoogLeNet itself: 1,582,671,872, multiply–accumulates")
    assert last.endswith("is 1.5 billion cut off")


def test_a_file_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "vgg16-mine.yaml"
    spec.write_text("name: Mine\nextends: vgg16.yaml\ndefine: {stages: [[1, 64, 2], [2, 128, 2]]}\n", "utf-8")
    first = reconciled(capsys, str(spec), "15.47G")["fits"][0]
    assert first["variant"] == "vgg16 (VGG-16)"


def test_nothing_fits(capsys: pytest.CaptureFixture[str]) -> None:
    found = reconciled(capsys, "lenet5", "77.7M", status=1)
    assert not found["fits"]
    assert 1 <= len(found["nearest"]) <= 3
    assert run(["reconcile", "lenet5", "77.7M"]) == 1
    assert "no way of counting, usual input or bundled variant gives 77.7M" in capsys.readouterr().out


def test_the_difference_term_by_term(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert run(["reconcile", "resnet50", "4.11G"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (
        "4.089 G in convolutions and fully connected layers + 22.2 M batch normalisation + 0.1 M pooling = "
        "fvcore's 4.112 G" in lines
    )
    assert [line.split()[:2] for line in lines[-3:]] == [["+", "22,227,968"], ["+", "100,352"], ["=", "4,111,512,576"]]
    assert run(["reconcile", "resnet50", "3.86G"]) == 0
    assert "  -   231,211,008  convolutions" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("width", [40, 80])
def test_lines_keep_to_the_terminal(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for number in ("2.90G", "3.1G", "1.11G"):
        run(["reconcile", "densenet121", number])
        assert max(map(len, capsys.readouterr().out.splitlines())) <= max(width, 56)


@pytest.mark.parametrize("number", ["", "4.11X", "-3G", "many", "1e9", "\x1b[31m"])
def test_no_number(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reconcile", "resnet50", number]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_digits_decide() -> None:
    figure = Figure("4.11G", 4_110_000_000, 10_000_000)
    assert [figure.rounds(n) for n in (4_104_999_999, 4_105_000_000, 4_115_000_000, 4_115_000_001)] == [
        False,
        True,
        True,
        False,
    ]
    assert figure.cuts(4_119_999_999)
    assert not figure.cuts(4_120_000_000)
    assert not Figure("12", 12, 1).rounds(13)


@pytest.mark.parametrize(
    ("value", "total", "text"),
    [
        (4_089_184_256, 4_111_512_576, "4.089 G"),
        (22_227_968, 4_111_512_576, "22.2 M"),
        (100_352, 4_111_512_576, "0.1 M"),
        (1_000, 4_111_512_576, "1.0 K"),
        (52, 900, "52"),
    ],
)
def test_terms_in_the_unit_of_their_total(value: int, total: int, text: str) -> None:
    assert in_unit_of(value, total) == text
