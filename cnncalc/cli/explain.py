"""`cnncalc explain`."""

from __future__ import annotations

import json

import click

from cnncalc.cli.options import Loading, complete_spec, open_spec, output_options, spec_options

FORMATS = ("text", "markdown", "latex", "json")


@click.command()
@click.argument("spec", shell_complete=complete_spec)
@click.argument("layer", required=False)
@output_options(FORMATS)
@spec_options
def explain(
    spec: str,
    layer: str | None,
    format_: str,
    output: str | None,
    force: bool,
    loading: Loading,
) -> int:
    """The derivation of every number of a LAYER (or a block, or the whole network), with the numbers put in.

    Examples: `cnncalc explain alexnet conv1`, `cnncalc explain vgg16 --format latex -o handin.tex`.
    """
    from cnncalc.cli.report import report, status_of, write_lines, write_text
    from cnncalc.questions.explain import explain as explained
    from cnncalc.render import derivations
    from cnncalc.visible import visible

    network = open_spec(spec, loading.options())
    try:
        layers = explained(network, layer)
    except LookupError as error:
        report(network)
        raise click.UsageError(visible(str(error.args[0]))) from None
    if format_ == "text":
        write_lines(derivations.text_lines(layers), output, force, spec)
    elif format_ == "json":
        found = [explanation.as_dict() for explanation in layers]
        text = json.dumps({"schema_version": 1, "name": network.name, "layers": found})
        write_text(text + "\n", output, force, spec)
    else:
        text = derivations.markdown_text(layers) if format_ == "markdown" else derivations.latex_text(layers)
        write_text(text, output, force, spec)
    report(network)
    return status_of(network)
