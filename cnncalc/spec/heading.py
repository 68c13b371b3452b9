"""What bundled architectures say of themselves, read without building the networks: for lists and searches."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.spec.files import bundled_folder, bundled_names, read_file
from cnncalc.spec.limits import DEFAULTS
from cnncalc.spec.reader import read_tree
from cnncalc.spec.source import SourceMap
from cnncalc.spec.text import decode
from cnncalc.spec.tree import Mapping, Scalar, Tree


@dataclass(frozen=True)
class Heading:
    """One bundled file's own account.

    Attributes:
        name: how commands call it; `title` is what the file calls the network.
        family: the files it extends, nearest first.
        depth, parameters, macs: what it expects, which the tests hold it to; None where it states no whole number.
    """

    name: str
    title: str
    description: str
    paper: str
    authors: str
    year: int | None
    top5_error: float | None
    input: str
    family: tuple[str, ...]
    depth: int | None
    parameters: int | None
    macs: int | None

    @property
    def searchable(self) -> str:
        """All its words, in lower case."""
        words = (self.name, self.title, *self.family, self.description, self.paper, self.authors, str(self.year or ""))
        return " ".join(words).lower()


def headings() -> list[Heading]:
    """The headings of all bundled architectures, by name."""
    trees = {name: _tree(name) for name in bundled_names()}
    return [_heading(name, trees) for name in trees]


def _tree(name: str) -> Mapping:
    sources = SourceMap()
    path = bundled_folder() / f"{name}.yaml"
    source = sources.add(name, decode(read_file(path, DEFAULTS), name))
    tree = read_tree(sources, source, DEFAULTS, lambda finding: None)
    return tree if isinstance(tree, Mapping) else Mapping(tree.at)


def _heading(name: str, trees: dict[str, Mapping]) -> Heading:
    chain = _chain(name, trees)
    tree = trees[name]
    reference, expected = _mapping(tree.get("reference")), _mapping(tree.get("expect"))
    error = _text(reference.get("top5_error"))
    inputs = next((trees[link].get("input") for link in chain if "input" in trees[link].entries), None)
    return Heading(
        name,
        _text(tree.get("name")) or name,
        _text(tree.get("description")),
        _text(reference.get("title")),
        _text(reference.get("authors")),
        _number(reference.get("year")),
        float(error) if error.replace(".", "", 1).isdecimal() else None,
        _volumes(inputs),
        tuple(chain[1:]),
        *(_number(expected.get(key)) for key in ("depth", "parameters", "macs")),
    )


def _chain(name: str, trees: dict[str, Mapping]) -> list[str]:
    """The file, the one it extends, the one that extends, and so on."""
    chain: list[str] = []
    while name in trees and name not in chain:
        chain.append(name)
        name = _text(trees[name].get("extends")).removesuffix(".yaml")
    return chain


def _mapping(tree: Tree | None) -> Mapping:
    return tree if isinstance(tree, Mapping) else Mapping(0)


def _text(tree: Tree | None) -> str:
    return tree.text if isinstance(tree, Scalar) else ""


def _number(tree: Tree | None) -> int | None:
    text = _text(tree)
    return int(text) if text.isdecimal() else None


def _volumes(tree: Tree | None) -> str:
    if isinstance(tree, Mapping):
        return ", ".join(f"{name} {_text(volume)}" for name, (_, volume) in tree.entries.items())
    return _text(tree)
