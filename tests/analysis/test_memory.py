"""Memory: worked by hand, and against the arrays the executor really holds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnncalc
from cnncalc.analysis.memory import inference_peak, memory_of
from cnncalc.backend.arena import Arena, owner_of
from cnncalc.backend.executor import Plan, steps_of, walk, weights_from
from cnncalc.backend.weights import Pool
from cnncalc.backend.work import Work
from cnncalc.cli.main import run
from cnncalc.graph import Graph


def held(arrays: Iterable[Any]) -> dict[int, int]:
    """The numbers of the arrays, those that share memory counted once."""
    return {id(owner_of(array)): array.size for array in arrays}


def measured_peak(graph: Graph) -> tuple[int, str]:
    """The most numbers in arrays while the network is executed, and the layer that ran."""
    pool, work = Pool(0, np.float32), Work(Arena())
    plan = Plan(steps_of(graph, weights_from(pool, work, lambda node: False)), [out.node for out in graph.outputs])
    values = {node.index: np.ones((1, *_last(node.volume)), np.float32) for node in graph.inputs}
    before = held(values.values())
    peak, layer = sum(before.values()), graph.inputs[0].name
    with np.errstate(all="ignore"):
        for done in walk(plan, values, work):
            during = sum({**before, **held([done.output])}.values())
            if during > peak:
                peak, layer = during, done.step.name
            before = held(values.values())
    return peak, layer


def _last(volume: Any) -> tuple[int, ...]:
    return (*reversed(volume.spatial), volume.channels)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("lenet5", None),
        ("alexnet", None),
        ("vgg11", "64x64x3"),
        ("resnet50", "96x96x3"),
        ("resnet20-cifar", None),
        ("googlenet", "224x224x3"),
        ("densenet121", "64x64x3"),
        ("mobilenetv2", "96x96x3"),
        ("squeezenet1-1", "96x96x3"),
        ("inceptionv3", "139x139x3"),
        ("efficientnetb0", "96x96x3"),
        ("shufflenetv2", "96x96x3"),
        ("convnext-tiny", "64x64x3"),
    ],
)
def test_the_peak_is_what_the_executor_holds(name: str, size: str | None) -> None:
    graph = cnncalc.load(name, input=size).graph
    peak = inference_peak(graph)
    assert (peak.numbers, peak.layer) == measured_peak(graph)
    assert sum(numbers for _, numbers in peak.held) == peak.numbers


def network(*layers: str) -> Graph:
    return cnncalc.loads("input: 4x4x2\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers)).graph


def test_a_chain_holds_two_neighbours() -> None:
    graph = network("conv: 3 1x1", "relu", "conv: 5 1x1", "fc: 7")
    assert inference_peak(graph) == (128, "conv2", (("conv1", 48), ("conv2", 80)))
    assert inference_peak(graph, overwrite=False).numbers == 128


def test_an_input_read_later_is_held_and_not_written_over() -> None:
    graph = network("conv: 3 1x1", "add: [[relu, conv: 3 1x1], []]")
    # relu needs its own 48, since the shortcut reads conv1 again; then conv2's 48 come on top.
    assert inference_peak(graph) == (144, "conv2", (("conv1", 48), ("relu1", 48), ("conv2", 48)))


def test_dropout_passes_its_input_on() -> None:
    assert inference_peak(network("dropout", "dropout", "conv: 1 1x1")).numbers == 32 + 16


def test_outputs_are_held_to_the_end() -> None:
    graph = network("branch: side\n    layers: [conv: 9 1x1]", "conv: 1 1x1", "fc: 1")
    assert inference_peak(graph).numbers == 32 + 144 + 16


def test_training_stores_weights_gradients_state_and_activations() -> None:
    graph = cnncalc.load("lenet5").graph
    memory = memory_of(graph, batch=2, dtype="float16", optimizer="adam")
    totals = cnncalc.load("lenet5").totals
    assert memory.weights == 2 * (totals.parameters + totals.non_trainable)
    assert memory.gradients == 2 * 60_000
    assert memory.optimizer_state == 2 * 2 * 60_000
    assert memory.activations == 2 * 2 * (32 * 32 + totals.activations)
    assert memory.training == memory.weights + memory.gradients + memory.optimizer_state + memory.activations


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["memory", "vgg16", "--batch", "32", "--optimizer", "adam"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.split()[:2] == ["weights", "138,357,544"] for line in lines)
    assert run(["memory", "vgg16", "--batch", "32", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    # conv1_1 and conv1_2 side by side: 2 · 224·224·64 numbers of four bytes for each of 32 images.
    assert found["inference"]["activation_bytes"] == 2 * 224 * 224 * 64 * 4 * 32
    assert [held["name"] for held in found["inference"]["held"]] == ["conv1_1", "conv1_2"]
    assert found["weight_bytes"] == found["gradient_bytes"] == 4 * 138_357_544


def test_a_network_with_an_unknown_volume_has_no_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "broken.yaml"
    spec.write_text("input: 4x4x3\nlayers:\n  - conv: {filters: 2, kernel: 9}\n  - fc: 3\n", "utf-8")
    assert run(["memory", str(spec)]) == 1
    assert "kernel-too-large" in capsys.readouterr().err
