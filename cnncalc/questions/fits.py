"""How windows fit: legal settings, rounding, cells lost, and what a dilated kernel spans."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.layers.window import WindowRule, quotient
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.chain import Stage
from cnncalc.questions.quantities import Asked, Steps, volume_steps
from cnncalc.questions.setups import Known
from cnncalc.results import Answer


def effective_kernel(asked: Asked) -> list[Answer]:
    """The extent that a dilated kernel spans: D·(F - 1) + 1."""
    stage = asked.last
    stage.needs("kernel")
    kernels, dilations = stage.sizes("kernel"), stage.sizes("dilation")
    spans = [d * (f - 1) + 1 for f, d in zip(kernels, dilations, strict=True)]
    steps = [f"{d}·({f} - 1) + 1 = {span}" for f, d, span in zip(kernels, dilations, spans, strict=True)]
    return [asked.answer("effective kernel", spans[0], "cells", list(dict.fromkeys(steps)), "x".join(map(str, spans)))]


def lost(asked: Asked) -> list[Answer]:
    """Cells that an axis loses on the way; at stride 1 the same for every input."""
    before, after = asked.stages[0].before.spatial, asked.last.after.spatial
    if before and after:
        return [asked.answer("cells lost per axis", before[0] - after[0], "cells", [f"{before[0]} - {after[0]}"])]
    rules = [_rules(replace(stage, before=stage.before.over(Known(stage.input.spatial))))[0] for stage in asked.stages]
    if any(rule.stride > 1 for rule in rules):
        raise QuestionError.lacking("the input's width and height")
    each = [rule.effective - 1 - rule.before - rule.after for rule in rules]
    return [asked.answer("cells lost per axis", sum(each), "cells", [" + ".join(map(str, each))])]


def legal(asked: Asked) -> list[Answer]:
    """Whether the windows fit exactly, and what each way of rounding makes of it."""
    stage, rules = asked.last, _rules(asked.last)
    rule = next((rule for rule in rules if not rule.fits), rules[0])
    steps = volume_steps(asked, stage)
    verdict = "yes" if rule.fits else "no"
    answers = [
        asked.answer("the setting fits", verdict, "", steps, f"{verdict}: {rule.formula()[1]} = {rule.formula()[2]}")
    ]
    return answers if rule.fits else [*answers, *_rounded(asked, rule, steps)]


def rounding(asked: Asked) -> list[Answer]:
    """One pooling under each way of rounding."""
    rule = _rules(asked.last)[0]
    _, numbers, exact = rule.formula()
    return _rounded(asked, rule, [f"{numbers} = {exact}"])


def _rules(stage: Stage) -> tuple[WindowRule, ...]:
    """The window along each axis.

    Raises:
        QuestionError: for a layer that has none.
    """
    stage.needs("kernel", spatial=True)
    if not hasattr(stage.layer, "rules"):
        raise QuestionError(f"{stage.kind} has no windows that could fit")
    rules: tuple[WindowRule, ...] = stage.layer.rules([stage.input])
    return rules


def _rounded(asked: Asked, rule: WindowRule, steps: Steps) -> list[Answer]:
    floor, ceil = rule._replace(ceil=False), rule._replace(ceil=True)
    exact = quotient(rule.slack + rule.stride, rule.stride)
    value = floor.output if rule.fits else (rule.slack + rule.stride) / rule.stride
    unread = f"the last {floor.unread} of {rule.extent} never read" if floor.unread else "only padding is left over"
    return [
        asked.answer("exact value", value, "cells", steps, exact),
        asked.answer("rounded down (frameworks)", floor.output, "cells", [f"⌊{exact}⌋ = {floor.output}; {unread}"]),
        asked.answer(
            "rounded up (PyTorch's ceil_mode)",
            ceil.output,
            "cells",
            ["no window may start in the padding after the input"],
        ),
        asked.answer(
            "rounded up (Caffe)",
            rule.caffe_output,
            "cells",
            ["an overhanging last window is dropped only where there is padding"],
        ),
    ]
