"""The window arithmetic against windows laid out one by one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnncalc.layers.window import (
    WindowRule,
    quotient,
    resolve_pads,
    transposed_extent,
)

small = st.integers(1, 40)
rules = st.builds(
    WindowRule,
    small,
    st.integers(1, 9),
    st.integers(1, 6),
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(1, 4),
    st.just(False),
)


def starts(rule: WindowRule) -> list[int]:
    """Where windows start that lie wholly in the padded input, found by trying every position."""
    end = rule.extent + rule.before + rule.after
    taps = [rule.dilation * tap for tap in range(rule.kernel)]
    return [start for start in range(0, end, rule.stride) if start + taps[-1] < end]


@given(rules)
def test_as_many_outputs_as_windows(rule: WindowRule) -> None:
    assert max(rule.output, 0) == len(starts(rule))


@given(rules)
def test_unread_cells_are_those_behind_the_last_window(rule: WindowRule) -> None:
    found = starts(rule)
    if not found or rule.kernel < rule.stride:
        return
    last = found[-1] + rule.dilation * (rule.kernel - 1) - rule.before
    assert rule.unread == max(0, rule.extent - 1 - last)


@given(rules)
def test_ceil_adds_a_window_only_if_it_starts_inside(rule: WindowRule) -> None:
    up = rule._replace(ceil=True)
    # Pooling refuses padding in which a whole window would fit.
    if rule.slack < 0 or max(rule.before, rule.after) >= rule.effective:
        return
    further = rule.output * rule.stride
    if rule.fits or further >= rule.extent + rule.before:
        assert up.output == rule.output
    else:
        assert up.output == rule.output + 1


def test_ceil_as_published() -> None:
    # PyTorch 2 and Caffe on 1x1 pooling at stride 2 over 2 cells; and on 240 cells, 3x3 at stride 2, pad 1.
    assert (WindowRule(2, 1, 2, ceil=True).output, WindowRule(2, 1, 2, ceil=True).caffe_output) == (1, 2)
    assert WindowRule(240, 3, 2, 1, 1, ceil=True).output == 121
    assert WindowRule(240, 3, 2, 1, 1).output == 120


@given(small, st.integers(1, 9), st.integers(1, 6), st.integers(1, 4))
def test_same_gives_the_input_over_the_stride_rounded_up(n: int, f: int, s: int, d: int) -> None:
    ((before, after),) = resolve_pads("same", (n,), (f,), (s,), (d,))
    assert WindowRule(n, f, s, before, after, d).output == -(-n // s)
    assert 0 <= after - before <= 1


@given(small, st.integers(0, 4), st.integers(1, 4))
def test_half_keeps_the_extent_of_odd_kernels(n: int, half: int, d: int) -> None:
    f = 2 * half + 1
    ((before, after),) = resolve_pads("half", (n,), (f,), (1,), (d,))
    assert WindowRule(n, f, 1, before, after, d).output == n


@given(rules, st.integers(0, 3))
def test_transposed_covers_every_place_a_tap_writes(rule: WindowRule, extra: int) -> None:
    written = {cell * rule.stride + rule.dilation * tap for cell in range(rule.extent) for tap in range(rule.kernel)}
    assert transposed_extent(rule, extra) == max(written) + 1 - rule.before - rule.after + extra


def test_quotients_for_the_reader() -> None:
    assert [quotient(217, 4), quotient(-7, 2), quotient(1, 3), quotient(110, 2)] == ["54.25", "-3.5", "0.33…", "55"]


@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 4), st.integers(0, 6), st.integers(1, 8))
def test_blind_windows_are_those_that_meet_no_cell(n: int, f: int, s: int, p: int, d: int) -> None:
    rule = WindowRule(n, f, s, p, p, d)
    if rule.output < 1 or p >= rule.effective:
        return
    meets = [any(0 <= start * s - p + tap * d < n for tap in range(f)) for start in range(rule.output) if start * s < p]
    assert rule.blind == (not all(meets))
