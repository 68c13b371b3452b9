"""Strategies: valid specifications, broken ones, and mutations of real files."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from cnncalc.spec.files import bundled_folder

SEEDS = ("alexnet", "lenet5", "resnet50", "googlenet", "densenet121", "mobilenetv2", "shufflenetv2", "unet")

sizes = st.one_of(st.integers(1, 9).map(str), st.builds("{}x{}".format, st.integers(1, 9), st.integers(1, 9)))
strides = st.one_of(st.integers(1, 5).map(str), st.builds("{}x{}".format, st.integers(1, 5), st.integers(1, 5)))
pads = st.one_of(st.integers(0, 4).map(str), st.sampled_from(["half", "same", "valid", "{left: 1}", "2x1"]))


@st.composite
def windows(draw: st.DrawFn) -> str:
    """A layer with a window, which may or may not fit."""
    kind = draw(st.sampled_from(["conv", "depthwise", "maxpool", "avgpool"]))
    parts = {"kernel": draw(sizes)}
    if kind == "conv":
        parts = {"filters": str(draw(st.integers(1, 9))), **parts}
        if draw(st.booleans()):
            parts["groups"] = str(draw(st.integers(1, 6)))
    if draw(st.booleans()):
        parts["stride"] = draw(strides)
    if draw(st.booleans()):
        parts["pad"] = draw(pads)
    if draw(st.integers(0, 4)) == 0:
        parts["dilation"] = str(draw(st.integers(1, 3)))
    return f"{kind}: {{{', '.join(f'{name}: {value}' for name, value in parts.items())}}}"


plain = st.sampled_from(
    ["relu", "batchnorm", "tanh", "dropout: 0.5", "lrn", "global_avgpool", "fc: 10", "softmax", "flatten"]
)


def _block(lines: list[str], indent: str) -> str:
    return "".join(f"{indent}- {line}\n" for line in lines)


@st.composite
def specs(draw: st.DrawFn, layer: st.SearchStrategy[str] | None = None) -> str:
    """A specification whose layers may not go together."""
    layer = st.one_of(windows(), plain) if layer is None else layer
    width, height, depth = draw(st.integers(1, 40)), draw(st.integers(1, 40)), draw(st.integers(1, 12))
    text = f"input: {width}x{height}x{depth}\nlayers:\n"
    for item in draw(st.lists(layer, min_size=1, max_size=8)):
        form = draw(st.integers(0, 7))
        if form == 0:
            text += f"  - repeat: {draw(st.integers(0, 3))}\n    layers:\n      - {item}\n"
        elif form == 1:
            kind = draw(st.sampled_from(["concat", "add", "multiply"]))
            branches = draw(st.lists(st.lists(layer, max_size=2), min_size=1, max_size=3))
            text += f"  - {kind}:\n" + "".join(f"      - [{', '.join(branch)}]\n" for branch in branches)
        else:
            text += f"  - {item}\n"
    return text


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A bundled file with a few pieces cut, doubled, swapped or replaced."""
    text = (bundled_folder() / f"{draw(st.sampled_from(SEEDS))}.yaml").read_text(encoding="utf-8")
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        change: Callable[[str], str] = draw(st.sampled_from(_CHANGES))
        text = text[:start] + change(text[start:end]) + text[end:]
    return text


_CHANGES: list[Callable[[str], str]] = [
    lambda piece: "",
    lambda piece: piece * 2,
    lambda piece: piece[::-1],
    lambda piece: piece.upper(),
    *(
        lambda piece, word=word: word  # type: ignore[misc]
        for word in (
            "0",
            "-1",
            "99999999999999999999",
            "=",
            "=1/0",
            "=input.width",
            "=index",
            "'",
            '"',
            "[",
            "{",
            "]",
            "}",
            ":",
            ": ",
            "- ",
            "\n",
            "\t",
            "#",
            "&a",
            "*a",
            "!x",
            "<<",
            "é",
            "\u202e",
            "\x00",
            "from: input",
            "repeat: 3",
            "when: =false",
            "layers: []",
            "concat: []",
            "same",
            "9x9",
            "~",
            "null",
            "no",
            "0x3",
            "1e9",
            "\r",
        )
    ),
]
