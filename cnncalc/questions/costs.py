"""Operations, connections, memory, receptive fields and comparisons of a chain of layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod

from cnncalc.derivation import Derivation, number, times
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.chain import Stage
from cnncalc.questions.quantities import (
    Asked,
    Steps,
    biases_of,
    counted,
    fixed,
    need_output,
    need_weights,
    trainable,
    volume_steps,
    weight_shape_of,
)
from cnncalc.questions.setups import Reading
from cnncalc.results import Answer

_NO_PRODUCTS = "no weights, so no multiply–accumulates: its work is comparisons or additions"


def macs_of(stage: Stage) -> int:
    """Multiply–accumulates of a stage.

    Raises:
        QuestionError: where they cannot be known.
    """
    if stage.layer.family not in ("convolution", "linear"):
        return 0
    need_weights(stage)
    if stage.kind == "transposed_conv":
        stage.needs("kernel", "filters", spatial=True, channels=True)
    need_output(stage)
    return stage.layer.macs([stage.input], stage.output)


def mac_steps(asked: Asked, stage: Stage) -> Steps:
    """How they come about."""
    work = Derivation()
    stage.layer.macs([stage.input], stage.output, work)
    lines = [f"{asked.tag(stage)}{step.text}" for step in work.steps]
    if stage.kind == "transposed_conv":
        output, taps = stage.output, prod(weight_shape_of(stage)[1:])
        wrong = output.positions * stage.input.channels * taps
        lines.append(f"not per output position: {number(wrong)} would count taps that meet no input")
    return lines or [f"{asked.tag(stage)}{stage.layer.uncounted}: {_NO_PRODUCTS}"]


def macs(asked: Asked) -> list[Answer]:
    """Multiply–accumulates; where the question only says operations, in the other conventions too."""
    answers = counted(asked, "multiply–accumulates", "MACs", macs_of, lambda stage: mac_steps(asked, stage))
    if "operation" in asked.words and len(asked.chosen) == 1 and answers[0].value:
        return [*answers, *_conventions(asked)]
    return answers


def flops(asked: Asked) -> list[Answer]:
    """Floating-point operations, 2 per multiply–accumulate."""

    def work(stage: Stage) -> Steps:
        return [
            *mac_steps(asked, stage),
            f"{asked.tag(stage)}2 · {number(macs_of(stage))} = {number(2 * macs_of(stage))}",
        ]

    return counted(
        asked, "FLOPs (2 per multiply–accumulate, nothing else)", "FLOPs", lambda stage: 2 * macs_of(stage), work
    )


def per_output(asked: Asked, work: int) -> list[Answer]:
    """Work for one output number, and where asked for a position of all filters; `work` is 1 per product, or 2."""
    stage = asked.last
    need_weights(replace(stage, lacks=stage.lacks - {"filters"}))
    shape = weight_shape_of(replace(stage, lacks=stage.lacks - {"filters"}))
    each, name = prod(shape[1:]) * work, "multiply–accumulates" if work == 1 else "FLOPs (2 per multiply–accumulate)"
    product = times(*reversed(shape[1:])) + (" · 2" if work == 2 else "")
    answers = [asked.answer(f"{name} per output number", each, "", [f"{product} = {number(each)}"])]
    if asked.reading.per_output == "position" and "filters" not in stage.lacks:
        total = each * shape[0]
        step = f"{shape[0]} filters · {number(each)} = {number(total)}"
        answers.append(asked.answer(f"{name} per output position, all filters", total, "", [step]))
    return answers


def _conventions(asked: Asked) -> list[Answer]:
    """One layer's work as different tools state it."""
    stage = asked.last
    work, outputs = macs_of(stage), need_output(stage)
    added = outputs if biases_of(stage) else 0
    rows = [
        ("FLOPs at 2 per multiply–accumulate", 2 * work, f"2 · {number(work)}"),
        (
            "multiplications and additions without the bias",
            2 * work - outputs,
            f"{number(outputs)} · ({number(work // outputs)} + {number(work // outputs - 1)})",
        ),
    ]
    if added:
        rows += [
            ("bias additions", added, "one per output number"),
            ("multiply–accumulates and bias additions", work + added, f"{number(work)} + {number(added)}"),
            ("FLOPs with bias additions", 2 * work + added, f"2 · {number(work)} + {number(added)}"),
        ]
    return [asked.answer(name, value, "operations", [f"{step} = {number(value)}"]) for name, value, step in rows]


def conventions(asked: Asked) -> list[Answer]:
    """Why tools differ: the same layer under each convention."""
    return [
        *counted(asked, "multiply–accumulates", "MACs", macs_of, lambda stage: mac_steps(asked, stage)),
        *_conventions(asked),
    ]


