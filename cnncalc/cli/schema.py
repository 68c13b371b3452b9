"""`cnncalc schema`."""

from __future__ import annotations

import click


@click.command()
@click.option("-o", "--output", metavar="FILE", help="Write to a file.")
@click.option("--force", is_flag=True, help="Overwrite the file of -o.")
def schema(output: str | None, force: bool) -> int:
    """The JSON Schema (draft-07) of the language.

    Editors with a YAML language server complete and check specifications whose first line is
    `# yaml-language-server: $schema=cnncalc.schema.json`.
    """
    import json

    from cnncalc.cli.report import write_text
    from cnncalc.spec.schema import json_schema

    write_text(json.dumps(json_schema(), indent=1, ensure_ascii=True) + "\n", output, force)
    return 0
