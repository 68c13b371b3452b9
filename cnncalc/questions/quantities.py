"""The quantities of a chain of layers, each with its working; the numbers come from the layers themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import prod

from cnncalc.derivation import Derivation, number, times
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.chain import Stage
from cnncalc.questions.setups import Reading
from cnncalc.results import Answer

Steps = list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a quantity is asked of.

    Attributes:
        stages: the whole chain.
        chosen: the stages the question is about; all of them where it singles none out.
        label: what tells this answer from others, such as `stride 2`.
        each: whether every stage is asked for, and not only the last.
        reading: the question, for its dtype, batch and deciding words.
    """

    stages: Sequence[Stage]
    chosen: Sequence[Stage]
    label: str = ""
    each: bool = False
    reading: Reading = field(default_factory=Reading)

    @property
    def words(self) -> frozenset[str]:
        """The question's words."""
        return self.reading.words

    def answer(
        self, quantity: str, value: int | float | str, unit: str, steps: Steps, text: str | None = None
    ) -> Answer:
        """An answer under this label."""
        name = f"{quantity} ({self.label})" if self.label else quantity
        assumed = dict.fromkeys(note for stage in self.stages for note in stage.assumed)
        if any(stage.only_width for stage in self.stages) and "width" not in quantity:
            assumed["the height is the width"] = None
        return Answer(name, value, unit, text or number(value), tuple(steps), tuple(assumed))

    @property
    def last(self) -> Stage:
        """The stage that is asked about where only one can be."""
        if not self.chosen:
            raise QuestionError.lacking("which layer is meant")
        return self.chosen[-1]

    def tag(self, stage: Stage) -> str:
        """A stage's name before a step, where there is more than one."""
        return f"{stage.name}, " if len(self.stages) > 1 else ""


def _lines(asked: Asked, stage: Stage, work: Derivation) -> Steps:
    return [f"{asked.tag(stage)}{step.text}" for step in work.steps]


def volume_steps(asked: Asked, stage: Stage) -> Steps:
    """How a stage's output comes about, as far as it is known."""
    work = Derivation()
    stage.layer.output([stage.input], work)
    if stage.after.channels is None or (stage.before.channels is None and "filters" not in stage.layer.fields):
        work.steps = [step for step in work.steps if step.quantity != "depth"]
    return [
        line.replace("width and height:", "width:") if stage.only_width else line for line in _lines(asked, stage, work)
    ]


def output(asked: Asked) -> list[Answer]:
    """The output volume, of every stage where that is asked."""
    if asked.each and len(asked.stages) > 1:
        return [_output(asked, stage, _known_steps(asked, stage), stage.name) for stage in asked.chosen]
    return [_output(asked, asked.last, steps_up_to(asked, asked.last), "")]


def steps_up_to(asked: Asked, last: Stage) -> Steps:
    """How the volumes come about, from the first stage to one of them."""
    reached = list(asked.stages)[: list(asked.stages).index(last) + 1]
    return [line for stage in reached for line in _known_steps(asked, stage)]


def _known_steps(asked: Asked, stage: Stage) -> Steps:
    return volume_steps(asked, stage) if stage.after.spatial is not None and stage.before.spatial is not None else []


def _output(asked: Asked, stage: Stage, steps: Steps, name: str) -> Answer:
    if stage.after.spatial is None:
        stage.needs("kernel", "units", "size", spatial=True)
    spatial, channels = stage.after.spatial or (), stage.after.channels
    of = f" of {name}" if name else ""
    if not spatial:
        if channels is None:
            stage.needs("units", spatial=True, channels=True)
        return asked.answer(f"output{of}", channels or 0, "numbers", steps)
    if stage.only_width or (len(spatial) == 1 and channels is None):
        return asked.answer(f"output width{of}", spatial[0], "cells", steps)
    text = "x".join(map(str, spatial if channels is None else (*spatial, channels)))
    return asked.answer(f"output size{of}" if channels is None else f"output{of}", text, "volume", steps, text)


