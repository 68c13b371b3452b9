"""The lecture's phrases: `96 11x11 filters at stride 4, pad 0`, for every layer kind.

What announces a value are the words that the kind's own fields declare. Every word and number must be accounted
for; what is not understood is refused, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from cnncalc.layers import layer_class
from cnncalc.layers.fields import Boolean, Choice, Field, Integer, Number, Padding, Sizes
from cnncalc.spec.suggest import nearest
from cnncalc.spec.words import Token, singular, tokens

_FILLERS = frozenset(
    (
        "a",
        "an",
        "and",
        "are",
        "at",
        "by",
        "each",
        "in",
        "is",
        "layer",
        "of",
        "over",
        "per",
        "the",
        "to",
        "using",
        "with",
    )
)
_JOINTS = frozenset(("=", ":", "-", "of", "is", "by", "to"))
_SEPARATORS = frozenset(",;.-=:@&")
_LETTERS = {
    "K": "filters",
    "F": "kernel",
    "S": "stride",
    "P": "pad",
    "N": "units",
    "k": "kernel",
    "f": "kernel",
    "s": "stride",
    "p": "pad",
    "d": "dilation",
    "g": "groups",
    "n": "units",
}
"""The lecture's letters, and the frameworks' small `k` for the kernel; `F=5` and `s2` are read by them."""

Span = tuple[int, int]


class PhraseError(ValueError):
    """A phrase that is not understood; `start` and `end` delimit the piece at fault."""

    def __init__(self, message: str, start: int, end: int, help: str | None = None) -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.help = message, start, end, help


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a phrase says.

    Attributes:
        kind: the layer kind it was read for.
        values: raw values by field name, as `Layer.make` takes them: ints, tuples width first, words, booleans.
        spans: where in the text each was said, by field name.
        seen_depth: the depth that `5x5x3 filters` names, known once the number of axes is.
    """

    kind: str
    values: Mapping[str, Any]
    spans: Mapping[str, Span]
    seen_depth: int | None = None

    def for_axes(self, axes: int) -> Phrase:
        """The same with a kernel of one number too many read as extents and the depth seen."""
        kernel = self.values.get("kernel")
        spans_depth = "filters" in layer_class(self.kind).fields
        if not spans_depth or not isinstance(kernel, tuple) or len(kernel) != axes + 1 or axes < 1:
            return self
        extents = kernel[:-1] if axes > 1 else kernel[0]
        return replace(self, values={**self.values, "kernel": extents}, seen_depth=kernel[-1])


def read_phrase(text: str, kind: str, axes: int | None = None) -> Phrase:
    """Read the hyperparameters of a layer of `kind` out of a phrase.

    With `axes`, the number of spatial axes, `5x5x3 filters` is split into kernel and depth seen; without it the
    kernel keeps all numbers and `Phrase.for_axes` does so later.

    Raises:
        PhraseError: for what is not understood or said twice.
    """
    binder = Binder(kind)
    binder.read(_without_remarks(tokens(text)))
    for token, reason in binder.rest:
        raise PhraseError(reason, token.start, token.end, binder.hint(token))
    phrase = binder.phrase()
    return phrase if axes is None else phrase.for_axes(axes)


def _without_remarks(pieces: Sequence[Token]) -> list[Token]:
    kept, depth = [], 0
    opening: Token | None = None
    for piece in pieces:
        if piece.value == "(":
            opening = opening or piece
            depth += 1
        elif piece.value == ")" and depth:
            depth -= 1
            opening = opening if depth else None
        elif not depth:
            kept.append(piece)
    if opening:
        raise PhraseError("the bracket is not closed", opening.start, opening.end)
    return kept


@cache
def vocabulary(kind: str) -> Mapping[str, str]:
    """The words that announce a value in phrases about a kind, and the field each belongs to."""
    found: dict[str, str] = {}
    for name, field in layer_class(kind).fields.items():
        for word in (name.replace("_", " "), *field.words):
            found.setdefault(word.lower(), name)
    return found


@cache
def kind_words(kind: str) -> frozenset[str]:
    """The words that name the kind itself and so carry no value: `max`, `pooling`, `convolutional`."""
    cls = layer_class(kind)
    spelled = " ".join((kind, *cls.spellings)).replace("_", " ").replace(".", " ").lower()
    return frozenset(singular(word) for word in spelled.split())


