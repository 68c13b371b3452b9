"""Rules for what a question says beside layers: claims, goals, batches, numbers' sizes, what all layers share."""

from __future__ import annotations

import re

from cnncalc.questions.setups import Known
from cnncalc.questions.sheet import Item, Made, Match, Rule, drop, tagged
from cnncalc.spec.words import Token

_SCALES = {"k": 10**3, "thousand": 10**3, "m": 10**6, "million": 10**6, "g": 10**9, "billion": 10**9}
GOALS = {
    "param": "parameters",
    "parameter": "parameters",
    "weight": "weights",
    "mac": "macs",
    "flop": "flops",
    "multiplication": "macs",
    "connection": "connections",
}
"""Nouns that a number may come before as something reached or claimed: `1,520 parameters`."""
_GOAL = "|".join(GOALS)
_UNIT = rf"(?:k|m|g|mb|gb|mib|kb|million|billion|thousand|value|byte|of|unit|{_GOAL})"
_VALUES = rf"(?:about |roughly |approximately |some |around )*<r>(?: {_UNIT})*"
_NTH = r"(?:the )?(?:lowest|bottom|first|second|third|fourth|fifth|middle|top|last)"


def _depths(match: Match) -> Made:
    """`the first layer outputs 100 maps, the second 200`: one number of filters for each layer."""
    like, pieces = match.items[0].tokens[0], []
    for value in match.values():
        pieces += [
            Token("mark", ",", like.start, like.end, ","),
            Token("number", str(value), like.start, like.end, value),
        ]
    noun = Token("word", "filters", like.start, like.end, "filters")
    return Item("@set", (noun, *pieces[1:]))


def _claim(match: Match) -> Made:
    words = match.text().split()
    return "@claim", [quantity for word, quantity in GOALS.items() if word in words]


def _factor(match: Match) -> Made:
    return "@factor" if re.search(r"times|factor|fewer|smaller|larger|cheaper|less|more", match.text()) else None


def _a_single(match: Match) -> Made:
    return "@pass" if match.items[0].said.lower() == "one" else None


def _goal(match: Match) -> Made:
    if re.search(r"#n\d+ (?:→|to)$", match.before(2)):
        return None  # `Conv 64→128 parameters`
    return "@goal", (GOALS[match.text("what")], match.value("v") * _SCALES.get(match.text("scale"), 1))


