"""Networks layer by layer: what was added, removed and changed, and that the costs add up."""

from __future__ import annotations

import csv
import io
import json

import pytest

import cnncalc
from cnncalc.analysis import diff
from cnncalc.analysis.diff import Difference, difference
from cnncalc.cli.main import run


def between(before: str, after: str) -> Difference:
    return difference(cnncalc.load(before), cnncalc.load(after))


def summary(found: Difference) -> dict[str, int]:
    return {what: found.count(what) for what in ("added", "removed", "changed")}


def test_a_network_and_itself() -> None:
    found = between("googlenet", "googlenet")
    assert summary(found) == {"added": 0, "removed": 0, "changed": 0}
    assert found.count("same") == len(cnncalc.load("googlenet").layers)


def test_vgg19_has_three_more_convolutions_with_their_rectifiers() -> None:
    found = between("vgg16", "vgg19")
    assert summary(found) == {"added": 6, "removed": 0, "changed": 0}
    added = [change.after for change in found.changes if change.what == "added"]
    makes = [(item.kind, item.volume) for item in added if item is not None and item.kind == "conv"]
    assert makes == [("conv", "56x56x256"), ("conv", "28x28x512"), ("conv", "14x14x512")]
    # 3·3·256·256 + 256 and twice 3·3·512·512 + 512.
    assert found.cost("added", "parameters") == 590_080 + 2 * 2_359_808
    assert found.cost("added", "macs") == 56 * 56 * 9 * 256 * 256 + (28 * 28 + 14 * 14) * 9 * 512 * 512


def test_recalibration_is_added_to_each_of_sixteen_blocks() -> None:
    found = between("resnet50", "se-resnet50")
    assert summary(found) == {"added": 16 * 6, "removed": 0, "changed": 0}


def test_the_stride_moves_from_the_3x3_to_the_1x1() -> None:
    found = between("resnet50", "resnet50-v1")
    changed = [change for change in found.changes if change.what == "changed" and change.after is not None]
    convolutions = [change for change in changed if change.after and change.after.kind == "conv"]
    assert summary(found) == {"added": 0, "removed": 0, "changed": 12}
    # Three stages, two convolutions each; only the first of them becomes cheaper, by three quarters.
    assert [change.cost("macs") for change in convolutions] == [-77_070_336, 0] * 3
    assert 77_070_336 == 56 * 56 * 256 * 128 * 3 // 4


@pytest.mark.parametrize("cells", [1_000_000, 2_000, 0])
@pytest.mark.parametrize(
    ("before", "after"),
    [("alexnet", "vgg16"), ("resnet18", "densenet121"), ("resnet50", "resnet101"), ("mobilenetv2", "lenet5")],
)
def test_costs_add_up_and_no_layer_is_lost(
    before: str, after: str, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diff, "_CELLS", cells)
    first, second = cnncalc.load(before), cnncalc.load(after)
    found = difference(first, second)
    assert [change.before.name for change in found.changes if change.before] == [item.name for item in first.layers]
    assert [change.after.name for change in found.changes if change.after] == [item.name for item in second.layers]
    for quantity in ("parameters", "macs"):
        total = sum(found.cost(what, quantity) for what in ("added", "removed", "changed", "same"))
        assert total == getattr(second.totals, quantity) - getattr(first.totals, quantity)
    assert found.cost("same", "parameters") == found.cost("same", "macs") == 0


def test_large_networks_are_anchored_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "_CELLS", 2_000)
    found = between("resnet50", "resnet101")
    # Seventeen more blocks in the fourth stage, of ten layers each.
    assert summary(found) == {"added": 170, "removed": 0, "changed": 0}


def test_formats(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["diff", "vgg16", "vgg19"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "added: 6 layers, +5.31 M parameters, +4.16 G MACs" in lines
    assert run(["diff", "vgg16", "vgg19", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sums"]["added"] == {"layers": 6, "parameters": 5_309_696, "macs": 4_161_798_144}
    assert run(["diff", "vgg16", "vgg19", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert sum(row["change"] == "added" for row in rows) == 6
    assert len(rows) == 45
    assert run(["diff", "vgg16", "vgg19", "--format", "markdown", "--all"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 45 + 3
