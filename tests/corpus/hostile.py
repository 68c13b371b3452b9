"""Hostile inputs that are better made than kept: bytes, sizes, depths. Each with what it must get."""

from __future__ import annotations

from typing import NamedTuple

HEAD = "input: 32x32x8\n"


class Case(NamedTuple):
    """`code` is that of the first finding that is no note, None where the input is valid; `at` its line and column."""

    name: str
    data: bytes
    code: str | None
    at: tuple[int, int] | None = None
    status: int = 1


def _text(name: str, text: str, code: str | None, at: tuple[int, int] | None = None, status: int = 1) -> Case:
    return Case(name, text.encode("utf-8", "surrogatepass"), code, at, status)


VALID = "input: 8x8x3\nlayers:\n  - conv: {filters: 4, kernel: 3}\n"
WRONG = "input: 8x8x3\nlayers:\n  - conv: {filters: 4, kernel: 9}\n"

BYTES = [
    Case("empty", b"", "empty-spec", (1, 1)),
    Case("spaces", b"   \n", "empty-spec", (1, 1)),
    Case("byte order mark", b"\xef\xbb\xbf" + VALID.encode(), None, status=0),
    Case("byte order mark, columns as without", b"\xef\xbb\xbfinput: 0x8x3\nlayers: [relu]\n", "out-of-range", (1, 8)),
    Case("UTF-16 with a mark", VALID.encode("utf-16"), "encoding", (1, 1), 2),
    Case("UTF-16, little end first", VALID.encode("utf-16-le"), "encoding", (1, 1), 2),
    Case("UTF-16, big end first", VALID.encode("utf-16-be"), "encoding", (1, 1), 2),
    Case("UTF-32", VALID.encode("utf-32"), "encoding", (1, 1), 2),
    Case("Latin-1", b"input: 8x8x3\nname: \xe9\nlayers: [relu]\n", "encoding", (2, 7), 2),
    Case("cut UTF-8", b"name: \xc3", "encoding", (1, 7), 2),
    Case("surrogate as bytes", b"name: \xed\xa0\x80", "encoding", (1, 7), 2),
    *(
        _text(f"U+{ord(char):04X}", f"input: 8x8x3\nname: a{char}b\nlayers: [relu]\n", "control-character", (2, 8))
        for char in "\x00\x07\x08\x0b\x0c\x1b\x1f\x7f\x80\x85\x9b\u2028\u2029\ufeff\uffff"
    ),
    *(
        _text(f"line end {end!r}", WRONG.replace("\n", end), "kernel-too-large", (3, 32))
        for end in ("\n", "\r\n", "\r")
    ),
    _text("mixed line ends", "input: 8x8x3\r\nlayers:\r  - conv: {filters: 4, kernel: 9}", "kernel-too-large", (3, 32)),
    Case("over the limit of bytes", HEAD.encode() + b"#" * 8_000_000, "too-large", None, 2),
]

STRUCTURE = [
    _text("300,000 brackets", "[" * 300_000, "too-deep", (1, 65), 2),
    _text("300,000 dashes", "- " * 300_000, "too-deep", (1, 129), 2),
    _text("100,000 question marks", "? " * 100_000, "bad-key", (1, 3)),
    _text("300,000 braces", "{" * 300_000, "bad-key", (1, 2)),
    _text("a map 1,000 deep", "".join(" " * depth + "a:\n" for depth in range(1000)), "too-deep", (65, 65), 2),
    _text("a million tabs", "\t" * 1_000_000, "yaml", (1, 1)),
    _text("a text of a megabyte", f"{HEAD}name: {'x' * 1_000_000}", "long-scalar", (2, 7), 2),
    _text("a key of a megabyte", f"{'k' * 1_000_000}: 1", "long-scalar", (1, 1), 2),
    _text("a key of 1,000 characters", f"{'k' * 1000}: 1\n{VALID}", "unknown-key", (1, 1)),
    _text(
        "100,000 keys",
        HEAD + "".join(f"k{i}: 1\n" for i in range(100_000)) + "layers: [relu]\n",
        "unknown-key",
        (2, 1),
    ),
    _text(
        "100,000 hyperparameters",
        f"{HEAD}layers:\n  - fc:\n" + "".join(f"      k{i}: 1\n" for i in range(100_000)),
        "missing-field",
        (3, 5),
    ),
    _text("the same key 20,000 times", HEAD + "name: a\n" * 20_000 + "layers: [relu]\n", "duplicate-key", (3, 1)),
    _text("a million spaces", " " * 1_000_000, "empty-spec", (1, 1)),
    _text("a long comment", f"{VALID}# {'x' * 1_000_000}\n", None, status=0),
]

