"""The program: its commands, loaded when they are used, and the one place where outcomes become exit codes."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from cnncalc.cli.status import Status
from cnncalc.collector import paused

COMMANDS: dict[str, tuple[str, str]] = {
    "summarize": ("summarize", "The table of a network: volumes, parameters, operations."),
    "validate": ("validate", "Everything that is wrong with specifications, with places and fixes."),
    "verify": ("verify", "Execute a network in NumPy and compare every number with the prediction."),
    "memory": ("memory", "What training stores and the most that inference holds."),
    "compare": ("compare", "Networks side by side, and the charts of error and depth, parameters or operations."),
    "diff": ("diff", "Two networks layer by layer: what was added, removed, changed, and what it costs."),
    "reconcile": ("reconcile", "Which way of counting, or which variant, gives a number that somebody printed."),
    "explain": ("explain", "The derivation of every number, formula by formula."),
    "ask": ("ask", "A homework-style question, answered with its derivation."),
    "solve": ("solve", "Backwards: which padding, stride, kernel, input or filters give what is wanted."),
    "layer": ("layer", "One layer without a file: its numbers, worked out."),
    "quiz": ("quiz", "Questions with worked answers: in the terminal, for Moodle, as a worksheet."),
    "list": ("listing", "The bundled architectures."),
    "kinds": ("kinds", "The layer kinds, or the reference page of one."),
    "rule": ("rule", "The page of a finding: what its code means, with examples."),
    "new": ("new", "A small commented specification to start from."),
    "schema": ("schema", "The JSON Schema of the language, for editors."),
    "completion": ("completion", "The line that switches on shell completion."),
}
"""Each command: the module of `cnncalc.cli` that holds it, and its line in the help."""


class ClosedPipe(Exception):
    """Whoever read our output reads no more."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called; the help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"cnncalc.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, COMMANDS[cmd_name][0])
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Click would end with status 1.
            raise ClosedPipe from None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from cnncalc.spec.suggest import did_you_mean
            from cnncalc.visible import visible

            known = did_you_mean(args[0], COMMANDS) or f"there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command '{visible(args[0])}': {known}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from cnncalc import __version__

        click.echo(f"cnncalc {__version__}")
        ctx.exit()


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Show the version."
)
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
def cli(debug: bool) -> None:
    """Volumes, parameters and operations of convolutional networks: derived, and proved by execution.

    SPEC is a path, `-` for standard input, or the name of a bundled architecture. Start with
    `cnncalc summarize alexnet`.
    """


def main(args: list[str] | None = None) -> None:
    """Run the program and exit with its status."""
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: list[str]) -> int:
    """Run the program; returns the exit code. Nothing gets past it but an exit code."""
    # One thread in BLAS: the backend's own threads work on tiles and do not spin at barriers. Set before NumPy
    # is first imported, without effect later.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.stdout is None:
        return _say("error: standard output is closed", Status.UNUSABLE)
    try:
        # Results are trees without cycles: scanning a large one again and again would cost more than making it.
        with paused():
            status = _invoke(args)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except (BrokenPipeError, ClosedPipe):
        _silence_stdout()
        return Status.CLOSED_PIPE
    except OSError as error:
        _silence_stdout()
        from cnncalc.visible import visible

        name = f"{visible(str(error.filename))}: " if error.filename else ""
        return _say(f"error: {name}{error.strerror or error}", Status.UNUSABLE)


def _invoke(args: list[str]) -> int:
    try:
        result = cli.main(args, prog_name="cnncalc", standalone_mode=False)
        return result if isinstance(result, int) else Status.FINE
    except (click.exceptions.Abort, KeyboardInterrupt):
        return Status.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return Status.UNUSABLE
    except click.exceptions.Exit as error:
        return error.exit_code
    except (ClosedPipe, OSError):
        raise
    except MemoryError:
        return _say("error: this needs more memory than there is", Status.UNUSABLE)
    except Exception as error:
        return _failure(error, args)


def _failure(error: Exception, args: list[str]) -> int:
    from cnncalc.diagnostics import SpecError
    from cnncalc.spec.load import UsageError

    if isinstance(error, SpecError):
        from cnncalc.cli.report import report_unreadable

        return report_unreadable(error)
    if isinstance(error, UsageError):
        from cnncalc.visible import visible

        return _say(f"error: {visible(str(error))}", Status.UNUSABLE)
    if "--debug" in args:
        import traceback

        traceback.print_exc()
    from cnncalc.visible import visible

    what = visible(f"{type(error).__name__}: {error}")[:300]
    return _say(
        f"cnncalc has a bug: {what}\nPlease report it with the specification and the command; "
        "`cnncalc --debug …` shows where.",
        Status.BUG,
    )


def _say(message: str, status: Status) -> Status:
    try:
        click.echo(message, err=True)
    except OSError:
        return status
    return status


def _silence_stdout() -> None:
    """Keep the interpreter from complaining, at its end, about output that nobody reads."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        return