def extent(axis: int, name: str) -> Callable[[Asked], list[Answer]]:
    """The output along one axis."""

    def measure(asked: Asked) -> list[Answer]:
        stage = asked.last
        if not stage.after.spatial:
            stage.needs("kernel", spatial=True)
            raise QuestionError(f"the output of {stage.name} has no {name}")
        steps = steps_up_to(asked, stage)
        value = stage.after.spatial[min(axis, len(stage.after.spatial) - 1)]
        return [asked.answer(f"output {name}", value, "cells", steps)]

    return measure


def depth(asked: Asked) -> list[Answer]:
    """The output's depth."""
    stage = asked.last
    if stage.after.channels is None:
        stage.needs("filters", "units", channels=True)
    channels = stage.after.channels or 0
    return [asked.answer("output depth", channels, "channels", [f"depth: {channels}"])]


def counted(
    asked: Asked, name: str, unit: str, count: Callable[[Stage], int], work: Callable[[Stage], Steps]
) -> list[Answer]:
    """A count per stage that has one, and their sum."""
    stages = [stage for stage in asked.chosen if count(stage)] or list(asked.chosen)
    if len(stages) == 1:
        return [asked.answer(name, count(stages[0]), unit, work(stages[0]))]
    each = [asked.answer(f"{name} of {stage.name}", count(stage), unit, work(stage)) for stage in stages]
    total = sum(count(stage) for stage in stages)
    summed = " + ".join(number(count(stage)) for stage in stages) + f" = {number(total)}"
    return [*each, asked.answer(f"total {name}", total, unit, [summed])]


def need_weights(stage: Stage) -> None:
    """Refuse where a stage's weights cannot be known.

    Raises:
        QuestionError: that names what is missing.
    """
    weighs = bool(stage.layer.weights([stage.input]))
    if weighs and stage.kind in ("fc", "rbf"):
        stage.needs("units", spatial=True, channels=True)
    elif weighs:
        stage.needs("filters", "kernel", channels=True)


def weight_shape_of(stage: Stage) -> tuple[int, ...]:
    """The shape of a stage's weight tensor: filters, depth seen, height, width.

    Raises:
        QuestionError: where it is not known, or there is none.
    """
    need_weights(stage)
    found = stage.layer.weights([stage.input])
    if not found:
        raise QuestionError(f"{stage.kind} has no weights")
    return found[0].shape


def trainable(stage: Stage) -> int:
    """Learned numbers of a stage."""
    need_weights(stage)
    return sum(weight.size for weight in stage.layer.weights([stage.input]) if weight.trainable)


def fixed(stage: Stage) -> int:
    """Stored numbers of a stage that are not learned."""
    need_weights(stage)
    return sum(weight.size for weight in stage.layer.weights([stage.input]) if not weight.trainable)


def biases_of(stage: Stage) -> int:
    """Biases of a stage; they need no input to be known."""
    stage.needs("filters", "units")
    return sum(weight.size for weight in stage.layer.weights([stage.input]) if weight.name == "bias")


def parameter_steps(asked: Asked, stage: Stage) -> Steps:
    """How a stage's parameters come about."""
    work = Derivation()
    if not stage.layer.weights([stage.input]):
        return [f"{asked.tag(stage)}{stage.kind} has no weights: nothing is learned"]
    stage.layer.derive_parameters([stage.input], work)
    return _lines(asked, stage, work)


def parameters(asked: Asked) -> list[Answer]:
    """Learned numbers, and what Keras adds to them where Keras is spoken of."""
    answers = counted(asked, "parameters", "parameters", trainable, lambda stage: parameter_steps(asked, stage))
    stored = sum(fixed(stage) for stage in asked.chosen)
    if stored and "kera" in asked.words:
        learned = sum(trainable(stage) for stage in asked.chosen)
        step = f"{number(learned)} trainable + {number(stored)} running statistics = {number(learned + stored)}"
        answers += [
            *non_trainable(asked),
            asked.answer("parameters as Keras counts them", learned + stored, "parameters", [step]),
        ]
    return answers


def non_trainable(asked: Asked) -> list[Answer]:
    """Running statistics and other numbers that are stored but not learned."""
    return counted(asked, "non-trainable parameters", "parameters", fixed, lambda stage: parameter_steps(asked, stage))


def trainable_and_fixed(asked: Asked) -> list[Answer]:
    """Both sorts of stored numbers."""
    return [*parameters(asked), *(non_trainable(asked) if not asked.label else ())]


