"""The lecture's phrases: every word accounted for, nothing guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.layers import KINDS, layer_class
from cnncalc.layers.fields import REQUIRED
from cnncalc.spec.phrase import PhraseError, read_phrase

READ = [
    # The slides' listing of AlexNet.
    ("conv", "96 11x11 filters at stride 4, pad 0", {"filters": 96, "kernel": (11, 11), "stride": 4, "pad": 0}),
    ("conv", "256 5x5 filters at stride 1, pad 2", {"filters": 256, "kernel": (5, 5), "stride": 1, "pad": 2}),
    ("maxpool", "3x3 filters at stride 2", {"kernel": (3, 3), "stride": 2}),
    ("lrn", "Normalization layer", {}),
    ("fc", "4096 neurons", {"units": 4096}),
    ("fc", "1000 neurons (class scores)", {"units": 1000}),
    # Other wordings.
    ("conv", "8 3x3", {"filters": 8, "kernel": (3, 3)}),
    ("conv", "20@3x3", {"filters": 20, "kernel": (3, 3)}),
    ("conv", "7x1", {"kernel": (7, 1)}),
    ("conv", "32 five-by-five kernels", {"filters": 32, "kernel": (5, 5)}),
    ("conv", "64 3 x 3 filters", {"filters": 64, "kernel": (3, 3)}),
    ("conv", "64 3×3 filters", {"filters": 64, "kernel": (3, 3)}),
    ("conv", "10 filters of size 5", {"filters": 10, "kernel": 5}),
    ("conv", "K=96 F=11 S=4 P=0", {"filters": 96, "kernel": 11, "stride": 4, "pad": 0}),
    ("conv", "64 k3 s2 p1", {"filters": 64, "kernel": 3, "stride": 2, "pad": 1}),
    ("conv", "stride 2, 64 filters, kernel 3", {"filters": 64, "kernel": 3, "stride": 2}),
    ("conv", "64 3x3/2", {"filters": 64, "kernel": (3, 3), "stride": 2}),
    ("conv", "64 3x3 stride 2x1 pad 1x0", {"filters": 64, "kernel": (3, 3), "stride": (2, 1), "pad": (1, 0)}),
    ("conv", "64 3x3, same padding", {"filters": 64, "kernel": (3, 3), "pad": "same"}),
    ("conv", "64 3x3, pad half", {"filters": 64, "kernel": (3, 3), "pad": "half"}),
    ("conv", "16 3x3 pad same", {"filters": 16, "kernel": (3, 3), "pad": "same"}),
    ("conv", "16 3x3 pad: half, stride 2", {"filters": 16, "kernel": (3, 3), "pad": "half", "stride": 2}),
    ("conv", "64 3x3 same", {"filters": 64, "kernel": (3, 3), "pad": "same"}),
    ("conv", "16@3x3", {"filters": 16, "kernel": (3, 3)}),
    ("conv", "64 3x3 filters, no padding", {"filters": 64, "kernel": (3, 3), "pad": 0}),
    ("conv", "64 3x3 filters, zero-padding of 2", {"filters": 64, "kernel": (3, 3), "pad": 2}),
    ("conv", "10 5x5 filters, no bias", {"filters": 10, "kernel": (5, 5), "bias": False}),
    ("conv", "64 3x3 filters, dilation 2, 4 groups", {"filters": 64, "kernel": (3, 3), "dilation": 2, "groups": 4}),
    ("conv", "64 3x3x3 filters", {"filters": 64, "kernel": (3, 3)}),
    ("maxpool", "2x2", {"kernel": (2, 2)}),
    ("maxpool", "2x2 max pooling with a stride of 2", {"kernel": (2, 2), "stride": 2}),
    ("maxpool", "3, stride 2, ceil", {"kernel": 3, "stride": 2, "ceil": True}),
    ("lrn", "size 5", {"size": 5}),
    ("dropout", "rate 0.5", {"rate": 0.5}),
    ("upsample", "2x2 bilinear", {"scale": (2, 2), "mode": "bilinear"}),
    ("adaptive_avgpool", "to 7x7", {"size": (7, 7)}),
]

REFUSED = [
    ("conv", "96 11", "11"),
    ("conv", "64 3x3 strde 2", "strde"),
    ("conv", "64 3x3 filters with padding", "padding"),
    ("conv", "64 3x3 stride 2 stride 3", "stride"),
    ("conv", "64 3x3 (7, 1)", "(7, 1)"),
    ("conv", "64 3x3 filters (wide", "("),
    ("conv", "64 3x3 5x5", "5x5"),
    ("conv", "64 3x3 " + "9" * 30, "9" * 30),
    ("conv", "64 3x3 groups", "groups"),
    ("conv", "64 3x3 /2.5", "/"),
    ("global_avgpool", "7x7", "7x7"),
    ("fc", "4096 5x5", "5x5"),
]


@pytest.mark.parametrize(("kind", "text", "values"), READ)
def test_reads(kind: str, text: str, values: dict[str, object]) -> None:
    phrase = read_phrase(text, kind, axes=2)
    assert phrase.values == values
    assert set(phrase.spans) == set(values)


@pytest.mark.parametrize(("kind", "text", "at_fault"), REFUSED)
def test_refuses_and_points(kind: str, text: str, at_fault: str) -> None:
    with pytest.raises(PhraseError) as caught:
        read_phrase(text, kind)
    assert at_fault.startswith(text[caught.value.start : caught.value.end])


def test_typing_mistake_gets_a_suggestion() -> None:
    with pytest.raises(PhraseError) as caught:
        read_phrase("64 3x3 strde 2", "conv")
    assert caught.value.help == "did you mean `stride`?"


@pytest.mark.parametrize(("axes", "kernel", "seen"), [(2, (5, 5), 3), (3, (5, 5, 3), None), (None, (5, 5, 3), None)])
def test_third_number_is_the_depth_seen_in_two_axes(
    axes: int | None, kernel: tuple[int, ...], seen: int | None
) -> None:
    phrase = read_phrase("10 5x5x3 filters", "conv", axes)
    assert (phrase.values["kernel"], phrase.seen_depth) == (kernel, seen)


def test_depth_seen_on_one_axis() -> None:
    phrase = read_phrase("10 5x3 filters", "conv", 1)
    assert (phrase.values["kernel"], phrase.seen_depth) == (5, 3)


@pytest.mark.parametrize("text", ["32 7 filters at stride 2", "32 filters, 7, stride 2"])
def test_a_kernel_of_one_number_is_announced(text: str) -> None:
    with pytest.raises(PhraseError) as caught:
        read_phrase(text, "conv")
    assert "`32 filters, kernel 7`" in str(caught.value.help)


def test_spans_point_at_the_words() -> None:
    text = "96 11x11 filters at stride 4"
    spans = read_phrase(text, "conv").spans
    assert {name: text[slice(*span)] for name, span in spans.items()} == {
        "filters": "96 11x11 filters",
        "kernel": "11x11",
        "stride": "stride 4",
    }


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=60))
def test_never_fails_otherwise(kind: str, text: str) -> None:
    try:
        values = read_phrase(text, kind, 2).values
    except PhraseError as error:
        assert 0 <= error.start < error.end <= len(text)  # noqa: PT017
    else:
        assert set(values) <= set(layer_class(kind).fields)


SIZES = st.tuples(st.integers(1, 99), st.integers(1, 99))


@given(st.integers(1, 9999), SIZES, st.integers(1, 9), st.integers(0, 9), st.integers(1, 4), st.booleans())
def test_reads_back_what_a_layer_says_of_itself(
    filters: int, kernel: tuple[int, int], stride: int, pad: int, groups: int, bias: bool
) -> None:
    layer = layer_class("conv").make(
        2, filters=filters, kernel=kernel, stride=stride, pad=pad, groups=groups, bias=bias
    )
    assert layer_class("conv").make(2, **read_phrase(layer.describe(), "conv", 2).values) == layer


def test_every_required_hyperparameter_has_a_phrase() -> None:
    """A lone number goes to the first hyperparameter wherever that takes one."""
    for kind in ("conv", "fc", "rbf", "groupnorm", "adaptive_avgpool", "maxpool"):
        first, field = next(iter(layer_class(kind).fields.items()))
        assert field.default is REQUIRED or kind == "groupnorm"
        assert read_phrase("7", kind).values == {first: 7}
