"""`cnncalc ask`."""

from __future__ import annotations

import json

import click

from cnncalc.cli.options import complete_spec, format_option
from cnncalc.cli.status import Status


@click.command()
@click.argument("question")
@click.option("--spec", metavar="SPEC", shell_complete=complete_spec, help="The network that the question is about.")
@format_option(("text", "json"))
def ask(question: str, spec: str | None, format_: str) -> int:
    """A homework-style question, answered with its derivation.

    Examples: `cnncalc ask "32x32x3, ten 5x5 filters, stride 1, pad 2: parameters?"`,
    `cnncalc ask "which padding keeps 63x63 with a 7x7 filter?"`,
    `cnncalc ask "receptive field of AlexNet at pool5"`, `cnncalc ask --spec net.yaml "MACs of the last conv layer?"`.
    """
    from cnncalc.network import load
    from cnncalc.questions.answer import QuestionError
    from cnncalc.questions.ask import ask as answered
    from cnncalc.render.answers import answer_lines
    from cnncalc.render.terminal import stdout

    try:
        answers = answered(question, load(spec) if spec else None)
    except QuestionError as error:
        return _unanswered(question, error, format_)
    if format_ == "json":
        found = [answer.as_dict() for answer in answers]
        click.echo(json.dumps({"schema_version": 1, "question": question, "answers": found}))
    else:
        stdout().write(answer_lines(answers))
    return Status.FINE


def _unanswered(question: str, error: Exception, format_: str) -> int:
    from cnncalc.visible import visible

    if format_ == "json":
        said = {"missing": list(error.missing), "not_understood": list(error.unread)}  # type: ignore[attr-defined]
        click.echo(
            json.dumps(
                {"schema_version": 1, "question": question, "answers": [], "error": str(error), **said},
            )
        )
    click.echo(f"error: {visible(str(error))}", err=True)
    return Status.WRONG
