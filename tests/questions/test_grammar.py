"""Random wordings of one convolution: whatever the order, the spelling and the joints, the answer is the formula's."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.questions.ask import ask

INPUTS = [
    "{w}x{w}x{d}",
    "input {w}x{w}x{d}",
    "an input volume of {w}x{w}x{d}",
    "input: {w} x {w} x {d}",
    "a {w}x{w}x{d} volume",
    "a {w} by {w} image with {d} channels",
    "an input of size {w}x{w}x{d}",
    "{w}×{w}×{d} input",
    "a {w}*{w}*{d} tensor",
]
FILTERS = [
    "{k} {f}x{f} filters",
    "{k} filters of size {f}x{f}",
    "{k} kernels of {f}x{f}",
    "{k} {f} by {f} kernels",
    "K={k}, F={f}",
    "{k} filters, kernel size {f}",
    "{k} filters of {f}x{f}x{d}",
    "{k} filters {f}x{f}",
    "{k} {f}×{f} filters",
    "{k} filters each {f}x{f}",
    "{k} {f}x{f}x{d} filters",
]
STRIDES = ["stride {s}", "a stride of {s}", "S={s}", "stride={s}", "stride: {s}", "stride-{s}"]
PADS = ["pad {p}", "padding {p}", "padding of {p}", "zero-padding of {p}", "P={p}", "zero padding {p}", "pad={p}"]
HEADS = ["", "a convolution with ", "conv layer, ", "a convolutional layer with ", "convolution: "]
ASKED = [
    "{}: output volume and number of parameters?",
    "{}. What is the output size? How many parameters?",
    "What are the output dimensions and the parameter count for {}?",
    "{}; compute the output volume and the learnable parameters.",
    "Given {}, how many parameters does the layer have and what is its output volume?",
]


@settings(max_examples=400, deadline=None)
@given(
    st.data(),
    st.integers(12, 299),
    st.sampled_from([1, 3, 16, 64]),
    st.integers(2, 512),
    st.integers(1, 11),
    st.integers(1, 4),
    st.integers(0, 5),
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


POOLS = [
    "{f}x{f} max pooling with stride {s}",
    "max pooling {f}x{f}, stride {s}",
    "a {f}x{f} max pool, stride {s}",
    "max pooling with {f}x{f} windows and a stride of {s}",
    "pool {f}x{f} s{s}",
    "{f}x{f} pooling at stride {s}",
    "average pooling {f}x{f} with stride {s}",
    "max pool with kernel size {f} and stride {s}",
    "pool {f}/{s}",
    "MaxPool2d({f}, stride={s})",
    "MaxPooling2D(({f}, {f}), strides={s})",
    "a max pooling layer of size {f}x{f} and stride {s}",
]


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(12, 299), st.sampled_from([1, 3, 16, 64]), st.integers(2, 5), st.integers(1, 4))
def test_one_pooling(data: st.DataObject, w: int, d: int, f: int, s: int) -> None:
    volume = data.draw(st.sampled_from(INPUTS)).format(w=w, d=d)
    layer = data.draw(st.sampled_from(POOLS)).format(f=f, s=s)
    text = data.draw(
        st.sampled_from(
            [
                "{v} through {c}: output?",
                "{v} -> {c}: what is the output volume?",
                "What is the output of {c} on {v}?",
                "{v}, then {c}. Output size?",
                "{c} applied to {v}: output shape?",
            ]
        )
    )
    question = text.format(v=volume, c=layer)
    out = (w - f) // s + 1
    assert f"{out}x{out}x{d}" in [answer.value for answer in ask(question)], question


DENSE = [
    "a dense layer of {n} units",
    "a fully connected layer with {n} neurons",
    "FC {n}",
    "Dense({n})",
    "a linear layer with {n} outputs",
    "a fully-connected layer of {n}",
    "a hidden layer of {n} neurons",
    "dense {n}",
    "{n} fully connected neurons",
]


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(2, 64), st.sampled_from([1, 3, 16, 512]), st.integers(2, 4096))
def test_one_dense_layer(data: st.DataObject, w: int, d: int, n: int) -> None:
    volume = data.draw(st.sampled_from(INPUTS)).format(w=w, d=d)
    layer = data.draw(st.sampled_from(DENSE)).format(n=n)
    text = data.draw(
        st.sampled_from(
            [
                "{v} into {c}: parameters?",
                "{v} -> {c}: how many parameters?",
                "How many parameters has {c} after {v}?",
                "{v}, then {c}. Number of parameters?",
                "{v} is flattened and fed to {c}: how many learnable parameters?",
            ]
        )
    )
    question = text.format(v=volume, c=layer)
    assert (w * w * d + 1) * n in [answer.value for answer in ask(question)], question


CONVS = [
    "conv {k}@{f}x{f}",
    "conv {f}x{f} with {k} filters",
    "{k} {f}x{f} filters",
    "a convolution with {k} {f}x{f} kernels",
    "Conv2D({k}, {f})",
    "{f}x{f} conv, {k} filters",
    "conv layer with {k} filters of size {f}x{f}",
]


@settings(max_examples=200, deadline=None)
@given(
    st.data(), st.integers(40, 99), st.sampled_from([1, 3]), st.integers(2, 64), st.integers(2, 64), st.integers(2, 500)
)
def test_a_chain(data: st.DataObject, w: int, d: int, first: int, second: int, n: int) -> None:
    layers = [
        data.draw(st.sampled_from(CONVS)).format(k=first, f=5),
        data.draw(st.sampled_from(POOLS)).format(f=2, s=2),
        data.draw(st.sampled_from(CONVS)).format(k=second, f=3),
        data.draw(st.sampled_from(POOLS)).format(f=2, s=2),
        data.draw(st.sampled_from(DENSE)).format(n=n),
    ]
    joint = data.draw(st.sampled_from([" -> ", ", then ", " followed by ", " → ", "; then ", ", followed by "]))
    question = joint.join([f"{w}x{w}x{d}", *layers]) + ": total number of parameters?"
    side = ((w - 4) // 2 - 2) // 2
    total = (25 * d + 1) * first + (9 * first + 1) * second + (side * side * second + 1) * n
    assert total in [answer.value for answer in ask(question)], question
