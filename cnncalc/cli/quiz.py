"""`cnncalc quiz`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cnncalc.cli.options import complete_spec
from cnncalc.cli.status import Status

if TYPE_CHECKING:
    from cnncalc.results import QuizQuestion

FORMATS = ("interactive", "markdown", "gift", "worksheet", "key", "json")


@click.command()
@click.argument("spec", required=False, shell_complete=complete_spec)
@click.option(
    "--topic",
    metavar="NAME",
    help="size, pooling, parameters, dense, operations, 'receptive field', padding, chain; mixed without it.",
)
@click.option("--level", type=click.IntRange(1, 3), help="How hard; mixed without it.")
@click.option("--count", type=click.IntRange(1, 500), default=5, show_default=True, help="How many questions.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same questions.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    show_default=False,
    help="interactive (the default in a terminal), markdown (the default elsewhere), gift (Moodle), worksheet "
    "and key, json.",
)
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("--force", is_flag=True, help="Overwrite the file of -o.")
def quiz(
    spec: str | None,
    topic: str | None,
    level: int | None,
    count: int,
    seed: int,
    format_: str | None,
    output: str | None,
    force: bool,
) -> int:
    """Questions with worked answers, drawn from the rules or from the layers of a network (SPEC).

    Examples: `cnncalc quiz`, `cnncalc quiz --topic parameters --level 2 --count 20 --format gift -o quiz.gift`,
    `cnncalc quiz alexnet --format worksheet`.
    """
    from cnncalc.cli.report import write_text
    from cnncalc.network import load
    from cnncalc.questions.quiz import quiz as drawn
    from cnncalc.visible import visible

    try:
        questions = drawn(topic, level, count, seed, load(spec) if spec else None)
    except ValueError as error:
        raise click.UsageError(visible(str(error))) from None
    chosen = format_ or ("interactive" if sys.stdin.isatty() and sys.stdout.isatty() and not output else "markdown")
    if chosen == "interactive":
        return _hold(questions)
    write_text(_text(questions, chosen), output, force, spec)
    return Status.FINE


def _text(questions: Sequence[QuizQuestion], format_: str) -> str:
    from cnncalc.render import quiz as layouts

    if format_ == "json":
        found = [question.as_dict() for question in questions]
        return json.dumps({"schema_version": 1, "questions": found}) + "\n"
    made = {
        "markdown": layouts.markdown_text,
        "gift": layouts.gift_text,
        "worksheet": layouts.worksheet_text,
        "key": layouts.key_text,
    }[format_]
    return made(questions)


def _hold(questions: Sequence[QuizQuestion]) -> int:
    """Ask in the terminal: a letter or the value itself answers; the working is shown afterwards."""
    from cnncalc.render.quiz import choices, is_right

    right = 0
    for index, question in enumerate(questions, start=1):
        click.echo(f"\n{index}/{len(questions)}  {question.text}")
        listed = dict(zip("ABCDEFGH", choices(question), strict=False))
        for letter, choice in listed.items():
            click.echo(f"   {letter}) {choice}")
        given = click.prompt("Answer", default="", show_default=False)
        said = listed.get(given.strip().upper(), given)
        correct = is_right(question, said)
        right += correct
        mistake = dict(question.distractors).get(said)
        click.echo("Right." if correct else f"No: {question.answer}." + (f" ({mistake})" if mistake else ""))
        for step in question.steps:
            click.echo(f"   {step}")
    click.echo(f"\n{right} of {len(questions)} right")
    return Status.FINE
