"""What every bundled file promises its reader: it is valid, it says where it comes from, and what must hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import cnncalc

FOLDER = Path(__file__).parents[2] / "architectures"
FILES = sorted(FOLDER.glob("*.yaml"))
FIRST = {
    "alexnet", "alexnet-torchvision", "alexnet-two-towers", "densenet121", "efficientnetb0", "googlenet",
    "googlenet-with-heads", "inception-naive", "inception-reduced", "lenet5", "lenet5-modern", "mobilenetv2",
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "shufflenetv2", "vgg11", "vgg11-bn", "vgg13",
    "vgg13-bn", "vgg16", "vgg16-bn", "vgg19", "vgg19-bn", "zfnet",
}  # fmt: skip


def document(path: Path) -> dict[str, object]:
    """The file's own keys, without what it extends; every scalar as text."""
    found: dict[str, object] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return found


def test_the_classics_are_there() -> None:
    assert {path.stem for path in FILES} >= FIRST


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_is_valid_without_a_remark(path: Path) -> None:
    """Errors would include an `expect` that does not hold."""
    network = cnncalc.load(path)
    assert [finding for finding in network.diagnostics if finding.severity != "note"] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_says_what_it_is_and_what_must_hold(path: Path) -> None:
    keys = document(path)
    assert {"name", "description", "reference", "expect"} <= set(keys)
    reference, expect = keys["reference"], keys["expect"]
    assert isinstance(reference, dict)
    assert isinstance(expect, dict)
    assert {"title", "authors", "year", "url"} <= set(reference)
    assert {"parameters", "macs"} <= set(expect)
    assert str(keys["description"]).endswith(".")


def test_names_are_unique() -> None:
    names = [str(document(path)["name"]) for path in FILES]
    assert len(names) == len(set(names))


def test_lines_are_short_enough_to_read() -> None:
    long = [
        f"{path.name}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 120
    ]
    assert long == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_published_depth_is_the_computed_one(path: Path) -> None:
    reference = document(path)["reference"]
    assert isinstance(reference, dict)
    if "depth" in reference:
        assert cnncalc.load(path).totals.depth == int(reference["depth"])
