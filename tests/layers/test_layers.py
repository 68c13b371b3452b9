"""What all layer kinds promise; and counts by plain enumeration."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.derivation import Derivation
from cnncalc.graph import Volume
from cnncalc.layers import KINDS, MERGES, layer_class
from cnncalc.layers.base import Layer

CASES: dict[str, dict[str, object]] = {
    "conv": {"filters": 6, "kernel": 3},
    "depthwise": {"kernel": 3},
    "transposed_conv": {"filters": 6, "kernel": 3},
    "maxpool": {"kernel": 2},
    "avgpool": {"kernel": 2},
    "adaptive_avgpool": {"size": 3},
    "adaptive_maxpool": {"size": 3},
    "blurpool": {"kernel": 3},
    "subsample": {"kernel": 2},
    "fc": {"units": 5},
    "rbf": {"units": 5},
    "groupnorm": {"groups": 2},
    "rescale": {"factor": 0.5},
    "reshape": {"volume": Volume(4, (4, 8))},
    "pad": {"sides": 1},
    "crop": {"size": 4},
    "slice": {"start": 1},
    "channel_shuffle": {"groups": 2},
    "upsample": {"scale": 2},
    "pixel_shuffle": {"factor": 2},
    "space_to_depth": {"factor": 2},
}
INPUT = Volume(4, (4, 8))


def example(kind: str) -> Layer:
    return layer_class(kind).make(0 if kind in MERGES else 2, **CASES.get(kind, {}))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_keeps_its_promises(kind: str) -> None:
    layer = example(kind)
    inputs = [INPUT, INPUT] if kind in MERGES else [INPUT]
    output = layer.output(inputs)
    assert output.size > 0
    assert layer.macs(inputs, output) >= 0
    assert all(weight.size > 0 for weight in layer.weights(inputs))
    assert layer == example(kind)
    assert hash(layer) == hash(example(kind))
    with pytest.raises(AttributeError):
        layer.kernel = 3  # type: ignore[attr-defined]
    assert type(layer).__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_derivations_end_in_the_numbers_that_are_computed(kind: str) -> None:
    layer = example(kind)
    inputs = [INPUT, INPUT] if kind in MERGES else [INPUT]
    work = Derivation()
    output = layer.output(inputs, work)
    layer.derive_parameters(inputs, work)
    macs = layer.macs(inputs, output, work)
    results = {step.quantity: step.result for step in work.steps}
    learned = sum(weight.size for weight in layer.weights(inputs) if weight.trainable)
    assert results.get("parameters", "0") == f"{learned:,}"
    assert results.get("multiply–accumulates", "0") == f"{macs:,}"


@given(st.integers(1, 3), st.integers(1, 12), st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.booleans())
def test_convolutions_by_enumeration(groups: int, each: int, kernel: int, stride: int, pad: int, bias: bool) -> None:
    filters, depth = groups * each, groups * 2
    layer = layer_class("conv").make(
        2, filters=filters, kernel=kernel, stride=stride, pad=pad, groups=groups, bias=bias
    )
    volume = Volume(depth, (7, 9))
    output = layer.output([volume])
    positions = itertools.product(
        range(0, 7 + 2 * pad - kernel + 1, stride), range(0, 9 + 2 * pad - kernel + 1, stride)
    )
    products = sum(kernel * kernel * (depth // groups) * filters for _ in positions)
    assert layer.macs([volume], output) == products
    weights = sum(1 for _ in itertools.product(range(filters), range(depth // groups), range(kernel), range(kernel)))
    assert sum(w.size for w in layer.weights([volume])) == weights + (filters if bias else 0)


@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from(["conv", "transposed_conv"]))
def test_more_filters_never_mean_fewer_parameters_or_operations(a: int, b: int, kind: str) -> None:
    few, many = (layer_class(kind).make(2, filters=n, kernel=3) for n in sorted((a, b)))
    small, large = few.output([INPUT]), many.output([INPUT])
    assert few.macs([INPUT], small) <= many.macs([INPUT], large)
    assert sum(w.size for w in few.weights([INPUT])) <= sum(w.size for w in many.weights([INPUT]))


@given(st.integers(1, 30), st.integers(1, 30))
def test_adaptive_windows_by_enumeration(extent: int, size: int) -> None:
    layer = layer_class("adaptive_avgpool").make(1, size=size)
    volume = Volume(1, (extent,))
    read = sum(-(-(i + 1) * extent // size) - i * extent // size for i in range(size))
    operations = layer.operations([volume], layer.output([volume]))
    assert operations.additions == read - size


def test_lenets_connection_table() -> None:
    # LeCun et al. 1998, Table I: 60 of 96 links, 1,516 parameters.
    table = [tuple((i + j) % 6 for j in range(3)) for i in range(6)]
    table += [tuple((i + j) % 6 for j in range(4)) for i in range(6)]
    table += [(0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), tuple(range(6))]
    layer = layer_class("conv").make(2, filters=16, kernel=5, connections=tuple(table))
    volume = Volume(6, (14, 14))
    output = layer.output([volume])
    assert output == Volume(16, (10, 10))
    assert sum(weight.size for weight in layer.weights([volume])) == 1516
    assert layer.macs([volume], output) == 150_000
