"""`summarize`, `list` and `kinds`: formats, folding, widths, exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cnncalc.cli.main import run
from cnncalc.layers import KINDS

ALEXNET_LAYERS = 23


@pytest.fixture
def cnncalc(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the program in this process; returns (exit code, stdout, stderr)."""

    def call(*args: str) -> tuple[int, str, str]:
        status = run(list(args))
        captured = capsys.readouterr()
        return int(status), captured.out, captured.err

    return call


def summary(cnncalc: Any, *args: str) -> dict[str, Any]:
    status, out, _ = cnncalc("summarize", *args, "--format", "json")
    assert status in (0, 1)
    found: dict[str, Any] = json.loads(out)
    return found


def test_json_is_what_the_contract_says(cnncalc: Any) -> None:
    found = summary(cnncalc, "alexnet")
    assert list(found) == [
        "schema_version",
        "name",
        "convention",
        "input",
        "layers",
        "outputs",
        "totals",
        "diagnostics",
    ]
    assert found["schema_version"] == 1
    assert found["convention"] == "cnncalc"
    assert found["input"] == {"shape": [3, 227, 227], "volume": "227x227x3"}
    first = found["layers"][0]
    assert {key: first[key] for key in first if key not in ("line", "operations")} == {
        "name": "CONV1",
        "kind": "conv",
        "inputs": ["input"],
        "shape": [96, 55, 55],
        "volume": "55x55x96",
        "parameters": 34944,
        "non_trainable": 0,
        "macs": 105415200,
        "flops": 210830400,
        "activations": 290400,
        "receptive_field": {"size": [11, 11], "stride": [4, 4], "padding": [0, 0]},
    }
    assert found["totals"]["layers"] == ALEXNET_LAYERS
    assert found["totals"]["depth"] == 8
    assert found["totals"]["parameters"] == 62378344
    assert found["totals"]["macs"] == 1135256096
    assert found["totals"]["flops"] == 2270512192
    assert found["totals"]["weight_bytes"] == 249513376
    assert found["outputs"] == [{"name": found["layers"][-1]["name"], "shape": [1000]}]


def test_numbers_in_json_are_integers(cnncalc: Any) -> None:
    def walk(value: Any) -> None:
        assert not isinstance(value, float)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)

    walk(summary(cnncalc, "googlenet"))


@pytest.mark.parametrize("name", ["alexnet", "googlenet-with-heads", "resnet18", "lenet5"])
def test_totals_are_sums_of_the_layers(cnncalc: Any, name: str) -> None:
    found = summary(cnncalc, name)
    for key in ("parameters", "non_trainable", "macs", "flops", "activations"):
        assert found["totals"][key] == sum(layer[key] for layer in found["layers"])
    for key in ("multiply_accumulates", "additions", "comparisons", "divisions", "exponentials"):
        assert found["totals"]["operations"][key] == sum(layer["operations"][key] for layer in found["layers"])


def test_a_receptive_field_that_is_not_defined_is_null(cnncalc: Any) -> None:
    layers = summary(cnncalc, "alexnet")["layers"]
    assert layers[-1]["receptive_field"] is None


