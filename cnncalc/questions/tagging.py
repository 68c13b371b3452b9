"""The rules that put tags on a question's line: claims, goals, unknowns, quantities, layers, order."""

from __future__ import annotations

import re
from collections.abc import Callable

from cnncalc.questions import lexicon
from cnncalc.questions.calls import tag_calls
from cnncalc.questions.chain import MOST_LAYERS
from cnncalc.questions.extents import tag_extents
from cnncalc.questions.networks import AFTER_NETWORKS, OF_NETWORKS
from cnncalc.questions.setups import Known, Said
from cnncalc.questions.sheet import Item, Made, Match, Rule, Sheet, apply, drop, setting, tagged
from cnncalc.spec.words import Token

_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1, "final": -1}
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
_FIELD = (
    r"(?:zero~)?(?:pad|padding)|stride|(?:kernel|filter|window)(?:~(?:size|width))?|dilation(?: rate|~factor)?|"
    r"input(?: (?:size|width|extent|resolution|shape|dimension|image))?|image (?:size|width)|setting"
)
_WANTED = (
    r"(?: (?:the|be|zero|amount|of|value|is|must|minimum|minimal|smallest|largest|should|possible|integer|whole|"
    r"symmetric|size|a|an|would|will|was|were|do|does|you|we|need|for|all))*~"
)


_NTH = r"(?:the )?(?:lowest|bottom|first|second|third|fourth|fifth|middle|top|last)"


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
    apply(sheet, _CLAIMS)
    remarks += tag_extents(sheet, three_d)
    sheet.rewrite(r"<t:v>", lambda match: _tuple(match, remarks))
    apply(sheet, _UNKNOWNS)
    apply(sheet, tuple((rule, _quantity(name)) for name, rule in lexicon.QUANTITIES))
    apply(sheet, tuple((rule, _head(kind)) for kind, rule in lexicon.HEADS))
    apply(sheet, _ORDER)
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


def _wanted_field(match: Match) -> Made:
    """A receptive field that layers are to reach, where their number is asked for."""
    found = next(match.value(group) for group in ("v", "a", "b", "c") if match.text(group))
    if match.value("one") not in (None, 1) or not re.search(
        r"how many (?:\S+ )*?(?:layer|conv|convolution)\b", match.before(99)
    ):
        return None
    return "@field", found if isinstance(found, int) else found[0]


def _unknown(match: Match) -> Made:
    said = match.text("what")
    names = {
        "pad": "pad",
        "stride": "stride",
        "dilation": "dilation",
        "input": "input",
        "image": "input",
        "kernel": "kernel",
        "filter": "kernel",
        "window": "kernel",
        "setting": "setting",
    }
    found = sorted((said.find(word), name) for word, name in names.items() if word in said)
    return "@unknown", [name for _, name in found]


def _single(match: Match) -> Made:
    """`a 3x3 filter`, and not `filters`: one, where nothing else is said."""
    if match.text() in ("a", "an") and match.anywhere("@single"):
        return None
    noun = match.next_item("filter") or match.next_item("kernel")
    return None if noun is None or noun.said.lower().endswith("s") else "@single"


def _which_letter(match: Match) -> Made:
    return "@unknown", [{"p": "pad", "s": "stride", "f": "kernel", "k": "filters"}[match.text("letter")]]


def _which_number(match: Match) -> Made:
    sought = re.search(r"(?:find|compute|determine|calculate|is|what)$", match.before())
    if match.text().startswith("the") and not sought:
        return None
    return "@unknown", ["units" if match.text("what") in ("neuron", "unit") else "filters"]


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


def _and_compared(match: Match) -> Made:
    """`compare two 3x3 convolutions and one of 5x5`."""
    return "@versus" if re.search(r"\b(?:compare|comparison|difference)\b", match.before(99)) else None


def _versus_one(match: Match) -> Made:
    return "@versus" if match.value("c") == 1 else None


def _neuron(match: Match) -> Made:
    return setting("filters", 1, match, "@head:conv") if match.value("c") in (None, 1) else None


def _series(match: Match) -> Made:
    """`dilation 1, 2 and 4`: one value for each of several layers."""
    if " and " not in match.text() and "," not in match.text("more"):
        return None
    name = "pad" if match.text("what") == "padding" else match.text("what")
    return "@series", (name, tuple(match.values()))


def _filter_width(match: Match) -> Made:
    of_filter = re.search(r"(?:filter|kernel|window)(?: (?:of|with|each))*$", match.before(3))
    return setting("kernel", match.value("v"), match) if of_filter else None


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


def _named(match: Match) -> Made:
    kind = {"conv": "conv", "convolution": "conv", "pool": "maxpool", "fc": "fc", "dense": "fc", "linear": "fc"}
    word, digits = re.fullmatch(r"([a-z]+)_?(\d+)", match.text()).groups()  # type: ignore[union-attr]
    return "@named", (kind[word], int(digits))


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


