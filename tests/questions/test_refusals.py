"""What cannot be answered is not: every refusal says what is missing or what was not understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc.questions.answer import QuestionError
from cnncalc.questions.ask import LONGEST, ask

MISSING = [
    (
        "How many parameters does a conv layer have?",
        {"the number of filters", "the kernel's size", "the input's depth"},
    ),
    ("32x32x3, 10 filters: parameters?", {"the kernel's size"}),
    ("Conv 3x3 on 28x28x16 with pad 1: parameters?", {"the number of filters"}),
    ("5x5 filter, stride 2: output size?", {"the input's width and height"}),
    ("How many MACs does a 3x3 conv from 64 to 128 channels need?", {"the input's width and height"}),
    (
        "How many parameters does a fully connected layer with 10 neurons have?",
        {"the input's width and height", "the input's depth"},
    ),
    ("Batch norm parameters?", {"the input's depth"}),
    ("What is the output size?", {"what layer is meant"}),
    ("32x32x3, 3x3 filters with padding: output?", {"the padding"}),
    ("Which padding does a 3x3 conv on 32x32 need?", {"the output that is wanted"}),
    ("Which padding keeps the size with a 3x3 kernel at stride 2?", {"the input's width and height"}),
    ("How many filters give 1,000 parameters?", {"the kernel's size", "the input's depth"}),
    ("receptive field of a stack of convolutions", {"the kernel's size"}),
]

NOT_UNDERSTOOD = [
    ("How many parameters does an LSTM with 128 units have?", "LSTM"),
    ("How many parameters does an attention layer with 8 heads and 512 channels have?", "attention"),
    ("10 5x5 filters on 32x32x3 with deformable convolution: parameters?", "deformable"),
    ("How many parameters does a pruned VGG-16 have?", "pruned"),
    ("How many parameters has AlexNet after removing fc7?", "removing"),
    ("How many parameters does FooNet have?", "FooNet"),
    ("What is the accuracy of AlexNet?", "accuracy"),
    ("32x32x3 -> 5x5x4 filters, 10 of them: parameters?", "10"),
    ("10 5x5 filters on 32x32x3, 17: parameters?", "17"),
    ("How many parameters does VGG-16 have with 10 filters?", "10"),
    ("VGG-16 without the last FC layer: how many parameters?", "without"),
    ("32x32x3, 10 5x5 filters, double the filters: parameters?", "double"),
]

IMPOSSIBLE = [
    ("7x7 filter on a 5x5 input: output?", "does not fit"),
    ("A conv layer with 3 groups on 32x32x4, 8 3x3 filters: parameters?", "groups do not divide"),
    ("6x6x3 input, two 3x3x4 filters: output?", "depth"),
    ("A 32x32x3 input is convolved with 10 5x5 filters at stride 0. Output?", "too small"),
    ("Which stride gives 1 from 7 with a 7x7 filter?", "every stride"),
    ("Output of AlexNet's conv9?", "no conv 9"),
    (
        "Conv2d(3, 6, 5) -> MaxPool2d(2) -> Linear(400, 120) on 32x32: parameters?",
        "takes 400 inputs and is given 1,176",
    ),
    ("Conv2d(16, 6, 5) on 32x32x3: parameters?", "takes 16 channels"),
    ("10 filters of 5x5 and 20 filters of 3x3 on 32x32x3: parameters?", "several layers"),
]


@pytest.mark.parametrize(("question", "missing"), MISSING)
def test_missing(question: str, missing: set[str]) -> None:
    with pytest.raises(QuestionError) as caught:
        ask(question)
    assert set(caught.value.missing) == missing


@pytest.mark.parametrize(("question", "piece"), NOT_UNDERSTOOD)
def test_not_understood(question: str, piece: str) -> None:
    with pytest.raises(QuestionError) as caught:
        ask(question)
    assert piece in caught.value.unread


@pytest.mark.parametrize(("question", "reason"), IMPOSSIBLE)
def test_impossible(question: str, reason: str) -> None:
    with pytest.raises(QuestionError, match=reason):
        ask(question)


@pytest.mark.parametrize("question", ["", "?", "Tell me", "10", "What is 2+2?", "x" * (LONGEST + 1)])
def test_no_question_at_all(question: str) -> None:
    with pytest.raises(QuestionError):
        ask(question)


def test_a_family_is_not_a_network() -> None:
    with pytest.raises(QuestionError, match="vgg16"):
        ask("How many parameters does VGG have?")


WORDS = """
    how many parameters output size of the conv layer pool 3x3 5x5 32x32x3 10 64 filters stride pad same , . : ? -> then
    with and RGB image 224 AlexNet conv1 dense neurons batch norm which padding keeps ( ) = F S 2 1x1 receptive field
"""


@given(st.lists(st.sampled_from(WORDS.split()), max_size=14))
def test_never_fails_otherwise(words: list[str]) -> None:
    try:
        answers = ask(" ".join(words))
    except QuestionError as error:
        assert str(error)  # noqa: PT017
    else:
        assert all(answer.text for answer in answers)


@given(st.text(max_size=80))
def test_never_fails_on_any_text(text: str) -> None:
    try:
        ask(text)
    except QuestionError as error:
        assert str(error)  # noqa: PT017
