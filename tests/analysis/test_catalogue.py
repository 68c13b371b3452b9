"""The list of bundled architectures: its figures are the computed ones, its words are found, its tables fit."""

from __future__ import annotations

import pytest

import cnncalc
from cnncalc.render.catalogue import catalogue, catalogue_table
from cnncalc.render.table import text_lines
from cnncalc.render.terminal import Span, cells
from cnncalc.spec.files import bundled_names


def text_of(span: Span | str) -> str:
    return span if isinstance(span, str) else span.text


def names(*words: str, sort: str = "name") -> list[str]:
    return [entry.name for entry in catalogue(words, sort)]


def test_every_figure_is_what_the_network_comes_to() -> None:
    entries = catalogue()
    assert [entry.name for entry in entries] == bundled_names()
    for entry in entries:
        network = cnncalc.load(entry.name)
        totals = network.totals
        assert (entry.depth, entry.parameters, entry.macs) == (totals.depth, totals.parameters, totals.macs), entry
        assert entry.title == network.name
        assert entry.year == network.reference.get("year")
        assert [text.split()[-1] for text in entry.input.split(", ")] == [str(v) for v in network.inputs.values()]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("vgg16",), {"vgg16", "vgg16-bn", "vgg16-c"}),
        (("Krizhevsky", "2012"), {"alexnet", "alexnet-two-towers"}),
        (("going deeper",), {"googlenet"}),
        (("no such network",), set()),
    ],
)
def test_words_are_found_in_names_papers_and_families(words: tuple[str, ...], expected: set[str]) -> None:
    found = set(names(*words))
    assert expected <= found
    assert bool(found) == bool(expected)


def test_a_family_is_found_by_the_file_it_extends() -> None:
    assert "resnext101-32x8d" in names("resnet50")


def test_orders() -> None:
    by_macs = [entry.macs for entry in catalogue(("resnet",), "macs")]
    assert by_macs == sorted(by_macs)
    errors = [entry.top5_error for entry in catalogue(sort="error")]
    known = [error for error in errors if error is not None]
    assert known == sorted(known)
    assert errors[: len(known)] == known


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_tables_fit_with_whole_names_and_numbers(width: int) -> None:
    entries = catalogue()
    lines = ["".join(map(text_of, line)) for line in text_lines(catalogue_table(entries, width), width)]
    assert max(map(cells, lines)) <= width
    assert len(lines) == len(entries) + 2
    if width >= 80:
        assert all(lines[2 + place].startswith(entry.name) for place, entry in enumerate(entries))
