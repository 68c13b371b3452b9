"""Which numbers of a question are volumes: the input (`@in`), what is to come out (`@out`), the depth (`@depth`).

Text is width x height x depth; tuples are the frameworks', channels and height first.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from cnncalc.questions.setups import Known
from cnncalc.questions.sheet import Made, Match, Sheet, setting

Rules = tuple[tuple[str, Callable[[Match], Made]], ...]

_COLOURS = r"(?:rgb|bgr|colou?r(?:ed)?|grayscale|greyscale|gray~scale|grey~scale|gray|grey|monochrome|black~and~white)"
_PICTURE = r"(?:image|input|picture|photo|photograph)"
_NOUN = rf"(?:{_PICTURE}|frame|(?:activation )?volume|feature~map|activation~map|map|tensor|pixel|px|output)"
_NAMED = (
    rf"(?:input (?:of|to|for) (?:a|an|the|this) (?:\S+ )*?layer|{_PICTURE}|volume|feature~map|tensor|input feature~map)"
)
_SHAPED = (
    r"(?: (?:of|is|are|size|sized|shape|dimension|:|=|-|volume|image|tensor|a|an|the|be|to be|has|that|which|it))*"
)
_SIZE_OF = r"(?: (?:=|:|of|is))*"
_CHANNELS = r"(?:channel|map|feature~map|plane)"
_BEFORE = rf"(?:<s:a>|<n:a2>)(?: {_NOUN})?"
_AFTER = rf"(?:<s:b>|<n:b2>)(?: {_NOUN})?(?! (?:channel|map|filter))"
_GIVES = (
    r"(?:give|giving|get|produce|producing|yield|yielding|obtain|reach|return|result in|output|become|end up with|"
    r"come to|leave)"
)
_TURNS = r"(?:turn|map|reduce|bring|take|shrink|change|transform|downsample|go|get|halve|convert|resize)"
_KEEPS = r"(?:keep|preserve|maintain|retain|leave|conserve)"
_COUNTED = (
    r"(?:param|parameter|weight|filter|mac|flop|feature|unit|neuron|channel|kernel|connection|multiplication|operation|"
    r"#\S+|million|billion)"
)
_LAYER = (
    r"(?:conv|convolution|convolutional|max|maximum|average|avg|mean|pool|pooling|maxpool|avgpool|depthwise|transposed|"
    r"deconv|deconvolution|subsampling|receptive|patch of|(?:filter|kernel|window)(?! (?:size )?(?:(?:=|:|of|is) )*#))"
)
_KERNEL_AFTER = re.compile(
    r"(?:- )?(?:[,;]? ?(?:and |with |a |zero - )*(?:stride|pad|padding|dilation|s|p)(?: -| of| =)* #n\d+ )*(?:[,;] )?"
    rf"(?:valid |same |dilated |strided |unpadded |padded |square )*{_LAYER}\b"
)
_KERNEL_BEFORE = re.compile(
    r"(?:filter|kernel|window|pool|pooling|conv|convolution|maxpool|avgpool|@|stride|pad|padding|dilation)"
    r"(?: (?:of|size|sized|shape|dimension|is|are|=|:|-|with|each|\())*$"
)


def tag_extents(sheet: Sheet, three_d: bool) -> list[str]:
    """Tag all volumes; what convention had to decide is returned as remarks."""
    tagger = _Tagger(sheet, three_d)
    for rules in (tagger.depths(), tagger.wanted(), tagger.keeping(), tagger.sizes(), tagger.widths(), tagger.single()):
        for rule, make in rules:
            sheet.rewrite(rule, make)
    return tagger.remarks


class _Tagger:
    """The rules by what they read, the surest first, and what each makes of a match."""

    def __init__(self, sheet: Sheet, three_d: bool) -> None:
        self.sheet = sheet
        self.three_d = three_d
        self.remarks: list[str] = []

    def depths(self) -> Rules:
        """Depth before and after a layer."""
        inside = rf"(?:input~?{_CHANNELS}|in~?channel|in)"
        outside = rf"(?:output~?{_CHANNELS}|out~?channel|out)"
        return (
            (
                rf"(?:from )?<n:a>(?: input~?{_CHANNELS})? (?:→|to|in and) <n:b>(?: output)?~?(?:{_CHANNELS}|filter)",
                self.channel_change,
            ),
            (
                rf"(?:reduc|map|tak|bring|expand|project|squeez|increas)(?:e|es|ed|ing)?(?: (?:the|from|a|depth|"
                rf"number of {_CHANNELS}))* <n:a>"
                rf" (?:input )?{_CHANNELS} (?:to|into|→|down to|up to) <n:b>(?: (?:output )?(?:{_CHANNELS}|filter))?",
                self.channel_change,
            ),
            (rf"<n:c> (?:output )?(?:{_CHANNELS}|filter) each(?! (?:of|with|<s>))", self.filters),
            (r"(?:from )?<n:a> (?:to|→) <n:b>(?: neuron| unit| output)?(?! (?:channel|filter|map))", self.dense_change),
            (rf"(?:from )?<n:a> {inside} (?:and|,|→|to) <n:b> {outside}", self.channel_change),
            (rf"<n:a> (?:input|in) (?:and|,) <n:b> (?:output|out)~?{_CHANNELS}", self.channel_change),
            (
                r"<n:a>(?P<b>) (?:channel|map|filter) (?:in and out|(?:for|on|at) (?:both )?input and output|"
                r"everywhere|"
                r"throughout)",
                self.channel_change,
            ),
        )

    def wanted(self) -> Rules:
        """What is to come out, and what turns into what."""
        return (
            (
                rf"{_BEFORE} (?:become|shrink to|turn into|is reduced to|are reduced to)(?: (?:a|an))? {_AFTER}",
                self.turned,
            ),
            (
                r"<n:v>~dimensional(?: (?:input|feature))*(?: (?:vector|input|embedding))?|vector (?:of|with) "
                r"(?:length|size|dimension)?~?<n:v2>(?: (?:number|value|entry|element|feature))?",
                self.flat,
            ),
            (r"<n:a> → <n:b>(?! (?:wide|pixel|px|→ #))", self.bare_change),
            (
                rf"{_GIVES}(?: (?:a|an|the))* (?:<s:b>|<n:b2>)(?: {_NOUN})? from(?: (?:a|an))? {_BEFORE}"
                r"(?! (?:filter|kernel|channel|conv))",
                self.turned,
            ),
            (
                rf"{_GIVES}(?: (?:a|an|the))?(?:{_SHAPED}) <s:v>(?: {_NOUN})?|<s:v2> (?:output|result)(?: volume|"
                rf" map)?|"
                rf"output(?:{_SHAPED}) <s:v3>(?! (?:input|image|tensor|volume|feature))",
                self.target,
            ),
            (
                rf"(?:{_GIVES}(?: (?:a|an|the))? )?<n:v> (?:- |pixel |px )*wide (?:output|result|feature~map)|"
                r"output(?: (?:width|size|of|is|=|:|be|to be|wide))* <n:v2>"
                rf"(?: (?:pixel )?wide| pixel)?(?! {_COUNTED})|{_GIVES}(?: (?:a|an|the))?"
                rf"(?: (?:output|width|output width|size|of|output size))* <n:v3>(?! {_COUNTED})"
                r"(?: (?:pixel )?wide| output(?! channel))?",
                self.target,
            ),
            (
                rf"{_TURNS}(?: (?:a|an|the|from|input|image|width|size|of|it))* {_BEFORE} (?:to|into|→|down to)"
                rf"(?: (?:a|an))? {_AFTER}",
                self.turned,
            ),
            (rf"from (?:a |an )?{_BEFORE} (?:to|into)(?: (?:a|an))? {_AFTER}", self.turned),
        )

    def keeping(self) -> Rules:
        """What is to stay as it is."""
        kept = r"(?:spatial|input|width|height|size|dimension|extent|resolution|shape|and|volume|output|unchanged|same)"
        extent = r"(?:size|width|dimension|resolution|shape|extent)"
        return (
            (
                rf"{_KEEPS}(?: (?:a|an|the|width|w|=|size|of|at|input|image))* (?:<s:a>|<n:a2>)"
                r"(?: (?:pixel|wide|input|image|unchanged|volume))*",
                self.kept,
            ),
            (
                rf"{_KEEPS}(?: (?:the|its|it|a|an))*(?: {kept})+|(?:same|equal|unchanged)(?: (?:spatial|output|"
                rf"input))* "
                rf"{extent}(?: (?:as|to) (?:the )?(?:input|output|before))?|output (?:size )?(?:equal|as large as|"
                r"as wide as|the same size as)(?: to)?(?: the)? input(?: size)?",
                lambda match: ("@keep", None),
            ),
        )

    def sizes(self) -> Rules:
        """Sizes with two or more numbers."""
        return (
            (
                r"(?P<one>c|d) (?:input )?channel(?: (?:in and out|in and (?P=one) out|and (?P=one) output channel))?|"
                r"(?P<two>c|d) (?:input|in) (?:and|,) (?P=two) (?:output|out) channel",
                lambda match: ("@symbol", None),
            ),
            (
                rf"(?:turn|map|reduce|transform)(?: (?:a|an|the))* <s:v>(?: {_NOUN})?(?= (?:to|into) what)",
                self.into_what,
            ),
            (
                r"<n:c>~(?:channel|map)(?= <s> (?:conv|convolution|bottleneck|layer|filter|squeeze|reduction))",
                self.filters,
            ),
            (rf"(?:{_NAMED}(?:{_SHAPED}) )?<t:v>", self.framework_tuple),
            (rf"<n:c> (?:channel|map|feature~map)(?: (?:of|,|at|each))* <s2:v>(?: {_NOUN})?", self.maps_of),
            (
                rf"(?:{_NAMED}(?:{_SHAPED}) |on (?:a |an )?|fed(?: with)? |at )?<s:v>"
                rf"(?:~(?:{_COLOURS}|(?!output (?:shape|size|dimension|width|volume|\?)){_NOUN}))*",
                self.volume,
            ),
        )

    def widths(self) -> Rules:
        """One number along an axis."""
        wide = r"(?:~?(?:pixel|px))?~(?:wide|width)"
        joint, side = r"(?:and|by|,|x)(?: and)?(?: (?:a|an))?", r"(?: (?:=|:|of|is|be))*"
        return (
            (rf"<n:w> (?:pixel )?wide {joint} <n:h> (?:pixel )?(?:high|tall)", self.two_sides),
            (rf"<n:h> (?:pixel )?(?:high|tall) {joint} <n:w> (?:pixel )?wide", self.two_sides),
            (rf"(?:width|w|w1){side} <n:w> (?:{joint} )?(?:height|h|h1){side} <n:h>", self.two_sides),
            (rf"(?:height|h|h1){side} <n:h> (?:{joint} )?(?:width|w|w1){side} <n:w>", self.two_sides),
            (
                rf"(?:{_COLOURS} )?(?:input|image|picture|photo)(?:{_SHAPED}) <n:v>(?: (?:pixel|px|wide))*"
                r"(?! (?:channel|image|map|filter|class|→|#))",
                self.width,
            ),
            (
                rf"<n:v>(?: - | )(?:{_COLOURS} )?(?:pixel )?(?:input|image)(?! (?:channel|map|feature|unit|neuron))",
                self.width,
            ),
            (r"<n:v> (?:pixel )?(?:wide|pixel|px)(?= \?| \.|$)", self.output_wide),
            (rf"(?:(?:an|a) )?<n:v>{wide}(?:~(?:input|image|picture))?", self.width),
            (rf"(?:width|w|w1|n|i|input size){_SIZE_OF} <n:v>(?! (?:channel|filter|kernel))", self.width),
            (r"on (?:a |an )?<n:v>(?: pixel| px)?(?! (?:-|channel|feature|map|filter|input|class|gpu))", self.width),
            (
                r"(?:sequence|signal|input|length|series)(?: (?:of|length|is|=|:|-))* <n:v>"
                r"(?:~(?:sample|step|time step|signal|sequence))?|<n:v2> (?:sample|time step)",
                self.length,
            ),
        )

    def single(self) -> Rules:
        """The depth by itself, a bare size that opens the question, and flat vectors."""
        return (
            (rf"(?P<c>{_COLOURS})(?:~(?:image|input|picture|photo|photograph))?", self.colour),
            (
                rf"<n:c> (?:input|colou?r)~?{_CHANNELS}|<n:c2>~channel(?:~(?:input|image|volume))?|"
                rf"(?:input )?(?:depth|in_channel|num_feature){_SIZE_OF} <n:c3>|<n:c4> (?:- )?deep|"
                r"<n:c5> feature(?!~map)|d(?:1|in)? = <n:c6>",
                self.depth,
            ),
            (
                r"<s2:v>(?= (?:,|;|→|through|pass|into|then)(?! (?:and|or)))|<n:m>(?= [,;] (?:<s>|kernel|filter|f =))",
                self.leading,
            ),
            (
                r"<n:v> (?:input|in)(?P<v2>)(?:~?(?:feature|unit|neuron|value|number|node))?"
                r"(?! (?:channel|image|map|volume))",
                self.flat,
            ),
        )

    def channel_change(self, match: Match) -> Made:
        """`64 -> 128 channels`: depth before, filters after; `64 channels in and out`."""
        return "@channels", (match.value("a"), match.value("b") or match.value("a"))

    def dense_change(self, match: Match) -> Made:
        """`a fully connected layer 25088 to 4096`."""
        dense = re.search(r"(?:linear|dense|connected|fc)(?: (?:layer|going|mapping|with|of|:))*$", match.before(4))
        return ("@features", (match.value("a"), match.value("b"))) if dense else None

    def bare_change(self, match: Match) -> Made:
        """`Conv 64->128`; two bare numbers beside no layer's name stay as they are."""
        if re.search(r"(?:linear|dense|connected|fc)(?: (?:layer|:|\())*$", match.before(3)):
            return "@features", (match.value("a"), match.value("b"))
        convolution = r"(?:conv|convolution|conv2d|deconv|@head\S*)(?: layer| with| \(|:| from| ,| #s\S+)*$"
        if re.search(convolution, match.before(4)):
            return self.channel_change(match)
        if re.search(r"(?:stride|pad|padding|size|kernel|dilation) (?:for|from)$", match.before(2)):
            return "@change", (self._read(match.value("a")), self._read(match.value("b")))
        return None

    def target(self, match: Match) -> Made:
        """A size that is to come out."""
        value = next(match.value(group) for group in ("v", "v2", "v3") if match.text(group))
        if re.match(r"output(?: \w+)* of\b.* (?:input|image|picture)$", match.text()):
            return None
        fed = match.text("v2") and match.before() in ("on", "of", "to", "over", "with", "for")
        if fed or _KERNEL_AFTER.match(match.after(10)):
            return None
        return "@out", self._read(value)

    def output_wide(self, match: Match) -> Made:
        """`is the output of … 27 wide?`"""
        return ("@out", self._read(match.value("v"))) if re.search(r"\boutput\b[^?.]*$", match.before(20)) else None

    def turned(self, match: Match) -> Made:
        """`224 into 112`; in a dense layer, inputs and neurons."""
        dense = re.search(r"(?:linear|dense|connected|fc)(?: (?:layer|going|mapping))*$", match.before(3))
        if dense and match.text("a2"):
            return "@features", (match.value("a2"), match.value("b2"))
        before, after = match.value("a") or match.value("a2"), match.value("b") or match.value("b2")
        return "@change", (self._read(before), self._read(after))

    def kept(self, match: Match) -> Made:
        """`keep 63x63`."""
        same = self._read(match.value("a") or match.value("a2"))
        return "@change", (same, same)

    def framework_tuple(self, match: Match) -> Made:
        """`(3, 224, 224)` or `(224, 224, 3)`; `(28, 28)` is height and width."""
        numbers = match.value("v")
        if _KERNEL_BEFORE.search(match.before(4)):
            return None
        if len(numbers) == 1:
            return "@in", Known((), numbers[0])
        if len(numbers) == 2:
            return ("@in", Known(tuple(reversed(numbers)))) if match.text().startswith(("input", "image")) else None
        first = numbers[0] in (1, 3, 4) or (numbers[1] == numbers[2] and numbers[0] != numbers[1])
        channels, extents = (numbers[0], numbers[1:]) if first else (numbers[-1], numbers[:-1])
        self.remarks.append(
            f"{match.items[-1].said} has {channels} channels and is "
            f"{'x'.join(map(str, reversed(extents)))} (width x height)"
        )
        return "@in", Known(tuple(reversed(extents)), channels)

    def into_what(self, match: Match) -> Made:
        """`turns 572x572 into what`."""
        return "@in", self._read(match.value("v"))

    def filters(self, match: Match) -> Made:
        """`a 16-channel 1x1 convolution`."""
        return setting("filters", match.value("c"), match)

    def leading(self, match: Match) -> Made:
        """A bare size that opens the description, before a kernel: `112x112, 64 -> 128 channels, 3x3`."""
        line = self.sheet.line
        opens = match.first == 0 or match.before() in (":", ".", "?", "is", "are", "for", "does", "do")
        others = not match.text("v") or len(re.findall(r"#s\d:\d+", line)) > 1 or match.after() not in (",", ";")
        if not opens or not others or re.search(r"@in|@change", line):
            return None
        return "@in", self._read(match.value("v") or match.value("m"))

    def maps_of(self, match: Match) -> Made:
        """`3 channels of 32x32`."""
        return "@in", Known(match.value("v"), match.value("c"))

    def volume(self, match: Match) -> Made:
        """A size that is no kernel's."""
        value = match.value("v")
        if self._is_kernel(match, len(value)):
            return None
        return "@in", _coloured(self._read(value), match)

    def _is_kernel(self, match: Match, numbers: int) -> bool:
        """Whether a size is the extent of a window and no volume: by its neighbours and how many numbers it has."""
        named = len(match.items) > 1
        after, before = match.after(10), "" if re.match(r"on|at|fed", match.text()) else match.before(4)
        if (
            numbers == 3
            and not self.three_d
            and not named
            and re.search(r"(?:filter|kernel)(?: of)? ,$", match.before(2))
        ):
            return re.search(r"#s3", match.after(99)) is not None
        if numbers > 2 and not self.three_d:
            filters = re.search(r"(?:filter|kernel|window)(?: (?:of|size|sized|=|:|each|\())*$", before)
            return bool(filters or re.match(r"(?:- )?(?:filter|kernel|window)\b", after))
        if _KERNEL_AFTER.match(after):
            return not re.search(_NOUN + "$", match.text())
        if named:
            return False
        return bool(_KERNEL_BEFORE.search(before)) or numbers < (4 if self.three_d else 3)

    def width(self, match: Match) -> Made:
        """`240 wide`: the one axis that is talked about."""
        if match.items[-1].said.lower() == "inputs":
            return None
        named = re.match(r"w1? (?:=|:)", match.text())
        if not named and (_KERNEL_AFTER.match(match.after(10)) or _KERNEL_BEFORE.search(match.before(2))):
            return None
        return "@in", _coloured(Known((match.value("v"),)), match)

    def length(self, match: Match) -> Made:
        """`a sequence of length 100`."""
        return "@in", Known((match.value("v" if match.text("v") else "v2"),))

    def two_sides(self, match: Match) -> Made:
        """`300 wide and 200 high`."""
        return "@in", Known((match.value("w"), match.value("h")))

    def colour(self, match: Match) -> Made:
        """`RGB`."""
        return "@depth", Known(None, _colour_channels(match.text("c")))

    def depth(self, match: Match) -> Made:
        """`3 input channels`."""
        groups = ("c", "c2", "c3", "c4", "c5", "c6")
        return "@depth", Known(None, next(match.value(group) for group in groups if match.text(group)))

    def flat(self, match: Match) -> Made:
        """`4096 inputs`: a flat vector."""
        bare = match.items[-1].said.lower() in ("in", "input") and "dimensional" not in match.text()
        if bare and not re.match(r"(?:and|to|→|into|\.|\?|unit|:)|$", match.after()):
            return None
        return "@in", Known((), next(match.value(group) for group in ("v", "v2") if match.text(group)))

    def _read(self, value: int | tuple[int, ...]) -> Known:
        if isinstance(value, int):
            return Known((value,))
        if len(value) < (4 if self.three_d else 3):
            return Known(value)
        if len(value) == 3 and value[1] == value[2] != value[0]:
            text = "x".join(map(str, value))
            self.remarks.append(f"{text} is read as {value[0]} channels of {value[1]}x{value[2]}")
            return Known(value[1:], value[0])
        if len(value) == 4 and value[0] in (1, 3) and value[-1] not in (1, 3, 4):
            self.remarks.append(f"{'x'.join(map(str, value))} has its {value[0]} channels first")
            return Known(value[1:], value[0])
        return Known(value[:-1], value[-1])


def _coloured(known: Known, match: Match) -> Known:
    """The volume with the depth that a colour word in the match says."""
    colour = re.search(_COLOURS, match.text())
    return known.over(Known(None, _colour_channels(colour.group()))) if colour else known


def _colour_channels(name: str) -> int:
    return 3 if name.startswith(("rgb", "bgr", "colo")) else 1
