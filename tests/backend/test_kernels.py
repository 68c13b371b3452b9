"""Every kernel against plain loops, and every prediction against execution, for random legal hyperparameters."""

from contextlib import ExitStack
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.backend import weights, work
from cnncalc.backend.kernels import KERNELS, activation, convolution, normalization, pooling, transposed
from cnncalc.graph import Volume
from cnncalc.layers import KINDS, layer_class
from tests.backend.naive import NAIVE
from tests.backend.running import Bench
from tests.backend.strategies import layers

COUNTED = {"conv", "depthwise", "transposed_conv", "fc", "rbf"}

TINY = [
    (convolution, "_TILE_BYTES", 256),
    (convolution, "_TILE_POSITIONS", 3),
    (transposed, "_TILE_BYTES", 256),
    (pooling, "_TILE_BYTES", 64),
    (normalization, "_TILE_NUMBERS", 8),
    (activation, "_BLOCK", 7),
    (weights, "_BLOCK", 16),
    (work, "_WORTH_THREADS", 0),
]
"""What cuts large layers into parts, set so that the small layers of these tests are cut too."""


def test_every_kind_has_a_kernel_and_plain_loops():
    assert set(KERNELS) == set(KINDS)
    assert set(NAIVE) == set(KINDS)


def numbers(volumes, batch, seed, dtype):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((batch, *volume.shape)).astype(dtype) for volume in volumes]


def compare(kind, layer, arrays, dtype, threads):
    bench = Bench(layer, dtype=dtype, threads=threads)
    found = bench(*arrays)
    assert found.dtype == dtype
    tensors = bench.read()
    exact = dtype == np.float64 and kind != "gelu"
    for image in range(len(found)):
        wanted = NAIVE[kind](layer, [x[image] for x in arrays], tensors)
        np.testing.assert_allclose(found[image], wanted, rtol=1e-9 if exact else 2e-5, atol=1e-10 if exact else 2e-5)


@pytest.mark.parametrize("tiny", [False, True], ids=["whole", "cut"])
@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_kernel_gives_what_plain_loops_give(kind, tiny, data):
    layer, read, _ = data.draw(layers(kind))
    dtype = data.draw(st.sampled_from((np.float32, np.float64)))
    arrays = numbers(read, data.draw(st.integers(1, 3)), data.draw(st.integers(0, 99)), dtype)
    with ExitStack() as stack:
        for module, name, value in TINY if tiny else ():
            stack.enter_context(mock.patch.object(module, name, value))
        compare(kind, layer, arrays, dtype, 2 if tiny else 1)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_prediction_is_what_is_executed(kind, data):
    layer, read, given_volume = data.draw(layers(kind))
    batch = data.draw(st.integers(1, 3))
    bench = Bench(layer)
    found = bench(*numbers(read, batch, 0, np.float32))
    assert found.shape == (batch, *given_volume.shape)
    declared = {weight.name: (weight.shape, weight.trainable) for weight in layer.weights(read)}
    executed = {name: (tensor.frame.shape, tensor.trainable) for name, tensor in bench.weights.tensors.items()}
    assert executed == declared
    assert bench.work.products == batch * layer.macs(read, given_volume)
    assert kind in COUNTED or bench.work.products == 0


@pytest.mark.parametrize(("kind", "name"), [("fc", "weight"), ("rbf", "prototypes")])
def test_streamed_weights_are_those_that_would_be_kept(kind, name):
    layer = layer_class(kind).make(2, units=700)
    (x,) = numbers([Volume(20, (10, 10))], 2, 0, np.float32)
    kept, streamed = Bench(layer), Bench(layer, keep=False)
    np.testing.assert_allclose(streamed(x), kept(x), rtol=1e-4, atol=1e-4)
    assert streamed.weights.tensors[name].array is None
    assert streamed.weights.learned + streamed.weights.fixed == kept.weights.learned + kept.weights.fixed
