"""`cnncalc new`."""

from __future__ import annotations

import click

_START = """\
# yaml-language-server: $schema={schema}
name: {name}
input: 32x32x3            # width x height x depth

blocks:                   # layer kinds of your own, used below like any other
  conv_relu:
    parameters: {{filters: , kernel: 3, stride: 1}}      # without a default: must be given
    layers:
      - conv: {{filters: =filters, kernel: =kernel, stride: =stride, pad: half}}
      - relu

layers:                   # one item per layer; `cnncalc kinds` lists the kinds
  - conv: 16 5x5 filters at stride 1, pad 2              # the lecture's words …
    name: stem
    expect: 32x32x16      # … and a promise that is checked
  - relu
  - maxpool: 2
  - conv_relu: [32]
  - maxpool: 2
  - add:                  # branches start at the same volume; `[]` is the identity
      - [conv_relu: [32], conv: {{filters: 32, kernel: 3, pad: half}}]
      - []
  - relu
  - global_avgpool
  - fc: 10
  - softmax
"""


@click.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
def new(name: str, force: bool) -> int:
    """Write a small commented specification to NAME.yaml, to start from."""
    import json
    from pathlib import Path

    from cnncalc.cli.report import write_text
    from cnncalc.render.terminal import stdout
    from cnncalc.spec.schema import FILE
    from cnncalc.visible import visible

    path = name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"
    write_text(_START.format(name=json.dumps(Path(path).stem), schema=FILE), path, force)
    shown = visible(path)
    stdout().write(
        [
            f"{shown} is written; `cnncalc summarize {shown}` shows it",
            f"`cnncalc schema -o {FILE}` beside it lets an editor complete and check it",
        ]
    )
    return 0
