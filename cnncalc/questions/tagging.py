"""The rules that put tags on a question's line: claims, goals, unknowns, quantities, layers, order."""

from __future__ import annotations

import re
from collections.abc import Callable

from cnncalc.questions import lexicon
from cnncalc.questions.calls import tag_calls
from cnncalc.questions.claims import CLAIMS
from cnncalc.questions.extents import tag_extents
from cnncalc.questions.networks import AFTER_NETWORKS, OF_NETWORKS
from cnncalc.questions.order import ORDER
from cnncalc.questions.sheet import Item, Made, Match, Sheet, apply
from cnncalc.questions.unknowns import UNKNOWNS
from cnncalc.spec.words import Token


def open_sheet(question: str) -> Sheet:
    """A question's line without quotation marks."""
    sheet = Sheet(question)
    apply(
        sheet,
        (
            (r"' s|[\"`']", lambda match: ""),
            (rf"<n>(?! (?:{_COUNTABLE}))", _pronoun),
            (r"<n>(?= (?:output|give|have|produce) <n>)", _pronoun),
        ),
    )
    return sheet


def tag(sheet: Sheet, network: bool = False) -> list[str]:
    """Put all tags on a line; returns remarks on how ambiguous spellings were read."""
    three_d = any(token.text.lower() in ("conv3d", "3d", "volumetric") for token in sheet.tokens)
    three_d = three_d or re.search(r"#n\d+ (?:- )?d (?:conv|convolution)", sheet.line) is not None
    if network:
        apply(sheet, OF_NETWORKS)
    remarks = tag_calls(sheet)
    apply(sheet, CLAIMS)
    remarks += tag_extents(sheet, three_d)
    sheet.rewrite(r"<t:v>", lambda match: _tuple(match, remarks))
    apply(sheet, UNKNOWNS)
    apply(sheet, tuple((rule, _quantity(name)) for name, rule in lexicon.QUANTITIES))
    apply(sheet, tuple((rule, _head(kind)) for kind, rule in lexicon.HEADS))
    apply(sheet, ORDER)
    if network:
        apply(sheet, AFTER_NETWORKS)
    return remarks


_COUNTABLE = (
    r"<s>|<n>|-|filter|kernel|conv|convolution|convolutional|max|average|avg|pool|pooling|layer|dense|"
    r"fully|fc|hidden|linear|neuron|unit|node|channel|map|feature|group|input|output|batch|image|d|dimensional|axis|big|"
    r"large|single|standard|x|by|stacked|depthwise|transposed|pixel|wide|example|tool|model|bias|class"
)


def _pronoun(match: Match) -> Made:
    """`a standard one`: no number."""
    token = match.items[0].tokens[0]
    return Item("one", (token._replace(kind="word", value="one"),)) if token.text.lower() == "one" else None


def _tuple(match: Match, remarks: list[str]) -> Made:
    """A tuple that is no volume: sizes in the frameworks' order, height first."""
    value, like = tuple(reversed(match.value("v"))), match.items[0].tokens[0]
    if len(set(value)) > 1:
        shown = "x".join(map(str, value))
        remarks.append(f"tuples are read height first, as in the frameworks: {like.text} is {shown}")
    return Item("@size", (Token("size", like.text, like.start, like.end, value),))


def _quantity(name: str) -> Callable[[Match], Made]:
    counted = name in ("units", "activations", "positions", "width", "depth")

    def make(match: Match) -> Made:
        said, before, after = match.text(), match.before(3), match.after(2)
        if counted and re.search(r"#[nr]\d+$", before):
            return None
        if name == "biases" and match.items[0].said == "bias":
            return None
        if said in ("neuron", "unit") and re.search(r"\b(?:a|an|one|each|every|single)$", before):
            return None
        if name == "positions" and "share" in said and not re.search(r"weight|filter|kernel", said):
            return None
        if (
            name == "output"
            and said in ("size", "shape", "dimension", "extent", "resolution", "volume")
            and (
                re.match(r"(?:of |=|: )*(?:#|@in)", after)
                or re.search(r"(?:kernel|filter|window|input|image|pool|batch|@in|@head:\w+)(?: -)?$", before)
            )
        ):
            return None
        if (
            name == "output"
            and said == "output"
            and (re.match(r"(?:layer|channel|map|pad|padding|_)", after) or re.search(r"#[nr]\d+$", before))
        ):
            return None
        return f"@ask:{name}", name

    return make


def _head(kind: str) -> Callable[[Match], Made]:
    def make(match: Match) -> Made:
        pieces = tuple(token for item in match.items for token in item.tokens)
        said = " ".join(token.text.lower() for token in pieces)
        axes = re.search(r"([123]) ?-? ?d\b", said)
        return Item(f"@head:{kind}", pieces, int(axes.group(1)) if axes else None)

    return make
