"""YAML to the located tree, from the parser's events: no constructors, no implicit types, no recursion.

The C parser of PyYAML and the pure one accept and refuse the same files at the same places: where the C parser
stumbles over a file of ordinary size the pure one has the last word, and what only the C parser would let pass
(tabs between tokens) is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml

from cnncalc.diagnostics import Diagnostic, Related, SpecError
from cnncalc.spec.limits import Limits
from cnncalc.spec.source import Source, SourceMap, Span, span
from cnncalc.spec.tree import Mapping, Scalar, Sequence, Tree

_SECOND_OPINION = 200_000
"""Up to how many characters the pure parser is asked again (it needs about a second for these)."""

Report = Callable[[Diagnostic], None]


def read_tree(sources: SourceMap, source: Source, limits: Limits, report: Report, *, pure: bool = False) -> Tree:
    """The located tree of a source; duplicate keys are reported, the first one counts.

    Args:
        pure: use the pure-Python parser even where the C one is present.

    Raises:
        SpecError: where the text cannot be read as one YAML document within the limits.
    """
    if pure or not yaml.__with_libyaml__:
        return _Builder(sources, source, limits, report).build(yaml.Loader(source.text))
    seen: list[Diagnostic] = []
    try:
        tree = _Builder(sources, source, limits, seen.append).build(yaml.CLoader(source.text))
    except SpecError as error:
        # Only limits are not in question: the parsers may stumble over different things first.
        if error.status != 1 or len(source.text) > _SECOND_OPINION:
            raise SpecError([*seen, *error.diagnostics]) from None
    else:
        for finding in seen:
            report(finding)
        return tree
    return _Builder(sources, source, limits, report).build(yaml.Loader(source.text))


_STARTS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class _Builder:
    """Builds the tree from events, with an explicit stack, and refuses what the language has no use for."""

    def __init__(self, sources: SourceMap, source: Source, limits: Limits, report: Report) -> None:
        self.sources = sources
        self.source = source
        self.limits = limits
        self.report = report
        self.has_tabs = "\t" in source.text
        self.quoted: list[tuple[int, int]] = []
        self.words: dict[str, str] = {}
        self.count = 0
        self.documents = 0

    def fail(self, code: str, message: str, at: Span, help: str | None = None, status: int = 1) -> SpecError:
        """An error that ends the reading."""
        return SpecError([Diagnostic(code, "error", message, self.sources.place(at), help=help, status=status)])

    def build(self, loader: Any) -> Tree:
        """Run the parser and check what lies between its tokens."""
        try:
            root = self._events(loader)
        except yaml.MarkedYAMLError as error:
            raise self._syntax(error) from None
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            raise self.fail("yaml", f"this is not YAML: {_plain(str(error))}", self._at(0, 1)) from None
        if self.has_tabs:
            self._refuse_tabs(len(self.source.text))
        if root is None:
            raise self.fail(
                "empty-spec",
                "there is nothing in this file",
                self._at(0, 0),
                help="a specification starts with `input: 224x224x3` and `layers:`",
            )
        return root

    def _at(self, start: int, end: int) -> Span:
        return span(self.source.base + start, self.source.base + end)

    def _events(self, loader: Any) -> Tree | None:
        """The loop over the events: one stack of open collections, one pending key per open mapping."""
        get_event = loader.get_event
        root: Tree | None = None
        stack: list[tuple[Sequence | Mapping, list[Scalar]]] = []
        while True:
            event = get_event()
            cls = event.__class__
            node: Tree
            if cls is yaml.ScalarEvent:
                node = self._scalar(event)
            elif cls in _STARTS:
                node = self._collection(event, len(stack))
            elif cls in _ENDS:
                closed = stack.pop()[0]
                closed.at = closed.at >> 32 << 32 | (self.source.base + event.end_mark.index)
                continue
            elif cls is yaml.StreamEndEvent:
                return root
            else:
                self._beside(event)
                continue
            if stack:
                self._put(node, *stack[-1])
            elif not (isinstance(node, Scalar) and node.empty):
                root = node
            if not isinstance(node, Scalar):
                stack.append((node, []))

    def _scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        self._allow(event, start)
        value, style = event.value, event.style
        if len(value) > self.limits.scalar:
            raise self._limit("long-scalar", f"a scalar of {len(value):,} characters", "scalar", start)
        if style:
            self._check_quoted(value, start, end)
        base = self.source.base
        # The same few words stand in a file thousands of times: one string is kept for all.
        return Scalar(self.words.setdefault(value, value), not style, (base + start) << 32 | (base + end))

    def _collection(self, event: Any, depth: int) -> Sequence | Mapping:
        start = event.start_mark.index
        self._allow(event, start)
        if depth >= self.limits.depth:
            raise self._limit("too-deep", f"nesting deeper than {self.limits.depth} levels", "depth", start)
        at = self._at(start, event.end_mark.index)
        return Sequence(at) if event.__class__ is yaml.SequenceStartEvent else Mapping(at)

    def _allow(self, event: Any, start: int) -> None:
        """Count a value, and refuse what YAML can hang on it."""
        if event.anchor is not None or event.tag is not None:
            raise self._refuse_property(event)
        self.count += 1
        if self.count > self.limits.nodes:
            raise self._limit("too-many-nodes", f"more than {self.limits.nodes:,} values", "nodes", start)

    def _beside(self, event: Any) -> None:
        """What is neither a value nor the end of one."""
        if event.__class__ is yaml.AliasEvent:
            raise self._refuse_alias(event)
        if event.__class__ is yaml.DocumentStartEvent:
            self.documents += 1
            self._check_document(event, self.documents)

    def _put(self, node: Tree, parent: Sequence | Mapping, pending: list[Scalar]) -> None:
        """Put a value into the collection that is open."""
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif pending:
            self._enter(parent, pending.pop(), node)
        else:
            pending.append(self._key(node))

    def _key(self, node: Tree) -> Scalar:
        if not isinstance(node, Scalar) or node.empty:
            raise self.fail("bad-key", "a key must be a word", node.at)
        if node.text == "<<" and node.plain:
            raise self.fail(
                "merge-key",
                "merge keys are not part of the language",
                node.at,
                help="say what is common once with a block under `blocks`, or a value under `define`",
            )
        return node

    def _enter(self, mapping: Mapping, key: Scalar, value: Tree) -> None:
        first = mapping.entries.get(key.text)
        if first is None:
            mapping.entries[key.text] = (key, value)
            return
        related = Related(self.sources.place(first[0].at), "it stands here first")
        self.report(
            Diagnostic(
                "duplicate-key",
                "error",
                f"the key `{key.text}` stands here twice",
                self.sources.place(key.at),
                help="keep one of the two",
                related=(related,),
            )
        )

    def _check_quoted(self, value: str, start: int, end: int) -> None:
        if self.has_tabs:
            self.quoted.append((start, end))
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise self.fail(
                "surrogate",
                "the text holds half of a surrogate pair, which is no character",
                self._at(start, end),
                help="write the character itself",
            )

    def _check_document(self, event: Any, documents: int) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if documents > 1:
            raise self.fail(
                "many-documents",
                "a second document starts here, and a file holds one architecture",
                self._at(start, start + 3),
                help="put it into a file of its own",
            )
        if event.version or event.tags or self.source.text[start : start + 1] == "%":
            raise self.fail(
                "yaml", "YAML directives are not part of the language", self._at(start, end), help="delete the line"
            )

    def _refuse_alias(self, event: Any) -> SpecError:
        return self.fail(
            "alias",
            "aliases are not part of the language",
            self._at(event.start_mark.index, event.end_mark.index),
            help="say what is common once with a block under `blocks`, or a value under `define`",
        )

    def _refuse_property(self, event: Any) -> SpecError:
        start = event.start_mark.index
        at = self._at(start, start + 1)
        if event.anchor is not None:
            return self.fail(
                "alias",
                "anchors are not part of the language",
                at,
                help="say what is common once with a block under `blocks`, or a value under `define`",
            )
        return self.fail("tag", "tags are not part of the language", at, help="delete the tag")

    def _limit(self, code: str, what: str, limit: str, start: int) -> SpecError:
        value = getattr(self.limits, limit)
        return self.fail(
            code,
            f"{what}: more than the limit `{limit}` allows ({value:,})",
            self._at(start, start + 1),
            help=f"`--limit {limit}={value * 2}` raises it",
            status=2,
        )

    def _syntax(self, error: yaml.MarkedYAMLError) -> SpecError:
        text = self.source.text
        mark, opened = error.problem_mark or error.context_mark, error.context_mark
        index = min(mark.index, len(text)) if mark else 0
        if self.has_tabs:
            self._refuse_tabs(index + 1)
        if dash := self._tight_dash(index):
            return self.fail("yaml", "a space is missing after `-`", self._at(dash, dash + 1))
        problem, help = _explained(error.problem or error.context or "", text[index : index + 1])
        if kind := _KIND_ALONE_BEFORE.search(text, max(0, index - 200), index):
            help = f"a kind that carries further keys is followed by a colon: `- {kind[1]}:`"
        if text[index : index + 1] in ("[", "{") and _FORMULA_BEFORE.search(text, max(0, index - 200), index):
            problem, help = "YAML ends the formula at this bracket", "quote the formula"
        start = opened.index if opened and opened.index < index else None
        unclosed = start is not None and text[start : start + 1] in _OPENING
        if unclosed and start is not None and not text[index:].strip():
            # The fault shows at the end of the file; the cause is where the bracket opens.
            return self.fail("yaml", f"this `{text[start]}` is never closed", self._at(start, start + 1))
        related: tuple[Related, ...] = ()
        if unclosed and start is not None:
            related = (Related(self.sources.place(self._at(start, start + 1)), f"the `{text[start]}` opens here"),)
        place = self.sources.place(self._at(index, index + 1))
        return SpecError([Diagnostic("yaml", "error", problem, place, help=help, related=related)])

    def _tight_dash(self, index: int) -> int | None:
        """Where the line before the fault begins with `-` and no space: YAML reads on, and stumbles a line later."""
        lines = self.source.text[:index].splitlines(keepends=True)
        if len(lines) < 2 or not (match := re.match(r" *-(?=[A-Za-z])", lines[-2])):
            return None
        return index - len(lines[-1]) - len(lines[-2]) + match.end() - 1

    def _refuse_tabs(self, end: int) -> None:
        """Refuse a tab outside quoted text and comments: only the C parser would let it pass."""
        text = self.source.text
        for match in re.finditer("\t", text[:end]):
            position = match.start()
            if any(start <= position < stop for start, stop in self.quoted):
                continue
            line_start = max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) + 1
            if re.search(r"(?:^|[ \t])#", text[line_start:position]):
                continue
            raise self.fail(
                "yaml",
                "a tab: YAML is indented and separated with spaces",
                self._at(position, position + 1),
                help="replace the tab with spaces",
            )


_OPENING = ("[", "{", "'", '"')
_FORMULA_BEFORE = re.compile(r"[:,\[{-]\s*=[^,\[\]{}\n]*\Z")

_KIND_ALONE_BEFORE = re.compile(r"^ *- ([a-z_0-9]+) *(?:\r\n|\r|\n) +[a-z]+\Z", re.MULTILINE)
"""`- relu` and on the next line a key: YAML takes both lines for one text, and stumbles over the colon."""

_EXPLANATIONS = (
    (r"mapping values", "a second `:` on this line", "put text that holds `: ` into quotes, or start a new line"),
    (r"could not find expected ':'", "a `:` is missing before this", "a key is followed by `: ` and its value"),
    (r"expected ',' or", "a `,` or the closing bracket is missing before this", None),
    (
        r"expected .?<block end>|did not find expected key",
        "this line belongs to nothing above it",
        "check its indentation",
    ),
    (r"did not find expected '-'", "this line belongs to nothing above it", "check its indentation"),
    (r"cannot start any token", "a value cannot start with `{0}`", "put it into quotes"),
    (
        r"expected .?<document start>",
        "this stands after the end of the specification",
        "delete `...` or what follows it",
    ),
    (r"incompatible YAML document", "YAML directives are not part of the language", "delete the line"),
    (r"unknown escape|escape sequence", "after `\\` YAML knows no `{0}`", "put the text into single quotes"),
    (r"unexpected end of stream", "the text is never closed", "close the quote"),
)


def _explained(message: str, found: str) -> tuple[str, str | None]:
    """A parser's message in plain words, and what to do; `found` is the character it stumbled over."""
    for pattern, words, help in _EXPLANATIONS:
        if re.search(pattern, message):
            return words.format(found), help
    return f"this is not YAML: {_plain(message)}", None


def _plain(message: str) -> str:
    """A parser's message without its jargon."""
    for jargon, words in (
        ("<block end>", "the end of the block"),
        ("<stream end>", "the end of the file"),
        ("<scalar>", "text"),
        ("expected", "expected"),
        ("'", "`"),
    ):
        message = message.replace(jargon, words)
    return re.sub(r"\s+", " ", message)