def _of_extent(match: Match) -> Made:
    """`32 kernels of 80`: the extent of a filter."""
    return setting("kernel", match.value("v"), match) if re.search(r"(?:kernel|filter)$", match.before()) else None


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


_CLAIMS: tuple[Rule, ...] = (
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
        r"\(? ?(?:(?:one|a|1) )?(?:mac|multiply~(?:add|accumulate)) (?:=|is|be|count as|counted as) (?:<n:c>|one) flop(?: \))?",
        lambda match: "@macflop" if match.value("c") in (None, 1) else "@pass" if match.value("c") == 2 else None,
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
_UNKNOWNS: tuple[Rule, ...] = (
    (
        r"how (?:many|much) (?:zero~)?(?:pad|padding)(?: (?:pixel|zero|cell|row))?|"
        r"how many (?:pixel|zero|cell|row) of (?:zero~)?padding",
        tagged("@unknown", ["pad"]),
    ),
    (
        r"receptive field(?: (?:size|of|=|is|be|at|least))* (?:<n:v>|<s2:a>)(?: pixel)?|"
        r"<s2:b> receptive field|(?:the )?(?:same )?receptive field(?: (?:as|of|that|a|single))+(?: <n:one>)? <s2:c>"
        r"(?: (?:filter|kernel|conv|convolution|layer))*",
        _wanted_field,
    ),
    (
        r"(?:receptive field|field of view)(?: size)?(?:,| and)*(?: the)?(?: effective| total)? stride|"
        r"(?:(?:which|what) )?(?:effective |total )?stride and (?:receptive field|field of view)",
        tagged("@ask:receptive_field"),
    ),
    (
        rf"(?:which|what|how much|find|compute|determine|calculate|how (?:big|large)){_WANTED}"
        rf"(?P<what>(?:{_FIELD})(?: (?:and|or|,)(?: (?:the|which|what))?~(?:{_FIELD}))*)(?! (?:#|@in))",
        _unknown,
    ),
    (
        r"(?:minimum|smallest|possible|needed|required|necessary) (?P<what>(?:zero~)?(?:pad|padding)|stride|kernel size)",
        _unknown,
    ),
    (
        r"(?:which|what|find the|how large a|the) number of(?: (?P<what>neuron|unit|filter|kernel|output channel)|"
        r"(?= <s> (?:filter|kernel)))",
        _which_number,
    ),
    (r"(?:which|what)(?: value of)? (?P<letter>[psfk])(?! (?:=|#))", _which_letter),
    (r"how many(?= (?:<s> |@set )?(?:filter|kernel|feature map|output channel|map))", tagged("@unknown", ["filters"])),
    (
        r"(?P<what>stride|dilation|kernel|pad|padding)(?: (?:of|rate|size))* <n:a>(?P<more>(?: , <n>)*) ,?(?: ?and|,)? ?"
        r"<n:b>(?!(?: ,| and| #n\d+)* (?:filter|kernel|channel|unit|neuron|map))",
        _series,
    ),
    (
        r"(?:a|an|each|every|single|a single)(?= <s> (?:filter|kernel)(?! size))|(?:a single|single|a|one)"
        r"(?= (?:filter|kernel) (?:of|with)(?: size)? <s>)",
        _single,
    ),
    (
        r"dilated(?: by| with)? (?:factor |rate |a factor of )?<n:v>(?! (?:filter|kernel|conv))|<n:v2>~dilated",
        lambda match: setting("dilation", match.value("v") or match.value("v2"), match),
    ),
    (r"(?:dilated|atrous)(?= (?:<s> )?(?:\S+ )?(?:conv|convolution|filter|kernel))", drop),
    (r"(?:of )?(?:width|length|extent) <n:v>", _filter_width),
    (
        r"<n:v>(?:~(?:pixel|px))?~wide(?:~(?:filter|kernel|window))?(?! (?:input|image|output))",
        lambda match: setting("kernel", match.value("v"), match),
    ),
    (r"of <n:v>(?! (?:x|by|channel|#))", _of_extent),
    (
        r"(?:<n:c>|a|an|each|every|single|a single) (?:conv|convolution|convolutional)(?: layer)? (?:neuron|unit|node)",
        _neuron,
    ),
    (
        r"(?:trainable|learnable)(?: (?:param|parameter))? and non~trainable(?: (?:total|param|parameter|number))*",
        tagged("@ask:trainable_and_fixed"),
    ),
)
_ORDER: tuple[Rule, ...] = (
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
        r"(?:compared? (?:with|to)|versus|vs|rather than|instead of|against|or)(?: \.)?(?= (?:a|an|the|one|single|#|@))",
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
        r"<n:c>(?: (?:such|identical|equal))? (?:block|stage|pair|unit)(?: each)?(?: with)? (?:of|:|with)(?: (?:a|one))?"
        r"(?= (?:\S+ )?@head)",
        lambda match: ("@blocks", match.value("c")),
    ),
    (
        r"how many(?: (?:stacked|consecutive|successive|more))?(?= <s> (?:(?:stacked|consecutive) )?(?:@head:conv|layer))",
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
