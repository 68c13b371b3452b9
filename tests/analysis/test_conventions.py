"""Counting as other tools do, against what those tools print: for single modules and for whole networks."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cnncalc
from cnncalc.analysis.conventions import CONVENTIONS, counts_as
from cnncalc.analysis.departures import DEPARTURES, printed
from cnncalc.cli.main import run
from cnncalc.layers import KINDS
from cnncalc.spec.files import bundled_names

DATA = Path(__file__).parent.parent / "data"
MODULES: list[dict[str, Any]] = json.loads((DATA / "peer_modules.json").read_text("utf-8"))["modules"]
NETWORKS: dict[str, dict[str, Any]] = json.loads((DATA / "peer_totals.json").read_text("utf-8"))["totals"]


def total(network: cnncalc.Network, convention: str) -> int:
    return sum(count or 0 for count in counts_as(network.graph, convention))


@pytest.mark.parametrize("row", MODULES, ids=lambda row: f"{row['module']}-{len(row['shape']) - 1}d")
def test_a_module_counts_as_the_tools_say(row: dict[str, Any]) -> None:
    channels, *extents = row["shape"]
    volume = "x".join(map(str, (*reversed(extents), channels)))
    network = cnncalc.loads(f"input: {volume}\nlayers:\n- {row['layer']}\n")
    assert {tool: total(network, tool) for tool in row["totals"]} == row["totals"]


@cache
def counted(name: str) -> tuple[dict[str, int], dict[str, int]]:
    """By tool, the totals by the rules of modules, and those for the published code."""
    row = NETWORKS[name]
    network = cnncalc.load(row["bundled"], input=row["input"], define=row.get("define"))
    ruled = {tool: total(network, tool) for tool in row["counts"]}
    told = {tool: printed(row["bundled"], network.graph, tool) for tool in ruled}
    return ruled, {tool: found.total if (found := told[tool]) else count for tool, count in ruled.items()}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_counts_as_the_tools_print(name: str) -> None:
    _, published = counted(name)
    assert published == NETWORKS[name]["counts"]


def test_only_named_networks_depart_from_the_rules_of_modules() -> None:
    departing = {row["bundled"] for name, row in NETWORKS.items() if counted(name)[0] != row["counts"]}
    named = {name for departure in DEPARTURES for name in departure.networks}
    assert departing <= named <= set(bundled_names())


def test_keras_counts_the_running_statistics() -> None:
    # Keras 3's model.summary() of MobileNetV2 (alpha 1.0) prints 3,538,984 parameters, 34,112 of them not trainable.
    assert total(cnncalc.load("mobilenetv2"), "keras") == 3_538_984


def test_rules_are_for_kinds_there_are() -> None:
    ruled = {kind for convention in CONVENTIONS.values() for kind in convention.rules} - {"*"}
    assert ruled <= set(KINDS)


def test_an_unknown_layer_is_not_counted_as_nothing(tmp_path: Path) -> None:
    spec = tmp_path / "broken.yaml"
    spec.write_text("input: 4x4x3\nlayers:\n  - conv: {filters: 2, kernel: 9}\n  - relu\n", "utf-8")
    network = cnncalc.open_network(spec)
    assert counts_as(network.graph, "torch")[-1] is None


def test_the_summary_names_what_departs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    assert run(["summarize", "densenet121", "--as", "thop", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    # The global pooling, 50,176 inputs and 1,024 outputs, is a function in torchvision's code.
    assert found["totals"]["count"] - found["published_code"]["count"] == 50_176 + 1_024
    assert found["published_code"]["count"] == 2_897_007_104
    assert run(["summarize", "densenet121", "--as", "thop"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("count: thop counts")
    assert last.endswith("calls functions for the global pooling, for which it prints 2,897,007,104")
    assert run(["summarize", "resnet50", "--as", "thop", "--format", "json"]) == 0
    assert "published_code" not in json.loads(capsys.readouterr().out)