def connections(asked: Asked) -> list[Answer]:
    """LeNet-5's count: every weight at every position where it is used, biases included."""

    def count(stage: Stage) -> int:
        need_output(stage)
        if stage.kind == "subsample":
            return stage.output.size * (prod(stage.sizes("kernel")) + 1)
        return stage.output.positions * trainable(stage)

    def work(stage: Stage) -> Steps:
        if stage.kind == "subsample":
            taps = times(*stage.sizes("kernel"))
            return [f"({taps} + 1) · {times(*stage.output.spatial, stage.output.channels)} = {number(count(stage))}"]
        found, places = number(trainable(stage)), number(stage.output.positions)
        return [f"{found} parameters · {places} positions = {number(count(stage))}"]

    return counted(asked, "connections", "connections", count, work)


def memory(asked: Asked) -> list[Answer]:
    """Bytes of the weights, of the activations, or, where the question leaves it open, of all that is known of both."""
    of_weights = bool(asked.words & {"parameter", "weight", "param", "model", "filter", "kernel", "store"})
    of_values = bool(asked.words & {"activation", "forward", "output", "map", "image", "volume", "tensor"})
    copies = 2 if "gradient" in asked.words else 1
    answers = []
    weighs = any(stage.layer.weights([stage.input]) for stage in asked.chosen)
    if weighs and (of_weights or not of_values):
        stored = sum(trainable(stage) + fixed(stage) for stage in asked.chosen)
        answers += [bytes_of(asked, "memory of the weights", stored, size) for size in dtypes(asked.reading)]
    known = all(stage.after.volume is not None for stage in asked.chosen)
    if of_values or (not of_weights and (known or not answers)):
        numbers = sum(need_output(stage) for stage in asked.chosen) * asked.reading.batch
        answers += [
            bytes_of(asked, "memory of the activations", numbers, size, copies) for size in dtypes(asked.reading)
        ]
    return answers


def dtypes(reading: Reading) -> list[int]:
    """The bytes per number that a question asks about, 4 where it does not say."""
    return reading.bytes_each or [4]


def bytes_of(asked: Asked, name: str, numbers: int, size: int, copies: int = 1) -> Answer:
    """So many numbers in memory, twice where their gradients are kept too."""
    total = numbers * size * copies
    twice = " · 2 (values and gradients)" if copies == 2 else ""
    binary, decimal = (2**20, 10**6) if total >= 10**5 else (2**10, 10**3)
    names = ("MiB", "MB") if total >= 10**5 else ("KiB", "kB")
    text = f"{number(total)} bytes = {total / binary:.1f} {names[0]} = {total / decimal:.1f} {names[1]}"
    step = f"{number(numbers)} numbers · {size} byte{'s' * (size > 1)}{twice} = {number(total)} bytes"
    if "bits" in asked.reading.plurals:
        return asked.answer(name, 8 * total, "bits", [step], f"{number(8 * total)} bits = {number(total)} bytes")
    several = len(dtypes(asked.reading)) > 1
    return asked.answer(f"{name} at {size} bytes each" if several else name, total, "bytes", [step], text)


