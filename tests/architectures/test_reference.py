"""Every bundled network against the published and independently counted figures of the reference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pytest
from reference_table import Case, Step, align, bundled, cases, key, reference_layers, rows, squeezed

import cnncalc


class Pair(NamedTuple):
    """A row, the network that holds its weights, and the one whose execution it describes: mostly the same."""

    case: Case
    held: cnncalc.Network
    executed: cnncalc.Network


def load(name: str, case: Case) -> cnncalc.Network:
    """A bundled network at the row's input, with the row's values defined where there are any."""
    own = cnncalc.load(name)
    if not case.define and own.inputs["input"].text == case.input:
        return own
    return cnncalc.load(name, input=case.input, define=case.define)


@pytest.fixture(scope="module", params=cases(), ids=str)
def pair(request: pytest.FixtureRequest) -> Pair:
    """One row and its network; all tests of a row run together and load it once."""
    case: Case = request.param
    held = load(case.name, case)
    return Pair(case, held, load(case.executed, case) if case.executed else held)


def among(chosen: Iterable[Case]) -> pytest.MarkDecorator:
    """The rows that say what a test looks at."""
    return pytest.mark.parametrize("pair", list(chosen), indirect=True, ids=str)


def test_parameters(pair: Pair) -> None:
    row = pair.case.row
    learned = int(row["params_total"])
    if row["source"] == "keras":  # model.summary() counts the running statistics among the parameters
        learned -= int(row["norm_buffers"])
    assert pair.held.totals.parameters == learned


def test_multiply_accumulates(pair: Pair) -> None:
    left_out = sum(layer.macs or 0 for layer in pair.executed.layers if layer.name in pair.case.lacks)
    assert pair.executed.totals.macs - left_out == int(pair.case.row["macs"])


def test_depth(pair: Pair) -> None:
    assert pair.executed.totals.depth == (pair.case.depth or int(pair.case.row["depth_longest_path"]))


# The light models of the ONNX zoo store their statistics among the weights.
@among(case for case in cases() if case.row["source"] != "onnx-light")
def test_running_statistics(pair: Pair) -> None:
    row = pair.case.row
    stored = sum(layer.non_trainable or 0 for layer in pair.held.layers if layer.name not in pair.case.lacks)
    if row["source"] == "caffe":  # its BatchNorm keeps one number more, the weight of its moving average
        stored += sum(layer.kind == "batchnorm" for layer in pair.held.layers)
    assert stored + pair.case.statistics == int(row["norm_buffers"])


@among(case for case in cases() if not case.lacks)
def test_outputs(pair: Pair) -> None:
    outputs = [squeezed(volume.shape) for volume in pair.executed.outputs.values() if volume]
    if pair.case.row["source"] == "caffe":  # its rows name the main output only, the last
        outputs = outputs[-1:]
    assert sorted(outputs) == pair.case.outputs


@among(case for case in cases() if case.row["layers_json"])
def test_layers(pair: Pair) -> None:
    case = pair.case
    here = [
        Step(squeezed(layer.shape or ()), layer.parameters or 0, layer.macs or 0)
        for layer in pair.executed.layers
        if (layer.parameters or layer.macs) and layer.name not in case.lacks
    ]
    theirs = reference_layers(case)
    aligned, expected = align(here, theirs), [step for _, step in theirs]
    if case.order == "free":
        aligned, expected = sorted(aligned), sorted(expected)
    assert aligned == expected


def test_every_row_is_covered_or_named() -> None:
    covered, missing = bundled()["covered"], bundled()["not_covered"]
    assert not set(covered) & set(missing)
    assert {key(row) for row in rows()} == set(covered) | set(missing)
