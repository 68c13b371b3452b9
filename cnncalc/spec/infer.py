"""Layers become nodes: volumes and weights are worked out, problems become findings at the right place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from cnncalc.graph import Frame, Node, Volume, Weight
from cnncalc.layers.base import Layer, LayerError, Problem
from cnncalc.spec.arguments import Arguments
from cnncalc.spec.context import Context, Formulas, trail
from cnncalc.spec.findings import Findings
from cnncalc.spec.items import Item
from cnncalc.spec.limits import MAX_BITS
from cnncalc.spec.source import Span, end_of, start_of
from cnncalc.spec.tree import Scalar


class Inferred(NamedTuple):
    """What a layer gives for its input volumes; volume None where it cannot be."""

    volume: Volume | None
    weights: tuple[Weight, ...]
    problems: tuple[Problem, ...]


def infer(layer: Layer, volumes: Sequence[Volume], exact: bool) -> Inferred:
    """Work out a layer. With `exact` rounding, windows that do not fit are errors."""
    try:
        output = layer.output(volumes)
    except LayerError as error:
        return Inferred(None, (), error.problems)
    problems = tuple(layer.findings(volumes, output))
    if exact:
        problems = tuple(_strictly(problem) for problem in problems)
        if any(problem.severity == "error" for problem in problems):
            return Inferred(None, (), problems)
    weights = layer.weights(volumes)
    if output.size.bit_length() + max((weight.size.bit_length() for weight in weights), default=0) > MAX_BITS:
        # Operations are at most their product; what is printed and summed stays within bounds.
        return Inferred(None, (), (Problem("number-too-large", f"its numbers have more than {MAX_BITS:,} bits"),))
    return Inferred(output, weights, (*problems, *_implausible(output, sum(weight.size for weight in weights))))


def _implausible(output: Volume, weights: int) -> tuple[Problem, ...]:
    if max(output.size, weights) <= _HUGE:
        return ()
    what = f"{weights:,} weights" if weights > output.size else f"a volume of {output.size:,} numbers"
    return (Problem("implausible-size", f"{what}: no machine holds that", severity="warning"),)


def _strictly(problem: Problem) -> Problem:
    if problem.code != "window-does-not-fit":
        return problem
    return problem._replace(severity="error", notes=("`rounding: exact` asks that every window fit",))


class Inference:
    """Makes nodes. The same layer over the same volumes is worked out once."""

    def __init__(self, findings: Findings, formulas: Formulas, exact: bool) -> None:
        self.findings = findings
        self.formulas = formulas
        self.exact = exact
        self.nodes: list[Node] = []
        self.sources: list[Span] = []
        """For each node the place that made it, for second marks in findings."""
        self.allowed: dict[int, frozenset[str]] = {}
        """For nodes at which some warnings are not wanted: their codes."""
        self._known: dict[tuple[int, tuple[Volume, ...]], tuple[Layer, Inferred]] = {}

    def volume(self, index: int | None) -> Volume | None:
        """The volume a node gives; None where it is unknown."""
        return None if index is None else self.nodes[index].volume

    def add(
        self,
        kind: str,
        name: str,
        layer: Layer | None,
        inputs: tuple[int, ...],
        context: Context,
        item: Item,
        arguments: Arguments | None = None,
        note: str = "",
    ) -> int:
        """Append a layer's node and report its problems; unknown inputs make it unknown in silence."""
        nodes = self.nodes
        volumes = tuple(nodes[index].volume for index in inputs)
        result = _UNKNOWN
        if layer is not None and None not in volumes:
            result = self._worked_out(layer, volumes)  # type: ignore[arg-type]
            if result.problems:
                for problem in result.problems:
                    if problem.code == "kernel-too-large":
                        problem = self._with_input(problem, layer, inputs[0])
                    if problem.severity != "note":
                        self._report(problem, name, inputs, context, item, arguments)
        index = len(nodes)
        place = self.findings.sources.place(item.at)
        nodes.append(
            Node(
                index,
                name,
                kind,
                layer,
                inputs,
                result.volume,
                result.weights,
                None,
                place,
                context.scope.parts,
                context.frames,
                note,
            )
        )
        self.sources.append(item.head.at)
        if context.allow or item.allow:
            self.allowed[index] = context.allow | item.allow
        return index

    def remark(self, first: int, note: str | None) -> None:
        """Put a remark on several layers beside the first of them."""
        if note and first < len(self.nodes):
            node = self.nodes[first]
            self.nodes[first] = node._replace(note="; ".join(filter(None, (note, node.note))))

    def _worked_out(self, layer: Layer, volumes: tuple[Volume, ...]) -> Inferred:
        key = (id(layer), volumes)
        known = self._known.get(key)
        if known is None:
            # The layer is kept beside the result so that its id stays its own.
            known = self._known[key] = (layer, infer(layer, volumes, self.exact))
        return known[1]

    def add_input(self, name: str, volume: Volume | None, at: Span) -> int:
        """Append an input of the network."""
        index = len(self.nodes)
        self.nodes.append(Node(index, name, "input", None, (), volume, place=self.findings.sources.place(at)))
        self.sources.append(at)
        return index

    def _with_input(self, problem: Problem, layer: Layer, before: int) -> Problem:
        """The problem with help that also names the network's input that would do."""
        from cnncalc.spec.enough import least_input  # most networks never need it

        enough = least_input(self.nodes, layer, before)
        return problem._replace(help=f"{problem.help}, or a network input of {enough}") if enough else problem

    def _within_phrase(self, at: Span, value: str) -> str | None:
        """The words of a phrase with another number in them: `stride 2` becomes `stride 1`, `11x11` becomes `8x8`."""
        source = self.findings.sources.source_at(start_of(at))
        words = source.text[start_of(at) - source.base : end_of(at) - source.base]
        numbers = _SIZES.findall(words)
        if len(numbers) != 1 or numbers[0].count("x") > 1:
            return None
        parts = numbers[0].count("x") + 1
        return words.replace(numbers[0], value if "x" in value else "x".join([value] * parts))

    def blamed(self, problem: Problem, inputs: Sequence[int]) -> list[tuple[Span, str]]:
        """The places of the layers whose volumes a problem is about."""
        blames = problem.blames
        marks = []
        positions = (blames,) if isinstance(blames, int) else (blames or ())[:_MOST_BRANCHES]
        for position in positions if inputs else ():
            producer = self.nodes[inputs[position]]
            what = "the input" if producer.kind == "input" else f"`{producer.name}`"
            branch = f"branch {position + 1}: " if isinstance(blames, tuple) else ""
            marks.append((self.sources[producer.index], f"{branch}{what} gives {producer.volume}"))
        return marks

    def _report(
        self,
        problem: Problem,
        name: str,
        inputs: tuple[int, ...],
        context: Context,
        item: Item,
        arguments: Arguments | None,
    ) -> None:
        at = arguments.place(problem.field) if arguments else item.head.at
        related = self.blamed(problem, inputs)
        literal = arguments is not None and problem.field in arguments.places
        if literal and arguments is not None and problem.field in arguments.dynamic:
            literal = False
            tree = arguments.dynamic[problem.field]
            if isinstance(tree, Scalar):
                related += trail(self.formulas.origins(tree, context), context.names)
        fix = None
        if literal and problem.fix is not None and arguments is not None:
            spoken = isinstance(arguments.places[problem.field or ""], int)
            written = self._within_phrase(at, problem.fix) if spoken else problem.fix
            fix = (at, written) if written is not None else None
        self.findings.add(
            problem.code,
            f"`{name}`: {problem.message}",
            at,
            severity=problem.severity,
            notes=problem.notes,
            help=problem.help,
            related=related,
            frames=context.frames,
            fix=fix,
            layer=name,
            status=2 if problem.code == "number-too-large" else 1,
            allow=context.allow | item.allow,
        )


_SIZES = re.compile(r"[0-9]+(?:x[0-9]+)*")
_UNKNOWN = Inferred(None, (), ())
_MOST_BRANCHES = 6
_HUGE = 10**12


def frame(label: str, place_of: Findings, at: Span) -> Frame:
    """A step of the way into the graph."""
    return Frame(label, place_of.sources.place(at))
