"""Every quantity that a chain of layers can be asked for, and the function that works it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnncalc.derivation import number
from cnncalc.questions import costs, fits, quantities
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.chain import Stage
from cnncalc.questions.quantities import Asked
from cnncalc.results import Answer

_QUANTITIES: dict[str, Callable[[Asked], list[Answer]]] = {
    "output": quantities.output,
    "width": quantities.extent(0, "width"),
    "height": quantities.extent(1, "height"),
    "depth": quantities.depth,
    "parameters": quantities.parameters,
    "trainable_and_fixed": quantities.trainable_and_fixed,
    "non_trainable": quantities.non_trainable,
    "weights": quantities.weights,
    "biases": quantities.biases,
    "filter_weights": quantities.per_filter(False),
    "filter_parameters": quantities.per_filter(True),
    "learned_numbers": quantities.learned_numbers,
    "weight_shape": quantities.weight_shape,
    "units": quantities.units("units", "units"),
    "activations": quantities.units("activations", "numbers"),
    "positions": quantities.positions,
    "macs": costs.macs,
    "flops": costs.flops,
    "conventions": costs.conventions,
    "connections": costs.connections,
    "memory": costs.memory,
    "im2col": costs.im2col,
    "receptive_field": costs.receptive_field,
    "field_stride": costs.receptive_field,
    "parameter_share": costs.share_of(quantities.trainable, "parameters"),
    "mac_share": costs.share_of(costs.macs_of, "multiply–accumulates"),
    "discarded": costs.discarded,
    "effective_kernel": fits.effective_kernel,
    "flatten": costs.flatten,
    "unshared": costs.unshared,
    "bias_waste": costs.bias_waste,
    "bias_additions": costs.bias_additions,
    "lost": fits.lost,
    "legal": fits.legal,
    "rounding": fits.rounding,
}


def measure(name: str, asked: Asked) -> list[Answer]:
    """Work one quantity out.

    Raises:
        QuestionError: where it cannot be; `?stride` is a hyperparameter that was named without a value.
    """
    if name.startswith("?"):
        raise QuestionError.lacking(f"the {name[1:]}")
    if name not in _QUANTITIES:
        raise QuestionError.lacking("which network is meant")
    if asked.reading.per_output and name in ("macs", "flops"):
        return costs.per_output(asked, 1 if name == "macs" else 2)
    return for_batch(name, _QUANTITIES[name](asked), asked.reading.batch)


def for_batch(name: str, answers: list[Answer], batch: int) -> list[Answer]:
    """The answers, and after them those for a whole batch where a batch makes a difference."""
    if batch == 1:
        return answers
    if name == "output":
        return [*answers, *(_of_batch(answer, batch) for answer in answers)]
    if name not in _PER_IMAGE:
        return answers
    return [*answers, *(_for_batch(answer, batch) for answer in answers if isinstance(answer.value, int))]


_PER_IMAGE = frozenset(("macs", "flops", "activations", "units", "bias_additions"))


def extreme(name: str, asked: Asked) -> list[Answer]:
    """The layer with the most, or the least, of a count.

    Raises:
        QuestionError: where layers are not compared by it.
    """
    if name not in _COMPARED:
        raise QuestionError(f"layers are not compared by {name}")
    count = _COMPARED[name]
    counts = [(count(stage), stage.name) for stage in asked.chosen if count(stage)]
    if not counts:
        raise QuestionError.lacking("what layer is meant")
    value, found = (max if asked.reading.most else min)(counts, key=lambda pair: pair[0])
    which = "most" if asked.reading.most else "fewest"
    steps = [f"{stage}: {number(each)}" for each, stage in counts]
    return [asked.answer(f"layer with the {which} {name}", found, "", steps, f"{found}: {number(value)}")]


_COMPARED: dict[str, Callable[[Stage], int]] = {
    "parameters": quantities.trainable,
    "macs": costs.macs_of,
    "units": quantities.need_output,
    "activations": quantities.need_output,
}


def _of_batch(answer: Answer, batch: int) -> Answer:
    """So many outputs, the batch as the first axis."""
    text = f"{batch}x{answer.value}"
    return replace(answer, quantity=f"{answer.quantity} for the batch (batch first)", value=text, text=text)


def _for_batch(answer: Answer, batch: int) -> Answer:
    value = int(answer.value) * batch
    step = f"{batch} images · {number(answer.value)} = {number(value)}"
    return replace(answer, quantity=f"{answer.quantity} for the batch", value=value, text=number(value), steps=(step,))
