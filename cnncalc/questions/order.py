"""Rules for the order and the number of layers: counts, ordinals, comparisons, `then`."""

from __future__ import annotations

import re

from cnncalc.questions.chain import MOST_LAYERS
from cnncalc.questions.setups import Said
from cnncalc.questions.sheet import Item, Made, Match, Rule, setting, tagged

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1, "final": -1}


def _and_compared(match: Match) -> Made:
    """`compare two 3x3 convolutions and one of 5x5`."""
    return "@versus" if re.search(r"\b(?:compare|comparison|difference)\b", match.before(99)) else None


def _versus_one(match: Match) -> Made:
    return "@versus" if match.value("c") == 1 else None


def _named(match: Match) -> Made:
    kind = {"conv": "conv", "convolution": "conv", "pool": "maxpool", "fc": "fc", "dense": "fc", "linear": "fc"}
    word, digits = re.fullmatch(r"([a-z]+)_?(\d+)", match.text()).groups()  # type: ignore[union-attr]
    return "@named", (kind[word], int(digits))


def _or_else(match: Match) -> Made:
    """`stride 1 vs stride 2`: two cases of one layer."""
    token = match.items[0].tokens[0]
    return Item("and", (token._replace(text="and", value="and"),))


def _new_filters(match: Match) -> Made:
    """`pool 2x2, 16 filters`: a number of filters after a pooling begins another convolution."""
    heads = [text for text in match.before(99).split() if text.startswith("@head:")]
    before = ("@head:maxpool", "@head:avgpool", "@head:relu", "@head:batchnorm")
    return "@then" if heads and heads[-1] in before else None


def _times(match: Match) -> Made:
    """`three stacked 3x3 convs`: a number that is spelled out or said to be stacked counts layers, not filters."""
    count, head = match.items[0].tokens[0], match.next_item("@head")
    noun = head.tokens[-1].text.lower() if head else ""
    spelled = not count.text[0].isdigit()
    stacked = re.search(r"stacked|consecutive|successive|identical", match.text("mid")) is not None
    several = noun in ("layers", "layer") or noun.endswith(("s", "ing"))
    if stacked or noun == "layers" or (spelled and (several or count.value == 1)):
        return "@times", count.value
    return None


def _some_layers(match: Match) -> Made:
    """`the last 3 layers`: their numbers, from the end below 0."""
    count = match.value("c")
    numbers = range(1, count + 1) if match.text("order") == "first" else range(-count, 0)
    return ("@anylayer", tuple(numbers)) if 0 < count <= MOST_LAYERS else None


def _any_layer(match: Match) -> Made:
    return "@anylayer", _ORDINALS[match.text("order")]


def _filters_after(match: Match) -> Made:
    """`1x1 conv 64`: a bare number after a convolution whose size has been said counts filters."""
    ends = re.match(r"(?:→|,|\.|;|same|valid|\?|:|with|and|then|@then|stride|pad|s\d|p\d)(?: |$)|$", match.after())
    sized = re.search(r"#s\S+ @head:conv$", match.before(2))
    several = match.said_before().lower().endswith("s")
    return setting("filters", match.value("v"), match) if ends and sized and not several else None


def _neurons(match: Match) -> Made:
    """`fed to 120 neurons`: a dense layer that nobody names."""
    if re.search(r"@head:fc[^,.;?→]*$", match.before(8)):
        return None
    return "@layer", Said("fc", {"units": match.value("v")})


def _ordinal(match: Match) -> Made:
    return "@ordinal", _ORDINALS[match.text()]


ORDER: tuple[Rule, ...] = (
    (r"(?:vs|versus)(?= (?:(?:a|an) )?(?:stride|pad|padding|dilation)(?: of)? #n)", _or_else),
    (r"(?:,|;|and)(?= <n> (?:<s> )?(?:filter|kernel)(?! size))", _new_filters),
    (r"(?:conv|convolution|pool|fc|dense|linear)_?\d+", _named),
    (
        r"<n>(?=(?P<mid>(?: (?:stacked|consecutive|successive|identical|such|more|valid|same|strided|@set|<s>|of))*)"
        r" @head)",
        _times,
    ),
    (r"(?:first|second|third|fourth|fifth|last|final)(?= (?:\S+ )?@(?:head|named))", _ordinal),
    (r"and(?= (?:a|an|@times|#n\d+)(?: \S+)? @head)", _and_compared),
    (r"<n:v>", _filters_after),
    (r"than(?= (?:a|an|the|@head))", tagged("@versus")),
    (
        r"(?:compared? (?:with|to)|versus|vs|rather than|instead of|against|or)(?: \.)?(?= (?:a|an|the|one|"
        r"single|#|@))",
        tagged("@versus"),
    ),
    (r"(?P<order>first|second|third|fourth|fifth|last|final)(?: (?:hidden|weight|trainable))? layer(?! @)", _any_layer),
    (r"(?:the )?(?P<order>first|last|final) <n:c> (?:(?:hidden|weight|trainable) )?layer(?! @)", _some_layers),
    (
        r"layer <n:c>(?! (?:filter|kernel|neuron|unit|channel|map|<s>|@head))",
        lambda match: ("@anylayer", match.value("c")),
    ),
    (r"<n:c> (?:st|nd|rd|th)(?= (?:\S+ )?@(?:head|named))", lambda match: ("@ordinal", match.value("c"))),
    (r"@versus <n:c>(?= <s>)", _versus_one),
    (
        r"(?:(?:,|and|;) )*each(?: (?:of them|of which|of these|layer|one|is|being))* followed by(?: (?:a|an))?",
        tagged("@eachthen"),
    ),
    (
        r"(?:(?:,|and|;) )*(?:directly )?(?:then|followed|after that|afterwards|next)(?: directly)?(?: by)?",
        tagged("@then"),
    ),
    (
        r"<n:c>(?: such)? @head:conv (?:\+|and|-|/) @head:maxpool (?:block|stage|pair|layer)",
        lambda match: ("@blocks", match.value("c")),
    ),
    (
        r"(?:ending|end|finishing) (?:in|with) <n:c> (?:map|channel|filter|feature~map)",
        lambda match: ("@ending", match.value("c")),
    ),
    (
        r"<n:c>(?: (?:such|identical|equal))? (?:block|stage|pair|unit)(?: each)?(?: with)? (?:of|:|"
        r"with)(?: (?:a|one))?"
        r"(?= (?:\S+ )?@head)",
        lambda match: ("@blocks", match.value("c")),
    ),
    (
        r"how many(?: (?:stacked|consecutive|successive|more))?(?= <s> (?:(?:stacked|"
        r"consecutive) )?(?:@head:conv|layer))",
        lambda match: ("@unknown", ["layers"]) if match.begins("@field") else None,
    ),
    (r"<n:c> times", lambda match: ("@repeat", match.value("c"))),
    (r"(?:to|into|and|with|by) <n:v> (?:hidden )?(?:neuron|unit)(?: (?:layer|output))?", _neurons),
    (
        r"(?:the )?(?P<most>most|fewest|least|largest|biggest)(?= (?:(?:number of|trainable|learnable) )*@ask)",
        lambda match: ("@most", match.text("most") in ("most", "largest", "biggest")),
    ),
    (r"twice", tagged("@repeat", 2)),
)
