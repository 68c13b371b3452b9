"""The JSON Schema: it takes every good file and refuses what the corpus misspells."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from cnncalc.cli.main import run
from cnncalc.layers import KINDS, layer_class
from cnncalc.rules import pages
from cnncalc.spec.files import bundled_folder
from cnncalc.spec.schema import FILE, json_schema

HERE = Path(__file__).parent
CORPUS = HERE.parent / "corpus"
BUNDLED = sorted(bundled_folder().glob("*.yaml"))
CHECK = jsonschema.Draft7Validator(json_schema())


class _Loader(yaml.SafeLoader):
    """Reads YAML as language servers do: by the core schema of YAML 1.2, where `no`, `0x3` and `1:30` are text."""


_Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?[0-9]+$", "-0123456789"),
    ("float", r"^-?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?$", "-.0123456789"),
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


def read(text: str) -> Any:
    return yaml.load(text, _Loader)  # derived from SafeLoader


def faults(text: str) -> list[str]:
    return [error.message for error in CHECK.iter_errors(read(text))]


def test_it_is_a_draft_07_schema() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())
    assert json_schema()["$schema"] == "http://json-schema.org/draft-07/schema#"


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_it_takes_the_bundled_files(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


def test_the_bundled_files_name_the_schema_beside_them() -> None:
    assert json.loads((bundled_folder() / FILE).read_text(encoding="utf-8")) == json_schema()
    for path in BUNDLED:
        assert path.read_text(encoding="utf-8").startswith(f"# yaml-language-server: $schema={FILE}\n"), path.name


def test_it_takes_the_right_examples_of_the_pages() -> None:
    for page in pages().values():
        for example in page.examples:
            if example.form == "yaml" and not example.bad and not example.text.startswith("["):
                assert faults(example.text) == [], page.code


@pytest.mark.parametrize(
    "name",
    ["034-odd-keys", "050-misspelt", "051-missing-and-unknown", "089-misplaced-key", "040-yes-no", "130-rounding"],
)
def test_it_refuses_what_the_corpus_misspells(name: str) -> None:
    assert faults((CORPUS / "invalid" / f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "layer",
    [
        "conv: {filter: 8, kernel: 3}",
        "conv: {filters: 8}",
        "conv: {filters: eight, kernel: 3}",
        "conv: {filters: 0, kernel: 3}",
        "conv: {filters: 8, kernel: [3, 3]}",
        "conv: {filters: 8, kernel: 3, pad: sane}",
        "Conv2D: {filters: 8, kernel: 3}",
        "{relu: , nmae: [a]}",
        "{repeat: 3, group: a, layers: []}",
        "concat: relu",
        "maxpool: {kernal: 2}",
        "upsample: {scale: 2, mode: biliner}",
        "relu: {x: 3}",
    ],
)
def test_it_refuses_wrong_layers(layer: str) -> None:
    assert faults(f"input: 32x32x3\nlayers:\n  - {layer}\n")


def test_every_hyperparameter_has_its_description_and_default() -> None:
    properties = json_schema()["definitions"]["item"]["anyOf"][1]["properties"]
    for kind in KINDS:
        cls = layer_class(kind)
        assert properties[kind]["description"]
        if cls.fields:
            named = properties[kind]["anyOf"][0]["properties"]
            for name, field in cls.fields.items():
                assert field.about in named[name]["description"]
                assert {"$ref": "#/definitions/formula"} in named[name]["anyOf"] or field.default is None
                if isinstance(field.default, int | float | str):
                    assert named[name]["default"] == field.default


def test_new_writes_a_file_that_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "my net.yaml"
    assert run(["new", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=")
    assert faults(text) == []
    capsys.readouterr()
    assert run(["validate", str(path), "--strict"]) == 0
    assert "no findings" in capsys.readouterr().out
    assert run(["new", str(path)]) == 2
    assert run(["new", str(path), "--force"]) == 0
