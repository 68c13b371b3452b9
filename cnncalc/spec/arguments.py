"""What stands behind a layer kind: hyperparameters by name, one value, or a phrase; made into layers."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Set
from collections.abc import Mapping as Map
from collections.abc import Sequence as Sequenced
from functools import cache
from typing import Any

from cnncalc.layers import layer_class
from cnncalc.layers.base import Layer
from cnncalc.layers.fields import Field, Reference, meant_by
from cnncalc.spec.findings import Findings
from cnncalc.spec.items import Item
from cnncalc.spec.scalars import ScalarError, is_size
from cnncalc.spec.source import Span, end_of, span, start_of
from cnncalc.spec.suggest import nearest
from cnncalc.spec.tree import Mapping, Scalar, Sequence, Tree, extent
from cnncalc.spec.values import ValueFault, Work, has_formula, read_field


class Readings:
    """What has been read and made so far: items written alike share their layers, and so what is worked out of them."""

    def __init__(self) -> None:
        self.read: dict[Hashable, Arguments] = {}
        self.made: dict[Layer, Layer] = {}


MOST_UNKNOWN = 5
"""How many unknown keys of one mapping are reported one by one."""


class Arguments:
    """A layer item's hyperparameters. Those without formulas are read once; layers are kept by number of axes.

    Attributes:
        places: where the value of each given hyperparameter stands.
        seen_depth: the depth that a phrase such as `5x5x3 filters` names.
        good: False where something is wrong with it, which is reported already.
    """

    __slots__ = (
        "_layers",
        "_made",
        "_seen",
        "cls",
        "dynamic",
        "fields",
        "good",
        "item",
        "literal",
        "phrase",
        "places",
        "seen_depth",
    )

    def __init__(self, item: Item, findings: Findings, readings: Readings) -> None:
        self.item = item
        self.cls: type[Layer] = layer_class(item.head.text)
        self.fields: Map[str, Field] = self.cls.fields
        self.literal: dict[str, Any] = {}
        self.dynamic: dict[str, Tree] = {}
        self.places: dict[str, Tree | Span] = {}
        self.phrase: Any = None
        self.seen_depth: int | None = None
        self.good = True
        self._layers: dict[int, Layer] = {}
        self._seen: dict[int, int | None] = {}
        self._made = readings.made
        signature = self._signature()
        same = readings.read.get(signature) if signature is not None else None
        if same is not None:
            self._adopt(same)
            return
        self._read(findings)
        if signature is not None and self.good and not self.dynamic:
            readings.read[signature] = self

    def _signature(self) -> Hashable:
        """What is written, where it is made of words alone: what is written alike is read once."""
        value, kind = self.item.value, self.item.head.text
        if value is None:
            return kind
        if isinstance(value, Scalar):
            return (kind, value.text, value.plain)
        if not isinstance(value, Mapping):
            return None
        words: list[Hashable] = [kind]
        for name, (_, tree) in value.entries.items():
            if not isinstance(tree, Scalar):
                return None
            words += (name, tree.text, tree.plain)
        return tuple(words)

    def _adopt(self, same: Arguments) -> None:
        """Take over what was read from the same words elsewhere, at this item's own places."""
        self.literal, self.phrase = same.literal, same.phrase
        self._layers, self._seen = same._layers, same._seen
        value = self.item.value
        if isinstance(value, Mapping):
            self.places.update((name, tree) for name, (_, tree) in value.entries.items())
        elif isinstance(value, Scalar) and self.phrase is not None:
            self._place_phrase(value)
        elif isinstance(value, Scalar) and self.fields and not value.empty:
            self.places[next(iter(self.fields))] = value

    def place(self, field: str | None) -> Span:
        """Where a hyperparameter's value stands; the kind's own place where it is not given."""
        found = self.places.get(field or "")
        if found is None:
            return self.item.head.at
        return found if isinstance(found, int) else extent(found)

    def layer(self, axes: int, work: Work) -> Layer:
        """The layer for a volume with a number of spatial axes.

        Raises:
            ValueFault: where a formula's result does not fit its field.
            LayerError: `arity`.
        """
        if not self.dynamic:
            layer = self._layers.get(axes)
            if layer is None:
                layer = self._layers[axes] = self.cls.make(axes, **self._spoken(axes))
                self._seen[axes] = self.seen_depth
            self.seen_depth = self._seen[axes]
            return layer
        values = self._spoken(axes)
        for name, tree in self.dynamic.items():
            values[name] = read_field(self.fields[name].type, tree, work)
        layer = self.cls.make(axes, **values)
        return self._made.setdefault(layer, layer)

    def _spoken(self, axes: int) -> dict[str, Any]:
        if self.phrase is None:
            return dict(self.literal)
        said = self.phrase.for_axes(axes)
        self.seen_depth = said.seen_depth
        return dict(said.values)

    def _read(self, findings: Findings) -> None:
        value = self.item.value
        if value is None or (isinstance(value, Scalar) and value.empty):
            self._missing(findings)
        elif isinstance(value, Mapping):
            self._named(value, findings)
        elif isinstance(value, Scalar):
            self._positional(value, findings)
        else:
            self._listed(value, findings)

    def _named(self, value: Mapping, findings: Findings) -> None:
        cut = any(_is_cut(tree) for _, tree in value.entries.values())
        unknown = []
        for name, (key, tree) in value.entries.items():
            if name in self.fields:
                self.places[name] = tree if not (isinstance(tree, Scalar) and tree.empty) else key.at
                self._take(name, tree, findings)
            elif not (cut and isinstance(tree, Scalar) and tree.empty):
                # An empty one is the rest of a formula that YAML cut at a comma; the formula itself is reported.
                unknown.append(key)
        free = [name for name in self.fields if name not in value.entries]
        takes = f"it takes {', '.join(self.fields)}" if self.fields else "it takes none"
        what = f"`{self.item.head.text}` has no hyperparameter"
        meant = report_unknown(findings, unknown, what, free, takes)
        self.good = self.good and not unknown
        self._missing(findings, meant)

    def _take(self, name: str, tree: Tree, findings: Findings) -> None:
        if has_formula(tree):
            self.dynamic[name] = tree
            return
        try:
            self.literal[name] = read_field(self.fields[name].type, tree, _no_formula)
        except ValueFault as fault:
            self.good = False
            at = fault.at if end_of(fault.at) > start_of(fault.at) else self.place(name)
            report_fault(findings, fault.error, at, f"{self.item.head.text}.{name}")

    def _positional(self, value: Scalar, findings: Findings) -> None:
        first = next(iter(self.fields), None)
        if first is None:
            self.good = False
            message = f"`{self.item.head.text}` takes no hyperparameters, and `{value.text[:60]}` stands here"
            findings.add("arity", message, value.at, help=f"write `{self.item.head.text}` alone")
            return
        if value.text[:1] == "=" or not self._is_phrase(value, first):
            self.places[first] = value
            self._take(first, value, findings)
            if self.good:
                self._missing(findings)
            return
        self._phrase(value, findings)

    def _is_phrase(self, value: Scalar, first: str) -> bool:
        """Whether a value says more than the first hyperparameter: several words, or a size where a count is wanted."""
        if any(char.isspace() for char in value.text.strip()) or not value.text[:1].isalnum():
            return " " in value.text.strip()
        try:
            read_field(self.fields[first].type, value, _no_formula)
        except ValueFault:
            return is_size(value.text)
        return False

    def _phrase(self, value: Scalar, findings: Findings) -> None:
        from cnncalc.spec.phrase import PhraseError, read_phrase

        start = start_of(value.at) + (0 if value.plain else 1)
        try:
            self.phrase = read_phrase(value.text, self.item.head.text)
        except PhraseError as error:
            self.good = False
            findings.add(
                "phrase",
                error.message,
                span(start + error.start, start + max(error.end, error.start + 1)),
                help=error.help,
            )
            return
        self.literal = dict(self.phrase.values)
        self._place_phrase(value)
        self._missing(findings)

    def _place_phrase(self, value: Scalar) -> None:
        start = start_of(value.at) + (0 if value.plain else 1)
        self.places.update({name: span(start + a, start + b) for name, (a, b) in self.phrase.spans.items()})

    def _listed(self, value: Tree, findings: Findings) -> None:
        self.good = False
        given = value.items if isinstance(value, Sequence) else []
        words = [item.text if isinstance(item, Scalar) and item.plain else "" for item in given]
        good = all(words) and 0 < len(words) <= len(self.fields)
        listed = zip(self.fields, words if good else ("…",) * 3, strict=False)
        named = "{" + ", ".join(f"{name}: {word}" for name, word in listed) + "}"
        wanted = f"write `{self.item.head.text}: {named[:80]}`" if self.fields else "it takes no hyperparameters"
        findings.add(
            "bad-shape",
            "positional lists are for blocks; a layer kind takes its hyperparameters by name",
            extent(value),
            help=wanted,
            fix=(extent(value), named) if good else None,
        )

    def _missing(self, findings: Findings, meant: Set[str | None] = frozenset()) -> None:
        """Report what is not given; `meant` are fields that are there under a misspelt name."""
        given = {*self.literal, *self.dynamic, *self.places, *meant}
        missing = [name for name, field in self.fields.items() if field.required and name not in given]
        if not missing:
            return
        self.good = False
        listed = " and ".join(f"`{name}` ({self.fields[name].about})" for name in missing)
        findings.add(
            "missing-field",
            f"`{self.item.head.text}` needs {listed}",
            self.item.head.at,
            help=f"`{self.item.head.text}: {{{', '.join(f'{name}: …' for name in missing)}}}`",
        )


