"""Verification: what it finds, what it refuses, what it says."""

import math
import tracemalloc

import numpy as np
import pytest

from cnncalc.backend import kernels
from cnncalc.backend.errors import ExecutionError, MemoryLimitError
from cnncalc.backend.verify import verify_graph
from cnncalc.graph import Volume, Weight
from tests.backend.graphs import Sketch, residual, siamese


def lenet():
    sketch = Sketch(input=Volume(1, (32, 32)))
    sketch.add("conv", filters=6, kernel=5)
    sketch.add("subsample", kernel=2)
    sketch.add("tanh")
    table = [[(f + i) % 6 for i in range(3 + (f >= 6))] for f in range(16)]
    sketch.add("conv", filters=16, kernel=5, connections=tuple(map(tuple, table)), name="C3")
    sketch.add("subsample", kernel=2)
    sketch.add("conv", filters=120, kernel=5)
    sketch.add("fc", units=84)
    sketch.add("rbf", units=10, name="output")
    return sketch


def test_a_right_prediction_is_verified_to_the_unit():
    found = verify_graph(lenet().graph(), name="LeNet-5")
    assert found.verified
    by_name = {layer.name: layer for layer in found.layers}
    assert by_name["C3"].executed.macs == 10 * 10 * 58 * 25
    assert by_name["C3"].executed.parameters == 58 * 25 + 16
    assert by_name["output"].executed.parameters == 0
    assert by_name["output"].executed.non_trainable == 840
    assert found.as_dict()["layers"][0]["executed"]["shape"] == [6, 28, 28]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"volume": Volume(16, (10, 11))}, "output"),
        ({"weights": (Weight("weight", (58, 5, 5)),)}, "parameters"),
        ({"weights": (Weight("weight", (58, 5, 5)), Weight("offset", (16,)))}, "weights"),
    ],
)
def test_a_wrong_prediction_is_found(change, word):
    sketch = lenet()
    place = next(node.index for node in sketch.nodes if node.name == "C3")
    sketch.nodes[place] = sketch.nodes[place]._replace(**change)
    found = verify_graph(sketch.graph(), name="wrong")
    assert not found.verified
    wrong = [layer for layer in found.layers if not layer.ok]
    assert [layer.name for layer in wrong] == ["C3"]
    assert any(word in text for text in wrong[0].disagreements)


def test_wrong_multiply_accumulates_are_found(monkeypatch):
    sketch = lenet()
    honest = type(sketch.nodes[1].layer).macs
    monkeypatch.setattr(type(sketch.nodes[1].layer), "macs", lambda *args: honest(*args) + 1)
    found = verify_graph(sketch.graph(), name="wrong")
    assert {layer.kind for layer in found.layers if not layer.ok} == {"conv"}


def test_a_batch_axis_taken_for_features_is_found(monkeypatch):
    def folding(layer, arrays, weights, work):
        return arrays[0].reshape(1, -1)

    monkeypatch.setitem(kernels.KERNELS, "flatten", folding)
    sketch = Sketch(input=Volume(3, (4, 4)))
    sketch.add("flatten")
    found = verify_graph(sketch.graph(), name="folded")
    assert all(layer.ok for layer in found.layers)
    assert not found.verified
    assert all(problem.startswith("with a batch of 2") for problem in found.problems)


def test_numbers_that_are_not_finite_fail(monkeypatch):
    sketch = Sketch(input=Volume(3, (4, 4)))
    sketch.add("rescale", factor=math.inf, name="blowup")
    found = verify_graph(sketch.graph(), name="infinite")
    assert not found.verified
    assert "blowup" in found.problems[0]


@pytest.mark.filterwarnings("error")
def test_deep_residual_networks_stay_finite_and_alive():
    found = verify_graph(residual(200).graph(), name="deep")
    assert found.verified


def test_shared_weights_are_counted_once_and_products_each_time():
    found = verify_graph(siamese(), name="siamese")
    assert found.verified
    parameters = {layer.name: layer.executed.parameters for layer in found.layers}
    assert parameters == {"tower": 112, "again": 0, "head": 725, "head_again": 0, "joined": 0}
    assert [layer.executed.macs for layer in found.layers] == [3888, 3888, 720, 720, 0]


def test_what_needs_too_much_memory_is_refused_before_it_begins():
    sketch = Sketch(input=Volume(3, (100_000, 100_000)))
    sketch.add("conv", filters=64, kernel=3, name="huge")
    with pytest.raises(MemoryLimitError, match="huge") as refusal:
        verify_graph(sketch.graph(), name="huge")
    assert refusal.value.needed > 2_000_000_000_000
    assert refusal.value.limit == 8_000_000_000


def test_memory_that_runs_out_is_reported_with_the_layer(monkeypatch):
    def hungry(*_):
        raise MemoryError

    monkeypatch.setitem(kernels.KERNELS, "relu", hungry)
    with pytest.raises(ExecutionError, match="relu3"):
        verify_graph(residual(1).graph(), name="hungry")


def test_peak_is_what_was_predicted_and_what_was_allocated():
    sketch = residual(6, width=64, extent=56)
    sketch.add("fc", units=100)
    tracemalloc.start()
    found = verify_graph(sketch.graph(), name="middling", threads=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak == pytest.approx(found.peak_bytes, rel=0.15)
    assert found.peak_bytes == pytest.approx(found.predicted_peak_bytes, rel=0.35)


def test_fully_connected_weights_are_streamed():
    sketch = Sketch(input=Volume(256, (8, 8)))
    sketch.add("fc", units=2048)
    found = verify_graph(sketch.graph(), name="wide", threads=1)
    assert found.verified
    assert found.layers[0].executed.parameters == 2048 * 16384 + 2048
    assert found.peak_bytes < 16e6


def test_fast_says_that_it_counts_nothing_and_checks_a_tile():
    sketch = Sketch(input=Volume(32, (28, 28)))
    sketch.add("conv", filters=32, kernel=3, pad=1)
    found = verify_graph(sketch.graph(), name="fast", fast=True)
    assert found.verified
    (layer,) = found.layers
    assert layer.kernel == "winograd"
    assert layer.executed.macs is None
    assert layer.deviation is not None
    assert layer.deviation < 1e-5
    assert any("not counted" in line for line in found.statement)


def test_a_wrong_tile_is_found_in_fast_mode(monkeypatch):
    from cnncalc.backend.kernels import winograd

    monkeypatch.setattr(winograd, "_FACTORS", tuple(np.multiply(winograd._FACTORS, np.linspace(1, 1.1, 5))))
    sketch = Sketch(input=Volume(32, (28, 28)))
    sketch.add("conv", filters=32, kernel=3, pad=1)
    assert not verify_graph(sketch.graph(), name="fast", fast=True).verified


def test_progress_is_told_of_every_layer():
    heard = []
    verify_graph(residual(2).graph(), name="told", progress=lambda *told: heard.append(told))
    assert [done for done, _, _ in heard] == list(range(1, 15))
    assert {total for _, total, _ in heard} == {14}


@pytest.mark.parametrize("threads", [1, 2])
def test_seed_decides_everything(threads):
    first, second = (verify_graph(residual(2).graph(), name="", seed=4, threads=threads) for _ in range(2))
    assert [layer.executed for layer in first.layers] == [layer.executed for layer in second.layers]
