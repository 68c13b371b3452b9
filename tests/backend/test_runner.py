"""Prepared networks: what they compute, their weights, what they fuse."""

import numpy as np
import pytest

from cnncalc.backend import memory, runner
from cnncalc.backend.errors import MemoryLimitError
from cnncalc.backend.runner import prepare
from cnncalc.graph import Volume
from cnncalc.layers import layer_class
from tests.backend.graphs import Sketch, residual, siamese
from tests.backend.naive import NAIVE
from tests.backend.running import Bench


def layer_by_layer(graph, inputs, weights):
    """The network in plain loops, on one image."""
    values = dict(inputs)
    for node in graph.layers:
        root = node if node.shares is None else graph.nodes[node.shares]
        tensors = weights.get(root.name, {})
        values[node.index] = NAIVE[node.kind](node.layer, [values[i] for i in node.inputs], tensors)
    return values


def numbers(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_runs_like_plain_loops_with_everything_fused():
    sketch = Sketch(input=Volume(3, (9, 8)))
    sketch.add("conv", filters=8, kernel=3, pad=1, stride=(2, 1))
    sketch.add("batchnorm")
    start = sketch.add("hard_swish")
    sketch.add("depthwise", kernel=3, pad="same", bias=False)
    sketch.add("batchnorm", scale=False)
    sketch.add("relu6")
    sketch.add("conv", filters=8, kernel=1, groups=4)
    inner = sketch.add("batchnorm")
    sketch.add("add", inner, start)
    sketch.add("relu")
    sketch.add("transposed_conv", filters=6, kernel=4, stride=2, pad=1, groups=2)
    sketch.add("batchnorm")
    sketch.add("leaky_relu", slope=0.2)
    sketch.add("fc", units=7)
    sketch.add("sigmoid")
    graph = sketch.graph()
    run = prepare(graph)
    assert len(run._plan.steps) == 6
    x = numbers((2, 3, 8, 9))
    y = run(x)
    weights = {name: dict(tensors) for name, tensors in run.weights.items()}
    for image in range(2):
        wanted = layer_by_layer(graph, {0: x[image].astype(float)}, weights)[len(sketch.nodes) - 1]
        np.testing.assert_allclose(y[image], wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("width", "height"), [(20, 20), (21, 26), (22, 23), (57, 20)])
@pytest.mark.parametrize("pad", [0, 1, 3, ((2, 0), (0, 1))])
@pytest.mark.parametrize("kernel", [2, 3, 4, 5])
def test_winograd_gives_what_direct_convolution_gives(threads, width, height, pad, kernel, monkeypatch):
    monkeypatch.setattr("cnncalc.backend.work._WORTH_THREADS", 0)
    layer = layer_class("conv").make(2, filters=20, kernel=kernel, pad=pad)
    x = numbers((2, 17, height + 4, width + 4))
    direct, fast = Bench(layer), Bench(layer, direct=False, threads=threads)
    np.testing.assert_allclose(fast(x), direct(x), rtol=1e-3, atol=1e-4)
    assert (direct.work.kernel, fast.work.kernel) == ("tiles", "winograd")


def test_fusing_changes_nothing(monkeypatch):
    graph = residual(3, width=16, extent=12).graph()
    x = numbers((1, 16, 12, 12))
    fused = prepare(graph)(x)
    monkeypatch.setattr(runner, "fuse", lambda graph, steps: steps)
    np.testing.assert_allclose(prepare(graph)(x), fused, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("extents", "activation", "reader", "moved"),
    [
        ((12, 11), "relu6", {"kernel": 3, "pad": 1}, True),
        ((9, 8), None, {"kernel": (2, 3), "pad": ((1, 0), (0, 2)), "bias": False}, True),
        ((9, 8), "silu", {"kernel": 3, "pad": "same", "stride": 2}, True),
        ((20, 18), "hard_swish", {"kernel": 3, "pad": "half", "dilation": 2}, True),
        ((12,), "relu", {"kernel": 5, "pad": 2}, True),
        ((12, 11), "relu", {"kernel": 3, "pad": "same", "filters": 24, "groups": 12}, True),
        ((9, 8), "relu", {"kernel": 3, "pad": "valid"}, False),
        ((4, 4), "relu", {"kernel": 3, "pad": 1}, False),
        ((9, 8), "sigmoid", {"kernel": 3, "pad": 1}, False),
    ],
)
def test_an_expansion_is_written_inside_the_padding_of_its_reader(extents, activation, reader, moved):
    sketch = Sketch(input=Volume(3, extents))
    sketch.add("conv", filters=12, kernel=1, bias=False)
    sketch.add("batchnorm")
    if activation is not None:
        sketch.add(activation)
    sketch.add("conv" if "groups" in reader else "depthwise", **reader)
    sketch.add("batchnorm")
    graph = sketch.graph()
    run = prepare(graph)
    assert [hasattr(step.layer, "around") for step in run._plan.steps] == [moved, False]
    x = numbers((2, *graph.inputs[0].volume.shape))
    y = run(x)
    weights = {name: dict(tensors) for name, tensors in run.weights.items()}
    for image in range(2):
        wanted = layer_by_layer(graph, {0: x[image].astype(float)}, weights)[len(sketch.nodes) - 1]
        np.testing.assert_allclose(y[image], wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("factors", [[1, 2, 0.5, 3], [1, -2, 0, -1e-30]])
def test_a_rectified_normalisation_leaves_its_scaling_to_the_product_after_it(bias, factors):
    sketch = Sketch(input=Volume(4, (5, 6)))
    sketch.add("batchnorm", name="first")
    sketch.add("relu")
    sketch.add("conv", filters=6, kernel=1, bias=bias)
    sketch.add("batchnorm", name="second")
    sketch.add("relu")
    sketch.add("conv", filters=3, kernel=3, pad=1)
    graph = sketch.graph()
    run = prepare(graph)
    assert [step.kind for step in run._plan.steps] == ["conv", "conv"]
    x = numbers((1, 4, 6, 5))
    run(x)
    for shift in (0.5, -0.5):
        run.weights["first"]["scale"] = factors
        run.weights["first"]["shift"] = np.full(4, shift)
        weights = {name: dict(tensors) for name, tensors in run.weights.items()}
        wanted = layer_by_layer(graph, {0: x[0].astype(float)}, weights)[len(sketch.nodes) - 1]
        np.testing.assert_allclose(run(x)[0], wanted, rtol=1e-4, atol=1e-5)


def test_what_others_read_is_not_fused():
    sketch = Sketch(input=Volume(3, (4, 4)))
    first = sketch.add("conv", filters=3, kernel=1)
    normed = sketch.add("batchnorm")
    sketch.add("relu")
    sketch.add("add", first, normed)
    graph = sketch.graph(1, len(sketch.nodes) - 1)
    run = prepare(graph)
    assert [step.kind for step in run._plan.steps] == ["conv", "batchnorm", "relu", "add"]


def test_weights_are_read_and_set_in_the_frameworks_layouts():
    sketch = Sketch(input=Volume(4, (5, 6)))
    sketch.add("conv", filters=6, kernel=(3, 2), groups=2, name="c")
    sketch.add("batchnorm", name="n")
    sketch.add("fc", units=3, name="f")
    graph = sketch.graph()
    run = prepare(graph)
    shapes = {name: {key: value.shape for key, value in tensors.items()} for name, tensors in run.weights.items()}
    assert shapes == {node.name: {w.name: w.shape for w in node.weights} for node in graph.layers}
    x = numbers((1, 4, 6, 5))
    given = {name: {k: numbers(s, len(k)) ** 2 for k, s in tensors.items()} for name, tensors in shapes.items()}
    for name, tensors in given.items():
        for key, value in tensors.items():
            run.weights[name][key] = value
            np.testing.assert_array_equal(run.weights[name][key], value)
    wanted = layer_by_layer(graph, {0: x[0].astype(float)}, given)[3]
    np.testing.assert_allclose(run(x)[0], wanted, rtol=1e-4)


def test_weights_of_another_shape_are_refused():
    sketch = Sketch(input=Volume(4, (5, 6)))
    sketch.add("conv", filters=6, kernel=3, name="c")
    run = prepare(sketch.graph())
    with pytest.raises(ValueError, match=r"weight has the shape \(6, 4, 3, 3\)"):
        run.weights["c"]["weight"] = np.zeros((6, 3, 3, 4))
    with pytest.raises(KeyError):
        run.weights["c"]["prototypes"] = np.zeros(1)


def test_several_inputs_and_outputs_go_by_name():
    run = prepare(siamese())
    left, right = numbers((2, 3, 8, 8), 1), numbers((2, 3, 8, 8), 2)
    y = run({"left": left, "right": right})
    assert set(y) == {"joined", "again"}
    assert y["again"].shape == (2, 4, 6, 6)
    assert set(run.weights) == {"tower", "again", "head", "head_again"}
    run.weights["tower"]["weight"] = np.zeros((4, 3, 3, 3))
    assert not run.weights["again"]["weight"].any()
    swapped = run({"left": right, "right": left})
    np.testing.assert_allclose(swapped["joined"], run({"left": left, "right": right})["joined"], rtol=1e-5)


@pytest.mark.parametrize(
    ("volume", "shape"),
    [
        (Volume(4, (7,)), (3, 4, 7)),
        (Volume(2, (5, 4, 3)), (2, 2, 3, 4, 5)),
        (Volume(9), (5, 9)),
    ],
)
def test_other_numbers_of_axes(volume, shape):
    sketch = Sketch(input=volume)
    sketch.add("batchnorm")
    sketch.add("relu")
    x = numbers(shape)
    assert prepare(sketch.graph())(x).shape == shape


def test_wrong_inputs_are_refused():
    run = prepare(residual(1).graph())
    with pytest.raises(ValueError, match=r"\(N, 8, 9, 9\)"):
        run(np.zeros((8, 9, 9)))
    with pytest.raises(ValueError, match="inputs are input"):
        run({"picture": np.zeros((1, 8, 9, 9))})


def test_the_input_is_left_alone_and_the_output_is_the_callers():
    sketch = Sketch(input=Volume(64, (16, 16)))
    sketch.add("relu")
    sketch.add("rescale", factor=2.0)
    run = prepare(sketch.graph())
    x = numbers((1, 64, 16, 16))
    before = x.copy()
    first = run(x)
    kept = first.copy()
    run(-x)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(first, kept)


def test_double_precision():
    sketch = residual(1)
    run = prepare(sketch.graph(), dtype=np.float64)
    assert run(np.zeros((1, 8, 9, 9))).dtype == np.float64


def test_memory_limit_is_checked_before_and_for_larger_batches():
    graph = residual(1).graph()
    with pytest.raises(MemoryLimitError):
        prepare(graph, memory_limit=1000)
    run = prepare(graph, memory_limit=8_000_000)
    run(np.zeros((4, 8, 9, 9)))
    with pytest.raises(MemoryLimitError):
        run(np.zeros((4000, 8, 9, 9)))


def test_a_runner_holds_no_more_than_was_predicted():
    graph = residual(4, width=64, extent=40).graph()
    run = prepare(graph)
    run(numbers((3, 64, 40, 40)))
    assert run._work.arena.peak < 1.05 * memory.estimate(graph, batch=3, keep=True).peak


def test_nothing_is_overwritten_that_is_still_needed_under_another_name():
    sketch = Sketch(input=Volume(64, (16, 16)))
    scaled = sketch.add("rescale", factor=2.0)
    alias = sketch.add("identity", scaled)
    squashed = sketch.add("relu", alias)
    flat = sketch.add("flatten", scaled)
    sketch.add("reshape", flat, volume=Volume(64, (16, 16)))
    same = sketch.add("abs")
    sketch.add("add", squashed, same, squashed)
    twice = sketch.add("add", scaled, scaled)
    graph = sketch.graph(same, twice, len(sketch.nodes) - 2)
    run = prepare(graph)
    x = numbers((2, 64, 16, 16))
    for _ in range(2):  # the second walk relies on what the first found out
        found = run(x)
        np.testing.assert_allclose(found[graph.outputs[0].name], abs(2 * x), rtol=1e-6)
        np.testing.assert_allclose(found[graph.outputs[1].name], 4 * x, rtol=1e-6)
        np.testing.assert_allclose(found[graph.outputs[2].name], 2 * np.maximum(2 * x, 0) + abs(2 * x), rtol=1e-6)
