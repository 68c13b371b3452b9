"""One list item of `layers`: which of the language's forms it is, and the keys it carries."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from cnncalc.layers import KINDS, MERGES
from cnncalc.spec.codes import WARNINGS
from cnncalc.spec.findings import Findings
from cnncalc.spec.source import Span
from cnncalc.spec.suggest import nearest
from cnncalc.spec.tree import Mapping, Scalar, Sequence, Tree, extent, kind_of

MODIFIERS = ("name", "from", "shares", "when", "expect", "note", "allow")
CONTROL = ("repeat", "for", "group", "branch")
NAMED = ("group", "branch")
_MOST_MISPLACED = 5
ITEM_KEYS = frozenset({*MODIFIERS, *CONTROL, "layers", "in"})


class Item:
    """A list item, its keys sorted out.

    Attributes:
        form: layer, block, merge, repeat, for, group, branch, chain, or point (a name or a `from` alone).
        head: the kind, block or control word; for a chain or point its first key.
        value: what stands behind the head.
    """

    __slots__ = (
        "allow",
        "arguments",
        "at",
        "expect",
        "form",
        "from_",
        "head",
        "in_",
        "layers",
        "name",
        "note",
        "shares",
        "value",
        "when",
    )

    def __init__(self, form: str, head: Scalar, value: Tree | None, at: Span) -> None:
        self.form = form
        self.head = head
        self.value = value
        self.at = at
        self.name: Tree | None = None
        self.from_: Tree | None = None
        self.shares: Tree | None = None
        self.when: Tree | None = None
        self.expect: Tree | None = None
        self.note: Tree | None = None
        self.allow: frozenset[str] = frozenset()
        self.layers: Tree | None = None
        self.in_: Tree | None = None
        self.arguments: object = None
        """What `arguments` has made of the value, kept because blocks and loops come back to the same item."""

    @property
    def label(self) -> Tree | None:
        """What says how the item is called: its `name`, or the word behind `group` and `branch`."""
        return self.name if self.name is not None or self.form not in NAMED else self.value


class ItemReader:
    """Sorts items out, each once; reports what is no item."""

    def __init__(self, blocks: Collection[str], findings: Findings) -> None:
        self.blocks = blocks
        self.findings = findings
        self._known: dict[int, Item | None] = {}

    def read(self, tree: Tree) -> Item | None:
        """The item, or None where it is none (which is reported)."""
        key = id(tree)
        if key not in self._known:
            self._known[key] = self._read(tree)
        return self._known[key]

    def _read(self, tree: Tree) -> Item | None:
        if isinstance(tree, Scalar):
            return self._alone(tree)
        if isinstance(tree, Sequence):
            self.findings.add(
                "bad-shape",
                "a list stands where a layer is wanted",
                extent(tree),
                help="lists of chains belong to `concat`, `add` and `multiply`",
            )
            return None
        head = self._head(tree)
        if head is None:
            return None
        form = self._form(head, tree)
        item = Item(form, head, None if form in ("chain", "point") else tree.get(head.text), extent(tree))
        self._modifiers(item, tree)
        return item if self._complete(item, tree) else None

    def _alone(self, tree: Scalar) -> Item | None:
        word = tree.text
        if word in KINDS and word not in MERGES:
            return Item("layer", tree, None, tree.at)
        if word in self.blocks:
            return Item("block", tree, None, tree.at)
        if tree.empty:
            self.findings.add("bad-shape", "nothing stands where a layer is wanted", tree.at)
        elif word in MERGES or word in ITEM_KEYS:
            self.findings.add("bad-shape", f"`{word}` needs something after it", tree.at)
        else:
            self._unknown(tree)
        return None

    def _head(self, tree: Mapping) -> Scalar | None:
        """The key that says what the item is; exactly one kind, block or control word, or none for chains."""
        keys = [key for key, _ in tree.entries.values()]
        heads = [key for key in keys if key.text in KINDS or key.text in self.blocks or key.text in CONTROL]
        if len(heads) > 1:
            self.findings.add(
                "two-kinds",
                f"`{heads[0].text}` and `{heads[1].text}` in one item: a layer is one item",
                heads[1].at,
                help=f"put `- ` before `{heads[1].text}`",
                related=((heads[0].at, "the first"),),
            )
            return None
        if heads:
            return heads[0]
        if not keys:
            self.findings.add("bad-shape", "an empty mapping stands where a layer is wanted", extent(tree))
            return None
        unknown = [key for key in keys if key.text not in ITEM_KEYS]
        if unknown:
            self._unknown(unknown[0])
            return None
        return keys[0]

    def _form(self, head: Scalar, tree: Mapping) -> str:
        word = head.text
        if word in MERGES:
            return "merge"
        if word in KINDS:
            return "layer"
        if word in self.blocks:
            return "block"
        if word in CONTROL:
            return word
        return "chain" if "layers" in tree.entries else "point"

    def _unknown(self, key: Scalar) -> None:
        if self.findings.full:
            self.findings.leave_out(1)
            return
        word = key.text
        known = self._run_together(word) or nearest(word, [*KINDS, *self.blocks]) or foreign_spelling(word)
        help = f"did you mean `{known}`?" if known else "`cnncalc kinds` lists the layer kinds"
        self.findings.add(
            "unknown-layer",
            f"there is no layer kind or block `{word[:60]}`",
            key.at,
            help=help,
            fix=(key.at, known) if known else None,
        )

    def _run_together(self, word: str) -> str | None:
        """What is meant by a kind and its value without a colon, or without the space after it."""
        match = re.match(r"([A-Za-z_0-9]+)(?::| +)(?=[^ ])(.{1,60})", word)
        if match is None or not (match[1] in KINDS or match[1] in self.blocks):
            return None
        return f"{match[1]}: {match[2].lstrip()}"

    def _modifiers(self, item: Item, tree: Mapping) -> None:
        if len(tree.entries) == 1 and item.form in ("layer", "block", "merge"):
            return
        control = item.form in (*CONTROL, "chain")
        allowed = {
            item.head.text,
            *(word for word in MODIFIERS if word != "name" or item.form not in NAMED),
            *(("layers",) if control else ()),
            *(("in",) if item.form == "for" else ()),
        }
        misplaced = 0
        for key, value in tree.entries.values():
            word = key.text
            if word not in allowed:
                misplaced += 1
                if misplaced <= _MOST_MISPLACED:
                    self._misplaced(item, key, [word for word in allowed if word not in tree.entries])
            elif word == "allow":
                item.allow = self._codes(value)
            elif word in ("from", "in"):
                setattr(item, word + "_", value)
            elif word in MODIFIERS or word == "layers":
                setattr(item, word, value)

    def _misplaced(self, item: Item, key: Scalar, allowed: Collection[str]) -> None:
        from cnncalc.layers import layer_class

        fields = layer_class(item.head.text).fields if item.form == "layer" else {}
        if key.text == "name" and item.form in NAMED:
            help, known = f"the word behind `{item.form}` is its name", None
        elif key.text in fields:
            help, known = f"hyperparameters stand inside: `{item.head.text}: {{{key.text}: …}}`", None
        else:
            known = nearest(key.text, allowed)
            help = f"did you mean `{known}`?" if known else f"an item may carry {', '.join(MODIFIERS)}"
        self.findings.add(
            "unknown-key",
            f"`{key.text[:60]}` has no place beside `{item.head.text}`",
            key.at,
            help=help,
            fix=(key.at, known) if known else None,
        )

    def _codes(self, tree: Tree) -> frozenset[str]:
        return read_codes(tree, self.findings)

    def _complete(self, item: Item, tree: Mapping) -> bool:
        missing = None
        if item.form in (*CONTROL, "chain") and item.layers is None:
            missing = "layers"
        elif item.form == "for" and item.in_ is None:
            missing = "in"
        if missing:
            self.findings.add("missing-key", f"`{item.head.text}` needs `{missing}`", item.head.at)
        return missing is None


def read_codes(tree: Tree, findings: Findings) -> frozenset[str]:
    """The codes of an `allow`: one word or a list of words."""
    words = tree.items if isinstance(tree, Sequence) else [tree]
    codes = set()
    for word in words:
        if isinstance(word, Scalar) and word.text in WARNINGS:
            codes.add(word.text)
        elif isinstance(word, Scalar) and not word.empty:
            known = nearest(word.text, WARNINGS)
            help = f"did you mean `{known}`?" if known else f"there are {', '.join(sorted(WARNINGS))}"
            fix = (word.at, known) if known else None
            findings.add("unknown-word", f"`{word.text[:60]}` is no warning", word.at, help=help, fix=fix)
        else:
            findings.add("bad-shape", f"the code of a warning is wanted, and {kind_of(word)} stands here", extent(word))
    return frozenset(codes)


def foreign_spelling(word: str) -> str | None:
    """The kind that other frameworks spell like this."""
    from cnncalc.layers import layer_class

    folded = word.lower().replace("_", "").removeprefix("nn.")
    for kind in KINDS:
        if folded in (spelling.lower().replace("_", "") for spelling in layer_class(kind).spellings):
            return kind
    return None


def child_chains(item: Item) -> Iterator[Tree]:
    """The chains directly inside an item: branches, or the body of a loop, group or branch."""
    if item.form == "merge" and isinstance(item.value, Sequence):
        yield from item.value.items
    elif item.layers is not None:
        yield item.layers
