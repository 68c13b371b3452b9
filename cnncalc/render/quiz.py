"""A quiz as Markdown, as Moodle GIFT, as a worksheet and its key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cnncalc.render.table import markdown_escaped
from cnncalc.results import QuizQuestion

_LETTERS = "ABCDEFGH"


def choices(question: QuizQuestion) -> list[str]:
    """The right and the wrong answers in order of size, so that their order tells nothing."""
    texts = [question.answer, *(text for text, _ in question.distractors)]
    return sorted(texts, key=lambda text: [int(part.replace(",", "")) for part in text.split("x")])


def is_right(question: QuizQuestion, given: str) -> bool:
    """Whether an answer typed by a person is the right one, whatever its commas, spaces and crosses."""
    return _plain(given) == _plain(question.answer)


def _plain(text: str) -> str:
    return re.sub(r"[\s,_']", "", text.lower().replace("×", "x").replace("*", "x"))


def markdown_text(questions: Sequence[QuizQuestion]) -> str:
    """The questions with their choices, then the answers with their working."""
    return f"# Quiz\n\n{worksheet_text(questions)}\n# Answers\n\n{key_text(questions)}"


def worksheet_text(questions: Sequence[QuizQuestion]) -> str:
    """The questions and their choices, without answers."""
    blocks = []
    for index, question in enumerate(questions, start=1):
        lines = [f"{index}. {markdown_escaped(question.text)}", ""]
        lines += [f"   - {letter}) {choice}" for letter, choice in zip(_LETTERS, choices(question), strict=False)]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def key_text(questions: Sequence[QuizQuestion]) -> str:
    """The answers with their working, and the mistake behind each wrong choice."""
    blocks = []
    for index, question in enumerate(questions, start=1):
        listed = choices(question)
        mistakes = dict(question.distractors)
        lines = [f"{index}. {_LETTERS[listed.index(question.answer)]}) {question.answer}", ""]
        lines += [f"   - `{step}`" for step in question.steps]
        lines += [
            f"   - not {letter}) {choice}: {mistakes[choice]}"
            for letter, choice in zip(_LETTERS, listed, strict=False)
            if choice in mistakes
        ]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def gift_text(questions: Sequence[QuizQuestion]) -> str:
    """The questions in Moodle's GIFT format, the mistakes and the working as feedback."""
    blocks = []
    for index, question in enumerate(questions, start=1):
        title = f"::{_gift(question.topic)} {index}::"
        lines = [f"{title}[plain]{_gift(question.text)} {{", f"  ={_gift(question.answer)}"]
        lines += [f"  ~{_gift(text)}#{_gift(mistake)}" for text, mistake in question.distractors]
        lines += [f"  ####{_gift('; '.join(question.steps))}", "}"]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _gift(text: str) -> str:
    """Text with the characters escaped that GIFT gives a meaning."""
    return re.sub(r"([~=#{}:\\])", r"\\\1", text)
