"""A measured graph: the layers with all their numbers, the totals, the receptive fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

from cnncalc.analysis.counts import Counts, Totals, all_counts, counts_of, totals_of
from cnncalc.analysis.receptive import Field, ReceptiveField, Undefined, receptive_fields
from cnncalc.derivation import Derivation
from cnncalc.diagnostics import Diagnostic
from cnncalc.graph import Graph, Node, Volume, Weight
from cnncalc.layers.base import Operations


class LayerView:
    """One executed layer of a network, with all that is known of it.

    Volumes are per image. `shape` is channels first, without the batch.
    """

    def __init__(self, network: Measured, node: Node) -> None:
        self._network = network
        self.node = node

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}: {self.volume or 'unknown'}>"

    @property
    def name(self) -> str:
        """The layer's unique name, scopes joined with dots."""
        return self.node.name

    @property
    def kind(self) -> str:
        """The layer kind."""
        return self.node.kind

    @property
    def description(self) -> str:
        """What it is made of: `96 11x11 /4`."""
        return self.node.layer.describe() if self.node.layer else ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the layers (or inputs) it reads."""
        return tuple(self._network.graph.nodes[index].name for index in self.node.inputs)

    @property
    def line(self) -> int | None:
        """The line of the file it comes from."""
        return self.node.place.line if self.node.place else None

    @property
    def volume(self) -> Volume | None:
        """The output volume; None where it could not be worked out."""
        return self.node.volume

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The output's shape, channels first."""
        return self.node.volume.shape if self.node.volume else None

    @property
    def weights(self) -> tuple[Weight, ...]:
        """The weight tensors, in the frameworks' layouts."""
        return self.node.weights

    @cached_property
    def counts(self) -> Counts | None:
        """Parameters, operations and activations; None where the volume is unknown."""
        return counts_of(self._network.graph, self.node)

    @property
    def parameters(self) -> int | None:
        """Learned numbers."""
        return self.counts.parameters if self.counts else None

    @property
    def non_trainable(self) -> int | None:
        """Stored numbers that are not learned."""
        return self.counts.non_trainable if self.counts else None

    @property
    def macs(self) -> int | None:
        """Multiply–accumulates per image."""
        return self.counts.macs if self.counts else None

    @property
    def flops(self) -> int | None:
        """Two per multiply–accumulate."""
        return self.counts.flops if self.counts else None

    @property
    def activations(self) -> int | None:
        """Numbers in the output, per image."""
        return self.counts.activations if self.counts else None

    @property
    def operations(self) -> Operations | None:
        """All arithmetic, per image."""
        return self.counts.operations if self.counts else None

    @property
    def receptive_field(self) -> ReceptiveField | None:
        """The receptive field; None where it is not defined (`receptive_field_reason` says why)."""
        found = self._network.receptive_fields[self.node.index]
        return found if isinstance(found, ReceptiveField) else None

    @property
    def receptive_field_reason(self) -> str | None:
        """Why there is no receptive field; None where there is one."""
        found = self._network.receptive_fields[self.node.index]
        return found.reason if isinstance(found, Undefined) else None

    def derivation(self) -> Derivation:
        """Every number of the layer, worked out step by step."""
        work = Derivation()
        node = self.node
        if node.layer is not None and node.volume is not None:
            volumes = self._network.graph.volumes_into(node)
            node.layer.output(volumes, work)
            node.layer.derive_parameters(volumes, work)
            node.layer.macs(volumes, node.volume, work)
        return work


class Layers(Sequence[LayerView]):
    """The layers of a network in execution order, by position or by name."""

    def __init__(self, views: list[LayerView]) -> None:
        self._views = views

    def __len__(self) -> int:
        return len(self._views)

    @overload
    def __getitem__(self, key: int | str) -> LayerView: ...
    @overload
    def __getitem__(self, key: slice) -> list[LayerView]: ...
    def __getitem__(self, key: int | str | slice) -> LayerView | list[LayerView]:
        if isinstance(key, str):
            for view in self._views:
                if view.name == key:
                    return view
            raise KeyError(key)
        return self._views[key]

    def __iter__(self) -> Iterator[LayerView]:
        return iter(self._views)


class Measured:
    """A graph and what is computed of it, each thing when it is first asked for.

    Attributes:
        graph: the nodes and outputs.
        name: the network's name.
        description, reference: what its file says of it.
        diagnostics: what was found wrong with it.
    """

    def __init__(
        self,
        graph: Graph,
        name: str,
        *,
        description: str = "",
        reference: Mapping[str, Any] | None = None,
        diagnostics: Sequence[Diagnostic] = (),
    ) -> None:
        self.graph = graph
        self.name = name
        self.description = description
        self.reference: Mapping[str, Any] = reference or {}
        self.diagnostics = list(diagnostics)

    def __repr__(self) -> str:
        totals = self.totals
        return f"<{type(self).__name__} {self.name}: {totals.layers} layers, {totals.parameters:,} parameters>"

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong with it."""
        return not any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    @property
    def inputs(self) -> dict[str, Volume]:
        """The input volumes by name."""
        return {node.name: node.volume for node in self.graph.inputs if node.volume is not None}

    @property
    def outputs(self) -> dict[str, Volume | None]:
        """The output volumes by name, in execution order, the chain's end last."""
        return {output.name: self.graph.nodes[output.node].volume for output in self.graph.outputs}

    @cached_property
    def layers(self) -> Layers:
        """Every executed layer, in execution order."""
        return Layers([LayerView(self, node) for node in self.graph.layers])

    @cached_property
    def counts(self) -> list[Counts | None]:
        """The counts of all layers, in the order of `layers`."""
        return all_counts(self.graph)

    @cached_property
    def totals(self) -> Totals:
        """The totals per image, weights at 4 bytes (float32)."""
        return totals_of(self.graph, self.counts)

    @cached_property
    def receptive_fields(self) -> list[Field]:
        """The receptive field of every node of the graph, or why it has none."""
        return receptive_fields(self.graph)
