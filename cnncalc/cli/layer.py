"""`cnncalc layer`: a subcommand for every kind, its options made from the kind's hyperparameters."""

from __future__ import annotations

import json
import re
from typing import Any

import click

from cnncalc.cli.status import Status
from cnncalc.layers import KINDS, MERGES, layer_class
from cnncalc.layers.fields import Boolean, Reference

_PLAIN = re.compile(r"[\w.×+-]{1,60}\Z")


class KindGroup(click.Group):
    """Every layer kind as a command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [kind for kind in KINDS if kind not in MERGES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _command(cmd_name) if cmd_name in self.list_commands(ctx) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Kinds"):
            formatter.write_text(", ".join(self.list_commands(ctx)))


@click.group(cls=KindGroup)
def layer() -> None:
    """One layer without a file: its output, parameters and multiply–accumulates, worked out.

    Example: `cnncalc layer conv --input 32x32x3 --filters 10 --kernel 5 --pad 2`. `cnncalc layer conv --help` lists
    the options of a kind.
    """


def _command(kind: str) -> click.Command:
    cls = layer_class(kind)
    options: list[click.Parameter] = [
        click.Option(["--input", "input_"], required=True, metavar="WxHxD", help="The input volume."),
        click.Option(
            ["--format", "format_"],
            type=click.Choice(("text", "json", "markdown", "latex")),
            default="text",
            show_default=True,
            help="How it is written.",
        ),
    ]
    for name, declared in cls.fields.items():
        if isinstance(declared.type, Reference):
            continue
        flag = name.replace("_", "-")
        if isinstance(declared.type, Boolean):
            options.append(
                click.Option([f"--{flag}/--no-{flag}", f"value_{name}"], default=None, help=f"{declared.about}.")
            )
        else:
            options.append(
                click.Option(
                    [f"--{flag}", f"value_{name}"],
                    required=declared.required,
                    help=f"{declared.about}: {declared.type.says}.",
                )
            )

    def run(input_: str, format_: str, **given: Any) -> int:
        values = {name.removeprefix("value_"): value for name, value in given.items() if value is not None}
        return _show(kind, input_, values, format_)

    return click.Command(
        kind,
        callback=run,
        params=options,
        help=f"A {kind} layer.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def _show(kind: str, input_: str, values: dict[str, Any], format_: str) -> int:
    from cnncalc.cli.report import report, status_of
    from cnncalc.network import Network
    from cnncalc.questions.explain import explain
    from cnncalc.spec.load import load_text

    network = Network.of(load_text(_spec(kind, input_, values), "<options>"))
    report(network)
    if not network.valid:
        return Status.WRONG
    _write(network, explain(network), format_)
    return status_of(network)


def _write(network: Any, explained: Any, format_: str) -> None:
    from cnncalc.render import derivations
    from cnncalc.render.terminal import stdout

    if format_ == "text":
        stdout().write(derivations.text_lines(explained))
    elif format_ == "json":
        view = network.layers[0]
        counts = {name: getattr(view, name) for name in ("parameters", "non_trainable", "macs", "flops", "activations")}
        found = {"shape": list(view.shape), "volume": str(view.volume), **counts, **explained[0].as_dict()}
        click.echo(json.dumps({"schema_version": 1, "layer": found}))
    else:
        text = derivations.markdown_text(explained) if format_ == "markdown" else derivations.latex_text(explained)
        click.echo(text, nl=False)


def _spec(kind: str, input_: str, values: dict[str, Any]) -> str:
    """The layer as an architecture of its own, so that it is read and checked like any other."""
    said = {"input": input_, **values}
    for name, value in said.items():
        if not isinstance(value, bool) and not _PLAIN.match(str(value)):
            raise click.UsageError(f"--{name.replace('_', '-')}: {str(value)[:60]!r} is no value")
    inside = ", ".join(
        f"{name}: {str(value).lower() if isinstance(value, bool) else value}" for name, value in values.items()
    )
    body = f"{{{inside}}}" if inside else ""
    return f"input: {input_}\nlayers:\n- {kind}: {body}\n"
