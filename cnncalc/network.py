"""The facade: a network as people use it, with its layers, totals and findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, overload

from cnncalc.analysis.counts import Counts, Totals, all_counts, counts_of, totals_of
from cnncalc.analysis.receptive import Field, ReceptiveField, Undefined, receptive_fields
from cnncalc.derivation import Derivation
from cnncalc.diagnostics import Diagnostic, Severity, SpecError
from cnncalc.graph import Graph, Node, Volume, Weight
from cnncalc.layers.base import Operations
from cnncalc.spec.limits import DEFAULTS, Limits
from cnncalc.spec.load import Loaded, Options, UsageError, load_spec, load_text
from cnncalc.spec.scalars import Value


class LayerView:
    """One executed layer of a network, with all that is known of it.

    Volumes are per image. `shape` is channels first, without the batch.
    """

    def __init__(self, network: Network, node: Node) -> None:
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


class Network:
    """A network: its graph, its layers, its totals, and what was found wrong with its specification.

    `load` returns only networks without errors; `open` returns them in any state.
    """

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self.graph: Graph = loaded.graph

    def __repr__(self) -> str:
        return f"<Network {self.name}: {self.totals.layers} layers, {self.totals.parameters:,} parameters>"

    @property
    def name(self) -> str:
        """The network's name; the file's where it has none."""
        return self._loaded.document.name or Path(self._loaded.path).stem

    @property
    def path(self) -> str:
        """Where the specification came from."""
        return self._loaded.path

    @property
    def description(self) -> str:
        """What the file says of the network."""
        return self._loaded.document.description

    @property
    def reference(self) -> Mapping[str, Any]:
        """What is known of it from outside: title, authors, year, url, top5_error, depth."""
        return self._loaded.document.reference

    @property
    def loaded(self) -> Loaded:
        """The specification with its sources, for renderers of diagnostics."""
        return self._loaded

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

    @property
    def valid(self) -> bool:
        """Whether the specification has no errors."""
        return not self._loaded.failed

    @cached_property
    def diagnostics(self) -> list[Diagnostic]:
        """All findings: errors, warnings, and a note where receptive fields get lost."""
        return list(self._loaded.diagnostics)


def open_network(
    spec: str | Path,
    *,
    input: str | Mapping[str, str] | None = None,
    define: Mapping[str, Value] | None = None,
    strict: bool = False,
    limits: Limits = DEFAULTS,
) -> Network:
    """A network in whatever state its specification is; `diagnostics` says what is wrong.

    Raises:
        SpecError: where the specification cannot be read at all.
        UsageError: where an option does not go with it.
    """
    return Network(load_spec(str(spec), Options(input, define, strict, limits)))


def load(
    spec: str | Path,
    *,
    input: str | Mapping[str, str] | None = None,
    define: Mapping[str, Value] | None = None,
) -> Network:
    """Load an architecture: a path or the name of a bundled one.

    Args:
        spec: `alexnet`, `my/net.yaml`, or `-` for standard input.
        input: another input volume, such as `"299x299x3"`; a mapping by name where there are several inputs.
        define: other values for the file's `define`.

    Raises:
        SpecError: carrying the diagnostics, where the specification is wrong.
        UsageError: where `input` or `define` do not go with it.
    """
    return _checked(open_network(spec, input=input, define=define))


def loads(text: str, *, input: str | None = None, define: Mapping[str, Value] | None = None) -> Network:
    """The same for a specification given as text.

    Raises:
        SpecError: carrying the diagnostics, where the specification is wrong.
    """
    return _checked(Network(load_text(text, options=Options(input, define))))


def _checked(network: Network) -> Network:
    if not network.valid:
        raise SpecError(network.diagnostics)
    return network


def validate(spec: str | Path) -> list[Diagnostic]:
    """All findings about a specification; none of severity `error` means that it is valid."""
    try:
        return open_network(spec).diagnostics
    except SpecError as error:
        return error.diagnostics


__all__ = ["Layers", "LayerView", "Network", "Severity", "UsageError", "load", "loads", "open_network", "validate"]