def weights(asked: Asked) -> list[Answer]:
    """Learned numbers without the biases."""

    def work(stage: Stage) -> Steps:
        shapes = [w for w in stage.layer.weights([stage.input]) if w.trainable and w.name != "bias"]
        return [f"{asked.tag(stage)}{w.name}: {times(*w.shape)} = {number(w.size)}" for w in shapes] or ["no weights"]

    if asked.reading.symbolic:
        return [_in_depth(asked)]
    return counted(asked, "weights", "weights", lambda stage: trainable(stage) - biases_of(stage), work)


def biases(asked: Asked) -> list[Answer]:
    """One bias per filter or neuron."""
    return counted(
        asked,
        "biases",
        "biases",
        biases_of,
        lambda stage: [
            f"{asked.tag(stage)}one per {'neuron' if stage.kind == 'fc' else 'filter'}: {number(biases_of(stage))}"
        ],
    )


def _in_depth(asked: Asked) -> Answer:
    """Weights where the depth C before and after is left open: they grow with its square."""
    kernels: list[tuple[int, ...]] = [stage.sizes("kernel") for stage in asked.chosen]
    taps = sum(map(prod, kernels))
    terms = " + ".join(f"{times(*kernel)}·C·C" for kernel in kernels)
    return asked.answer("weights", f"{taps}·C²", "weights", [f"{terms} = {taps}·C²"], f"{taps}·C²")


def per_filter(with_bias: bool) -> Callable[[Asked], list[Answer]]:
    """What one filter holds: F·F·D weights, and a bias."""

    def measure(asked: Asked) -> list[Answer]:
        stage = asked.last
        stage.needs("kernel", spatial=stage.kind == "fc", channels=True)
        shape = weight_shape_of(replace(stage, lacks=stage.lacks - {"filters", "units"}))
        each, bias = prod(shape[1:]), int(bool(getattr(stage.layer, "bias", False)))
        taps = times(*reversed(shape[1:]))
        answers = [asked.answer("weights of one filter", each, "weights", [f"{taps} = {number(each)}"])]
        if with_bias:
            step = f"{taps} + {bias} = {number(each + bias)}"
            answers.append(asked.answer("parameters of one filter", each + bias, "parameters", [step]))
        return answers

    return measure


def learned_numbers(asked: Asked) -> list[Answer]:
    """Weights and parameters."""
    return [*weights(asked), *parameters(asked)]


def weight_shape(asked: Asked) -> list[Answer]:
    """The weight tensor in the frameworks' layout: filters, depth seen, height, width."""
    shape = weight_shape_of(asked.last)
    text = "x".join(map(str, shape))
    return [asked.answer("weight shape", text, "filters x depth seen x height x width", [f"weight: {text}"], text)]


def need_output(stage: Stage) -> int:
    """How many numbers a stage gives.

    Raises:
        QuestionError: where that is not known.
    """
    if stage.after.spatial is None or stage.after.channels is None:
        stage.needs(
            "filters",
            "kernel",
            "units",
            spatial=stage.kind != "fc",
            channels="filters" not in stage.layer.fields and stage.kind != "fc",
        )
    volume = stage.after.volume
    return volume.size if volume else 0


def units(name: str, unit: str) -> Callable[[Asked], list[Answer]]:
    """Numbers in the output, for each layer that computes some."""

    def measure(asked: Asked) -> list[Answer]:
        def work(stage: Stage) -> Steps:
            volume = stage.after.volume
            shown = times(*volume.spatial, volume.channels) if volume else ""
            return [*_known_steps(asked, stage), f"{asked.tag(stage)}{name}: {shown} = {number(need_output(stage))}"]

        return counted(asked, name, unit, need_output, work)

    return measure


def positions(asked: Asked) -> list[Answer]:
    """Output positions: width times height."""
    stage = asked.last
    if not stage.after.spatial:
        stage.needs("kernel", spatial=True)
    spatial = stage.after.spatial or ()
    steps = [*_known_steps(asked, stage), f"positions: {times(*spatial)} = {number(prod(spatial))}"]
    text = f"{number(prod(spatial))} ({'x'.join(map(str, spatial))})"
    return [asked.answer("output positions", prod(spatial), "positions", steps, text)]
