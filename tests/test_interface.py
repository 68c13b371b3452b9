"""The public interface: every name is there, documented, and typed for those who build on it."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import cnncalc


@pytest.mark.parametrize("name", cnncalc.__all__)
def test_every_public_name_exists_and_says_what_it_is(name: str) -> None:
    assert name in dir(cnncalc)
    assert inspect.getdoc(getattr(cnncalc, name))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        cnncalc.nothing_of_the_kind  # noqa: B018


def test_importing_costs_nothing_that_is_not_used() -> None:
    script = "import sys, cnncalc; print(sorted(name for name in sys.modules if name.startswith('cnncalc')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['cnncalc']"


def test_a_built_network_is_the_one_a_file_gives(tmp_path: Path) -> None:
    build = cnncalc.Builder("32x32x3", name="both")
    stem = build.conv(filters=8, kernel=3, pad="half", name="stem")
    side = build.conv(stem, filters=8, kernel=(1, 3), pad={"top": 1, "bottom": 1}, name="side")
    build.add(stem, side)
    build.maxpool(kernel=2)
    build.fc(units=10, bias=False)
    written = cnncalc.loads(
        "input: 32x32x3\nlayers:\n  - {conv: {filters: 8, kernel: 3, pad: half}, name: stem}\n"
        "  - add:\n      - []\n      - [{conv: {filters: 8, kernel: 1x3, pad: {top: 1, bottom: 1}}, name: side}]\n"
        "  - maxpool: 2\n  - fc: {units: 10, bias: false}\n"
    )
    built = build.network()
    assert [(view.kind, view.node.layer, view.volume, view.weights) for view in built.layers] == [
        (view.kind, view.node.layer, view.volume, view.weights) for view in written.layers
    ]
    assert built.totals == written.totals
    assert built.verify().verified


def test_a_notebook_shows_names_as_text() -> None:
    network = cnncalc.loads('input: 8x8x3\nlayers:\n  - {relu: , name: "<script>alert(1)</script>"}\n')
    shown = network._repr_mimebundle_()
    assert "<script>" not in shown["text/html"]
    assert "&lt;script&gt;" in shown["text/html"]
