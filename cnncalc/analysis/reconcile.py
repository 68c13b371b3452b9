"""Where a printed number comes from: which way of counting, which input, which variant, term by term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from cnncalc.analysis.conventions import CONVENTIONS, Facts, counts_as
from cnncalc.analysis.departures import printed as printed_by
from cnncalc.analysis.measured import Measured

_WEIGHED = frozenset(("conv", "depthwise", "transposed_conv", "fc", "rbf"))
_WITH_BIASES = frozenset(("torchinfo", "ptflops"))
_SORTS = {
    "convolution": "convolutions and fully connected layers",
    "linear": "convolutions and fully connected layers",
    "batchnorm": "batch normalisation",
    "normalization": "normalisation",
    "response_normalization": "local response normalisation",
    "activation": "activations",
    "pooling": "pooling",
    "global_pooling": "pooling",
    "adaptive_pooling": "pooling",
    "softmax": "softmax",
    "resampling": "interpolation",
}


class Figure(NamedTuple):
    """A number as somebody printed it: `unit` is worth one in its last digit, 1 where it is exact.

    `quantity` is `parameters` or `operations` where the print says so.
    """

    text: str
    value: int
    unit: int
    quantity: str | None = None

    def rounds(self, total: int) -> bool:
        """Whether a count rounds to it (halves either way)."""
        return 2 * abs(total - self.value) <= self.unit if self.unit > 1 else total == self.value

    def cuts(self, total: int) -> bool:
        """Whether a count is cut off to it."""
        return total // self.unit * self.unit == self.value


class Term(NamedTuple):
    """One part of a sum."""

    what: str
    number: int


class Candidate(NamedTuple):
    """A network that the number may be about: the one asked about, at another input, or a variant.

    `bundled` is its bundled name, if it has one; `label` is empty for the network asked about itself.
    """

    label: str
    network: Measured
    bundled: str = ""


class Reading(NamedTuple):
    """One way to count one network, and what it comes to.

    `rank` orders the ways from the usual to the odd; `tool` names the tool that counts so.
    """

    candidate: Candidate
    rank: int
    quantity: str
    how: str
    tool: str
    terms: tuple[Term, ...]

    @property
    def total(self) -> int:
        """The sum of the terms."""
        return sum(term.number for term in self.terms)

    def as_dict(self) -> dict[str, Any]:
        """The machine-readable form."""
        return {
            "network": self.candidate.network.name,
            "variant": self.candidate.label or None,
            "quantity": self.quantity,
            "counting": self.how,
            "total": self.total,
            "terms": [term._asdict() for term in self.terms],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found, the likeliest first: readings that give the number, or else the nearest, one per network.

    Attributes:
        own: the readings of the network asked about, to set a variant's beside.
        cut: whether the fits give the number only when it is cut off and not rounded.
    """

    figure: Figure
    own: tuple[Reading, ...]
    fits: tuple[Reading, ...] = ()
    nearest: tuple[Reading, ...] = ()
    cut: bool = False

    def beside(self, reading: Reading) -> list[Term]:
        """By how much the terms of a variant differ from those of the network asked about, counted the same way."""
        same = next((own for own in self.own if own.rank == reading.rank), None)
        if same is None or same.candidate == reading.candidate:
            return []
        counts = dict(same.terms)
        changed = [Term(term.what, term.number - counts.pop(term.what, 0)) for term in reading.terms]
        return [term for term in (*changed, *(Term(what, -count) for what, count in counts.items())) if term.number]


def reconcile(figure: Figure, own: Candidate, others: Iterable[Candidate]) -> Outcome:
    """Find the number among the readings of the network, and only where none fits among those of `others`."""
    first = _of_its_kind(figure, readings(own))
    fits = [reading for reading in first if figure.rounds(reading.total)]
    if fits:
        return Outcome(figure, tuple(first), tuple(fits))
    tried = [*first, *(reading for other in others for reading in _of_its_kind(figure, readings(other)))]
    tried.sort(key=lambda reading: reading.rank)
    for cut in (False, True):
        fits = [reading for reading in tried if (figure.cuts if cut else figure.rounds)(reading.total)]
        if fits:
            return Outcome(figure, tuple(first), tuple(fits), cut=cut)
    return Outcome(figure, tuple(first), nearest=tuple(_nearest(figure, tried)))


def _of_its_kind(figure: Figure, found: list[Reading]) -> list[Reading]:
    return [reading for reading in found if figure.quantity in (None, reading.quantity)]


def _nearest(figure: Figure, tried: list[Reading]) -> list[Reading]:
    best: dict[str, Reading] = {}
    for reading in sorted(tried, key=lambda reading: _factor(reading.total, figure.value)):
        best.setdefault(reading.candidate.label, reading)
    return list(best.values())[:3]


def _factor(one: int, other: int) -> Fraction:
    """How many times the larger of two counts is the smaller."""
    return Fraction(max(one, other), max(min(one, other), 1))


