"""Quiz questions put to `ask` give the quiz's answers; wrong answers are wrong, and by the mistake they name."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from cnncalc.questions.quiz import LEVELS, TOPICS, quiz
from cnncalc.render import quiz as layouts
from cnncalc.results import QuizQuestion

TOPIC = st.sampled_from(sorted(TOPICS))
LEVEL = st.sampled_from(LEVELS)


def answers_to(question: QuizQuestion) -> list[str]:
    found = cnncalc.ask(question.text)
    return [answer.text if isinstance(answer.value, str) else f"{answer.value:,}" for answer in found]


@settings(max_examples=150, deadline=None)
@given(TOPIC, LEVEL, st.integers(0, 10**6))
def test_ask_gives_the_quizs_answer(topic: str, level: int, seed: int) -> None:
    (question,) = quiz(topic, level, count=1, seed=seed)
    assert question.answer in answers_to(question)


@pytest.mark.parametrize("name", ["alexnet", "vgg16", "lenet5-modern"])
def test_ask_knows_the_networks_layers(name: str) -> None:
    for question in quiz(count=12, network=cnncalc.load(name)):
        assert question.answer in answers_to(question)


@settings(max_examples=100, deadline=None)
@given(TOPIC, LEVEL, st.integers(0, 10**6))
def test_distractors(topic: str, level: int, seed: int) -> None:
    (question,) = quiz(topic, level, count=1, seed=seed)
    wrong = [text for text, _ in question.distractors]
    assert len(wrong) == len(set(wrong)) == 3
    assert question.answer not in wrong
    assert all(mistake for _, mistake in question.distractors)
    assert all(re.fullmatch(r"[0-9][0-9,x]*", text) for text in wrong)


def test_the_usual_mistakes() -> None:
    """Bias forgotten, depth forgotten, padding added once: computed here from the question's own numbers."""
    for question in quiz("parameters", 2, count=10, seed=3):
        depth, filters, kernel = map(int, re.search(r"x(\d+), (\d+) filters of (\d+)x", question.text).groups())  # type: ignore[union-attr]
        assert question.answer == f"{filters * (kernel * kernel * depth + 1):,}"
        by_mistake = {mistake: text for text, mistake in question.distractors}
        assert by_mistake["the biases were forgotten"] == f"{filters * kernel * kernel * depth:,}"
        assert by_mistake["the depth of the input was forgotten"] == f"{filters * (kernel * kernel + 1):,}"


def test_the_seed_decides() -> None:
    assert quiz(count=8, seed=5) == quiz(count=8, seed=5)
    assert quiz(count=8, seed=5) != quiz(count=8, seed=6)


def test_no_question_twice() -> None:
    texts = [question.text for question in quiz("size", 1, count=40, seed=1)]
    assert len(texts) == len(set(texts)) == 40


@pytest.mark.parametrize(("topic", "level"), [("cooking", None), (None, 4)])
def test_unknown_topic_or_level(topic: str | None, level: int | None) -> None:
    with pytest.raises(ValueError, match="there is no"):
        quiz(topic, level)


def test_choices_are_in_order_of_size() -> None:
    for question in quiz(count=20, seed=2):
        numbers = [[int(part.replace(",", "")) for part in text.split("x")] for text in layouts.choices(question)]
        assert numbers == sorted(numbers)
        assert question.answer in layouts.choices(question)


def test_gift() -> None:
    """Moodle's grammar: a title, the question, one `=`, three `~` with feedback, general feedback; marks escaped."""
    questions = quiz(count=6, seed=4)
    blocks = layouts.gift_text(questions).strip().split("\n\n")
    assert len(blocks) == 6
    for question, block in zip(questions, blocks, strict=True):
        lines = block.split("\n")
        assert re.match(r"::[a-z ]+ \d+::\[plain\]", lines[0])
        assert lines[0].endswith("{")
        assert lines[1] == f"  ={question.answer}"
        assert [line[:3] for line in lines[2:5]] == ["  ~"] * 3
        assert all(re.search(r"(?<!\\)#", line) for line in lines[2:5])
        assert lines[5].startswith("  ####")
        assert not re.search(r"(?<!\\)[=~{}]", lines[5])
        assert lines[6] == "}"


def test_worksheet_keeps_the_answers_to_the_key() -> None:
    questions = quiz("parameters", count=3, seed=9)
    sheet, key = layouts.worksheet_text(questions), layouts.key_text(questions)
    for question in questions:
        assert question.text.replace("x", "") in sheet.replace("\\", "").replace("x", "")
        assert not any(step in sheet for step in question.steps)
        assert all(step in key for step in question.steps)
    assert "forgotten" not in sheet


@pytest.mark.parametrize("given", ["55x55x96", " 55 x 55 x 96 ", "55×55×96", "55X55X96"])
def test_answers_are_recognised_however_they_are_typed(given: str) -> None:
    question = QuizQuestion("size", 1, "?", "55x55x96", (), ())
    assert layouts.is_right(question, given)
    assert not layouts.is_right(question, "55x55x69")


def test_thousands_may_be_typed_or_not() -> None:
    question = QuizQuestion("parameters", 1, "?", "34,944", (), ())
    assert layouts.is_right(question, "34944")
    assert layouts.is_right(question, "34,944")
