"""A whole file: its keys checked and sorted out, files it extends merged in."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Sequence as Sequenced
from dataclasses import dataclass, field
from typing import Any

from cnncalc.graph import Volume
from cnncalc.layers import KINDS
from cnncalc.spec import scalars
from cnncalc.spec.arguments import report_unknown
from cnncalc.spec.findings import Findings
from cnncalc.spec.formula import RESERVED
from cnncalc.spec.items import ITEM_KEYS, foreign_spelling, read_codes
from cnncalc.spec.source import Span
from cnncalc.spec.tree import Mapping, Scalar, Sequence, Tree, extent, kind_of
from cnncalc.spec.values import formula_words

KEYS = (
    "name",
    "description",
    "reference",
    "input",
    "define",
    "blocks",
    "layers",
    "expect",
    "rounding",
    "budget",
    "allow",
    "extends",
)
REFERENCE_KEYS = ("title", "authors", "year", "url", "top5_error", "depth")
NOT_INHERITED = ("name", "reference", "expect", "extends")

Entries = dict[str, tuple[Scalar, Tree]]


@dataclass
class BlockDef:
    """A block: its parameters with their defaults (None: required), its own values, its chain."""

    name: str
    at: Span
    parameters: dict[str, tuple[Scalar, Tree | None]] = field(default_factory=dict)
    define: Entries = field(default_factory=dict)
    layers: Tree | None = None
    used: bool = False


@dataclass
class Document:
    """The parts of a specification, each with its place."""

    name: str = ""
    description: str = ""
    reference: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, tuple[Volume | None, Span]] = field(default_factory=dict)
    define: Entries = field(default_factory=dict)
    blocks: dict[str, BlockDef] = field(default_factory=dict)
    layers: Sequence | None = None
    layers_at: Span = 0
    expect: Mapping | None = None
    budget: Mapping | None = None
    rounding: str = "floor"
    allow: frozenset[str] = frozenset()


Load = Callable[[Scalar], Mapping | None]
"""Finds the file that another extends and gives its tree (merged already); None where it reported a fault."""


def merged(tree: Mapping, load: Load, findings: Findings) -> Mapping:
    """The tree with what it extends put underneath: `define` and `blocks` merge by name, other keys replace."""
    entry = tree.entries.get("extends")
    if entry is None:
        return tree
    if not isinstance(entry[1], Scalar) or entry[1].empty:
        findings.add("bad-shape", "`extends` takes the name of an architecture file", extent(entry[1]))
        return tree
    base = load(entry[1])
    if base is None:
        return tree
    result = Mapping(tree.at)
    result.entries = {key: pair for key, pair in base.entries.items() if key not in NOT_INHERITED}
    for key, (word, value) in tree.entries.items():
        if key in ("define", "blocks") and isinstance(value, Mapping):
            below = result.get(key)
            both = Mapping(value.at)
            both.entries = {**(below.entries if isinstance(below, Mapping) else {}), **value.entries}
            if key == "define":
                both.entries = _in_order(both.entries)
            value = both
        if key != "extends":
            result.entries[key] = (word, value)
    return result


def _in_order(entries: Entries) -> Entries:
    """Merged values, each behind those that it uses: what one file adds may stand in what it changes of the other."""
    uses = {name: formula_words(tree) for name, (_, tree) in entries.items()}
    ordered: Entries = {}
    opened: set[str] = set()
    for first in entries:
        pending = [first]
        while pending:
            name = pending.pop()
            wanted = [] if name in opened else sorted(uses[name] & entries.keys() - ordered.keys())
            opened.add(name)
            if wanted:
                pending += [name, *wanted]
            elif name not in ordered:
                ordered[name] = entries[name]
    return ordered


def read_document(tree: Tree, findings: Findings, partial: bool = False) -> Document:
    """Sort out a specification; what is wrong with its keys is reported.

    Args:
        partial: whether an earlier fault (an `extends` that failed) explains missing keys.
    """
    document = Document()
    if not isinstance(tree, Mapping):
        findings.add(
            "bad-shape",
            f"an architecture is a mapping with `input` and `layers`, and {_found(tree)}",
            extent(tree),
            help="start with `input: 224x224x3`, then `layers:` and one `- ` line per layer",
        )
        return document
    unknown = [key for key, _ in tree.entries.values() if key.text not in KEYS]
    free = [key for key in KEYS if key not in tree.entries]
    layers = [key.text for key in unknown[:5] if key.text in KINDS or foreign_spelling(key.text)]
    otherwise = "layers stand in the list under `layers`" if layers else f"the keys are {', '.join(KEYS)}"
    meant = report_unknown(findings, unknown, "an architecture has no key", free, otherwise)
    _Reader(document, tree, findings, partial, meant).read()
    return document


def _found(tree: Tree) -> str:
    return f"this file holds {kind_of(tree)}"


class _Reader:
    """Reads the keys one after the other into a document."""

    def __init__(self, document: Document, tree: Mapping, findings: Findings, partial: bool, meant: set[str]) -> None:
        self.document = document
        self.tree = tree
        self.findings = findings
        self.partial = partial
        self.meant = meant

    def read(self) -> None:
        document = self.document
        document.name = self._text("name")
        document.description = self._text("description")
        document.rounding = self._rounding()
        allow = self.tree.get("allow")
        document.allow = read_codes(allow, self.findings) if allow is not None else frozenset()
        self._reference()
        self._inputs()
        document.define = self._entries(self.tree.get("define"), "define")
        self._check_names(document.define, "a defined value")
        self._blocks()
        document.expect = self._mapping("expect", ("output", "parameters", "macs", "depth"))
        document.budget = self._mapping("budget", ("parameters", "macs", "activations"))
        self._layers()

    def _text(self, key: str) -> str:
        value = self.tree.get(key)
        if value is None:
            return ""
        if isinstance(value, Scalar):
            return value.text
        self.findings.add("bad-shape", f"`{key}` is text, and {kind_of(value)} stands here", extent(value))
        return ""

    def _rounding(self) -> str:
        value = self.tree.get("rounding")
        if value is None:
            return "floor"
        if isinstance(value, Scalar) and value.text in ("floor", "exact"):
            return value.text
        self.findings.add("unknown-word", f"`rounding` is `floor` or `exact`, not {kind_of(value)}", extent(value))
        return "floor"

    def _reference(self) -> None:
        entries = self._entries(self.tree.get("reference"), "reference")
        unknown = [key for name, (key, _) in entries.items() if name not in REFERENCE_KEYS]
        report_unknown(
            self.findings, unknown, "`reference` has no key", REFERENCE_KEYS, f"it has {', '.join(REFERENCE_KEYS)}"
        )
        for name, (_, value) in entries.items():
            if name not in REFERENCE_KEYS:
                continue
            if isinstance(value, Scalar):
                self.document.reference[name] = _shown(value)
            elif isinstance(value, Sequence) and all(isinstance(item, Scalar) for item in value.items):
                self.document.reference[name] = ", ".join(_shown_text(item) for item in value.items)
            else:
                self.findings.add("bad-shape", f"`{name}` is text", extent(value))

    def _inputs(self) -> None:
        entry = self.tree.entries.get("input")
        if entry is None:
            if not self.partial and "input" not in self.meant:
                self.findings.add(
                    "missing-key",
                    "the architecture does not say its `input`",
                    self._start(),
                    help="add `input: 224x224x3` (width x height x depth)",
                )
            return
        key, value = entry
        if isinstance(value, Mapping):
            for name, (word, volume) in value.entries.items():
                self.document.inputs[name] = (self._volume(volume, word), word.at)
            if not value.entries:
                self.findings.add("not-a-volume", "`input` names no volume", key.at)
        else:
            self.document.inputs["input"] = (self._volume(value, key), extent(value))

    def _volume(self, tree: Tree, key: Scalar) -> Volume | None:
        if not isinstance(tree, Scalar):
            texts = [item.text for item in tree.items if isinstance(item, Scalar)] if isinstance(tree, Sequence) else []
            written = _volume_meant(texts) or "224x224x3"
            self.findings.add(
                "not-a-volume",
                f"a volume WxHxD is wanted, and {kind_of(tree)} stands here",
                extent(tree),
                help=f"write {written}, width first and depth last",
                fix=(extent(tree), written) if _volume_meant(texts) else None,
            )
            return None
        at = key.at if tree.empty else tree.at
        try:
            volume = scalars.read_volume(tree.text, tree.plain)
        except scalars.ScalarError as error:
            self.findings.add(
                error.code,
                error.message,
                at,
                help=error.help,
                fix=(at, error.fix) if error.fix else None,
                status=2 if error.code == "number-too-large" else 1,
            )
            return None
        if len(volume.spatial) == 2 and volume.spatial[0] in (1, 3) and volume.channels == volume.spatial[1] > 4:
            meant = Volume(volume.spatial[0], (volume.channels, volume.spatial[1]))
            self.findings.add(
                "suspicious-volume",
                f"{volume} is {volume.spatial[0]} wide, {volume.spatial[1]} high and {volume.channels} deep",
                tree.at,
                severity="warning",
                fix=(tree.at, meant.text),
                help=f"write {meant}: width first, depth last",
            )
        elif len(volume.spatial) == 1 and volume.channels == volume.spatial[0] > 4:
            self.findings.add(
                "suspicious-volume",
                f"{volume} is a sequence of {volume.spatial[0]} with {volume.channels} channels, and no image",
                tree.at,
                severity="warning",
                help=f"an image says its depth too: {volume}x1 in grey, {volume}x3 in colour",
            )
        return volume

    def _start(self) -> Span:
        first = next(iter(self.tree.entries.values()), None)
        return first[0].at if first else self.tree.at

    def _entries(self, tree: Tree | None, what: str) -> Entries:
        if tree is None or (isinstance(tree, Scalar) and tree.empty):
            return {}
        if isinstance(tree, Mapping):
            return tree.entries
        self.findings.add("bad-shape", f"`{what}` is a mapping of names, and {kind_of(tree)} stands here", extent(tree))
        return {}

    def _mapping(self, key: str, known: tuple[str, ...]) -> Mapping | None:
        tree = self.tree.get(key)
        self._entries(tree, key)
        if not isinstance(tree, Mapping):
            return None
        unknown = [word for name, (word, _) in tree.entries.items() if name not in known]
        report_unknown(self.findings, unknown, f"`{key}` has no key", known, f"it has {', '.join(known)}")
        return tree

    def _check_names(self, entries: Entries, what: str) -> None:
        for name, (key, _) in entries.items():
            check_name(name, key, what, self.findings)

    def _blocks(self) -> None:
        for name, (key, value) in self._entries(self.tree.get("blocks"), "blocks").items():
            if name in KINDS or name in ITEM_KEYS or name == "input":
                what = "a layer kind" if name in KINDS else "a word of the language"
                self.findings.add("reserved-name", f"a block cannot be called `{name}`: that is {what}", key.at)
            elif isinstance(value, Mapping):
                self.document.blocks[name] = self._block(name, key, value)
            else:
                help = f"write `{name}: {{layers: [...]}}`" if isinstance(value, Sequence) else None
                self.findings.add("bad-shape", f"the block `{name}` is a mapping with `layers`", key.at, help=help)

    def _block(self, name: str, key: Scalar, tree: Mapping) -> BlockDef:
        block = BlockDef(name, key.at)
        known = ("parameters", "define", "layers")
        unknown = [word for word, _ in tree.entries.values() if word.text not in known]
        free = [word for word in known if word not in tree.entries]
        meant = report_unknown(self.findings, unknown, "a block has no key", free, f"it has {', '.join(known)}")
        parameters = self._entries(tree.get("parameters"), "parameters")
        self._check_names(parameters, "a parameter")
        for parameter, (word, value) in parameters.items():
            required = isinstance(value, Scalar) and value.empty
            block.parameters[parameter] = (word, None if required else value)
        block.define = self._entries(tree.get("define"), "define")
        self._check_names(block.define, "a defined value")
        block.layers = tree.get("layers")
        if block.layers is None and "layers" not in meant:
            self.findings.add("missing-key", f"the block `{name}` has no `layers`", key.at)
        return block

    def _layers(self) -> None:
        entry = self.tree.entries.get("layers")
        if entry is None:
            if not self.partial and "layers" not in self.meant:
                self.findings.add(
                    "no-layers",
                    "the architecture has no `layers`",
                    self._start(),
                    help="add `layers:` and one `- ` line per layer",
                )
            return
        key, value = entry
        self.document.layers_at = key.at
        if isinstance(value, Sequence) and value.items:
            self.document.layers = value
        elif isinstance(value, Sequence) or (isinstance(value, Scalar) and value.empty):
            self.findings.add(
                "no-layers", "there are no layers", key.at, help="one `- ` line per layer below `layers:`"
            )
        else:
            self.findings.add(
                "bad-shape",
                f"`layers` is a list, and {kind_of(value)} stands here",
                extent(value),
                help="one `- ` line per layer",
            )


def _volume_meant(texts: Sequenced[str]) -> str | None:
    """The volume in a list of numbers, which other tools write with the channels first, or None."""
    if not 1 <= len(texts) <= 4 or not all(text.isascii() and text.isdigit() and text[0] != "0" for text in texts):
        return None
    first = len(texts) > 2 and int(texts[0]) <= 4 < int(texts[-1])
    return "x".join((*reversed(texts[1:]), texts[0]) if first else texts)


def check_name(name: str, key: Scalar, what: str, findings: Findings) -> bool:
    """Whether something may be called so; if not, it is reported."""
    if name in RESERVED:
        findings.add("reserved-name", f"{what} cannot be called `{name}`: formulas give that word a meaning", key.at)
        return False
    if not name.isidentifier() or not name.isascii():
        findings.add(
            "bad-name",
            f"{what} is called by a word of letters, digits and `_`, not `{name[:60]}`",
            key.at,
            help=_name_meant(name),
        )
        return False
    return True


def _name_meant(name: str) -> str | None:
    word = re.sub(r"[^A-Za-z0-9_]+", "_", name[:60]).strip("_")
    return f"for instance `{word}`" if word.isidentifier() and word not in RESERVED else None


def _shown(scalar: Scalar) -> Any:
    """A fact of `reference`: numbers as numbers, all else as text."""
    try:
        value = scalars.read_value(scalar.text, scalar.plain)
    except scalars.ScalarError:
        return scalar.text
    return scalar.text if isinstance(value, bool) else value


def _shown_text(item: Tree) -> str:
    return item.text if isinstance(item, Scalar) else ""
