"""Options that several commands share, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

if TYPE_CHECKING:
    from cnncalc.network import Network
    from cnncalc.spec.load import Options

F = TypeVar("F", bound=Callable[..., Any])


def complete_spec(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Bundled names and files, for shell completion."""
    from click.shell_completion import CompletionItem

    from cnncalc.spec.files import bundled_names

    names = [CompletionItem(name) for name in bundled_names() if name.startswith(incomplete)]
    return [*names, CompletionItem(incomplete, type="file")]


class Loading(NamedTuple):
    """What the options of `spec_options` say of loading a specification."""

    input: tuple[str, ...]
    settings: tuple[str, ...]
    strict: bool
    limits: tuple[str, ...]

    def options(self) -> Options:
        """The options of a load.

        Raises:
            click.UsageError: for settings that are none.
        """
        from cnncalc.spec.limits import DEFAULTS
        from cnncalc.spec.load import Options
        from cnncalc.visible import visible

        allowed = DEFAULTS
        for setting in self.limits:
            try:
                allowed = allowed.changed(setting)
            except ValueError as error:
                raise click.UsageError(f"--limit: {visible(str(error))}") from None
        return Options(_inputs(self.input), _settings(self.settings), self.strict, allowed)


def spec_options(command: Callable[..., int]) -> Callable[..., int]:
    """`--input`, `--set`, `--strict`, `--limit`, for every command that takes SPEC; it gets them as `loading`."""

    @wraps(command)
    def collected(
        *args: Any,
        input_: tuple[str, ...],
        settings: tuple[str, ...],
        strict: bool,
        limits: tuple[str, ...],
        **rest: Any,
    ) -> int:
        return command(*args, loading=Loading(input_, settings, strict, limits), **rest)

    decorators = (
        click.option(
            "--input",
            "input_",
            multiple=True,
            metavar="WxHxD",
            help="Another input volume; NAME=WxHxD where there are several.",
        ),
        click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Another value for a `define`."),
        click.option("--strict", is_flag=True, help="Warnings are errors."),
        click.option(
            "--limit",
            "limits",
            multiple=True,
            metavar="NAME=VALUE",
            help="Raise a limit: bytes, depth, nodes, scalar, layers, blocks, memory.",
        ),
    )
    made: Callable[..., int] = collected
    for decorator in reversed(decorators):
        made = decorator(made)
    return made


def format_option(formats: Sequence[str], about: str = "How it is written.") -> Callable[[F], F]:
    """`--format`, the first one by default; the command gets it as `format_`."""
    kind = click.Choice(formats)
    return click.option("--format", "format_", type=kind, default=formats[0], show_default=True, help=about)


def dtype_option(about: str) -> Callable[[F], F]:
    """`--dtype`: what a number takes."""
    kind = click.Choice(("float64", "float32", "float16", "bfloat16", "int8"))
    return click.option("--dtype", type=kind, default="float32", show_default=True, help=about)


def output_options(formats: Sequence[str]) -> Callable[[F], F]:
    """`--format`, `-o` and `--force`."""

    def decorate(command: F) -> F:
        command = click.option("--force", is_flag=True, help="Overwrite the file of -o.")(command)
        command = click.option("-o", "--output", metavar="FILE", help="Write to a file.")(command)
        return format_option(formats, "How the result is written.")(command)

    return decorate


def _inputs(given: Sequence[str]) -> str | dict[str, str] | None:
    if not given:
        return None
    if len(given) == 1 and "=" not in given[0]:
        return given[0]
    named = {}
    for text in given:
        name, equals, volume = text.partition("=")
        if not equals:
            raise click.UsageError("--input: with several inputs, write NAME=WxHxD for each")
        named[name] = volume
    return named


def _settings(given: Sequence[str]) -> dict[str, Any]:
    from cnncalc.spec.scalars import ScalarError, read_value
    from cnncalc.visible import visible

    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--set: '{visible(text)}' is not of the form NAME=VALUE")
        try:
            values[name] = read_value(value)
        except ScalarError as error:
            raise click.UsageError(f"--set {visible(name)}: {visible(error.message)}") from None
    return values


def open_spec(spec: str, options: Options) -> Network:
    """The network of a specification, whatever its state.

    Raises:
        SpecError, UsageError: as `cnncalc.open_network`.
    """
    from cnncalc.network import Network
    from cnncalc.spec.load import load_spec

    return Network.of(load_spec(spec, options))
