"""Networks side by side, and the charts of error and depth, parameters or operations."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from cnncalc.cli.main import run

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "<script>&\"'</script>|*_`=1+1\u202e\x1b[31m"
SPEC = f"""name: {json.dumps(NASTY)}
reference: {{year: 2001, top5_error: 9.5}}
input: 8x8x3
layers:
  - conv: 4 3x3 filters
    name: {json.dumps("convolution" + chr(27) + "[1m")}
  - fc: 10
"""


def printed(capsys: pytest.CaptureFixture[str], *args: str, status: int = 0) -> str:
    assert run(list(args)) == status
    return capsys.readouterr().out


def test_totals_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "compare", "alexnet", "vgg16", "--format", "json"))
    assert found["schema_version"] == 1
    first, second = found["networks"]
    assert (first["spec"], first["name"], first["year"], first["top5_error"]) == ("alexnet", "AlexNet", 2012, 16.4)
    assert first["totals"]["parameters"] == 62_378_344
    assert second["totals"]["macs"] == 15_470_264_320
    assert second["inputs"] == ["224x224x3"]


def test_one_input_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "compare", "resnet18", "resnet50", "--input", "256x256x3", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["input"] for row in rows] == ["256x256x3"] * 2
    # 224 is seven cells of 32 and 256 is eight: everything but the last layer grows by 64/49.
    assert int(rows[1]["macs"]) - 2_048_000 == (4_089_184_256 - 2_048_000) * 64 // 49


def test_two_networks_have_a_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "compare", "resnet50", "resnet50", "--format", "markdown")
    assert "| MACs | 4,089,184,256 | 4,089,184,256 | ×1.000 |" in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_tables_and_charts_keep_to_the_terminal(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    names = ("alexnet", "vgg16", "resnet50", "googlenet", "inceptionv3", "mobilenetv2")
    for args in (names, ("--chart", "depth"), ("--chart", "macs"), ("--chart", "parameters", *names)):
        lines = printed(capsys, "compare", *args).splitlines()
        assert max(map(len, lines)) <= max(width, 56), args


def test_charts_in_ascii(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(buffer, encoding="ascii"))
    assert run(["compare", "--chart", "depth"]) == 0
    assert run(["compare", "--chart", "macs"]) == 0
    text = buffer.getvalue().decode("ascii")
    assert "\\" not in text
    assert "2012  AlexNet" in text


def test_the_chart_of_the_lecture(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.split() for line in printed(capsys, "compare", "--chart", "depth").splitlines()[2:]]
    told = [(*line[:2], next(word for word in line[2:] if word[0].isdigit())) for line in lines[:-1]]
    assert told == [
        ("2010", "NEC-UIUC", "28.2"),
        ("2011", "XRCE", "25.8"),
        ("2012", "AlexNet", "16.4"),
        ("2013", "ZFNet", "11.7"),
        ("2014", "VGG-19", "7.3"),
        ("2014", "GoogLeNet", "6.7"),
        ("2015", "ResNet-152", "3.57"),
    ]
    depths = [line[line.index("layers") - 1] for line in lines if "layers" in line]
    assert depths == ["8", "8", "19", "22", "152"]
    assert lines[-1][:4] == ["a", "person", "5.1", "%"]


@pytest.mark.parametrize("quantity", ["depth", "parameters", "macs"])
def test_svg_is_well_formed_and_names_are_inert(
    quantity: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, target = tmp_path / "nasty.yaml", tmp_path / "chart.svg"
    spec.write_text(SPEC, "utf-8")
    assert run(["compare", "--chart", quantity, str(spec), "alexnet", "-o", str(target)]) == 0
    root = ET.fromstring(target.read_text("utf-8"))
    assert {element.tag for element in root.iter()} <= {
        SVG + tag for tag in ("svg", "title", "rect", "text", "line", "circle", "polyline")
    }
    texts = [element.text or "" for element in root.iter(SVG + "text")]
    assert "AlexNet" in texts
    assert any(text.startswith("<script>&") for text in texts)
    assert all("\x1b" not in text and "\u202e" not in text for text in texts)


def test_the_svg_bars_are_as_high_as_the_errors(tmp_path: Path) -> None:
    target = tmp_path / "chart.svg"
    assert run(["compare", "--chart", "depth", "-o", str(target)]) == 0
    heights = [float(bar.attrib["height"]) for bar in ET.fromstring(target.read_text("utf-8")).iter(SVG + "rect")][1:]
    errors = [28.2, 25.8, 16.4, 11.7, 7.3, 6.7, 3.57]
    assert [height / heights[0] for height in heights] == pytest.approx([error / 28.2 for error in errors], abs=0.001)


def test_names_are_shown_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "nasty.yaml"
    spec.write_text(SPEC, "utf-8")
    for command, *args in (
        ("compare", str(spec), "alexnet", "--format", "markdown"),
        ("compare", str(spec), "alexnet", "--chart", "macs"),
        ("compare", str(spec), "alexnet"),
        ("diff", str(spec), "alexnet"),
        ("diff", "alexnet", str(spec), "--format", "markdown"),
        ("memory", str(spec)),
        ("reconcile", str(spec), "1.56K"),
        ("summarize", str(spec)),
    ):
        text = printed(capsys, command, *args)
        assert "\x1b" not in text, command
        assert "\u202e" not in text, command
    assert "<script>" not in printed(capsys, "compare", str(spec), "alexnet", "--format", "markdown")


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    printed(capsys, "compare", status=2)
    printed(capsys, "compare", "--chart", "depth", "--format", "json", status=2)
    printed(capsys, "compare", "alexnet", "no-such-network", status=2)


def test_a_network_with_an_unknown_layer_is_partial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "broken.yaml"
    spec.write_text("input: 4x4x3\nlayers:\n  - conv: {filters: 2, kernel: 9}\n  - fc: 3\n", "utf-8")
    assert "≥ 0" in printed(capsys, "compare", str(spec), "alexnet", status=1)
