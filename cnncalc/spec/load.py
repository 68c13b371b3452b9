"""From a file to a graph: the one way in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from cnncalc.collector import paused
from cnncalc.diagnostics import Diagnostic, SpecError
from cnncalc.graph import Graph, Volume
from cnncalc.spec import files, listing, scalars
from cnncalc.spec.context import Context, Origin
from cnncalc.spec.cycles import block_cycle
from cnncalc.spec.document import Document, Entries, merged, read_document
from cnncalc.spec.expand import Expander
from cnncalc.spec.findings import Findings
from cnncalc.spec.limits import DEFAULTS, Limits
from cnncalc.spec.lints import check_lints
from cnncalc.spec.names import NameScope
from cnncalc.spec.operations import MISSING, UnknownInput
from cnncalc.spec.reader import read_tree
from cnncalc.spec.scalars import Value
from cnncalc.spec.source import SourceMap, end_of, start_of
from cnncalc.spec.suggest import did_you_mean
from cnncalc.spec.text import decode
from cnncalc.spec.tree import Mapping as Map
from cnncalc.spec.tree import Scalar, Tree
from cnncalc.spec.values import ValueFault, plain_value


class Options(NamedTuple):
    """What a caller may change of a specification.

    Attributes:
        input: the input volume, or one per input by name, in place of the file's.
        define: values in place of the file's `define`.
        strict: whether warnings are errors.
        pure: read with the pure-Python YAML parser.
    """

    input: str | Mapping[str, str] | None = None
    define: Mapping[str, Value] | None = None
    strict: bool = False
    limits: Limits = DEFAULTS
    pure: bool = False

    @property
    def changes(self) -> bool:
        """Whether the file's own published figures no longer apply."""
        return self.input is not None or bool(self.define)


AS_WRITTEN = Options()
"""Nothing changed."""