def _is_cut(tree: Tree) -> bool:
    """Whether a formula opens more brackets than it closes."""
    return isinstance(tree, Scalar) and tree.text[:1] == "=" and tree.text.count("(") > tree.text.count(")")


def report_unknown(
    findings: Findings,
    keys: Sequenced[Scalar],
    what: str,
    known: Iterable[str],
    otherwise: str,
    related: Iterable[tuple[Span, str]] = (),
) -> set[str]:
    """Report keys that are none of those known, the first few one by one; returns those that are meant."""
    free, meant = list(known), set()
    for key in keys[:MOST_UNKNOWN]:
        tight = next((word for word in free if key.plain and key.text.startswith(f"{word}:")), None)
        if tight:
            written = f"{tight}: {key.text[len(tight) + 1 :]}"
            meant.add(tight)
            help = f"write `{written[:60]}`, with a space"
            findings.add("unknown-key", f"{what} `{key.text[:60]}`", key.at, help=help, fix=(key.at, written))
            continue
        word = meant_by(key.text, free) or nearest(key.text, free)
        if word:
            free.remove(word)
            meant.add(word)
        help = f"did you mean `{word}`?" if word else otherwise
        fix = (key.at, word) if word else None
        findings.add("unknown-key", f"{what} `{key.text[:60]}`", key.at, help=help, fix=fix, related=related)
    if len(keys) > MOST_UNKNOWN:
        findings.add("unknown-key", f"… and {len(keys) - MOST_UNKNOWN:,} more unknown keys", keys[MOST_UNKNOWN].at)
    return meant


@cache
def references(kind: str) -> tuple[str, ...]:
    """The hyperparameters of a kind that name another layer."""
    return tuple(name for name, field in layer_class(kind).fields.items() if isinstance(field.type, Reference))


def report_fault(findings: Findings, error: ScalarError, at: Span, what: str | None = None) -> None:
    """Report a value that cannot be read."""
    message = f"`{what.partition('.')[2]}`: {error.message}" if what else error.message
    fix = (at, error.fix) if error.fix else None
    findings.add(error.code, message, at, help=error.help, fix=fix, status=status_of(error))


def status_of(error: ScalarError) -> int:
    """The exit code of a value that cannot be read: 2 where it exceeds a limit."""
    return 2 if error.code in ("number-too-large", "too-much-work") else 1


def _no_formula(scalar: Scalar) -> Any:
    raise ValueFault(ScalarError("formula", "no formula can stand here"), scalar.at)