def test_several_inputs_stand_beside_a_null(cnncalc: Any, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("input: {a: 8x8x3, b: 4}\nlayers:\n  - {fc: 4, from: a}\n  - add: [[], {from: b}]\n")
    found = summary(cnncalc, str(spec))
    assert found["input"] is None
    assert found["inputs"] == {"a": {"shape": [3, 8, 8], "volume": "8x8x3"}, "b": {"shape": [4], "volume": "4"}}


def test_an_unknown_layer_makes_totals_partial_and_the_table_goes_up_to_it(cnncalc: Any, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("input: 8x8x3\nlayers:\n  - conv: 4 3x3\n  - conv: 4 9x9\n  - fc: 2\n")
    status, out, err = cnncalc("summarize", str(spec))
    assert status == 1
    assert "6x6x4" in out
    assert "kernel-too-large" in err
    found = summary(cnncalc, str(spec))
    assert found["totals"]["parameters"] == {"partial": 112, "missing": ["conv2", "fc1"]}
    assert found["layers"][1]["macs"] is None
    assert [d["code"] for d in found["diagnostics"]] == ["kernel-too-large"]


def test_csv_holds_the_table(cnncalc: Any) -> None:
    _, out, _ = cnncalc("summarize", "alexnet", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == ALEXNET_LAYERS + 1
    assert rows[0]["layer"] == "CONV1"
    assert rows[0]["MACs"] == "105415200"
    assert rows[-1]["parameters"] == "62378344"


@pytest.mark.parametrize(("format_", "first"), [("markdown", "| layer |"), ("latex", r"\begin{tabular}{lllrrr}")])
def test_documents(cnncalc: Any, format_: str, first: str) -> None:
    _, out, _ = cnncalc("summarize", "alexnet", "--format", format_)
    assert out.startswith(first)
    assert "105,415,200" in out


def test_folding_keeps_the_sums(cnncalc: Any) -> None:
    _, out, _ = cnncalc("summarize", "resnet50", "--depth", "0", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    body = [int(row["parameters"]) for row in rows[:-1]]
    assert len(body) < 40
    assert sum(body) == 25557032


def test_batch_multiplies_work_and_leaves_weights(cnncalc: Any) -> None:
    one, four = summary(cnncalc, "alexnet"), summary(cnncalc, "alexnet", "--batch", "4")
    assert four["totals"]["macs"] == 4 * one["totals"]["macs"]
    assert four["totals"]["activations"] == 4 * one["totals"]["activations"]
    assert four["totals"]["parameters"] == one["totals"]["parameters"]


def test_dtype_changes_the_bytes(cnncalc: Any) -> None:
    assert summary(cnncalc, "alexnet", "--dtype", "float16")["totals"]["weight_bytes"] == 62378344 * 2


def test_other_inputs_and_settings(cnncalc: Any) -> None:
    found = summary(cnncalc, "resnet18", "--input", "320x256x3")
    assert found["input"]["shape"] == [3, 256, 320]
    assert found["totals"]["parameters"] == 11689512
    status, _, err = cnncalc("summarize", "resnet18", "--set", "nothing=3")
    assert status == 2
    assert "nothing" in err


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_numbers_are_never_cut(cnncalc: Any, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    _, out, _ = cnncalc("summarize", "googlenet")
    found = summary(cnncalc, "googlenet")
    for layer in found["layers"]:
        assert f"{layer['macs']:,}" in out
    assert "1,582,671,872" in out
    if width >= 80:
        table = out.split("\n\n")[1].splitlines()
        assert max(map(len, table)) <= width
        assert len({len(line.rstrip()) for line in table if line.startswith("─")}) == 1


def test_colour_only_where_it_is_wanted(cnncalc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in cnncalc("summarize", "alexnet")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = cnncalc("summarize", "alexnet")[1]
    assert "\x1b[" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in cnncalc("summarize", "alexnet")[1]


def test_output_files_are_whole_and_not_overwritten(cnncalc: Any, tmp_path: Path) -> None:
    target = tmp_path / "table.md"
    assert cnncalc("summarize", "alexnet", "--format", "markdown", "-o", str(target))[0] == 0
    assert target.read_text().count("\n") == ALEXNET_LAYERS + 3
    assert cnncalc("summarize", "alexnet", "-o", str(target))[0] == 2
    assert cnncalc("summarize", "alexnet", "-o", str(target), "--force")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["table.md"]


@pytest.mark.parametrize(
    ("args", "status", "says"),
    [
        (["summarize", "alexnt"], 2, "did you mean alexnet"),
        (["summarise", "alexnet"], 2, "did you mean `summarize`"),
        (["summarize", "alexnet", "--columns", "paramters"], 2, "did you mean `parameters`"),
        (["summarize", "alexnet", "--as", "fvcre"], 2, "did you mean `fvcore`"),
        (["summarize", "alexnet", "--input", "227"], 1, "flat 227"),
        (["summarize", "alexnet", "--input", "227x227"], 0, ""),
        (["summarize", "alexnet", "--limit", "layers=3"], 2, "limit"),
        (["kinds", "Conv2d"], 2, "did you mean conv"),
        (["list", "nosuchnetwork"], 1, ""),
    ],
)
def test_exit_codes_and_hints(cnncalc: Any, args: list[str], status: int, says: str) -> None:
    if args[-1] == "227x227":
        args = [*args[:-1], "227x227x1"]
    found, _, err = cnncalc(*args)
    assert found == status
    assert says in err


def test_list_shows_every_bundled_network(cnncalc: Any) -> None:
    _, out, _ = cnncalc("list", "resnet", "--sort", "macs", "--format", "json")
    listed = json.loads(out)["architectures"]
    assert {"resnet18", "resnet50", "resnet152"} <= {entry["name"] for entry in listed}
    assert [entry["macs"] for entry in listed] == sorted(entry["macs"] for entry in listed)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_reference_page(cnncalc: Any, kind: str) -> None:
    status, out, _ = cnncalc("kinds", kind)
    assert status == 0
    assert out.startswith(kind)
    page = json.loads(cnncalc("kinds", kind, "--format", "json")[1])
    assert len(page["description"]) > 10
    assert all(field["meaning"] for field in page["hyperparameters"].values())
    if not page["counts_macs"]:
        assert "no multiply–accumulates in the totals" in out


def test_the_help_of_every_command() -> None:
    from cnncalc.cli.main import COMMANDS, cli

    for name in COMMANDS:
        result: Result = CliRunner().invoke(cli, [name, "--help"])
        assert result.exit_code == 0, name
        assert "Usage" in result.output


def test_a_note_says_where_the_receptive_field_gets_lost(cnncalc: Any, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "input: 16x16x3\nlayers:\n  - conv: 4 3x3\n  - multiply:\n      - []\n      - [global_avgpool, sigmoid]\n    name: gate\n"
    )
    found = summary(cnncalc, str(spec))
    (note,) = found["diagnostics"]
    assert (note["code"], note["severity"], note["layer"], note["line"]) == ("receptive-field", "note", "gate", 4)
    assert found["layers"][-1]["receptive_field"] is None


def test_what_is_left_out_is_said(cnncalc: Any, tmp_path: Path) -> None:
    spec = tmp_path / "long.yaml"
    spec.write_text("input: 8x8x4\nlayers:\n" + "  - conv: {filters: 4, kernel: 1}\n  - batchnorm\n" * 120)
    assert "100 warnings, … and 20 more findings" in cnncalc("validate", str(spec))[1]
    assert "at least 97 more warnings" in cnncalc("summarize", str(spec))[2]