def _dtype(match: Match) -> Made:
    """`float32`, `32-bit`; a number of bits that is no whole number of bytes is left standing."""
    bits = next(iter(match.values()), 32)
    return ("@dtype", bits // 8) if bits in (8, 16, 32, 64) else None


def _batch(match: Match) -> Made:
    size = match.value("b") or match.value("c")
    plural = match.items[-1].said.lower().endswith("s")
    return ("@batch", size) if match.value("b") or (plural and size > 1) else None


def _each_one(match: Match) -> Made:
    """`one filter` as in `how many weights does one filter have`."""
    asked = re.search(r"(?:do|does|of|in|per|has|have)$", match.before())
    return "each" if asked and match.items[0].said.lower() == "one" else None


def _perceptron(match: Match) -> Made:
    """`784 -> 300 -> 10`: dense layers by the numbers of their neurons."""
    numbers, around = match.values(), f"{match.before(99)} {match.after(99)}"
    named = re.search(r"\b(?:mlp|perceptron|dense|connected)\b", f"{match.text()} {around}") and len(numbers) > 2
    return ("@mlp", tuple(numbers)) if match.text("head") or named else None


def _height_first(match: Match) -> Made:
    """`3 by 5 (height by width)`: turned to width first."""
    like, value = match.items[0].tokens[0], tuple(reversed(match.value("v")))
    if re.search(r"(?:input|image|volume)(?: (?:of|size|is|be|:|=))*$", match.before(4)):
        return "@in", Known(value)
    return Item("@size", (Token("size", like.text, like.start, like.end, value),))


def _no_padding(match: Match) -> Made:
    if match.text().startswith("zero") and re.match(r"#|of|=|:", match.after()):
        return None
    return "@all", ("pad", 0)


def _all_bias(match: Match) -> Made:
    said = match.items[-1].said.lower()
    every = said.endswith("biases") or match.text().startswith(("all", "both", "each"))
    return ("@all", ("bias", re.search(r"\b(?:no|without)\b", match.text()) is None)) if every else None


CLAIMS: tuple[Rule, ...] = (
    (
        r"\(? ?(?:(?:one|a|1) )?(?:mac|multiply~(?:add|accumulate)) (?:=|is|be|count as|counted as) (?:<n:c>|"
        r"one) flop(?: \))?",
        lambda match: "@macflop" if match.value("c") in (None, 1) else "@pass" if match.value("c") == 2 else None,
    ),
    (r"half (?:the|of|as|its|their)(?! (?:them|which))", tagged("@refused")),
    (r"<n:c>(?: -)? d(?= (?:signal|sequence|series))", lambda match: "@pass" if match.value("c") == 1 else None),
    (
        r"(?:the|this) same(?!~(?:pad|padding|conv|convolution|size|width|height|dimension|resolution|shape|extent|"
        r"spatial))",
        drop,
    ),
    (r"half of them|half of which|\( (?:[a-h]|i|ii|iii|iv) \)|[a-h] \)", drop),
    (
        r"(?:how many times|by (?:which|what) factor|how much)(?: (?:be|is|are|do|does))*"
        r"(?: (?:fewer|more|less|larger|smaller|cheaper))?",
        _factor,
    ),
    (r"upsampling (?:by|via|through|with|using)(?: a)?(?= (?:transposed|deconv|deconvolution))", drop),
    (r"(?:conv|convolution|convolutional) (?:neural )?(?:network|net)", drop),
    (
        r"each(?: (?:<n>|one|neuron|unit|of them|of which))* (?:is |being )?(?:fully|densely)~connected"
        r"(?: (?:to|with)(?: (?:the|every|all|each))* \w+)?",
        drop,
    ),
    (r"(?:this|that) (?:(?:hidden|output|whole|single|one) )?layer", drop),
    (
        rf"(?:say|print|report|claim|quote|declare)(?: that)? {_VALUES}"
        rf"(?: (?:and|or|,)(?: (?:the other|another|other))? {_VALUES})*(?: input)?",
        _claim,
    ),
    (r"the <r> in (?:the|this|that) (?:paper|article|book|note)(?: fit)?|(?:formula|rule) give <r>", _claim),
    (rf"(?:have|has) <r> (?:{_GOAL})(?: (?:and|but|,) not| instead of| rather than) <r>", _claim),
    (r"<n:c> (?:image|axis|example|tool|model zoo)", _a_single),
    (r"per image|on (?:each|every|all|both|either)(?: \w+)? side", drop),
    (r"batch~?(?:of|size)?(?: (?:of|=|:))* <n:b>(?: image| example)?|<n:c> (?:image|example)", _batch),
    (r"float32|fp32|float <n>|single~precision|<n:bits> - bit(?: float| number| value)?", _dtype),
    (r"float16|fp16|half~precision|bfloat16|bf16", tagged("@dtype", 2)),
    (r"float64|fp64|double~precision", tagged("@dtype", 8)),
    (r"u?int8", tagged("@dtype", 1)),
    (
        r"<n:b> byte (?:per|each|for each|a)(?: (?:number|value|weight|param|parameter|activation|float))?",
        lambda match: ("@dtype", match.value("b")),
    ),
    (
        rf"<r:v>(?: (?P<scale>{'|'.join(_SCALES)}))?(?: (?:trainable|learnable|learned|total))* (?P<what>{_GOAL})"
        r"(?! (?:layer|#))",
        _goal,
    ),
    (r"<s2:v> \( (?:height|h) (?:by|x|,|then) (?:width|w) \)", _height_first),
    (r"full (?:padding|convolution)", lambda match: "@pass" if re.search(r"padding #n\d+", match.before(9)) else None),
    (r"(?:no|without|zero)(?: any)? (?:zero~)?(?:pad|padding)|unpadded", _no_padding),
    (
        r"(?:with and without|without and with|with or without)(?: a)? bias(?: term)?",
        tagged("@both", ("bias", (True, False))),
    ),
    (r"<n:c>(?= (?:filter|kernel|neuron))", _each_one),
    (
        r"(?P<head>(?:dense|fully~connected|mlp|perceptron|linear|fc)(?: (?:layer|network|net|:|,|with))* )?<n>"
        r"(?: (?:→|-) <n>)+(?! (?:channel|map|filter|-|→))(?: ,? ?fully~connected)?",
        _perceptron,
    ),
    (
        r"(?P<head>mlp|perceptron|(?:dense|fully~connected) network)(?: (?:with|of|:|layer|size|has|have|unit|neuron))*"
        r" <n>(?: ,? ?(?:and )?<n>)+(?: (?:neuron|unit))?",
        _perceptron,
    ),
    (
        r"per output (?P<of>element|value|number|neuron|unit|pixel|position|cell)",
        lambda match: ("@perout", match.text("of") in ("pixel", "position", "cell")),
    ),
    (
        rf"{_NTH}(?: (?:layer|one))? (?:output|give|have|produce) <n>(?: (?:feature~)?map)?"
        rf"(?: ,?(?: ?and)? ?{_NTH}(?: (?:layer|one))? (?:(?:output|give|have|produce) )?<n>(?: (?:feature~)?map)?)+",
        _depths,
    ),
    (
        r"(?:all|both|each)(?: \w+)? (?P<pad>same|valid)(?:~(?:padding|padded|conv|convolution))?",
        lambda match: ("@all", ("pad", match.text("pad"))),
    ),
    (r"(?:(?:all|both|each) )?(?:with|without|no|including|having)(?: (?:any|a))? bias(?: term)?", _all_bias),
)
