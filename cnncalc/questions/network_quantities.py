"""The quantities of a bundled network: its totals, and those of single layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnncalc.analysis.measured import LayerView, Measured
from cnncalc.analysis.receptive import ReceptiveField
from cnncalc.derivation import number
from cnncalc.graph import Volume
from cnncalc.questions import costs, quantities
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.chain import Stage
from cnncalc.questions.measures import for_batch, measure
from cnncalc.questions.networks import LayerFailsError, Subject, changed, find_layers, with_values
from cnncalc.questions.quantities import Asked
from cnncalc.questions.setups import Ask, Known, Reading, Where
from cnncalc.results import Answer
from cnncalc.spec.files import bundled_names


def stage_of(network: Measured, view: LayerView) -> Stage:
    """A network's layer as a stage of its own."""
    before = network.graph.volumes_into(view.node)[0]
    after = view.node.volume or before
    if view.node.layer is None:
        raise QuestionError(f"{view.name} is not known")
    return Stage(
        view.name,
        view.kind,
        view.node.layer,
        Known(before.spatial, before.channels),
        Known(after.spatial, after.channels),
        len(before.spatial),
    )


class About:
    """One network and the quantities asked of it."""

    def __init__(self, network: Measured, reading: Reading, subject: Subject, label: str) -> None:
        self.network, self.reading, self.subject, self.label = network, reading, subject, label

    def quantity(self, ask: Ask) -> list[Answer]:
        """One quantity, of the layers it is asked of or of the whole."""
        where = ask.where or self.reading.pending or self._changed(ask) or self._pronoun()
        if ask.name in ("fails",):
            return self._fails()
        if ask.name == "layer_count":
            kinds = ", ".join(kind for kind, _ in where)
            views = self._views(where)
            return [Answer(f"{kinds} layers", len(views), "layers", number(len(views)))]
        if self.reading.most is not None:
            return self._extreme(ask, where)
        if ask.name == "receptive_field" or ask.name == "field_stride":
            blocks = [self._block_end(name) for kind, name in where if kind == "block"]
            return self._receptive(blocks or self._views(where) or [self._last_with_field()])
        if not where and self.reading.per_output:
            raise QuestionError.lacking("which layer is meant")
        if not where and ask.name in self._totals():
            return for_batch(ask.name, self._totals()[ask.name](), self.reading.batch)
        if ask.name == "flatten":
            return self._flatten()
        if ask.name in ("parameter_share", "mac_share"):
            return self._share(ask, where)
        return self._of_layers(ask, where)

    def _pronoun(self) -> list[Where]:
        """`… of conv5, and what is its output?`: the layers spoken of before."""
        spoken = [ask.where for ask in self.reading.asked if ask.where]
        return spoken[0] if spoken and self.reading.plurals & {"its", "it", "their"} else []

    def _changed(self, ask: Ask) -> list[Where]:
        """The layers that were changed, where the question is about them: outputs, or the one layer that it changes."""
        changed_layers = list(
            dict.fromkeys((said.kind, said.at) for setup in self.reading.setups for said in setup.layers)
        )
        one = len(changed_layers) == 1 and changed_layers[0][1] not in (0, -1)
        return changed_layers if one or ask.name == "output" else []

    def sizes(self) -> list[Answer]:
        """The outputs of the layers that were changed, the flattened length, the parameters."""
        sizes = self._of_layers(Ask("output"), self._changed(Ask("output")))
        return [*sizes, *self._flatten(), *self._parameters()[:1]]

    def _views(self, where: Sequence[Where]) -> list[LayerView]:
        return [view for kind, which in where for view in find_layers(self.network, kind, which)]

    def _asked(self, stages: Sequence[Stage]) -> Asked:
        reading = self.reading
        return Asked(stages, stages, self.label, True, reading)

    def _extreme(self, ask: Ask, where: Sequence[Where]) -> list[Answer]:
        """The layer with the most, or the least, of a count."""
        count = {"parameters": "parameters", "macs": "macs", "activations": "activations"}.get(ask.name)
        if count is None:
            raise QuestionError(f"layers are not compared by {ask.name}")
        views = [view for view in self._views(where) or self.network.layers if getattr(view, count)]
        found = (max if self.reading.most else min)(views, key=lambda view: getattr(view, count) or 0)
        which = "most" if self.reading.most else "fewest"
        text = f"{found.name}: {number(getattr(found, count))}"
        return [Answer(f"layer with the {which} {ask.name}", found.name, "", text)]

    def _block_end(self, name: int | str) -> LayerView:
        """The last layer of a block, which gives its output."""
        return [view for view in self.network.layers if view.name.startswith(f"{name}.")][-1]

    def _block_output(self, name: int | str) -> list[Answer]:
        volume = self._block_end(name).volume
        return [Answer(f"output of {name}", str(volume), "volume", str(volume))]

    def _of_layers(self, ask: Ask, where: Sequence[Where]) -> list[Answer]:
        if ask.name == "output" and all(kind == "block" for kind, _ in where):
            return [answer for _, name in where for answer in self._block_output(name)]
        views = self._views(where)
        if not views:
            raise QuestionError.lacking("which layer is meant")
        stages = [stage_of(self.network, view) for view in views]
        asked = self._asked(stages)
        answers = measure(ask.name, asked)
        if len(where) > 1 and len(views) > len(where) and ask.name in ("units", "parameters", "macs"):
            answers += [part for kind, which in where for part in self._subtotal(ask.name, kind, which)]
        if ask.name == "parameters" and len(stages) == 1 and getattr(stages[0].layer, "connections", None):
            answers += self._by_table(stages[0])
        return answers

    def _subtotal(self, name: str, kind: str, which: int | str) -> list[Answer]:
        stages = [stage_of(self.network, view) for view in find_layers(self.network, kind, which)]
        count: Callable[[Stage], int] = {
            "units": quantities.need_output,
            "parameters": quantities.trainable,
            "macs": costs.macs_of,
        }[name]
        total = sum(map(count, stages))
        return [
            Answer(
                f"{name} in all {kind} layers",
                total,
                name,
                number(total),
                (" + ".join(number(count(stage)) for stage in stages),),
            )
        ]

    def _by_table(self, stage: Stage) -> list[Answer]:
        """A layer with a connection table: its connections, and what it would be if every filter saw every map."""
        whole = with_values(stage.layer, stage.axes, connections=None)
        full = sum(weight.size for weight in whole.weights([stage.input]))
        step = "each filter sees only the maps of the table"
        return [
            *costs.connections(self._asked([stage])),
            Answer("parameters if every filter saw every map", full, "parameters", number(full), (step,)),
        ]

    def _totals(self) -> dict[str, Callable[[], list[Answer]]]:
        totals = self.network.totals
        return {
            "parameters": self._parameters,
            "trainable_and_fixed": lambda: [
                *self._parameters(),
                self._total("non-trainable parameters", totals.non_trainable),
            ],
            "non_trainable": lambda: [self._total("non-trainable parameters", totals.non_trainable)],
            "weights": lambda: [self._total("weights", totals.parameters - self._biases())],
            "biases": lambda: [self._total("biases", self._biases())],
            "macs": lambda: [
                self._total("multiply–accumulates", totals.macs, self._lines("macs")),
                *self._families("macs"),
            ],
            "flops": lambda: [
                self._total("FLOPs (2 per multiply–accumulate)", totals.flops, (f"2 · {number(totals.macs)}",))
            ],
            "activations": self._activations,
            "units": self._activations,
            "memory": self._memory,
            "output": self._output,
            "depth": lambda: [self._total("depth", totals.depth)],
            "lost": self._lost,
            "conventions": self._conventions,
            "flatten": self._flatten,
        }

    def _total(self, name: str, value: int, steps: Sequence[str] = ()) -> Answer:
        name = f"{name} of {self.network.name}" + (f" ({self.label})" if self.label else "")
        return Answer(name, value, "", number(value), tuple(steps))

    def _lines(self, name: str) -> list[str]:
        counts = [(view.name, getattr(view, name)) for view in self.network.layers]
        lines = [f"{layer}: {number(value)}" for layer, value in counts if value]
        return lines if len(lines) <= 60 else [*lines[:50], f"… and {len(lines) - 50} layers more"]

    def _families(self, name: str) -> list[Answer]:
        families = (("convolutions", ("conv", "depthwise", "transposed_conv")), ("fully connected layers", ("fc",)))
        shown = "multiply–accumulates" if name == "macs" else name
        return [
            self._total(
                f"{shown} in {said}",
                sum(getattr(view, name) or 0 for view in self.network.layers if view.kind in kinds),
            )
            for said, kinds in families
        ]

    def _biases(self) -> int:
        return sum(
            w.size
            for view in self.network.layers
            for w in view.weights
            if w.name == "bias" and view.node.shares is None
        )

    def _parameters(self) -> list[Answer]:
        answers = [
            self._total("parameters", self.network.totals.parameters, self._lines("parameters")),
            *self._families("parameters"),
        ]
        norms = sum(view.parameters or 0 for view in self.network.layers if view.kind == "batchnorm")
        if norms:
            answers.append(
                self._total("parameters without batch normalisation", self.network.totals.parameters - norms)
            )
        return answers

    def _in_place(self) -> int:
        """Numbers kept where activations, dropout and reshaping happen in place, the input included."""
        own = ("activation", "identity", "shape", "response_normalization")
        kept = sum(
            view.activations or 0
            for view in self.network.layers
            if view.node.layer is not None and view.node.layer.family not in own and not _idle(self.network, view)
        )
        return kept + sum(volume.size for volume in self.network.inputs.values())

    def _activations(self) -> list[Answer]:
        return [
            self._total("activations, every layer's output", self.network.totals.activations),
            self._total("activations kept when activation functions work in place, input included", self._in_place()),
        ]

    def _memory(self) -> list[Answer]:
        words = self.reading.words
        batch = self.reading.batch
        rows = [
            ("every layer's output", self.network.totals.activations * batch),
            ("activations, activation functions in place, input included", self._in_place() * batch),
        ]
        if not words & {"activation", "forward"}:
            stored = self.network.totals.parameters + self.network.totals.non_trainable
            told = bool(words & {"parameter", "param"}) and stored != self.network.totals.parameters
            rows = [("the parameters", self.network.totals.parameters)] * told + [("the weights", stored), *rows]
            rows = rows[: 1 + told] if words & {"weight", "parameter", "param"} else rows
        asked = self._asked([])
        return [
            costs.bytes_of(asked, f"memory of {name}", numbers, size)
            for name, numbers in rows
            for size in costs.dtypes(self.reading)
        ]

    def _output(self) -> list[Answer]:
        return [
            Answer(f"output of {self.network.name}", str(volume), "volume", str(volume))
            for volume in self.network.outputs.values()
            if volume is not None
        ]

    def _lost(self) -> list[Answer]:
        before, after = next(iter(self.network.inputs.values())), list(self.network.outputs.values())[-1]
        if after is None or not after.spatial:
            raise QuestionError(f"{self.network.name} gives no image")
        return [self._total("cells lost per axis", before.spatial[0] - after.spatial[0], (f"{before} to {after}",))]

    def _conventions(self) -> list[Answer]:
        """What sources may mean: the counts of this network and of the variants bundled beside it."""
        answers = [*self._totals()["macs"](), *self._totals()["flops"](), *self._parameters()]
        for stem in bundled_names():
            if stem in (f"{self.subject.stem}-v1", f"{self.subject.stem}-caffe"):
                other = Subject(stem, stem).measured()
                answers.append(
                    Answer(f"multiply–accumulates of {other.name}", other.totals.macs, "", number(other.totals.macs))
                )
        return answers

    def _dense(self) -> Stage:
        for view in self.network.layers:
            if view.kind in ("fc", "flatten"):
                return stage_of(self.network, view)
        raise QuestionError(f"{self.network.name} has no fully connected layer")

    def _flatten(self) -> list[Answer]:
        return costs.flatten(self._asked([self._dense()]))

    def _share(self, ask: Ask, where: Sequence[Where]) -> list[Answer]:
        """How much of the parameters, or of the multiply–accumulates, sits in some layers."""
        views = self._views(where)
        if not views:
            raise QuestionError.lacking("which layers' share is meant")
        count, what = ("macs", "multiply–accumulates") if ask.name == "mac_share" else ("parameters", "parameters")
        kinds = ", ".join(dict.fromkeys(view.kind for view in views))
        part = sum(getattr(view, count) or 0 for view in views)
        name = f"share of the {what} in {kinds}"
        return [costs.ratio(self._asked([]), name, part, getattr(self.network.totals, count))]

    def _fails(self) -> list[Answer]:
        """The first layer whose weights do not go with another input."""
        own, known = next(iter(self.network.inputs.values())), self.reading.setups[0].input
        if known.spatial is None:
            raise QuestionError.lacking("the input that the network is fed")
        extents = known.spatial * len(own.spatial) if len(known.spatial) == 1 else known.spatial
        idle = {view.name for view in self.network.layers if _idle(self.network, view)}
        fixed = changed(self.network, lambda node, layer: None if node.name in idle else layer)
        try:
            other = changed(fixed, lambda node, layer: layer, Volume(known.channels or own.channels, extents))
        except LayerFailsError as error:
            return [Answer("first layer that fails", error.layer, "", str(error))]
        for view, fed in zip(fixed.layers, other.layers, strict=True):
            if view.weights and [w.shape for w in view.weights] != [w.shape for w in fed.weights]:
                expected, got = (net.graph.volumes_into(v.node)[0] for net, v in ((fixed, view), (other, fed)))
                step = (
                    f"it expects {expected} = {number(expected.size)} numbers and is given {got} = {number(got.size)}"
                )
                return [Answer("first layer that fails", view.name, "", f"{view.name}: {step}", (step,))]
        return [Answer("first layer that fails", "none", "", "none: every layer takes it")]

    def _receptive(self, views: Sequence[LayerView]) -> list[Answer]:
        return [answer for view in views for answer in self._field(view)]

    def _field(self, view: LayerView) -> list[Answer]:
        """The receptive field at a layer; at a dense one, that of the convolution over all it sees."""
        field, steps = view.receptive_field, tuple(self._growth(view))
        if field is None and view.kind != "fc":
            raise QuestionError(f"there is no receptive field at {view.name}: {view.receptive_field_reason}")
        if field is not None:
            size, stride = field.size[0], field.stride[0]
        else:
            before, extent = self._last_field(view)
            stride = before.stride[0]
            size = before.size[0] + (extent - 1) * stride
            steps = (f"as a convolution of {extent}x{extent}: {before.size[0]} + ({extent} - 1)·{stride} = {size}",)
        return [
            Answer(f"receptive field at {view.name}", size, "cells", f"{size}x{size}", steps),
            Answer(f"stride at {view.name}", stride, "cells", number(stride)),
        ]

    def _last_with_field(self) -> LayerView:
        return next((view for view in reversed(self.network.layers) if view.receptive_field), self.network.layers[-1])

    def _last_field(self, view: LayerView) -> tuple[ReceptiveField, int]:
        """The last receptive field before a dense layer, and the width of the volume that has it."""
        for before in reversed(self.network.layers[: self._index(view)]):
            if before.receptive_field is not None and before.volume is not None:
                return before.receptive_field, before.volume.spatial[0]
        raise QuestionError(f"there is no receptive field before {view.name}")

    def _index(self, view: LayerView) -> int:
        return next(i for i, other in enumerate(self.network.layers) if other.name == view.name)

    def _growth(self, view: LayerView) -> list[str]:
        lines, size = [], 1
        for other in self.network.layers[: self._index(view) + 1]:
            field = other.receptive_field
            if field is not None and field.size[0] != size:
                size = field.size[0]
                lines.append(f"{other.name}: {size}, stride {field.stride[0]}")
        return lines


def _idle(network: Measured, view: LayerView) -> bool:
    """An adaptive pooling that changes nothing: an addition of torchvision's that the papers do not have."""
    return view.kind.startswith("adaptive") and network.graph.volumes_into(view.node)[0] == view.volume
