"""The questions collected from lectures, forums and exams, typed as they stand, give the values known of them."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnncalc.questions.answer import QuestionError
from cnncalc.questions.ask import ask

QUESTIONS = yaml.safe_load((Path(__file__).parent.parent / "data" / "questions.yaml").read_text(encoding="utf-8"))

LEANS_ON_CONTEXT = {
    "alexnet-conv1-params": {"the number of filters", "the input's depth"},  # "that conv1 layer"
    "first-3-224-layers-memory": {"the kernel's size"},  # the lecture said 3x3 with padding 1 before
}
"""Questions that cannot be answered from their own words, and what they leave out."""

IN_THE_WORKING = {
    "alexnet-total-ungrouped",
    "alexnet-total-grouped",
    "alexnet-macs-grouped",  # one line per layer
    "alexnet-missing-flatten",
    "rf-alexnet",
    "squeezenet-conv1",
    "googlenet-conv1",
    "dilated-32",
    "convT-macs",
    "unet-388",
}
"""Questions some of whose values are no answers of their own but lines of the working."""

ANSWERED = [question for question in QUESTIONS if question["id"] not in LEANS_ON_CONTEXT]


def leaves(values: Any) -> list[float]:
    if isinstance(values, dict):
        return [leaf for value in values.values() for leaf in leaves(value)]
    if isinstance(values, list):
        return [leaf for value in values for leaf in leaves(value)]
    return [values]


def numbers(text: str) -> set[float]:
    return {float(found) for found in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))}


def agrees(found: float, expected: float) -> bool:
    """Whole numbers to the unit, ratios to the digits they are printed with."""
    return found == expected if isinstance(expected, int) else abs(found - expected) <= 0.006 * expected


def test_there_are_enough() -> None:
    assert len(QUESTIONS) == 74
    assert len(ANSWERED) == 72


@pytest.mark.parametrize("question", ANSWERED, ids=[question["id"] for question in ANSWERED])
def test_value(question: dict[str, Any]) -> None:
    answers = ask(question["question"])
    shown = [f"{answer.value} {answer.text}" for answer in answers]
    if question["id"] in IN_THE_WORKING:
        shown += [step for answer in answers for step in answer.steps]
    found = set().union(*map(numbers, shown))
    missing = [value for value in leaves(question["values"]) if not any(agrees(n, value) for n in found)]
    assert not missing


@pytest.mark.parametrize("name", LEANS_ON_CONTEXT)
def test_says_what_is_missing(name: str) -> None:
    text = next(question["question"] for question in QUESTIONS if question["id"] == name)
    with pytest.raises(QuestionError) as caught:
        ask(text)
    assert LEANS_ON_CONTEXT[name] <= set(caught.value.missing)


RESPELLED = {
    "crosses": (r"(?<=\d)x(?=\d)", "×"),
    "spaced crosses": (r"(?<=\d)x(?=\d)", " x "),
    "by": (r"(?<=\d)x(?=\d)", " by "),
    "stars": (r"(?<=\d)x(?=\d)", "*"),
    "kernels": ("filter", "kernel"),
    "a stride of": (r"(?<!, )(?<!-wide, )stride (\d)", r"a stride of \1"),
    "S=": (r"stride (\d)", r"S=\1"),
    "padding": (r"\bpad (\d)", r"padding \1"),
    "zero-padding of": (r"\bpad (\d)", r"zero-padding of \1"),
    "P=": (r"\bpad (\d)", r"P=\1"),
    "params": ("parameter", "param"),
    "convolution": (r"\bconv\b", "convolution"),
    "max pooling": (r"\bpool\b", "max pooling"),
    "arrows": ("->", "→"),
    "multiply-accumulates": ("MACs", "multiply-accumulates"),
    "neurons": (r"\bunits\b", "neurons"),
    "fully connected": (r"\bFC\b", "fully connected"),
    "no commas in numbers": (r"(?<=\d),(?=\d{3})", ""),
    "an imperative": (r"^", "Please compute: "),
    "a full stop": (r"\?$", "."),
}


@pytest.mark.parametrize("name", RESPELLED)
def test_spelling_does_not_matter(name: str) -> None:
    pattern, replacement = RESPELLED[name]
    respelled = 0
    for question in ANSWERED:
        text = re.sub(pattern, replacement, question["question"])
        if text == question["question"]:
            continue
        respelled += 1
        answers = ask(text)
        found = set().union(*(numbers(f"{a.value} {a.text} {' '.join(a.steps)}") for a in answers))
        assert all(any(agrees(n, value) for n in found) for value in leaves(question["values"])), text
    assert respelled


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_case_does_not_matter(case: Any) -> None:
    for question in ANSWERED:
        if "Conv2d(" in question["question"]:  # PyTorch and Keras differ in the case of their names only
            continue
        answers = ask(case(question["question"]))
        found = set().union(*(numbers(f"{a.value} {a.text} {' '.join(a.steps)}") for a in answers))
        assert all(any(agrees(n, value) for n in found) for value in leaves(question["values"])), question["id"]