VALUES = [
    _text(
        "10,000 kernels", f"{HEAD}layers:\n  - conv: {{filters: 3, kernel: [{'3,' * 10_000}]}}\n", "bad-shape", (3, 32)
    ),
    _text("5,000 digits", f"{HEAD}layers:\n  - fc: {'9' * 5000}\n", "number-too-large", (3, 9), 2),
    _text("a megabyte of digits", f"{HEAD}layers:\n  - fc: {'9' * 1_000_000}\n", "long-scalar", (3, 9), 2),
    _text("5,000 minus signs", f"{HEAD}layers:\n  - fc: ={'-' * 5000}1\n", "formula-too-long", (3, 10)),
    _text("4,000 brackets in a formula", f"{HEAD}layers:\n  - fc: ={'(' * 4000}1\n", "formula-too-long", (3, 10)),
    _text("150 brackets in a formula", f"{HEAD}layers:\n  - fc: ={'(' * 150}1\n", "formula-too-deep", (3, 42)),
    _text(
        "lists that double",
        f"{HEAD}define:\n  a0: =[1]\n" + "".join(f"  a{i + 1}: =a{i} + a{i}\n" for i in range(40)) + "layers: [relu]\n",
        "number-too-large",
        (17, 13),
        2,
    ),
    _text(
        "lists of lists of lists",
        f"{HEAD}define:\n  a0: =[1]\n"
        + "".join(f"  a{i + 1}: ='[a{i},a{i},a{i},a{i},a{i},a{i}]'\n".replace("='", "'=") for i in range(40))
        + "layers: [relu]\n",
        "number-too-large",
        (8, 9),
        2,
    ),
    _text(
        "a nest of lists",
        f"{HEAD}define:\n  a0: =[1]\n" + "".join(f"  a{i + 1}: =[a{i}]\n" for i in range(2000)) + "layers: [relu]\n",
        "number-too-large",
        (35, 9),
        2,
    ),
    _text(
        "work on lists",
        f"{HEAD}define: {{a: [{'1,' * 9999}1]}}\nlayers:\n  - repeat: 20000\n    layers: [fc: =max(a) + max(a) + max(a)]\n",
        "too-much-work",
        (5, 18),
        2,
    ),
    _text(
        "numbers beyond all bounds",
        f"{HEAD}layers:\n  - repeat: 500\n    layers: [upsample: {{scale: 1000000000000000000}}]\n",
        "number-too-large",
        (4, 14),
        2,
    ),
]

UNFOLDING = [
    _text(
        "blocks 31 deep, each used twice",
        f"{HEAD}blocks:\n"
        + "".join(f"  b{i}: {{layers: [b{i + 1}, b{i + 1}]}}\n" for i in range(31))
        + "  b31: {layers: [relu]}\nlayers: [b0]\n",
        "too-many-layers",
        (35, 1),
        2,
    ),
    _text(
        "the same, every layer left out",
        f"{HEAD}define: {{no: false}}\nblocks:\n"
        + "".join(f"  b{i}: {{layers: [b{i + 1}, b{i + 1}]}}\n" for i in range(31))
        + "  b31: {layers: [{relu: , when: =no}]}\nlayers: [b0]\n",
        "too-many-layers",
        None,
        2,
    ),
    _text(
        "a chain of 20,000 blocks",
        f"{HEAD}blocks:\n"
        + "".join(f"  b{i}: {{layers: [b{i + 1}]}}\n" for i in range(20_000))
        + "  b20000: {layers: [relu]}\nlayers: [b0]\n",
        "too-deep",
        (34, 18),
        2,
    ),
    _text(
        "a cycle of 20,000 blocks",
        f"{HEAD}blocks:\n"
        + "".join(f"  b{i}: {{layers: [b{(i + 1) % 20_000}]}}\n" for i in range(20_000))
        + "layers: [b0]\n",
        "block-cycle",
        (20002, 21),
    ),
    _text("loops that leave nothing", f"{HEAD}layers:\n  - repeat: 99999\n    layers: []\n  - relu\n", None, status=0),
    _text(
        "loops of loops that leave nothing",
        f"{HEAD}layers:\n  - repeat: 1000\n    layers: [{{repeat: 1000, layers: [{{repeat: 1000, layers: []}}]}}]\n",
        "too-many-layers",
        None,
        2,
    ),
    _text(
        "strides of 10^18",
        f"{HEAD}layers:\n  - repeat: 20000\n    layers: [conv: {{filters: 8, kernel: 1, stride: 1000000000000000000}}]\n",
        None,
        status=0,
    ),
    _text("20,000 wrong layers", f"{HEAD}layers:\n" + "  - fc: 0\n" * 20_000, "out-of-range", (3, 9)),
    _text("20,000 unknown layers", f"{HEAD}layers:\n" + "  - convx: 3\n" * 20_000, "unknown-layer", (3, 5)),
    _text(
        "5,000 names that do not exist",
        f"{HEAD}layers:\n" + "".join(f"  - {{relu: , from: lay{i}r}}\n" for i in range(5000)),
        "unknown-name",
        (3, 20),
    ),
    _text("5,000 layers of one name", f"{HEAD}layers:\n" + "  - {fc: 3, name: a}\n" * 5000, "duplicate-name", (4, 19)),
    _text("20,000 branches", f"{HEAD}layers:\n  - concat:\n" + "      - []\n" * 20_000, None, status=0),
    _text(
        "a line of 50,000 spaces in a listing",
        f"[1x1x3] INPUT\n[1x1x3] RELU\n[1x1x3] RELU{' ' * 50_000}?\n",
        "listing",
        (3, 1),
    ),
    _text(
        "a title of 50,000 letters in a listing",
        f"[1x1x3] INPUT\n[1x1x3] RELU\n[1x1x3] {'A' * 50_000}\n",
        "unknown-layer",
        (3, 9),
    ),
]

CASES = [*BYTES, *STRUCTURE, *VALUES, *UNFOLDING]
