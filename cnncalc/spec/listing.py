"""A lecture listing as it stands on the slide, read into the same tree as a YAML specification.

    [227x227x3] INPUT
    [55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0
    [27x27x96] MAX POOL1: 3x3 filters at stride 2
    [4096] FC6: 4096 neurons

Each line's volume is what the layer must give; its title names the layer and says the kind.
"""

from __future__ import annotations

import re

from cnncalc.spec.findings import Findings
from cnncalc.spec.source import Source, span
from cnncalc.spec.tree import Mapping, Scalar, Sequence, Tree

_LINE = re.compile(
    r"[ \t]*\[[ \t]*(?P<volume>[0-9]+(?:[ \t]*[xX×][ \t]*[0-9]+)*)[ \t]*\][ \t]*"
    r"(?P<title>[A-Za-z][A-Za-z_-]*+(?:[ \t]++[A-Za-z_-]++)*+(?:[ \t]?[0-9]++)?)[ \t]*+"
    r"(?::[ \t]*+(?P<phrase>.*)|(?P<rest>[0-9(].*))?$"
)
"""Possessive throughout: a line that does not match fails in linear time."""
_STARTS = re.compile(r"[ \t]*\[[ \t]*[0-9]+(?:[ \t]*[xX×][ \t]*[0-9]+)*[ \t]*\][ \t]*[A-Za-z]")

_LONGEST_TITLE = 60

_KINDS = (
    ("input", r"input"),
    ("maxpool", r"(max[ _-]*)?pool(ing)?|max[ _-]*pool"),
    ("avgpool", r"(avg|average|mean)[ _-]*pool(ing)?"),
    ("lrn", r"(l?r?n|local[ _-]*response[ _-]*)?norm(alization)?|lrn"),
    ("batchnorm", r"batch[ _-]*norm(alization)?|bn"),
    ("conv", r"conv(olution)?"),
    ("fc", r"fc|fully[ _-]*connected|dense|linear"),
    ("relu", r"relu"),
    ("softmax", r"softmax"),
    ("dropout", r"drop(out)?"),
)


def is_listing(text: str) -> bool:
    """Whether a text is a listing: its first line that is not blank or a comment starts with a volume in brackets."""
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return bool(_STARTS.match(line))
    return False


def read_listing(source: Source, findings: Findings) -> Tree:
    """The tree of a listing; lines that are not understood are reported."""
    root, layers = Mapping(span(source.base, source.base)), Sequence(span(source.base, source.base))
    for number in range(1, len(source.line_starts) + 1):
        line = source.line_text(number)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        start = source.base + source.line_starts[number - 1]
        _read_line(line, start, root, layers, findings)
    root.entries["layers"] = (Scalar("layers", True, layers.at), layers)
    return root


def _read_line(line: str, start: int, root: Mapping, layers: Sequence, findings: Findings) -> None:
    match = _LINE.match(line.rstrip())
    if not match:
        indent = len(line) - len(line.lstrip())
        findings.add(
            "listing",
            "this line is not of the form `[55x55x96] CONV1: 96 11x11 filters at stride 4`",
            span(start + indent, start + len(line.rstrip())),
        )
        return

    def scalar(group: str, text: str | None = None) -> Scalar:
        return Scalar(
            text if text is not None else match[group], True, span(start + match.start(group), start + match.end(group))
        )

    kind = _kind(match["title"])
    volume = scalar("volume", re.sub(r"[ \t]+", "", match["volume"]))
    if kind == "input":
        root.entries["input"] = (scalar("title", "input"), volume)
        return
    if kind is None:
        findings.add(
            "unknown-layer",
            f"`{match['title'].strip()}` names no layer kind that listings have",
            scalar("title").at,
            help="INPUT, CONV, MAX POOL, AVG POOL, NORM, BATCH NORM, FC, RELU, SOFTMAX, DROPOUT",
        )
        return
    group = "phrase" if match["phrase"] is not None else "rest"
    phrase = scalar(group) if match[group] else Scalar("", True, scalar("title").at)
    item = Mapping(span(start + match.start(), start + match.end()))
    for key, value in ((kind, phrase), ("name", scalar("title", match["title"].strip())), ("expect", volume)):
        item.entries[key] = (Scalar(key, True, value.at), value)
    layers.items.append(item)


def _kind(title: str) -> str | None:
    if len(title) > _LONGEST_TITLE:
        return None
    word = re.sub(r"[ \t_-]*[0-9]*$", "", title.strip().lower())
    return next((kind for kind, pattern in _KINDS if re.fullmatch(pattern, word)), None)