def im2col(asked: Asked) -> list[Answer]:
    """The three matrices of a convolution as one product: F·F·D rows, one column per position."""
    stage = asked.last
    stage.needs("filters", "kernel", spatial=True, channels=True)
    rows = prod(weight_shape_of(stage)[1:])
    positions, filters = stage.output.positions, stage.output.channels
    taps = times(*stage.sizes("kernel"), rows // prod(stage.sizes("kernel")))
    steps = [
        *volume_steps(asked, stage),
        f"rows: {taps} = {number(rows)}",
        f"columns: {times(*stage.output.spatial)} = {number(positions)}",
    ]
    shapes = (("X_col", rows, positions), ("W_row", filters, rows), ("result", filters, positions))
    return [
        asked.answer(f"{name} shape", f"{high}x{wide}", "rows x columns", steps, f"{high}x{wide}")
        for name, high, wide in shapes
    ]


def receptive_field(asked: Asked) -> list[Answer]:
    """Which input cells one output cell depends on: r + (F - 1)·j at each layer, and the step j·S."""
    last = asked.last
    size, step, lines = 1, 1, Steps()
    for stage in asked.stages[: list(asked.stages).index(last) + 1]:
        stage.needs("kernel")
        windows = stage.layer.windows([stage.input])
        if isinstance(windows, str):
            raise QuestionError(f"there is no receptive field after {stage.name}: {windows}")
        if not windows:
            continue
        window, before = windows[0], size
        size += (window.size - 1) * step
        lines.append(
            f"{stage.name}: {before} + ({window.size} - 1)·{step} = {size}, stride {step}·{window.stride} = "
            f"{step * window.stride}"
        )
        step *= window.stride
    return [
        asked.answer("receptive field", size, "cells", lines, f"{size}x{size}" if not last.only_width else None),
        asked.answer("stride of the receptive field", step, "cells", lines[-1:]),
    ]


def share_of(count: Callable[[Stage], int], what: str) -> Callable[[Asked], list[Answer]]:
    """How much of a count sits in the layers that the question singles out."""

    def measure(asked: Asked) -> list[Answer]:
        if len(asked.chosen) == len(asked.stages):
            raise QuestionError.lacking("which layers' share is meant")
        part, whole = (sum(map(count, stages)) for stages in (asked.chosen, asked.stages))
        where = ", ".join(dict.fromkeys(stage.kind for stage in asked.chosen))
        return [ratio(asked, f"share of the {what} in {where}", part, whole)]

    return measure


def ratio(asked: Asked, name: str, part: int, whole: int) -> Answer:
    """A share as a fraction and in percent."""
    if not whole:
        raise QuestionError("there is nothing to share out")
    text = f"{100 * part / whole:.4g} %"
    return asked.answer(name, part / whole, "of 1", [f"{number(part)} / {number(whole)} = {text}"], text)


def discarded(asked: Asked) -> list[Answer]:
    """The share of numbers that a pooling does not pass on."""
    stage = asked.last
    stage.needs("kernel")
    if stage.before.spatial is not None:
        before, after = prod(stage.input.spatial), prod(stage.output.spatial)
    else:
        before, after = prod(stage.sizes("stride")), 1
    text = f"{100 * (before - after) / before:.4g} %"
    step = f"{after} of {before} are kept: 1 - {after}/{before} = {text}"
    lost = asked.answer("share discarded", (before - after) / before, "of 1", [step], text)
    return [lost, ratio(asked, "share kept", after, before)] if "keep" in asked.words else [lost]


def flatten(asked: Asked) -> list[Answer]:
    """The length of the flat vector before the first dense layer, or at the end."""
    entered = next((stage.before for stage in asked.stages if stage.kind in ("fc", "flatten")), None)
    known = entered or asked.stages[-1].after
    steps = [line for stage in asked.stages if stage.after.spatial for line in volume_steps(asked, stage)]
    volume = known.volume
    if volume is None:
        asked.stages[-1].needs("kernel", "filters", spatial=True, channels=True)
        raise QuestionError.lacking("the volume that is flattened")
    steps.append(f"{times(*volume.spatial, volume.channels)} = {number(volume.size)}")
    return [asked.answer("flattened length", volume.size, "numbers", steps)]


def unshared(asked: Asked) -> list[Answer]:
    """Parameters if every output number had weights of its own."""
    stage = asked.last
    need_weights(stage)
    outputs = need_output(stage)
    shape = weight_shape_of(stage)
    each = prod(shape[1:]) + int(bool(biases_of(stage)))
    total = outputs * each
    step = f"{number(outputs)} output numbers · {number(each)} = {number(total)}"
    return [asked.answer("parameters without sharing", total, "parameters", [step])]


def bias_waste(asked: Asked) -> list[Answer]:
    """Biases that batch normalisation takes away again."""
    for stage, after in pairwise(asked.stages):
        if after.kind == "batchnorm":
            lost = biases_of(stage)
            without = trainable(stage) - lost
            rest = [
                asked.answer("parameters of the convolution without bias", without, "parameters", []),
                asked.answer("parameters of the batch normalisation", trainable(after), "parameters", []),
            ]
            step = "batch normalisation subtracts the mean, and a constant with it: one bias per filter has no effect"
            return [asked.answer("redundant biases", lost, "parameters", [step]), *rest]
    raise QuestionError.lacking("a convolution followed by batch normalisation")


def bias_additions(asked: Asked) -> list[Answer]:
    """One addition per output number of a layer with biases."""

    def count(stage: Stage) -> int:
        return need_output(stage) if biases_of(stage) else 0

    def work(stage: Stage) -> Steps:
        return [f"{asked.tag(stage)}one per output number: {number(count(stage))}"]

    return counted(asked, "bias additions", "additions", count, work)


def ratios(answers: Sequence[Answer], labels: Sequence[str]) -> list[Answer]:
    """How many times more the first of two described things has, for each count worked out of both."""
    if len(labels) != 2:
        return []
    first, second = ([answer for answer in answers if answer.quantity.endswith(f" ({label})")] for label in labels)
    result = []
    for name in ("parameters", "weights", "multiply–accumulates", "FLOPs"):
        one, other = _whole(name, first), _whole(name, second)
        if one and other:
            result.append(_times_more(name, one, other, labels))
    return result


def _whole(name: str, side: Sequence[Answer]) -> int | None:
    """The total of a quantity where a chain has one, else its only value."""
    alike = [answer for answer in side if answer.quantity.split(" (")[0] in (f"total {name}", name)]
    value = alike[-1].value if alike else None
    return value if isinstance(value, int) else None


def _times_more(name: str, first: int, second: int, labels: Sequence[str]) -> Answer:
    value = max(first, second) / min(first, second)
    more, fewer = labels if first >= second else tuple(reversed(labels))
    step = f"{number(max(first, second))} / {number(min(first, second))} = {value:.4g}"
    return Answer(f"ratio of {name}", value, "times", f"{value:.4g} times fewer {fewer} than {more}", (step,))