class Binder:
    """Binds the values among some tokens to the fields of a kind.

    `rest` lists the tokens it has no use for and why; `again` the values said for fields that had one already.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.fields = layer_class(kind).fields
        self.values: dict[str, Any] = {}
        self.spans: dict[str, Span] = {}
        self.rest: list[tuple[Token, str]] = []
        self.again: list[tuple[str, Any]] = []
        self._pending: list[tuple[int, Token]] = []
        self._pieces: Sequence[Token] = ()

    def phrase(self) -> Phrase:
        """What has been bound."""
        return Phrase(self.kind, self.values, self.spans)

    def read(self, pieces: Sequence[Token]) -> None:
        """Go through the tokens of one phrase."""
        self._pieces, index = pieces, 0
        while index < len(pieces):
            index += self._step(index)
        self._settle()

    def hint(self, token: Token) -> str | None:
        """What may have been meant, or what the kind understands."""
        if token.kind == "number" and "filters" in self.values and "kernel" not in self.values:
            said, text = self.values["filters"], token.text
            count, extent = (text, said) if token.start < self.spans["filters"][0] else (said, text)
            return f"a kernel with one extent is announced: `{count} filters, kernel {extent}`"
        words = [word for word in vocabulary(self.kind) if len(word) > 1]
        close = nearest(str(token.value), words)
        if close and close != token.value:
            return f"did you mean `{close}`?"
        return f"`{self.kind}` understands: {', '.join(self.fields)}" if self.fields else None

    def _step(self, index: int) -> int:
        """Deal with the token at `index`; how many tokens that used up."""
        piece = self._pieces[index]
        if piece.kind == "tuple":
            self._refuse(piece, f"{piece.text} leaves open which side is which")
        elif piece.is_value:
            self._pending.append((index, piece))
        elif piece.kind == "mark":
            return self._mark(index)
        else:
            return self._word(index)
        return 1

    def _mark(self, index: int) -> int:
        piece, after = self._pieces[index], self._value_at(index + 1)
        if piece.value == "/" and after and "stride" in self.fields and _takes(self.fields["stride"], after):
            self._bind("stride", after, piece)
            return 2
        if piece.value not in _SEPARATORS:
            self._refuse(piece, f"`{piece.text}` is not understood here")
        return 1

    def _word(self, index: int) -> int:
        negated = self._pieces[index].value in ("no", "without")
        name, length = self._field_at(index + negated)
        if name is not None:
            return int(negated) + self._announced(index + negated, name, length, negated)
        return self._plain(index)

    def _field_at(self, index: int) -> tuple[str | None, int]:
        """The field that the words from `index` announce, the longest match first, and how many words that took."""
        known = vocabulary(self.kind)
        for length in (2, 1):
            words = [piece.value for piece in self._pieces[index : index + length] if piece.kind == "word"]
            if len(words) < length:
                continue
            spoken = " ".join(words)
            name = known.get(spoken) or known.get(singular(spoken)) or known.get(f"{spoken}s")
            if name is None and self._value_after(index + 1):
                name = self._letter(self._pieces[index].text)
            if name is not None:
                return name, length
        return None, 1

    def _announced(self, index: int, name: str, length: int, negated: bool) -> int:
        """A word that announces `name` stands at `index`: take the value beside it."""
        field, word = self.fields[name], self._pieces[index]
        if isinstance(field.type, Boolean):
            self._put(name, not negated, word.start, word.end)
            return length
        if negated:
            if not isinstance(field.type, Padding):
                self._refuse(word, f"`no {word.text}` is not understood")
            else:
                self._put(name, 0, word.start, word.end)
            return length
        if isinstance(field.type, Padding) and index and self._pad_word(self._pieces[index - 1]):
            return length  # `same padding`: the amount has been said
        if isinstance(field.type, Padding) and self._spelled_after(index + length):
            return length  # `pad same`: the amount is about to be said
        return self._beside(index, name, length)

    def _spelled_after(self, index: int) -> bool:
        """Whether a word for an amount of padding follows, past `=`, `of` and the like."""
        while index < len(self._pieces) and self._pieces[index].value in _JOINTS:
            index += 1
        return index < len(self._pieces) and self._pad_word(self._pieces[index]) is not None

    def _beside(self, index: int, name: str, length: int) -> int:
        field, word = self.fields[name], self._pieces[index]
        used = self._value_after(index + length)
        before = self._before(index, field)
        if before is not None and (used is None or self._counts(index, field, before, used)):
            self._pending.remove(before)
            self._bind(name, before[1], word)
        elif used is not None and _takes(field, self._pieces[used]):
            self._bind(name, self._pieces[used], word)
            return used - index + 1
        elif not (field.required or self._spelled_pad(index, length)):  # a mere noun, as in `3x3 filters`
            self._refuse(word, f"`{word.text}` stands without a value")
        return length

    def _before(self, index: int, field: Field) -> tuple[int, Token] | None:
        """The pending value that the word at `index` may claim, the latest first."""
        count = isinstance(field.type, Integer) and field.required
        for at, token in reversed(self._pending):
            between = self._pieces[at + 1 : index]
            if _takes(field, token) and (not between or (count and all(map(_within_noun, between)))):
                return at, token
        return None

    def _counts(self, index: int, field: Field, before: tuple[int, Token], after: int) -> bool:
        """Whether the value before the word goes before the one after: `4 groups`, `3x3 kernel`, `96 11x11 filters`."""
        if self._pieces[index + 1].value in ("=", ":") or not _takes(field, self._pieces[after]):
            return not _takes(field, self._pieces[after])
        return isinstance(field.type, Integer) or (before[1].kind == "size" and field.required)

    def _spelled_pad(self, index: int, length: int) -> bool:
        """Whether the amount of padding stands beside it as a word: `same padding`, `pad: half`."""
        around = (index - 1, index + length, index + length + 1)
        return any(0 <= at < len(self._pieces) and self._pad_word(self._pieces[at]) for at in around)

    def _plain(self, index: int) -> int:
        piece = self._pieces[index]
        word = str(piece.value)
        choice = self._choice(word)
        pad = self._pad_word(piece)
        if pad is not None or choice is not None:
            self._put(str(pad or choice), word, piece.start, piece.end)
        elif len(word) < 6 and word[1:].isdecimal() and (name := self._letter(piece.text[0])):
            self._put(name, int(word[1:]), piece.start, piece.end)
        elif not (word in _FILLERS or singular(word) in kind_words(self.kind) or self._is_zero(index)):
            self._refuse(piece, f"`{piece.text}` is not understood here")
        return 1

    def _letter(self, text: str) -> str | None:
        name = _LETTERS.get(text)
        return name if name in self.fields else None

    def _is_zero(self, index: int) -> bool:
        """Whether this is the `zero` of `zero padding`, which says what is added and not how much."""
        rest = self._pieces[index + 1 : index + 3]
        return self._pieces[index].value == "zero" and any(str(p.value).startswith("pad") for p in rest)

    def _choice(self, word: str) -> str | None:
        for name, field in self.fields.items():
            if isinstance(field.type, Choice) and word in field.type.words:
                return name
        return None

    def _pad_word(self, piece: Token) -> str | None:
        for name, field in self.fields.items():
            if isinstance(field.type, Padding) and piece.value in field.type.words:
                return name
        return None

    def _value_at(self, index: int) -> Token | None:
        piece = self._pieces[index] if index < len(self._pieces) else None
        return piece if piece and piece.is_value else None

    def _value_after(self, index: int) -> int | None:
        """The index of the value that follows directly, past `=`, `of` and the like."""
        while index < len(self._pieces) and self._pieces[index].value in _JOINTS:
            index += 1
        return index if self._value_at(index) else None

    def _bind(self, name: str, token: Token, word: Token) -> None:
        if token.kind == "tuple":
            self._refuse(token, f"{token.text} leaves open which side is which")
            return
        self._put(name, token.value, min(token.start, word.start), max(token.end, word.end))

    def _put(self, name: str, value: Any, start: int, end: int) -> None:
        if self.values.get(name, value) != value:
            self.again.append((name, value))
            piece = next(piece for piece in self._pieces if piece.end > start)
            self._refuse(piece, f"`{name}` is said twice: {_shown(self.values[name])} and {_shown(value)}")
            return
        self.values[name] = value
        self.spans[name] = (start, end)

    def _refuse(self, token: Token, reason: str) -> None:
        self.rest.append((token, reason))

    def _settle(self) -> None:
        """Give the values that no word has claimed their places: `8 3x3`, `2x2`, `4096`."""
        for index, token in self._pending:
            name = self._place(index, token)
            if name is None:
                self._refuse(token, f"what {token.text} is, is not said")
            else:
                self._put(name, token.value, token.start, token.end)
        self._pending = []

    def _place(self, index: int, token: Token) -> str | None:
        if token.kind == "size":
            return next((n for n, f in self.fields.items() if isinstance(f.type, Sizes | Padding)), None)
        first = next(iter(self.fields), None)
        leads = self._sized(index) or all(map(self._idle, range(index)))
        return first if first and leads and _takes(self.fields[first], token) else None

    def _idle(self, index: int) -> bool:
        """Whether the token at `index` neither is nor announces a value."""
        return not self._pieces[index].is_value and self._field_at(index)[0] is None

    def _sized(self, index: int) -> bool:
        """Whether a size follows directly, as after the number of filters."""
        return any(
            self._pieces[at].kind == "size"
            for at in (index + 1, index + 2)
            if at < len(self._pieces) and (at == index + 1 or self._pieces[at - 1].value in ("@", "of"))
        )


def _takes(field: Field, token: Token) -> bool:
    """Whether a value is of the sort that a field takes."""
    if isinstance(field.type, Sizes | Padding):
        return token.kind in ("size", "tuple") or isinstance(token.value, int)
    if isinstance(field.type, Integer):
        return isinstance(token.value, int)
    return isinstance(field.type, Number) and isinstance(token.value, int | float)


def _within_noun(token: Token) -> bool:
    """Whether a token may stand between a count and its noun: `96 11x11 convolutional filters`."""
    return token.kind in ("size", "word")


def _shown(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
