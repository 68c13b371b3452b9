"""The tags of a question's line, folded into parts: the words that belong to one layer each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cnncalc.questions.sentences import follows_up, only_number, sentences
from cnncalc.questions.setups import Ask, Known, Reading, Said, Setup
from cnncalc.questions.sheet import Item, Sheet
from cnncalc.spec.words import Token, singular

_WEAK = frozenset((",", "and", ":", "(", ")", "by", "through", "with", "into", "on"))
_SENTENCE = frozenset((".", "?", ";", "!"))
_JOINING = frozenset(("of", "at", "after", "for", "in", "by", "does", "do", "has", "have", "must"))
_CONVOLUTIONS = frozenset(("depthwise", "separable", "pointwise", "transposed_conv"))
_STRONG = frozenset(("→", "@then", "+"))


@dataclass(slots=True)
class Part:
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
    numbers: tuple[int, ...] = ()
    series: dict[str, tuple[int, ...]] = field(default_factory=dict)
    plural: bool = False
    follows: bool = False
    closed: bool = False
    asks: range = range(0)
    joined: bool = False


class Fold:
    """Goes through the items once, then gives the gathered words to the phrase reader."""

    def __init__(self, sheet: Sheet, remarks: list[str], network: bool) -> None:
        words = [str(token.value) for token in sheet.tokens if token.kind == "word"]
        self.reading = Reading(remarks=remarks, words=frozenset(map(singular, words)), plurals=frozenset(words))
        self.network = network
        self.parts: list[Part] = []
        self._fresh = True
        self._in_ask = False
        self._times = 1
        self._ordinal: int | None = None
        self._group, self._apart = 0, True
        self._last: tuple[str, ...] = ()
        self._following = False
        for sentence in sentences(sheet.items):
            self._following = bool(self.parts) and follows_up(sentence)
            if self._following and (bare := only_number(sentence)):
                sentence = [bare, sentence[-1]]
            elif self._following:
                self._open(None).follows = True
            for item in sentence:
                self._take(item)
                self._last = (*self._last[-3:], item.text)
        self._leave_over()

    def _leave_over(self) -> None:
        """Counts and ordinals that no layer has taken were not understood."""
        if self._times != 1:
            self.reading.unread.append(f"{self._times} times")
        if self._ordinal is not None:
            self.reading.unread.append("first" if self._ordinal == 1 else f"layer number {self._ordinal}")

    def _once(self, name: str, value: Any, item: Item) -> None:
        """Note what a question says once; said again and otherwise, it was not understood."""
        before = getattr(self.reading, name)
        if before not in (None, 1, value):
            self.reading.unread.append(item.said)
        setattr(self.reading, name, value)

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
            part.closed = part.closed or item.text in _SENTENCE

    def _gather(self, tokens: tuple[Token, ...]) -> None:
        if not self.parts or (self._fresh and any(t.is_value for t in tokens)):
            self._open(None)
        self.parts[-1].tokens += tokens

    def _open(self, kind: str | None) -> Part:
        part = Part(len(self.reading.setups) - 1, kind, in_ask=self._in_ask, times=self._times, ordinal=self._ordinal)
        self._place(part)
        self._times, self._ordinal, self._fresh = 1, None, False
        self.parts.append(part)
        return part

    def _place(self, part: Part) -> None:
        """Note which quantities stand before a layer, and whether a preposition ties it to them."""
        part.asks = range(self._group, len(self.reading.asked))
        part.joined = not _JOINING.isdisjoint(self._last)

    def _on_head(self, item: Item, kind: str) -> None:
        part = self.parts[-1] if self.parts else None
        if part is None or self._fresh or part.said is not None or part.setup != len(self.reading.setups) - 1:
            moved = self._loose(part)
            part = self._open(kind)
            part.tokens = moved
        elif part.kind is None and not self._complete(part, kind):
            part.kind, part.times = kind, max(part.times, self._times)
            part.ordinal, self._times, self._ordinal = self._ordinal, 1, None
            part.in_ask = part.in_ask or self._in_ask
            self._place(part)
        elif kind == "conv" and not part.since_head and part.kind in _CONVOLUTIONS:
            pass  # `depthwise 3x3 convolution`
        elif part.kind != kind or part.since_head or part.number is not None or part.numbers:
            moved, part.tokens = part.tokens[part.chunk :], part.tokens[: part.chunk]
            part = self._open(kind)
            part.tokens = moved
        part.axes = item.meaning if isinstance(item.meaning, int) else part.axes
        part.plural = part.plural or item.said.lower().endswith("s")
        part.since_head = False
        if kind == "conv" and len(item.tokens) == 2 and item.tokens[0].value == "filters":
            part.tokens += item.tokens

    def _complete(self, part: Part, kind: str) -> bool:
        """Whether a layer without a name has been described before, and the name that now comes is another's."""
        if not part.since_head or not any(token.is_value for token in part.tokens):
            return False
        own = part.closed or _counts_filters(part.tokens)
        return self._in_ask or (own and kind not in ("conv", *_CONVOLUTIONS))

    def _loose(self, part: Part | None) -> list[Token]:
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
        self.reading.facts += [token.text for token in item.tokens if token.is_value]

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
        elif setup.input.channels != known.channels and self.parts and not _counts_filters(self.parts[-1].tokens):
            self._gather((_word("filters", item), _number(known.channels, item)))
        elif setup.input.channels != known.channels:
            self.reading.unread.append(item.said)

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
        self._once("target", item.meaning, item)

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
        self._once("goal", item.meaning, item)

    def _on_claim(self, item: Item, _: str) -> None:
        self.reading.claimed = True
        self.reading.asked += map(Ask, item.meaning)

    def _on_dtype(self, item: Item, _: str) -> None:
        self.reading.bytes_each.append(item.meaning)

    def _on_refused(self, item: Item, _: str) -> None:
        self.reading.unread.append(item.said)

    def _on_count(self, item: Item, _: str) -> None:
        self.reading.asked.append(Ask("layer_count", [(item.meaning, 0)]))

    def _on_most(self, item: Item, _: str) -> None:
        self.reading.most = item.meaning

    def _on_classes(self, item: Item, _: str) -> None:
        part = self._open("fc")
        part.said, part.number = Said("fc", {"units": item.meaning}), -1
        self._fresh = True

    def _on_perout(self, item: Item, _: str) -> None:
        self.reading.per_output = "position" if item.meaning else "number"

    def _on_macflop(self, item: Item, _: str) -> None:
        self.reading.mac_is_flop = True

    def _on_field(self, item: Item, _: str) -> None:
        self._once("field", item.meaning, item)

    def _on_factor(self, item: Item, _: str) -> None:
        self.reading.factor = True

    def _on_single(self, item: Item, _: str) -> None:
        self.reading.single = True

    def _on_both(self, item: Item, _: str) -> None:
        self.reading.both = item.meaning

    def _on_mlp(self, item: Item, _: str) -> None:
        inputs, *units = item.meaning
        self.reading.setups[-1].input = Known((), inputs)
        part = self._open("fc")
        part.said = Said("fc", {"units": units[0]}, many=tuple(units) if len(units) > 1 else ())

    def _on_batch(self, item: Item, _: str) -> None:
        self._once("batch", item.meaning, item)

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
            self.reading.shared.append((name, value))

    def _on_series(self, item: Item, _: str) -> None:
        name, values = item.meaning
        if not self.parts:
            self._open(None)
        self.parts[-1].series[name] = values

    def _on_times(self, item: Item, _: str) -> None:
        self._times = item.meaning

    def _on_repeat(self, item: Item, _: str) -> None:
        if self.parts and self.parts[-1].times != 1:
            self.reading.unread.append(item.said)
        elif self.parts:
            self.parts[-1].times = item.meaning
        else:
            self._times = item.meaning

    def _on_blocks(self, item: Item, _: str) -> None:
        self.reading.setups[-1].turns = item.meaning

    def _on_ending(self, item: Item, _: str) -> None:
        self.reading.setups[-1].ending = item.meaning

    def _on_ordinal(self, item: Item, _: str) -> None:
        self._ordinal = item.meaning

    def _on_then(self, item: Item, _: str) -> None:
        self._separate(item)

    def _on_eachthen(self, item: Item, _: str) -> None:
        """`three convolutions, each followed by a pooling`: the two by turns."""
        latest = len(self.reading.setups) - 1
        here = [part for part in self.parts if part.setup == latest and (part.kind or part.tokens)]
        if len(here) == 1:
            self.reading.setups[-1].turns, here[0].times = here[0].times, 1
        else:
            self.reading.unread.append(item.said)
        self._fresh = True

    def _on_anylayer(self, item: Item, _: str) -> None:
        self._on_head(Item("@head:layer", item.tokens), "layer")
        self.parts[-1].numbers = item.meaning if isinstance(item.meaning, tuple) else (item.meaning,)

    def _on_versus(self, item: Item, _: str) -> None:
        self.reading.compares = True
        self.reading.setups.append(Setup(self.reading.setups[-1].input))
        self._fresh = True


def _counts_filters(tokens: list[Token]) -> bool:
    """Whether a number of filters is said: `6 filters`, `6 5x5 filters`; so a convolution is."""
    nouns = [index for index, token in enumerate(tokens) if str(token.value) in ("filters", "kernels")]
    return any(token.kind == "number" for index in nouns for token in tokens[max(0, index - 2) : index])


def _word(name: str, item: Item) -> Token:
    return Token("word", name, item.tokens[0].start, item.tokens[-1].end, name)


def _number(value: Any, item: Item) -> Token:
    return Token("number", str(value), item.tokens[0].start, item.tokens[-1].end, value)
