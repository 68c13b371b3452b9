"""The reference: totals of published networks and their layers, and which bundled file must meet which."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

DATA = Path(__file__).parent.parent / "data" / "reference"


class Step(NamedTuple):
    """One layer with weights: its output without axes of size 1 at the end, its parameters, its operations."""

    shape: tuple[int, ...]
    parameters: int
    macs: int


@dataclass(frozen=True)
class Case:
    """A row of models.csv and the bundled network that must agree with it.

    Attributes:
        define: values that the row's variant sets.
        executed: the bundled network whose operations and outputs count, where the row only holds the weights of more.
        order: `same`, or `free` where the source runs parallel branches in another order.
        joined: a prefix of names in the reference whose layers are one layer here (the maps of LeNet-5's C3).
        lacks: names of layers here that the reference leaves out (LeNet-5's output layer).
        statistics: numbers the source stores and nothing here does (Keras' input normalisation, blur filters).
        depth: the depth by the project's rule, where the reference counts otherwise.
    """

    row: dict[str, str]
    name: str
    define: dict[str, Any] = field(default_factory=dict)
    executed: str | None = None
    order: str = "same"
    joined: str | None = None
    lacks: tuple[str, ...] = ()
    statistics: int = 0
    depth: int | None = None

    @property
    def input(self) -> str:
        """The row's input, width first."""
        channels, *extents = self.row["input"].split("x")
        return "x".join((*reversed(extents), channels))

    @property
    def outputs(self) -> list[tuple[int, ...]]:
        """The row's outputs, axes of size 1 left out."""
        found = json.loads(self.row["output"])
        return sorted(squeezed(shape) for shape in (found if isinstance(found[0], list) else [found]))

    def __str__(self) -> str:
        return f"{key(self.row)}@{self.row['input']}"


def key(row: dict[str, str]) -> str:
    """How a row is called in bundled.yaml."""
    return f"{row['source']}/{row['model'] if row['source'] in ('caffe', 'onnx-light') else row['variant']}"


@cache
def rows() -> tuple[dict[str, str], ...]:
    """All rows of models.csv."""
    with (DATA / "models.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


@cache
def bundled() -> dict[str, Any]:
    """The table of rows and bundled networks: `covered` and `not_covered`."""
    found: dict[str, Any] = yaml.safe_load((DATA / "bundled.yaml").read_text(encoding="utf-8"))
    return found


def cases() -> list[Case]:
    """Every row that a bundled network covers."""
    made = []
    for row in rows():
        entry = bundled()["covered"].get(key(row))
        if entry is not None:
            settings = {"name": entry} if isinstance(entry, str) else dict(entry)
            settings["lacks"] = tuple(settings.get("lacks", ()))
            made.append(Case(row, **settings))
    return made


def squeezed(shape: list[int] | tuple[int, ...]) -> tuple[int, ...]:
    """A shape without its axes of size 1: a dense layer and a 1x1 convolution over one position give the same."""
    return tuple(size for size in shape if size != 1) or (1,)


def reference_layers(case: Case) -> list[tuple[str, Step]]:
    """The layers with weights or operations, in the source's order, with the source's type.

    Layers named by `joined` become one: their maps, parameters and operations add up.
    """
    path = DATA / "layers" / f"{case.row['layers_json']}.gz"
    found: list[tuple[str, Step]] = []
    joining = False
    for layer in json.loads(gzip.decompress(path.read_bytes()))["layers"]:
        parameters = layer.get("params_trainable", layer["params"])
        if not parameters and not layer["macs"]:
            continue
        step = Step(tuple(_channels_first(layer)), parameters, layer["macs"])
        belongs = case.joined is not None and layer["name"].startswith(case.joined)
        if belongs and joining:
            last = found[-1][1]
            shape = (last.shape[0] + step.shape[0], *step.shape[1:])
            step = Step(shape, last.parameters + step.parameters, last.macs + step.macs)
            found.pop()
        joining = belongs
        found.append((layer["type"], step))
    return [(kind, step._replace(shape=squeezed(step.shape))) for kind, step in found]


def _channels_first(layer: dict[str, Any]) -> list[int]:
    """The output's shape; torch's Linear and LayerNorm work on volumes that were permuted to channels last."""
    shape: list[int] = layer["out"]
    return [shape[-1], *shape[:-1]] if layer["type"] in ("Linear", "LayerNorm") and len(shape) == 3 else shape


def align(ours: list[Step], theirs: list[tuple[str, Step]]) -> list[Step]:
    """Our steps as the reference groups them.

    A separable convolution there is a depthwise and a pointwise one here; a learned scale there (`reshape`) shows
    the shape of its factors, and here that of the volume it scales.
    """
    left = list(ours)
    aligned: list[Step] = []
    for kind, _ in theirs:
        if not left:
            break
        step = left.pop(0)
        if kind == "SeparableConv2D" and left:
            pointwise = left.pop(0)
            step = Step(pointwise.shape, step.parameters + pointwise.parameters, step.macs + pointwise.macs)
        elif kind == "reshape":
            step = step._replace(shape=step.shape[:1])
        aligned.append(step)
    return aligned + left
