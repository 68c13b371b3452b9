"""Random wordings of one convolution: whatever the order, the spelling and the joints, the answer is the formula's."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.questions.ask import ask

INPUTS = [
    "{w}x{w}x{d}", "input {w}x{w}x{d}", "an input volume of {w}x{w}x{d}", "input: {w} x {w} x {d}", "a {w}x{w}x{d} volume",
    "a {w} by {w} image with {d} channels", "an input of size {w}x{w}x{d}", "{w}×{w}×{d} input", "a {w}*{w}*{d} tensor",
]
FILTERS = [
    "{k} {f}x{f} filters", "{k} filters of size {f}x{f}", "{k} kernels of {f}x{f}", "{k} {f} by {f} kernels", "K={k}, F={f}",
    "{k} filters, kernel size {f}", "{k} filters of {f}x{f}x{d}", "{k} filters {f}x{f}", "{k} {f}×{f} filters",
    "{k} filters each {f}x{f}", "{k} {f}x{f}x{d} filters",
]
STRIDES = ["stride {s}", "a stride of {s}", "S={s}", "stride={s}", "stride: {s}", "stride-{s}"]
PADS = ["pad {p}", "padding {p}", "padding of {p}", "zero-padding of {p}", "P={p}", "zero padding {p}", "pad={p}"]
HEADS = ["", "a convolution with ", "conv layer, ", "a convolutional layer with ", "convolution: "]
ASKED = [
    "{}: output volume and number of parameters?", "{}. What is the output size? How many parameters?",
    "What are the output dimensions and the parameter count for {}?", "{}; compute the output volume and the learnable parameters.",
    "Given {}, how many parameters does the layer have and what is its output volume?",
]


@settings(max_examples=400, deadline=None)
@given(
    st.data(), st.integers(12, 299), st.sampled_from([1, 3, 16, 64]), st.integers(2, 512), st.integers(1, 11),
    st.integers(1, 4), st.integers(0, 5),
)
def test_one_convolution(data: st.DataObject, w: int, d: int, k: int, f: int, s: int, p: int) -> None:
    numbers = {"w": w, "d": d, "k": k, "f": f, "s": s, "p": p}
    volume = data.draw(st.sampled_from(INPUTS)).format(**numbers)
    layer = data.draw(st.sampled_from(HEADS)) + data.draw(st.sampled_from(FILTERS)).format(**numbers)
    rest = [data.draw(st.sampled_from(texts)).format(**numbers) for texts in (STRIDES, PADS)]
    described = ", ".join([layer, *data.draw(st.permutations(rest))])
    joined = data.draw(st.sampled_from(["{v}, {c}", "{v} and {c}", "{c} on {v}", "{c}, applied to {v}", "{c}; {v}"]))
    question = data.draw(st.sampled_from(ASKED)).format(joined.format(v=volume, c=described))
    out = (w - f + 2 * p) // s + 1
    values = [answer.value for answer in ask(question)]
    assert f"{out}x{out}x{k}" in values, question
    assert k * (f * f * d + 1) in values, question
