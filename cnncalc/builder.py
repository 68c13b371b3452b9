"""Networks from Python calls: the same graph that a specification gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cnncalc.diagnostics import Diagnostic, SpecError
from cnncalc.graph import Graph, Node, Output, Volume
from cnncalc.layers import KINDS, MERGES, layer_class
from cnncalc.layers.base import Layer, LayerError, Problem
from cnncalc.layers.fields import Reference
from cnncalc.network import Network
from cnncalc.spec.load import volume_from
from cnncalc.spec.scalars import ScalarError
from cnncalc.spec.suggest import did_you_mean


class Builder:
    """Builds a network layer by layer; every layer kind is a method.

        >>> b = Builder("32x32x3", name="tiny")
        >>> x = b.conv(filters=8, kernel=3, pad=1)
        >>> y = b.conv(x, filters=8, kernel=1)
        >>> z = b.add(x, y)
        >>> _ = b.fc(units=10)
        >>> b.network().totals.parameters
        82226

    A method takes the layers it reads (without one: the layer made last), `name`, `shares` (a layer whose weights
    to use), and the kind's hyperparameters as a specification gives them: `kernel=3`, `kernel=(7, 1)` (width
    first), `pad="half"`. It returns the layer's name.
    """

    def __init__(self, input: str | dict[str, str], *, name: str = "network") -> None:
        self.name = name
        self._nodes: list[Node] = []
        self._names: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        self._outputs: list[str] = []
        volumes = {"input": input} if isinstance(input, str) else input
        for label, text in volumes.items():
            try:
                volume = volume_from(text)
            except ScalarError as error:
                raise _error(error.code, error.message, error.help) from None
            self._append(Node(len(self._nodes), label, "input", None, (), volume))

    def __getattr__(self, kind: str) -> Callable[..., str]:
        if kind.startswith("__") or kind not in KINDS:
            raise AttributeError(
                f"there is no layer kind {kind!r}: {did_you_mean(kind, KINDS) or 'see `cnncalc kinds`'}"
            )

        def make(*inputs: str, name: str | None = None, shares: str | None = None, **values: Any) -> str:
            return self._layer(kind, inputs, name, shares, values)

        make.__doc__ = layer_class(kind).__doc__
        return make

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *KINDS})

    def output(self, layer: str) -> None:
        """Make a layer an output of the network, beside the layer made last."""
        self._outputs.append(self._nodes[self._index(layer)].name)

    def network(self) -> Network:
        """The network so far. The layer made last is its last output."""
        ends = dict.fromkeys([*self._outputs, self._nodes[-1].name])
        outputs = tuple(Output(name, self._names[name]) for name in ends)
        return Network(Graph(tuple(self._nodes), outputs), self.name)

    def _layer(
        self, kind: str, inputs: Sequence[str], name: str | None, shares: str | None, values: dict[str, Any]
    ) -> str:
        sources = [self._index(source) for source in inputs] or [len(self._nodes) - 1]
        for field, declared in layer_class(kind).fields.items():
            if isinstance(declared.type, Reference) and values.get(field) is not None:
                sources.append(self._index(values[field]))
        volumes = [volume for index in sources if (volume := self._nodes[index].volume) is not None]
        layer, output = self._inferred(kind, volumes, values)
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        label = name or f"{kind}{count}"
        if label in self._names:
            raise _error("duplicate-name", f"the name `{label}` is taken")
        shared = self._shared(shares, layer, volumes)
        node = Node(len(self._nodes), label, kind, layer, tuple(sources), output, layer.weights(volumes), shared)
        return self._append(node)

    def _inferred(self, kind: str, volumes: list[Volume], values: dict[str, Any]) -> tuple[Layer, Volume]:
        axes = 0 if kind in MERGES else len(volumes[0].spatial)
        try:
            layer = layer_class(kind).make(axes, **values)
            return layer, layer.output(volumes)
        except TypeError as error:
            raise _error("missing-field", str(error)) from None
        except LayerError as error:
            raise SpecError([_diagnostic(problem) for problem in error.problems]) from None

    def _shared(self, name: str | None, layer: Layer, volumes: list[Volume]) -> int | None:
        if name is None:
            return None
        other = self._nodes[self._index(name)]
        if other.weights != layer.weights(volumes):
            raise _error("shares", f"the weights of `{name}` do not fit")
        return other.index if other.shares is None else other.shares

    def _index(self, name: str) -> int:
        if name not in self._names:
            raise _error("unknown-name", f"there is no layer named `{name}`", did_you_mean(name, self._names))
        return self._names[name]

    def _append(self, node: Node) -> str:
        self._nodes.append(node)
        self._names[node.name] = node.index
        return node.name


def _diagnostic(problem: Problem) -> Diagnostic:
    return Diagnostic(problem.code, "error", problem.message, notes=problem.notes, help=problem.help)


def _error(code: str, message: str, help: str | None = None) -> SpecError:
    return SpecError([Diagnostic(code, "error", message, help=help)])
