"""Layers in a row, worked out as far as what is known reaches.

A volume may be known in part: extents without a depth still give extents, a depth without extents still gives
weights. What a layer needs and was not told stands open until a quantity asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cnncalc.graph import Volume
from cnncalc.layers import layer_class
from cnncalc.layers.base import Layer, LayerError
from cnncalc.layers.fields import REQUIRED, Sizes
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.setups import Known, Said

_SHORT = {"maxpool": "pool", "avgpool": "pool", "batchnorm": "bn", "transposed_conv": "up-conv"}
_SIZED = ("kernel", "stride", "pad", "dilation", "size", "sides", "output_pad", "scale")
_CONVENTIONS = (("stride", "stride 1"), ("pad", "no padding"), ("bias", "with bias"))
_WINDOWS = ("conv", "depthwise", "transposed_conv", "maxpool", "avgpool", "subsample")
_NAMES = {
    "filters": "the number of filters",
    "kernel": "the kernel's size",
    "units": "the number of neurons",
    "size": "the size to give",
}


MOST_LAYERS = 1000
"""Chains longer than this are refused."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One layer of a chain and the volumes around it.

    Attributes:
        axes: how many spatial axes it works on.
        lacks: required hyperparameters that were not said; `layer` has stand-ins for them.
        only_width: the question speaks of the width alone, and the height is taken to be the same.
    """

    name: str
    kind: str
    layer: Layer
    before: Known
    after: Known
    axes: int
    lacks: frozenset[str] = frozenset()
    only_width: bool = False
    assumed: tuple[str, ...] = ()

    def needs(self, *fields: str, spatial: bool = False, channels: bool = False) -> None:
        """Refuse to go on where something is not known.

        Raises:
            QuestionError: that names all of it.
        """
        missing = [_NAMES.get(name, name) for name in fields if name in self.lacks]
        if spatial and self.before.spatial is None:
            missing.append("the input's width and height")
        if channels and self.before.channels is None:
            missing.append("the input's depth")
        if missing:
            raise QuestionError.lacking(*missing)

    def sizes(self, name: str) -> tuple[int, ...]:
        """The layer's `kernel` or `stride` along each axis.

        Raises:
            QuestionError: where its kind has none.
        """
        found: tuple[int, ...] | None = getattr(self.layer, name, None)
        if found is None:
            raise QuestionError(f"{self.kind} has no {name}")
        return found

    @property
    def input(self) -> Volume:
        """The input volume, stand-ins where it is not known."""
        spatial = self.before.spatial
        if spatial is None:
            spatial = tuple(4 * size for size in getattr(self.layer, "kernel", (1,) * self.axes))
        return Volume(self.before.channels or _stand_in_depth(self.layer), spatial)

    @property
    def output(self) -> Volume:
        """The output volume, stand-ins where it is not known."""
        return self.layer.output([self.input])


def run(start: Known, layers: Sequence[Said], only_width: bool = False) -> list[Stage]:
    """Work through the layers; `only_width` says that the input's height was taken to be its width.

    Raises:
        QuestionError: where a layer cannot be, or contradicts the volume it meets.
    """
    stages: list[Stage] = []
    counts: dict[str, int] = {}
    known = start
    for said in expanded(layers):
        short = _SHORT.get(said.kind, said.kind)
        counts[short] = counts.get(short, 0) + 1
        stage = _stage(said, known, f"{short}{counts[short]}", only_width)
        stages.append(stage)
        known = stage.after
    return stages


def missing(said: Said) -> set[str]:
    """The required hyperparameters that were not said."""
    fields = layer_class(said.kind).fields
    return {name for name, declared in fields.items() if declared.required and name not in said.values}


def expanded(layers: Sequence[Said]) -> list[Said]:
    """Composites taken apart and repetitions written out, every layer of one kind of the library."""
    result: list[Said] = []
    for said in layers:
        parts = _parts(said)
        several = max(said.times, len(said.many), *map(len, said.series.values()), 1)
        if several * len(parts) + len(result) > MOST_LAYERS:
            raise QuestionError(f"a chain has at most {MOST_LAYERS:,} layers")
        for turn in range(several):
            for part in parts:
                here = {name: values[min(turn, len(values) - 1)] for name, values in said.series.items()}
                part = replace(part, values={**part.values, **here})
                if said.many:
                    name = "units" if said.kind == "fc" else "filters"
                    number = said.many[min(turn, len(said.many) - 1)]
                    part = replace(part, values={**part.values, name: number})
                result.append(part)
    return result


def _parts(said: Said) -> list[Said]:
    values = said.values
    if said.kind == "separable":
        point: dict[str, Any] = {"kernel": 1, **{name: values[name] for name in ("filters", "bias") if name in values}}
        return [
            replace(
                said, kind="depthwise", values=_without(values, "filters") | ({"bias": False} if said.one_bias else {})
            ),
            replace(said, kind="conv", values=point, channels=None),
        ]
    if said.kind == "pointwise":
        return [replace(said, kind="conv", values={**_without(values, "pad", "dilation"), "kernel": 1})]
    if said.kind == "depthwise":
        return [replace(said, values=_without(values, "filters"))]
    return [said]


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _stage(said: Said, known: Known, name: str, only_width: bool) -> Stage:
    cls = layer_class(said.kind)
    unknown = [word for word in said.values if word not in cls.fields]
    if unknown:
        raise QuestionError.not_understood(*unknown)
    before = known.over(
        Known(() if said.kind == "fc" and known.spatial is None and said.channels else None, said.channels)
    )
    before = _meeting(before, said, name)
    values = dict(said.values)
    axes = _axes(said, before)
    if "filters" in cls.fields:
        before, values = _depth_seen(before, values, axes)
    if axes == 1:
        values = {
            key: value[0] if key in _SIZED and isinstance(value, tuple) else value for key, value in values.items()
        }
    lacks = missing(replace(said, values=values))
    if "kernel" in lacks and values.get("pad") == "same":  # `same` gives W/S whatever the kernel is
        values["kernel"] = 1
        lacks.discard("kernel")
    stand_ins = {key: _stand_in(cls.fields[key].type, values) for key in lacks}
    try:
        layer = cls.make(axes, **values, **stand_ins)
        after = _after(layer, before, lacks)
    except LayerError as error:
        raise QuestionError(f"{name}: {error}") from None
    return Stage(
        name, said.kind, layer, before, after, axes, frozenset(lacks), only_width, tuple(_assumed(said, values))
    )


def _meeting(before: Known, said: Said, name: str) -> Known:
    """The volume that a framework's layer meets, whose depth or inputs its call names.

    A volume in the frameworks' order, channels first, shows by its first number.

    Raises:
        QuestionError: where the call names another depth.
    """
    wanted = said.channels
    if wanted is None or before.channels is None or before.spatial is None:
        return before
    given = before.volume.size if said.kind == "fc" and before.volume else before.channels
    if given == wanted:
        return before
    if len(before.spatial) == 2 and wanted in before.spatial and said.kind != "fc":
        height = before.spatial[1] if before.spatial[0] == wanted else before.spatial[0]
        return Known((before.channels, height), wanted)
    what = "inputs" if said.kind == "fc" else "channels"
    raise QuestionError(f"{name} takes {wanted:,} {what} and is given {given:,}")


def _axes(said: Said, before: Known) -> int:
    """How many spatial axes a layer works on; two where nothing says otherwise."""
    if before.spatial is not None:
        return len(before.spatial)
    return said.axes or 2


def _depth_seen(before: Known, values: dict[str, Any], axes: int) -> tuple[Known, dict[str, Any]]:
    """`5x5x3 filters` say the depth of the input."""
    kernel = values.get("kernel")
    if not isinstance(kernel, tuple) or len(kernel) != axes + 1 or axes == 1:
        return before, values
    depth = kernel[-1] * values.get("groups", 1)
    if before.channels not in (None, depth):
        raise QuestionError(f"the filters see a depth of {kernel[-1]}, and the input is {before.channels} deep")
    return Known(before.spatial, depth), {**values, "kernel": kernel[:-1]}


def _stand_in(sort: Any, values: dict[str, Any]) -> Any:
    return 1 if isinstance(sort, Sizes) else values.get("groups", 1)


def _stand_in_depth(layer: Layer) -> int:
    groups: int = getattr(layer, "groups", 1)
    return groups


def _after(layer: Layer, before: Known, lacks: set[str]) -> Known:
    """The output as far as it is known."""
    depth = before.channels or _stand_in_depth(layer)
    told = layer.output([Volume(depth, before.spatial or ())]) if before.spatial is not None else None
    spatial = told.spatial if told is not None and "kernel" not in lacks else None
    if layer.kind in ("global_avgpool", "global_maxpool") and spatial is None:
        spatial = (1, 1)
    if layer.kind in ("fc", "rbf"):
        return Known((), None if "units" in lacks else layer.units)  # type: ignore[attr-defined]
    if "filters" in layer.fields:
        return Known(spatial, None if "filters" in lacks else layer.filters)  # type: ignore[attr-defined]
    if layer.kind == "flatten":
        whole = before.volume
        return Known((), whole.size if whole else None)
    if before.channels is None:
        return Known(spatial, None)
    return Known(spatial, told.channels if told is not None else before.channels * getattr(layer, "multiplier", 1))


def _assumed(said: Said, values: dict[str, Any]) -> list[str]:
    """The conventions that filled in what was not said."""
    fields = layer_class(said.kind).fields
    told = ["one filter"] if said.values.get("filters") == 1 and said.single else []
    told += ["the layer is a convolution"] if said.implied and said.kind == "conv" else []
    for name, text in _CONVENTIONS:
        if name not in fields or name in values or (name == "stride" and fields[name].default is REQUIRED):
            continue
        told.append("the stride is the window's size" if name == "stride" and fields[name].follows else text)
    return told
