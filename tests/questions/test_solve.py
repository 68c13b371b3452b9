"""Backwards: against sliding the window along every candidate, cell by cell."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.questions.answer import QuestionError
from cnncalc.questions.solve import solve


def slid(width: int, kernel: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> int:
    """How many windows there are, found by sliding one along a padded row."""
    row = [0] * pad + [1] * width + [0] * pad
    count, start = 0, 0
    while start + dilation * (kernel - 1) < len(row):
        count, start = count + 1, start + stride
    return count


def spread(width: int, kernel: int, stride: int, pad: int) -> int:
    """A transposed convolution's output: the cells that windows written at every stride reach, less what is cut off."""
    reached = {i * stride + tap for i in range(width) for tap in range(kernel)}
    return max(reached) + 1 - 2 * pad


def values(unknown: str, **known: int) -> list[object]:
    return [answer.value for answer in solve(unknown, **known)]  # type: ignore[arg-type]


NONE: list[object] = ["none"]
SMALL = st.integers(1, 7)


@given(st.integers(1, 40), SMALL, st.integers(1, 4), st.integers(1, 3), st.integers(1, 40))
def test_padding(width: int, kernel: int, stride: int, dilation: int, output: int) -> None:
    found: list[object] = values("pad", input=width, kernel=kernel, stride=stride, dilation=dilation, output=output)
    reach = (output + 1) * stride + dilation * kernel + width
    assert found == ([p for p in range(reach) if slid(width, kernel, stride, p, dilation) == output] or NONE)


@given(SMALL, st.integers(1, 4), st.integers(0, 3), st.integers(1, 30))
def test_input(kernel: int, stride: int, pad: int, output: int) -> None:
    found: list[object] = values("input", kernel=kernel, stride=stride, pad=pad, output=output)
    reach = (output + 1) * stride + kernel
    assert found == ([n for n in range(1, reach) if slid(n, kernel, stride, pad) == output] or NONE)


@given(st.integers(1, 40), st.integers(1, 4), st.integers(0, 3), st.integers(1, 40))
def test_kernel(width: int, stride: int, pad: int, output: int) -> None:
    found: list[object] = values("kernel", input=width, stride=stride, pad=pad, output=output)
    assert found == ([f for f in range(1, width + 2 * pad + 1) if slid(width, f, stride, pad) == output] or NONE)


@given(st.integers(4, 40), st.integers(1, 4), st.integers(0, 3), st.integers(2, 40))
def test_stride(width: int, kernel: int, pad: int, output: int) -> None:
    found: list[object] = values("stride", input=width, kernel=kernel, pad=pad, output=output)
    assert found == ([s for s in range(1, width + 2 * pad + 1) if slid(width, kernel, s, pad) == output] or NONE)


@settings(max_examples=300)
@given(st.integers(1, 12), SMALL, st.integers(1, 4), st.integers(1, 40))
def test_transposed_padding(width: int, kernel: int, stride: int, output: int) -> None:
    found: list[object] = values(
        "pad", kind="transposed_conv", input=width, kernel=kernel, stride=stride, output=output
    )  # type: ignore[arg-type]
    assert found == ([p for p in range(60) if spread(width, max(kernel, 1), stride, p) == output] or NONE)


@given(st.integers(1, 300), SMALL, st.integers(1, 64), st.booleans())
def test_filters(filters: int, kernel: int, depth: int, bias: bool) -> None:
    each = kernel * kernel * depth + bias
    known = {"input": (32, 32, depth), "kernel": kernel, "bias": bias}
    assert values("filters", parameters=filters * each, **known) == [filters]  # type: ignore[arg-type]
    if each > 1:
        assert values("filters", parameters=filters * each + 1, **known) == ["none"]  # type: ignore[arg-type]


def test_stride_and_padding() -> None:
    found = solve(["stride", "pad"], input=224, kernel=7, output=112)
    assert [answer.value for answer in found] == [2, 3]
    everything = [(s, p) for s in range(1, 225) for p in range(7) if slid(224, 7, s, p) == 112]
    assert everything == [(2, 3)]


def test_several_combinations_are_each_one_answer() -> None:
    found = solve(["stride", "pad"], input=20, kernel=5, output=4)
    expected = [f"stride {s}, padding {p}" for s in range(1, 21) for p in range(5) if slid(20, 5, s, p) == 4]
    assert len(expected) > 1
    assert [answer.text.replace(" (rounded down)", "") for answer in found] == expected


def test_none_says_why() -> None:
    (answer,) = solve("filters", input=(32, 32, 3), kernel=5, parameters=1521)
    assert answer.value == "none"
    assert "1,520" in answer.text
    assert "1,596" in answer.text


def test_no_end_of_solutions() -> None:
    with pytest.raises(QuestionError, match="every stride from"):
        solve("stride", input=7, kernel=7, output=1)


def test_width_and_height_must_both_fit() -> None:
    assert [a.value for a in solve("pad", input=(28, 14), kernel=3, output=(28, 14))] == [1]
    assert [a.value for a in solve("pad", input=(28, 14), kernel=3, output=(28, 15))] == ["none"]


def test_windows_need_not_be_square() -> None:
    """63 - 7 + 2·3 + 1 = 63 and 32 - 3 + 2·1 + 1 = 32; 32 - 5 + 1 = 28 and 20 - 3 + 1 = 18; 640/2 = 320, 480/3 = 160."""
    assert [a.value for a in solve("pad", input=(63, 32), kernel=(7, 3), output=(63, 32))] == ["3x1"]
    assert [a.value for a in solve("kernel", input=(32, 20), output=(28, 18))] == ["5x3"]
    assert [a.value for a in solve("stride", input=(640, 480), kernel=2, output=(320, 160))] == ["2x3"]
    assert [a.value for a in solve("input", kernel=(7, 3), output=(10, 10))] == ["16x12"]


@pytest.mark.parametrize(
    ("unknown", "known", "missing"),
    [
        ("pad", {"input": 28, "output": 28}, "the kernel's size"),
        ("pad", {"kernel": 3, "output": 28}, "the input's width and height"),
        ("pad", {"kernel": 3, "input": 28}, "the output that is wanted"),
    ],
)
def test_says_what_is_missing(unknown: str, known: dict[str, int], missing: str) -> None:
    with pytest.raises(QuestionError) as caught:
        solve(unknown, **known)  # type: ignore[arg-type]
    assert missing in caught.value.missing
