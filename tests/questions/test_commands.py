"""`ask`, `solve`, `layer`, `explain` and `quiz` from the command line."""

import json
from pathlib import Path

import pytest

from cnncalc.cli.main import run


def test_ask(capsys: pytest.CaptureFixture[str]) -> None:
    question = "Input volume: 32x32x3. 10 5x5 filters with stride 1, pad 2. Number of parameters in this layer?"
    assert run(["ask", question]) == 0
    out = capsys.readouterr().out
    assert out.startswith("parameters: 760\n")
    assert "10 · 76 = 760" in out


def test_ask_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["ask", "32x32x3, 10 5x5 filters, stride 1, pad 2, with bias: output and parameters?", "--format", "json"])
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["schema_version"] == 1
    assert [(a["quantity"], a["value"]) for a in found["answers"]] == [("output", "32x32x10"), ("parameters", 760)]
    assert found["answers"][1]["steps"] == ["each filter: 5·5·3 + 1 = 76", "parameters: 10 · 76 = 760"]


@pytest.mark.parametrize("format_", ["text", "json"])
def test_unanswerable(capsys: pytest.CaptureFixture[str], format_: str) -> None:
    assert run(["ask", "How many parameters does a conv layer have?", "--format", format_]) == 1
    captured = capsys.readouterr()
    assert "the kernel's size" in captured.err
    if format_ == "json":
        found = json.loads(captured.out)
        assert found["answers"] == []
        assert "the kernel's size" in found["missing"]
    else:
        assert captured.out == ""


def test_ask_about_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("input: 8x8x3\nlayers:\n- conv: 4 3x3\n- fc: 10\n", encoding="utf-8")
    assert run(["ask", "--spec", str(spec), "How many parameters does the first conv layer have?"]) == 0
    assert capsys.readouterr().out.startswith(f"parameters: {4 * (3 * 3 * 3 + 1)}\n")


def test_solve(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["solve", "input", "--kernel", "3", "--stride", "2", "--pad", "1", "--output", "7", "--format", "json"])
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert [answer["value"] for answer in found["answers"]] == [13, 14]


def test_solve_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["solve", "filters", "--input", "32x32x3", "--kernel", "5", "--parameters", "1521"]) == 1
    assert "none, because" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve", "pad", "--kernel", "3"],
        ["solve", "pad", "--input", "6y"],
        ["solve"],
        ["solve", "luck", "--kernel", "3"],
    ],
)
def test_solve_usage(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().err


def test_layer(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--input", "32x32x3", "--filters", "10", "--kernel", "5", "--pad", "2"]
    assert run(["layer", "conv", *options, "--format", "json"]) == 0
    layer = json.loads(capsys.readouterr().out)["layer"]
    assert (layer["volume"], layer["parameters"], layer["macs"]) == ("32x32x10", 760, 32 * 32 * 10 * 75)
    assert run(["layer", "conv", *options, "--no-bias"]) == 0
    assert "10 · 75 = 750" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "volume"),
    [
        (["maxpool", "--input", "55x55x96", "--kernel", "3", "--stride", "2"], "27x27x96"),
        (["maxpool", "--input", "8x8x4", "--kernel", "3", "--stride", "2", "--ceil"], "4x4x4"),
        (["fc", "--input", "6x6x256", "--units", "4096"], "4096"),
        (["depthwise", "--input", "112x112x32", "--kernel", "3", "--pad", "half"], "112x112x32"),
        (
            ["transposed_conv", "--input", "7x7x8", "--filters", "4", "--kernel", "4", "--stride", "2", "--pad", "1"],
            "14x14x4",
        ),
        (["batchnorm", "--input", "8x8x4"], "8x8x4"),
        (["conv", "--input", "100x8", "--filters", "16", "--kernel", "5"], "96x16"),
        (["upsample", "--input", "7x7x8", "--scale", "2", "--mode", "bilinear"], "14x14x8"),
    ],
)
def test_layer_of_any_kind(capsys: pytest.CaptureFixture[str], arguments: list[str], volume: str) -> None:
    assert run(["layer", *arguments, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["layer"]["volume"] == volume


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["conv", "--input", "32x32x3", "--filters", "10", "--kernel", "50"], 1),
        (["conv", "--input", "32x32x3", "--filters", "3.5", "--kernel", "5"], 1),
        (["conv", "--input", "32x32x3", "--kernel", "5"], 2),
        (["conv", "--input", "32x32x3", "--filters", "{a: 1}", "--kernel", "5"], 2),
        (["convolution", "--input", "32x32x3"], 2),
    ],
)
def test_layer_that_cannot_be(capsys: pytest.CaptureFixture[str], arguments: list[str], status: int) -> None:
    assert run(["layer", *arguments]) == status
    assert capsys.readouterr().err


def test_layer_help_lists_the_hyperparameters(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["layer", "conv", "--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"--{name}" in out for name in ("filters", "kernel", "stride", "pad", "dilation", "groups", "no-bias"))


def test_explain(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["explain", "alexnet", "conv1"]) == 0
    assert "(227 - 11 + 2·0)/4 + 1 = 55" in capsys.readouterr().out
    target = tmp_path / "handin.tex"
    assert run(["explain", "alexnet", "--format", "latex", "-o", str(target)]) == 0
    assert r"\begin{align*}" in target.read_text(encoding="utf-8")


def test_explain_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "lenet5", "C3", "--format", "json"]) == 0
    (layer,) = json.loads(capsys.readouterr().out)["layers"]
    assert {"quantity": "parameters", "result": "1,516"}.items() <= next(
        step for step in layer["steps"] if step["quantity"] == "parameters"
    ).items()


def test_explain_unknown_layer(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "alexnet", "conv99"]) == 2
    assert "no layer" in capsys.readouterr().err


@pytest.mark.parametrize("format_", ["markdown", "gift", "worksheet", "key", "json"])
def test_quiz(capsys: pytest.CaptureFixture[str], format_: str) -> None:
    assert run(["quiz", "--count", "3", "--format", format_]) == 0
    out = capsys.readouterr().out
    assert out
    if format_ == "json":
        assert len(json.loads(out)["questions"]) == 3


def test_quiz_about_a_network(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quiz", "alexnet", "--count", "2", "--format", "worksheet"]) == 0
    assert "AlexNet" in capsys.readouterr().out


def test_interactive_quiz(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    replies = iter(["A", "nonsense"])
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda prompt="": next(replies))
    assert run(["quiz", "--topic", "padding", "--count", "2", "--level", "1", "--format", "interactive"]) == 0
    out = capsys.readouterr().out
    assert "Right." in out
    assert "No: " in out
    assert "1 of 2 right" in out


def test_unknown_topic(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quiz", "--topic", "cooking", "--format", "markdown"]) == 2
    assert "there is no topic" in capsys.readouterr().err
