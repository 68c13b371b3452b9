"""Random wordings of questions asked backwards, and of receptive fields: the answers are found here by trying."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.questions.ask import ask

PADDINGS = [
    "which padding keeps {w}x{w} with a {f}x{f} filter?",
    "What padding preserves a {w}x{w} input under a {f}x{f} convolution with stride 1?",
    "Which zero-padding makes a {f}x{f} conv keep {w}x{w}?",
    "{w}x{w} input, {f}x{f} kernel, stride 1: which padding keeps the size?",
    "For a {f}x{f} kernel at stride 1, what padding keeps the spatial dimensions?",
    "Find the padding such that a {f}x{f} conv with stride 1 preserves {w}x{w}.",
    "How much padding is needed to keep {w}x{w} with {f}x{f} filters?",
    "same convolution with {f}x{f} and stride 1 on {w}x{w}: which padding?",
    "Which P keeps W={w} with F={f}, S=1?",
]
INPUTS = [
    "Which input widths give a {o}-wide output from a {f}-wide, stride {s}, pad {p} conv?",
    "which input sizes give {o} with a {f}x{f} filter, stride {s}, pad {p}?",
    "What input width gives an output of {o} for kernel {f}, stride {s}, padding {p}?",
    "What input size is needed so that a {f}x{f} conv with stride {s} and padding {p} outputs {o}x{o}?",
    "A {f}x{f} conv with stride {s} and pad {p} gives {o}x{o}. What was the input size?",
    "F={f}, S={s}, P={p}: which input gives {o}?",
]
STRIDES = [
    "which stride turns {w} into {o} with kernel {f} and no padding?",
    "What stride reduces {w}x{w} to {o}x{o} with a {f}x{f} filter and pad 0?",
    "What stride is needed to go from {w} to {o} with an {f}x{f} filter without padding?",
    "{w}x{w} input, {f}x{f} filter, no padding, output {o}x{o}: what is the stride?",
    "Which stride maps {w} to {o} for F={f}, P=0?",
]
FILTERS = [
    "how many {f}x{f} filters on {d} channels give {n} parameters?",
    "How many filters of size {f}x{f} on {d} input channels have {n} parameters?",
    "A conv layer with {f}x{f} filters on a 32x32x{d} input has {n} parameters. How many filters?",
    "How many {f}x{f} filters are needed for {n} parameters on {d} channels?",
    "which number of {f}x{f} filters gives {n} parameters on 32x32x{d}?",
]
FIELDS = ["{}: receptive field?", "What is the receptive field of {}?", "receptive field after {}?"]
LAYERS = [
    "conv {f}x{f} stride {s}",
    "{f}x{f} conv with stride {s}",
    "{f}x{f} conv s{s}",
    "conv{f} s{s}",
    "a {f}x{f} convolution with stride {s}",
]


def values(question: str) -> list[object]:
    return [answer.value for answer in ask(question)]


def outputs(width: int, kernel: int, stride: int = 1, pad: int = 0) -> int:
    return len(range(0, width + 2 * pad - kernel + 1, stride))


@settings(deadline=None)
@given(st.sampled_from(PADDINGS), st.integers(12, 99), st.sampled_from([1, 3, 5, 7, 9]))
def test_padding(text: str, w: int, f: int) -> None:
    assert values(text.format(w=w, f=f)) == [p for p in range(20) if outputs(w, f, 1, p) == w]


@settings(deadline=None)
@given(st.sampled_from(INPUTS), st.integers(4, 60), st.integers(2, 7), st.integers(1, 4), st.integers(0, 2))
def test_input(text: str, o: int, f: int, s: int, p: int) -> None:
    expected = [n for n in range(1, 400) if outputs(n, f, s, p) == o]
    assert values(text.format(o=o, f=f, s=s, p=p)) == expected


@settings(deadline=None)
@given(st.sampled_from(STRIDES), st.integers(60, 250), st.sampled_from([3, 5, 7, 11]), st.integers(2, 5))
def test_stride(text: str, w: int, f: int, s: int) -> None:
    o = outputs(w, f, s)
    assert values(text.format(w=w, f=f, o=o)) == [n for n in range(1, w) if outputs(w, f, n) == o]


@settings(deadline=None)
@given(st.sampled_from(FILTERS), st.integers(2, 300), st.sampled_from([1, 3, 16]), st.sampled_from([1, 3, 5]))
def test_filters(text: str, k: int, d: int, f: int) -> None:
    assert values(text.format(f=f, d=d, n=f"{k * (f * f * d + 1):,}")) == [k]


@settings(deadline=None)
@given(
    st.sampled_from(FIELDS),
    st.sampled_from(LAYERS),
    st.sampled_from([", ", " -> ", ", then ", " followed by "]),
    st.lists(st.tuples(st.sampled_from([3, 5, 7]), st.sampled_from([1, 2])), min_size=2, max_size=4),
)
def test_receptive_field(text: str, layer: str, joint: str, windows: list[tuple[int, int]]) -> None:
    cells = {0}
    for kernel, stride in reversed(windows):  # which cells of the layer below the cells of this one read
        cells = {cell * stride + tap for cell in cells for tap in range(kernel)}
    question = text.format(joint.join(layer.format(f=f, s=s) for f, s in windows))
    assert len(cells) in values(question), question
