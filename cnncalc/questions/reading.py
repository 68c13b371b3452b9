"""A question read: the tags of its line folded into what is described and what is asked of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from cnncalc.layers import layer_class
from cnncalc.questions.calls import Said
from cnncalc.questions.extents import Known
from cnncalc.questions.lexicon import HARMLESS
from cnncalc.questions.sheet import Item, Sheet
from cnncalc.spec.phrase import Binder
from cnncalc.spec.words import Token, singular

_WEAK = frozenset((",", "and", ":", "(", ")", "by", "through", "with", "into", "on"))
_SENTENCE = frozenset((".", "?", ";", "!"))
_JOINING = frozenset(("of", "at", "after", "for", "in", "by", "does", "do", "has", "have", "must"))
_CONVOLUTIONS = frozenset(("depthwise", "separable", "pointwise", "transposed_conv"))
_STRONG = frozenset(("→", "@then", "+"))


@dataclass(slots=True)
class Setup:
    """One thing described: a volume, and layers in a row.

    With `only_width` one number was said of the input, and the height is taken to be the same. The layers before the first dense one come `turns` times, the last with `ending` filters.
    """

    input: Known = field(default_factory=Known)
    layers: list[Said] = field(default_factory=list)
    label: str = ""
    only_width: bool = False
    turns: int = 1
    ending: int | None = None

    def variant(self, **changes: Any) -> Setup:
        """A copy whose layers may be changed."""
        return replace(self, layers=[replace(said, values=dict(said.values)) for said in self.layers], **changes)


@dataclass(slots=True)
class Ask:
    """A quantity asked for, and the layers it is asked of, where some are singled out.

    Each is a kind and its number (from 1, from the end below 0, all of them at 0), or a layer's name.
    """

    name: str
    where: list[tuple[str, int | str]] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """What a question describes and asks.

    Attributes:
        setups: the things described; several where the question compares or asks for several values in turn.
        asked: the quantities, in the question's order.
        unknown: hyperparameters (or `input`) that are sought.
        goal: a quantity and the number it is to have, or is said to have.
        target: the extents that are to come out; `keep` where they are to stay as they are.
        claims: volumes said to come out inside a network; `without` the layers it is to lack.
        words: all words, for the few that decide between readings (`floor`, `gradient`), `plurals` as they stand.
    """

    setups: list[Setup] = field(default_factory=lambda: [Setup()])
    asked: list[Ask] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    goal: tuple[str, int] | None = None
    target: Known | None = None
    keep: bool = False
    remarks: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    words: frozenset[str] = frozenset()
    plurals: frozenset[str] = frozenset()
    bytes_each: int | None = None
    batch: int = 1
    pending: list[tuple[str, int | str]] = field(default_factory=list)
    claimed: bool = False
    claims: list[Known] = field(default_factory=list)
    without: list[tuple[str, int | str]] = field(default_factory=list)
    symbolic: bool = False
    compares: bool = False


@dataclass(slots=True)
class _Open:
    """A layer while its words are being gathered; `chunk` is where its tokens since the last mark begin."""

    setup: int
    kind: str | None = None
    tokens: list[Token] = field(default_factory=list)
    chunk: int = 0
    since_head: bool = False
    in_ask: bool = False
    said: Said | None = None
    axes: int | None = None
    times: int = 1
    ordinal: int | None = None
    number: int | str | None = None
    series: dict[str, tuple[int, ...]] = field(default_factory=dict)
    plural: bool = False
    follows: bool = False
    asks: range = range(0)
    joined: bool = False


class Fold:
    """Goes through the items once, then gives the gathered words to the phrase reader."""

    def __init__(self, sheet: Sheet, remarks: list[str], network: bool) -> None:
        words = [str(token.value) for token in sheet.tokens if token.kind == "word"]
        self.reading = Reading(remarks=remarks, words=frozenset(map(singular, words)), plurals=frozenset(words))
        self.network = network
        self.parts: list[_Open] = []
        self.shared: list[tuple[str, Any]] = []
        self._fresh = True
        self._in_ask = False
        self._times = 1
        self._ordinal: int | None = None
        self._group, self._apart = 0, True
        self._last: tuple[str, ...] = ()
        self._following = False
        for sentence in _sentences(sheet.items):
            self._following = bool(self.parts) and _follows_up(sentence)
            if self._following:
                self._open(None).follows = True
            for item in sentence:
                self._take(item)
                self._last = (*self._last[-3:], item.text)

    # Items

    def _take(self, item: Item) -> None:
        text = item.text
        if len(text) > 1 and text.startswith("@"):
            name, _, detail = text[1:].partition(":")
            getattr(self, f"_on_{name}")(item, detail)
        elif text in _STRONG or text in _SENTENCE or text in _WEAK:
            self._separate(item)
        else:
            self._gather(item.tokens)

    def _separate(self, item: Item) -> None:
        if item.text in _STRONG and item.text != "+":
            self._fresh = True
        if item.text in _SENTENCE:
            self._in_ask = False
        self._apart = self._apart or item.text not in ("and", "(", ")")
        if self.parts:
            part = self.parts[-1]
            part.tokens += [] if item.text in ("→", "@then") else [t for t in item.tokens if item.text != ";"]
            part.chunk, part.since_head = len(part.tokens), True

    def _gather(self, tokens: tuple[Token, ...]) -> None:
        if not self.parts or (self._fresh and any(t.is_value for t in tokens)):
            self._open(None)
        self.parts[-1].tokens += tokens

    def _open(self, kind: str | None) -> _Open:
        part = _Open(len(self.reading.setups) - 1, kind, in_ask=self._in_ask, times=self._times, ordinal=self._ordinal)
        self._place(part)
        self._times, self._ordinal, self._fresh = 1, None, False
        self.parts.append(part)
        return part

    def _place(self, part: _Open) -> None:
        """Note which quantities stand before a layer, and whether a preposition ties it to them."""
        part.asks = range(self._group, len(self.reading.asked))
        part.joined = not _JOINING.isdisjoint(self._last)

    def _on_head(self, item: Item, kind: str) -> None:
        part = self.parts[-1] if self.parts else None
        if part is None or self._fresh or part.said is not None or part.setup != len(self.reading.setups) - 1:
            moved = self._loose(part)
            part = self._open(kind)
            part.tokens = moved
        elif part.kind is None and not (self._in_ask and any(t.is_value for t in part.tokens) and part.since_head):
            part.kind, part.times = kind, max(part.times, self._times)
            part.ordinal, self._times, self._ordinal = self._ordinal, 1, None
            part.in_ask = part.in_ask or self._in_ask
            self._place(part)
        elif kind == "conv" and not part.since_head and part.kind in _CONVOLUTIONS:
            pass  # `depthwise 3x3 convolution`
        elif part.kind != kind or part.since_head:
            moved, part.tokens = part.tokens[part.chunk :], part.tokens[: part.chunk]
            part = self._open(kind)
            part.tokens = moved
        part.axes = item.meaning if isinstance(item.meaning, int) else part.axes
        part.plural = part.plural or item.said.lower().endswith("s")
        part.since_head = False
        if kind == "conv" and len(item.tokens) == 2 and item.tokens[0].value == "filters":
            part.tokens += item.tokens

    def _loose(self, part: _Open | None) -> list[Token]:
        """Words just before a head that opens a layer of its own belong to that layer."""
        if part is None or part.kind is not None or part.said is not None or any(t.is_value for t in part.tokens):
            return []
        moved, part.tokens = part.tokens, []
        return moved

    def _on_named(self, item: Item, _: str) -> None:
        kind, number = item.meaning
        self._on_head(Item(f"@head:{kind}", item.tokens), kind)
        self.parts[-1].number = number

    def _on_ref(self, item: Item, kind: str) -> None:
        self._on_head(Item(f"@head:{kind}", item.tokens), kind)
        self.parts[-1].number = item.meaning

    def _on_without(self, item: Item, _: str) -> None:
        self.reading.without += item.meaning

    def _on_facts(self, item: Item, _: str) -> None:
        self.reading.unread += [token.text for token in item.tokens if token.is_value]

    def _on_claimed(self, item: Item, _: str) -> None:
        self.reading.claims.append(item.meaning)

    def _on_layer(self, item: Item, _: str) -> None:
        part = self._open(item.meaning.kind)
        part.said, part.times = item.meaning, max(part.times, self._times)
        if item.meaning.shape is not None:
            self.reading.setups[-1].input = item.meaning.shape
        self._fresh = False

    def _on_in(self, item: Item, _: str) -> None:
        known: Known = item.meaning
        setup = self.reading.setups[-1]
        described = any(part.setup == len(self.reading.setups) - 1 for part in self.parts)
        if setup.input.spatial is None or not described:
            setup.input = known.over(setup.input)
        elif known.over(setup.input) != setup.input:
            self.reading.setups.append(Setup(known))
            self._fresh = True
            return
        if self.parts:
            self.parts[-1].chunk, self.parts[-1].since_head = len(self.parts[-1].tokens), True

    def _on_depth(self, item: Item, _: str) -> None:
        known: Known = item.meaning
        setup = self.reading.setups[-1]
        if setup.input.channels is None:
            setup.input = setup.input.over(known)
        elif setup.input.channels != known.channels and self.parts:
            self._gather((_word("filters", item), _number(known.channels, item)))

    def _on_channels(self, item: Item, _: str) -> None:
        before, after = item.meaning
        setup = self.reading.setups[-1]
        if setup.input.channels in (None, before):
            setup.input = setup.input.over(Known(None, before))
        self._gather((_word("filters", item), _number(after, item)))

    def _on_features(self, item: Item, _: str) -> None:
        before, after = item.meaning
        setup = self.reading.setups[-1]
        if setup.input.spatial is None:
            setup.input = Known((), before)
        self._gather((_word("units", item), _number(after, item)))

    def _on_out(self, item: Item, _: str) -> None:
        self.reading.target = item.meaning

    def _on_change(self, item: Item, _: str) -> None:
        before, self.reading.target = item.meaning
        setup = self.reading.setups[-1]
        setup.input = setup.input if setup.input.spatial == before.spatial else before.over(setup.input)

    def _on_keep(self, item: Item, _: str) -> None:
        self.reading.keep = True

    def _on_symbol(self, item: Item, _: str) -> None:
        self.reading.symbolic = True

    def _on_ask(self, item: Item, name: str) -> None:
        self._in_ask = True
        if self._apart:
            self._group, self._apart = len(self.reading.asked), False
        self.reading.asked.append(Ask(name))
        if self.parts:
            self.parts[-1].tokens.append(Token("mark", ",", item.tokens[0].start, item.tokens[0].end, ","))
            self.parts[-1].chunk, self.parts[-1].since_head = len(self.parts[-1].tokens), True

    def _on_unknown(self, item: Item, _: str) -> None:
        self.reading.unknown += item.meaning

    def _on_goal(self, item: Item, _: str) -> None:
        self.reading.goal = item.meaning

    def _on_claim(self, item: Item, _: str) -> None:
        self.reading.claimed = True
        self.reading.asked += map(Ask, item.meaning)

    def _on_dtype(self, item: Item, _: str) -> None:
        self.reading.bytes_each = item.meaning

    def _on_batch(self, item: Item, _: str) -> None:
        self.reading.batch = item.meaning

    def _on_pass(self, item: Item, _: str) -> None:
        """Nothing is said."""

    _on_net = _on_pass

    def _on_set(self, item: Item, _: str) -> None:
        self._gather(item.tokens)

    _on_size = _on_set

    def _on_all(self, item: Item, _: str) -> None:
        name, value = item.meaning
        if self._following and value is False:
            self._gather((_word("no", item), _word(name, item)))
        elif self._following:
            self._gather((_word(name, item), _number(value, item)))
        else:
            self.shared.append((name, value))

    def _on_series(self, item: Item, _: str) -> None:
        name, values = item.meaning
        if not self.parts:
            self._open(None)
        self.parts[-1].series[name] = values

    def _on_times(self, item: Item, _: str) -> None:
        self._times = item.meaning

    def _on_repeat(self, item: Item, _: str) -> None:
        if self.parts:
            self.parts[-1].times = item.meaning

    def _on_blocks(self, item: Item, _: str) -> None:
        self.reading.setups[-1].turns = item.meaning

    def _on_ending(self, item: Item, _: str) -> None:
        self.reading.setups[-1].ending = item.meaning

    def _on_ordinal(self, item: Item, _: str) -> None:
        self._ordinal = item.meaning

    def _on_then(self, item: Item, _: str) -> None:
        self._separate(item)

    def _on_versus(self, item: Item, _: str) -> None:
        self.reading.compares = True
        self.reading.setups.append(Setup(self.reading.setups[-1].input))
        self._fresh = True


def _sentences(items: list[Item]) -> list[list[Item]]:
    """The line cut after every question mark."""
    sentences: list[list[Item]] = [[]]
    for item in items:
        sentences[-1].append(item)
        if item.text == "?":
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _follows_up(sentence: list[Item]) -> bool:
    """`And with padding 1?`: only values, which replace those of the question before."""
    texts = [item.text for item in sentence]
    values = any(text.startswith(("#", "@set", "@all", "@size")) or text == "bias" for text in texts)
    tags = {text.partition(":")[0] for text in texts if text.startswith("@")}
    return values and texts[-1] == "?" and tags <= {"@set", "@all", "@size", "@pass"}


def _word(name: str, item: Item) -> Token:
    return Token("word", name, item.tokens[0].start, item.tokens[-1].end, name)


def _number(value: Any, item: Item) -> Token:
    return Token("number", str(value), item.tokens[0].start, item.tokens[-1].end, value)


def read(sheet: Sheet, remarks: list[str], network: bool = False) -> Reading:
    """Fold a tagged line; `network` says that it names one, so that a layer without values is one of its layers.

    Words and numbers that could not be given a meaning are in `Reading.unread`.
    """
    fold = Fold(sheet, remarks, network)
    reading = fold.reading
    bound = []
    for part in fold.parts:
        part.kind = bound[-1][1].kind if part.follows and bound else part.kind
        bound.append((part, part.said or _bind(part, reading)))
    described = {(part.setup, said.kind) for part, said in bound if part.kind and (said.values or said.many)}
    for part, said in bound:
        _settle(part, said, reading, (part.setup, said.kind) in described, network)
    _fill(reading, fold.shared)
    _tidy(reading)
    return reading


def _tidy(reading: Reading) -> None:
    """Settle what only the whole question tells."""
    said = {name for setup in reading.setups for layer in setup.layers for name in layer.values}
    said |= {"pad"} if "sides" in said else set()
    reading.asked = [ask for ask in reading.asked
                     if not (ask.name.startswith("?") and any(name.startswith(ask.name[1:4]) for name in said))
                     and not (ask.name == "legal" and reading.unknown)
                     and not (ask.name in ("output", "width") and "input" in reading.unknown)]
    last = next((setup.layers[-1] for setup in reversed(reading.setups) if setup.layers), None)
    if reading.goal and not reading.unknown and last and last.kind == "fc" and "units" not in last.values:
        reading.unknown = ["units"]
        reading.asked = [ask for ask in reading.asked if ask.name != "units"]
    names = {ask.name for ask in reading.asked}
    if reading.claimed and not names:
        reading.asked.append(Ask("conventions"))
    if "rounding" in names or {"floor", "ceil"} <= reading.words:
        reading.asked = [Ask("rounding"), *(ask for ask in reading.asked if ask.name not in ("rounding", "output", "width"))]


def _settle(part: _Open, said: Said, reading: Reading, described: bool, network: bool) -> None:
    """Decide whether something is a layer, a reference to one that is described, or an alternative."""
    setup = reading.setups[part.setup]
    if part.follows and setup.layers:
        _follow_up(said, setup, reading)
        return
    _serial(said, part)
    if not said.values and not said.many:
        if part.kind is None:
            return
        if network or (described and (part.in_ask or part.ordinal is not None)):
            _refer(part, (said.kind, part.number or part.ordinal or 0), reading)
            return
        if part.in_ask and setup.layers and setup.layers[-1].values:
            _alternative(said.kind, setup, reading)
            return
    if said.kind == "bottleneck":
        _bottleneck(said, setup, reading)
        return
    said.at = part.number or 0
    if not network and isinstance(part.number, int) and said.kind == "conv" and "kernel" not in said.values:
        said.values["kernel"] = part.number  # `conv3 s2` without a size is a 3x3 convolution
    said.times, said.axes = part.times, said.axes or part.axes
    setup.layers.append(said)


def _follow_up(said: Said, setup: Setup, reading: Reading) -> None:
    """The same again with other values, asked the same."""
    other = setup.variant(label=", ".join(f"{name} {_shown(value)}" for name, value in said.values.items()))
    other.layers[-1].values.update(said.values)
    reading.setups.append(other)


def _shown(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _serial(said: Said, part: _Open) -> None:
    """A list of values is one for each of several layers, or else a list of cases."""
    for name, values in part.series.items():
        if part.times == len(values) or (part.plural and part.times == 1):
            said.series[name] = values
            said.values[name] = values[0]
        else:
            said.values[name] = values[0]
            said.again += [(name, value) for value in values[1:]]


def _refer(part: _Open, where: tuple[str, int | str], reading: Reading) -> None:
    """Attach a reference to the quantities it goes with; one that stands alone asks for parameters."""
    if part.joined or not part.asks:
        for ask in reading.asked[part.asks.start : part.asks.stop] if part.asks else reading.asked:
            ask.where.append(where)
        if not reading.asked:
            reading.pending.append(where)
    else:
        reading.asked.append(Ask("parameters", [where]))


def _bottleneck(said: Said, setup: Setup, reading: Reading) -> None:
    """`through a 16-channel 1x1 bottleneck`: the layers described, after a cheaper one."""
    other = setup.variant(label="through the bottleneck")
    other.layers.insert(0, replace(said, kind="conv", values={"kernel": 1, **said.values}))
    setup.label = "directly"
    reading.setups.append(other)
    reading.compares = True


def _alternative(kind: str, setup: Setup, reading: Reading) -> None:
    """`MACs depthwise, pointwise, and for the standard conv`: the described layer as each kind in turn."""
    last = setup.layers[-1]
    if last.implied and last.kind == kind:
        last.implied = False
        return
    if last.implied:
        last.kind, last.implied, setup.label = kind, False, kind
    else:
        other = setup.variant(label=kind)
        other.layers[-1].kind = kind
        reading.setups.append(other)
    reading.compares = True


def _bind(part: _Open, reading: Reading) -> Said:
    kind = part.kind or _implied(part.tokens)
    binder = Binder(_carrier(kind))
    binder.read(part.tokens)
    said = Said(kind, dict(binder.values), list(binder.again), implied=part.kind is None)
    repeated = {id(token) for token, reason in binder.rest if "said twice" in reason}
    rest = [(token, reason) for token, reason in binder.rest if id(token) not in repeated]
    said.many = _list(binder, [token for token, _ in rest if token.is_value])
    for token, reason in rest:
        _account(token, reason, reading, bool(said.many))
    return said


def _list(binder: Binder, numbers: list[Token]) -> tuple[int, ...]:
    """The numbers of `FC 512, 256, 128, 10` or `with 100, 200, 400 maps`, in order."""
    name = {"conv": "filters", "fc": "units"}.get(binder.kind)
    numbers = [token for token in numbers if token.text.lower() != "one"]
    if name not in binder.values or not numbers or not all(isinstance(token.value, int) for token in numbers):
        return ()
    start = binder.spans[name][0]
    ordered = sorted([(start, binder.values[name]), *((token.start, token.value) for token in numbers)])
    return tuple(value for _, value in ordered)


def _carrier(kind: str) -> str:
    """The kind whose words a composite is described in."""
    return {"separable": "conv", "pointwise": "conv", "bottleneck": "conv", "block": "identity"}.get(kind, kind)


def _implied(tokens: list[Token]) -> str:
    """The kind of a layer that is described and not named: padding alone is padding, all else a convolution."""
    binder = Binder("conv")
    binder.read(tokens)
    return "pad" if set(binder.values) == {"pad"} else "conv"


def _account(token: Token, reason: str, reading: Reading, listed: bool) -> None:
    """Give what the phrase reader left over a meaning, or note it as not understood."""
    if token.is_value:
        if not listed and token.text.lower() != "one":
            reading.unread.append(token.text)
    elif "without a value" in reason:
        reading.asked.append(Ask(f"?{singular(str(token.value))}"))
    elif token.kind == "word" and not _harmless(str(token.value)):
        reading.unread.append(token.text)


def _unroll(setup: Setup) -> None:
    """Write out blocks that come several times."""
    dense = next((index for index, said in enumerate(setup.layers) if said.kind == "fc"), len(setup.layers))
    block, rest = setup.layers[:dense], setup.layers[dense:]
    setup.layers = [replace(said, values=dict(said.values)) for _ in range(setup.turns) for said in block] + rest
    last = next((said for said in reversed(setup.layers) if said.kind == "conv"), None)
    if setup.ending and last:
        last.values["filters"] = setup.ending


def _harmless(word: str) -> bool:
    word = word.removesuffix("'s")
    stems = {word, singular(word)}
    for ending in ("ing", "ed", "ly", "er", "d"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            stems |= {stem, f"{stem}e", stem[:-1] if stem[-1:] == stem[-2:-1] else stem}
    return not stems.isdisjoint(HARMLESS)


def _square(setup: Setup, reading: Reading) -> None:
    """`240 wide`, unless it is a sequence, stands for a square."""
    one_axis = any(said.axes == 1 for said in setup.layers) or reading.words & {"sequence", "signal", "length", "conv1d"}
    spatial = setup.input.spatial
    if spatial is not None and len(spatial) == 1 and not one_axis:
        axes = next((said.axes for said in setup.layers if said.axes), 2)
        setup.input, setup.only_width = Known(spatial * axes, setup.input.channels), True


def _fill(reading: Reading, shared: list[tuple[str, Any]]) -> None:
    """Spread what is said of all layers, and what alternatives have in common."""
    common = _common(reading) if reading.compares else {}
    first = next((setup for setup in reading.setups if setup.layers), None)
    if first is None:
        return
    for setup in reading.setups:
        _unroll(setup)
        if not setup.layers and setup is not reading.setups[0]:
            setup.layers = first.variant().layers
        for said in setup.layers:
            known = layer_class(_carrier(said.kind)).fields
            for name, value in (*shared, *common.items()):
                if name in known:
                    said.values.setdefault(name, value)
        if reading.compares:
            setup.label = setup.label or _described(setup)
            setup.input = setup.input.over(next((s.input for s in reading.setups if s.input.channels), setup.input))
        _square(setup, reading)


def _described(setup: Setup) -> str:
    """What tells one of several compared things from the others."""
    count = sum(said.times for said in setup.layers)
    last = setup.layers[-1] if setup.layers else Said("")
    kernel = last.values.get("kernel", "")
    size = "x".join(map(str, kernel)) if isinstance(kernel, tuple) else str(kernel)
    return " ".join(part for part in (str(count) if count > 1 else "", last.kind, size) if part)


def _common(reading: Reading) -> dict[str, Any]:
    """What is said of one of several things compared, and so of all that do not say otherwise."""
    common: dict[str, Any] = {}
    for setup in reading.setups:
        if len(setup.layers) == 1:
            common = {**setup.layers[0].values, **common}
    return common