def readings(candidate: Candidate) -> list[Reading]:
    """All ways to count a network, the usual ones first; ways that come to the same are one."""
    merged: dict[tuple[str, int], Reading] = {}
    for rank, (quantity, how, terms) in enumerate((*_operations(candidate), *_parameters(candidate.network))):
        tool = how if how in CONVENTIONS else ""
        told = f"{how}'s count" if tool else how
        reading = Reading(candidate, rank, quantity, told, tool, tuple(term for term in terms if term.number))
        known = merged.get((quantity, reading.total))
        merged[quantity, reading.total] = reading if known is None else known._replace(how=f"{known.how}, {told}")
    return [reading for reading in merged.values() if reading.total]


_Way = tuple[str, str, list[Term]]


def _operations(candidate: Candidate) -> Iterator[_Way]:
    network = candidate.network
    convolutions, dense, biases = _products(network)
    products = [Term("convolutions", convolutions), Term("fully connected layers", dense)]
    yield "operations", "multiply–accumulates", products
    twice = _twice(products)
    yield "operations", "FLOPs, 2 per multiply–accumulate", twice
    for convention in CONVENTIONS:
        if convention != "keras":
            yield "operations", convention, _terms(candidate, convention)
    yield "operations", "multiply–accumulates of the convolutions alone", products[:1]
    yield "operations", "FLOPs of the convolutions alone", twice[:1]
    yield "operations", "multiply–accumulates and biases", [*products, Term("biases", biases)]
    yield "operations", "FLOPs, 2 per multiply–accumulate and 1 per bias", [*twice, Term("biases", biases)]
    for convention in ("fvcore", "ptflops", "thop"):
        yield "operations", f"twice {convention}'s count", _twice(_terms(candidate, convention))
    vector = network.totals.operations.as_dict()
    names = {name: name.replace("multiply_accumulates", "multiply–accumulates") for name in vector}
    yield "operations", "all arithmetic", [Term(names[name], count) for name, count in vector.items()]


def _twice(terms: list[Term]) -> list[Term]:
    return [Term(f"{term.what} (2 each)", 2 * term.number) for term in terms]


def _products(network: Measured) -> tuple[int, int, int]:
    """Multiply–accumulates of convolutions, of fully connected layers, and one addition per output with a bias."""
    sums = {"convolution": 0, "linear": 0}
    biases = 0
    for node, facts in _facts(network):
        if node in _WEIGHED:
            sums[facts.layer.family] += facts.macs
            biases += facts.biases
    return sums["convolution"], sums["linear"], biases


def _facts(network: Measured) -> Iterator[tuple[str, Facts]]:
    graph = network.graph
    for node in graph.layers:
        if node.layer is not None and node.volume is not None:
            yield node.kind, Facts(node, node.layer, graph.volumes_into(node), node.volume)


def _terms(candidate: Candidate, convention: str) -> list[Term]:
    """A tool's count by sorts of layers, and what it counts otherwise for a framework's own code."""
    graph = candidate.network.graph
    sums: dict[str, int] = {}
    for node, count in zip(graph.layers, counts_as(graph, convention), strict=True):
        if not count or node.layer is None or node.volume is None:
            continue
        if node.kind in _WEIGHED and convention in _WITH_BIASES:
            biases = Facts(node, node.layer, graph.volumes_into(node), node.volume).biases
            sums["biases"] = sums.get("biases", 0) + biases
            count -= biases
        what = _SORTS.get(node.kind) or _SORTS.get(node.layer.family, "other layers")
        sums[what] = sums.get(what, 0) + count
    order = [*dict.fromkeys(_SORTS.values()), "biases", "other layers"]
    terms = [Term(what, sums[what]) for what in order if what in sums]
    told = printed_by(candidate.bundled, graph, convention)
    if told is not None:
        terms.append(Term(told.reason, told.total - sum(sums.values())))
    return terms


def _parameters(network: Measured) -> Iterator[_Way]:
    sums = {"convolutions": 0, "fully connected layers": 0, "biases": 0, "normalisation": 0, "other layers": 0}
    last = 0
    for kind, facts in _facts(network):
        for weight in facts.node.weights if facts.node.shares is None else ():
            if weight.trainable:
                sums[_sort(kind, facts.layer.family, weight.name)] += weight.size
        if kind == "fc":
            last = facts.node.parameters
    terms = [Term(what, count) for what, count in sums.items()]
    yield "parameters", "parameters", terms
    statistics = Term("running statistics", network.totals.non_trainable)
    yield "parameters", "parameters with running statistics (Keras)", [*terms, statistics]
    yield "parameters", "weights without biases and normalisation", terms[:2]
    yield "parameters", "parameters without the last layer", [*terms, Term("the last fully connected layer", -last)]
    yield "parameters", "weights of the convolutions alone", terms[:1]


def _sort(kind: str, family: str, name: str) -> str:
    if kind in _WEIGHED:
        if name == "bias":
            return "biases"
        return "convolutions" if family == "convolution" else "fully connected layers"
    return "normalisation" if family == "normalization" else "other layers"
