"""The accounting of a question: every number and every word that qualifies must have been used, once.

Words that are not harmless count as not understood wherever they are left over (`reading`). This module has what only
the whole question shows: qualifiers whose meaning another part of the line settles, words that the phrase reader
takes for joints (`per`, `each`), and what was read but is of no effect on what is asked.
"""

from __future__ import annotations

import re

from cnncalc.questions.answer import QuestionError
from cnncalc.questions.setups import Reading
from cnncalc.questions.sheet import Rule, Sheet, apply, drop
from cnncalc.results import Answer

_JOINTS = frozenset(("per",))
_BATCHED = frozenset(
    (
        "macs",
        "flops",
        "activations",
        "units",
        "bias_additions",
        "memory",
        "output",
        "parameters",
        "weights",
        "biases",
        "receptive_field",
        "weight_shape",
    )
)
"""Quantities that are worked out for a batch, or that a batch does not change."""


_SETTLED: tuple[Rule, ...] = (
    (r"not(?= (?:give|@out|@goal|@in))|what be missing|what is missing|patch of|change(?= (?:the|it|@ask))", drop),
    (r"(?:,|;|\.) but", drop),
    (r"(?:height|width|channel|depth) (?:first|last)|(?:height|width) (?:by|x|then) (?:height|width)", drop),
    (r"(?:rounding|rounded|round) down", drop),
    (r"per (?:axis|side|dimension)", lambda match: "@pass" if match.anywhere("@ask:lost") else None),
    (r"gradient", lambda match: "@pass" if match.anywhere("@ask:memory") else None),
    (r"discard", lambda match: "@pass" if match.anywhere("@ask:discarded") else None),
    (r"floor|ceil|rounding", lambda match: "@pass" if match.anywhere("@ask:rounding") else None),
)


def claim(sheet: Sheet) -> list[str]:
    """Take off the line what its other parts settle; returns the joints that nothing has claimed."""
    apply(sheet, _SETTLED)
    return [item.said for item in sheet.items if item.text in _JOINTS]


def _number_in(said: str, shown: str) -> bool:
    return re.search(rf"(?<![\d,.]){said}(?![\d,]*\d)", shown) is not None


def check(reading: Reading, answers: list[Answer]) -> None:
    """Refuse where something was read that has no part in the answers.

    Raises:
        QuestionError: that names what it is.
    """
    asked, unused = {ask.name for ask in reading.asked}, []
    shown = " ".join(" ".join((answer.text, *answer.steps)) for answer in answers)
    if reading.batch != 1 and (reading.unknown or not asked <= _BATCHED):
        unused.append(f"a batch of {reading.batch}")
    if reading.goal and not reading.unknown and not _number_in(f"{reading.goal[1]:,}", shown) and "memory" not in asked:
        unused.append(f"{reading.goal[1]:,} {reading.goal[0]}")
    if reading.target and reading.target.spatial and not reading.unknown:
        text = "x".join(map(str, reading.target.spatial))
        unused += [] if text in shown or str(reading.target.spatial[0]) in shown else [f"output {text}"]
    if reading.symbolic and "weights" not in asked:
        unused.append("C channels")
    if reading.per_output and not asked & {"macs", "flops"}:
        unused.append("per output")
    if reading.mac_is_flop and "macs" not in asked:
        unused.append("multiply-add = 1 FLOP")
    if reading.field and "layers" not in reading.unknown:
        unused.append(f"receptive field {reading.field}")
    if reading.factor and not reading.compares and len(answers) < 2:
        unused.append("times")
    if unused:
        raise QuestionError.not_understood(*unused)