class Loaded(NamedTuple):
    """What a specification came to."""

    path: str
    document: Document
    graph: Graph
    findings: Findings
    as_written: bool
    """Whether neither inputs nor defined values were changed, so that the file's own figures apply."""

    @property
    def sources(self) -> SourceMap:
        """The files it was read from."""
        return self.findings.sources

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with it."""
        return tuple(self.findings.all())


_SHOWN_CYCLE = 8
"""Of how many blocks of a cycle the way is shown."""
_SHOWN_BYTES = 100_000
"""How much of a file that is no text is kept to show the place of the fault."""


class UsageError(ValueError):
    """An option that does not go with the specification."""


def load_spec(spec: str, options: Options = AS_WRITTEN) -> Loaded:
    """Load a path, `-`, or a bundled name; everything wrong with it is in `diagnostics`.

    Raises:
        SpecError: where it cannot be read at all.
        UsageError: for an option that does not go with it.
    """
    return load_found(files.find(spec, options.limits), options)


def load_found(found: files.Found, options: Options = AS_WRITTEN) -> Loaded:
    """The same for bytes that are read already.

    Raises:
        SpecError: where they cannot be understood at all.
    """
    return _Loading(found, options).load()


def load_text(text: str, path: str = "<text>", options: Options = AS_WRITTEN) -> Loaded:
    """The same for a specification given as text; it may extend bundled architectures only."""
    return load_found(files.Found(path, text.encode("utf-8", "surrogatepass"), None, False), options)


class _Loading:
    """One load: the files read so far, the findings so far."""

    def __init__(self, found: files.Found, options: Options) -> None:
        self.found = found
        self.options = options
        self.sources = SourceMap()
        self.findings = Findings(self.sources, strict=options.strict)
        self.open: list[tuple[str, Path | None]] = []
        self.broken_base = False

    def load(self) -> Loaded:
        try:
            return self._load()
        except SpecError as error:
            raise SpecError([*self.findings.all(), *error.diagnostics], self.sources.line_of) from None

    def _load(self) -> Loaded:
        with paused():
            tree = self._tree(self.found)
            if isinstance(tree, Map):
                tree = merged(tree, lambda word: self._extended(word, self.found), self.findings)
            document = read_document(tree, self.findings, partial=self.broken_base)
            self.findings.allowed = document.allow
            graph = self._graph(document)
            # The trees are done with, and are most of what a long file takes up.
            document.layers, document.blocks = None, {}
        return Loaded(self.found.path, document, graph, self.findings, not self.options.changes)

    def _tree(self, found: files.Found) -> Tree:
        shown = files.shown(found.path)
        try:
            text = decode(found.data, shown)
        except SpecError:
            self.sources.add(shown, found.data[:_SHOWN_BYTES].decode("utf-8", "backslashreplace"))
            raise
        source = self.sources.add(shown, text)
        self.open.append((shown, found.folder))
        if listing.is_listing(source.text):
            return listing.read_listing(source, self.findings)
        return read_tree(self.sources, source, self.options.limits, self.findings.take, pure=self.options.pure)

    def _extended(self, word: Scalar, parent: files.Found) -> Map | None:
        """The tree of the file that another extends, itself merged."""
        found = self._base(word, parent)
        if found is None:
            self.broken_base = True
            return None
        tree = self._tree(found)
        if isinstance(tree, Map):
            return merged(tree, lambda inner: self._extended(inner, found), self.findings)
        self.findings.add("bad-shape", f"`{word.text}` holds no architecture", word.at)
        return None

    def _base(self, word: Scalar, parent: files.Found) -> files.Found | None:
        name, limits = word.text, self.options.limits
        plain = Path(name).name == name and name not in (".", "..") and "\\" not in name and ":" not in name
        if not plain:
            self.findings.add(
                "extends-outside",
                "`extends` takes a file of the same folder or a bundled name, and no path",
                word.at,
                help="put a copy of the file beside this one and give its name",
            )
            return None
        if len(self.open) > limits.blocks:
            self.findings.add("too-deep", f"more than {limits.blocks} files extend each other", word.at, status=2)
            return None
        folder = parent.folder
        for candidate in (name, f"{name}.yaml") if folder is not None else ():
            path = folder / candidate  # type: ignore[operator]
            if os.path.isfile(path) or os.path.islink(path):
                if not files.inside(path, folder) and not parent.bundled:  # type: ignore[arg-type]
                    self.findings.add("extends-outside", f"`{name}` is a link out of the folder", word.at)
                    return None
                return self._opened(word, str(path), files.Found(str(path), b"", folder, parent.bundled))
        if name.removesuffix(".yaml") in files.bundled_names():
            path = files.bundled_folder() / f"{name.removesuffix('.yaml')}.yaml"
            return self._opened(word, str(path), files.Found(str(path), b"", files.bundled_folder(), True))
        known = did_you_mean(name.removesuffix(".yaml"), files.bundled_names())
        self.findings.add(
            "unreadable",
            f"there is no file or bundled architecture `{name[:60]}` to extend",
            word.at,
            help=known,
            status=2,
        )
        return None

    def _opened(self, word: Scalar, path: str, found: files.Found) -> files.Found | None:
        shown = files.shown(Path(path).name if found.bundled else path)
        if any(Path(name).name == Path(path).name and folder == found.folder for name, folder in self.open):
            chain = " → ".join([*(Path(name).name for name, _ in self.open), Path(path).name])
            self.findings.add("extends-cycle", f"the files extend each other in a circle: {chain}", word.at)
            return None
        try:
            data = files.read_file(Path(path), self.options.limits)
        except SpecError as error:
            self.findings.add("unreadable", error.diagnostics[0].message, word.at, status=2)
            return None
        return found._replace(path=shown, data=data)

    def _graph(self, document: Document) -> Graph:
        self._change_inputs(document)
        names: dict[str, Value] = {}
        origins: dict[str, Origin] = {}
        self._change_define(document)
        cycle = block_cycle(document)
        if cycle is not None:
            path = " → ".join([*(name for name, _ in cycle), cycle[0][0]])
            self.findings.add(
                "block-cycle",
                f"a block uses itself: {path if len(cycle) <= _SHOWN_CYCLE else _shortened(path)}",
                cycle[-1][1].at,
                related=[(word.at, f"`{name}` uses `{word.text}` here") for name, word in cycle[:-1][:_SHOWN_CYCLE]],
            )
            document.layers = None
        expander = Expander(document, self.findings, self.options.limits, names, origins, not self.options.changes)
        context = Context(NameScope(), names, origins)
        for name, (word, tree) in document.define.items():
            if name in (self.options.define or {}):
                names[name], origins[name] = self.options.define[name], Origin(word.at)  # type: ignore[index]
                continue
            try:
                names[name] = plain_value(
                    tree, lambda scalar: expander.formulas.evaluate(scalar, context, None, has_input=False)
                )
                origins[name] = Origin(tree.at if end_of(tree.at) > start_of(tree.at) else word.at)
            except (ValueFault, UnknownInput) as fault:
                names[name] = MISSING  # what depends on it stays silent
                if isinstance(fault, ValueFault):
                    expander.values.fault(_defined_later(fault, document.define), context)
        graph = expander.run()
        check_lints(document, graph, expander.inference, self.findings)
        return graph

    def _change_define(self, document: Document) -> None:
        for name in self.options.define or {}:
            if name not in document.define:
                known = did_you_mean(name, document.define)
                have = ", ".join(document.define) or "nothing"
                raise UsageError(f"the architecture defines no `{name}`: " + (known or f"it defines {have}"))

    def _change_inputs(self, document: Document) -> None:
        given = self.options.input
        if given is None:
            return
        by_name = {next(iter(document.inputs), "input"): given} if isinstance(given, str) else dict(given)
        if isinstance(given, str) and len(document.inputs) > 1:
            raise UsageError(f"the network has several inputs: name one of {', '.join(document.inputs)}")
        for name, text in by_name.items():
            if document.inputs and name not in document.inputs:
                raise UsageError(f"there is no input `{name}`: there are {', '.join(document.inputs)}")
            at = document.inputs[name][1] if name in document.inputs else 0
            try:
                document.inputs[name] = (volume_from(text), at)
            except scalars.ScalarError as error:
                raise UsageError(error.message + (f": {error.help}" if error.help else "")) from None


def _defined_later(fault: ValueFault, define: Entries) -> ValueFault:
    """The fault with better help where a formula uses a value that `define` holds further down."""
    error = fault.error
    name = next((name for name in define if error.message.endswith(f"named `{name}`")), None)
    if error.code != "unknown-variable" or name is None:
        return fault
    help = f"`{name}` is defined further down: `define` is worked out in order"
    return ValueFault(scalars.ScalarError(error.code, error.message, help), fault.at, fault.formula)


def _shortened(path: str) -> str:
    names = path.split(" → ")
    return " → ".join((*names[:_SHOWN_CYCLE], f"… ({len(names) - 1:,} blocks)", names[-1]))


def volume_from(text: str) -> Volume:
    """A volume as text, for options and the Python interface."""
    return scalars.read_volume(text)
