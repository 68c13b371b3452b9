"""Rules for what a question seeks instead of a quantity, and for hyperparameters that are said in unusual words."""

from __future__ import annotations

import re

from cnncalc.questions.sheet import Made, Match, Rule, drop, setting, tagged

_FIELD = (
    r"(?:zero~)?(?:pad|padding)|stride|(?:kernel|filter|window)(?:~(?:size|width))?|dilation(?: rate|~factor)?|"
    r"input(?: (?:size|width|extent|resolution|shape|dimension|image))?|image (?:size|width)|setting"
)
_WANTED = (
    r"(?: (?:the|be|zero|amount|of|value|is|must|minimum|minimal|smallest|largest|should|possible|integer|whole|"
    r"symmetric|size|a|an|would|will|was|were|do|does|you|we|need|for|all))*~"
)


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


def _of_extent(match: Match) -> Made:
    """`32 kernels of 80`: the extent of a filter."""
    return setting("kernel", match.value("v"), match) if re.search(r"(?:kernel|filter)$", match.before()) else None


UNKNOWNS: tuple[Rule, ...] = (
    (rf"(?P<what>{_FIELD}) (?:for|from)(?= @change)", _unknown),
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
        r"(?:minimum|smallest|possible|needed|required|necessary) (?P<what>(?:zero~)?(?:pad|padding)|stride|"
        r"kernel size)",
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
        r"(?P<what>stride|dilation|kernel|pad|padding)(?: (?:of|rate|"
        r"size))* <n:a>(?P<more>(?: , <n>)*) ,?(?: ?and|,)? ?"
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
