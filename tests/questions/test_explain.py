"""Derivations of a network's layers, and how they are written."""

import re

import pytest

import cnncalc
from cnncalc.questions.explain import explain
from cnncalc.render import derivations

ALEXNET = cnncalc.load("alexnet")


def lines(name: str | None = None, network: cnncalc.Network = ALEXNET) -> list[str]:
    made = derivations.text_lines(explain(network, name))
    return [line if isinstance(line, str) else "".join(span.text for span in line) for line in made]


def test_every_number_of_the_slides_first_layer() -> None:
    (layer,) = explain(ALEXNET, "CONV1")
    assert {step.quantity: step.worked for step in layer.steps} == {
        "width and height": "(227 - 11 + 2·0)/4 + 1 = 55",
        "depth": "96",
        "each filter": "11·11·3 + 1 = 364",
        "parameters": "96 · 364 = 34,944",
        "multiply–accumulates": "55·55·96 · 11·11·3 = 105,415,200",
        "receptive field": "1 + (11 - 1)·1 = 11",
        "its stride": "1·4 = 4",
    }
    assert (layer.inputs, layer.output) == (("227x227x3",), "55x55x96")


def test_receptive_fields_of_the_pools() -> None:
    """19, 67, 195 as published for AlexNet (Araujo, Norris and Sim 2019, table of architectures)."""
    found = [
        step.result
        for name in ("POOL1", "POOL2", "POOL3")
        for layer in explain(ALEXNET, name)
        for step in layer.steps
        if step.quantity == "receptive field"
    ]
    assert found == ["19", "67", "195"]


@pytest.mark.parametrize("name", ["alexnet", "googlenet", "resnet18", "mobilenetv2", "lenet5", "densenet121"])
def test_results_are_the_tables(name: str) -> None:
    """The derivation's results are the numbers of the layer, whatever the kind."""
    network = cnncalc.load(name)
    for view, layer in zip(network.layers, explain(network), strict=True):
        results = {step.quantity: step.result.replace(",", "") for step in layer.steps}
        if "parameters" in results:
            assert int(results["parameters"]) == view.parameters
        if "multiply–accumulates" in results:
            assert int(results["multiply–accumulates"]) == view.macs
        if "receptive field" in results and view.receptive_field:
            assert int(results["receptive field"]) == view.receptive_field.size[0]


def test_a_block_is_all_its_layers() -> None:
    network = cnncalc.load("googlenet")
    names = [layer.name for layer in explain(network, "inception_3a")]
    assert len(names) > 6
    assert all(name.startswith("inception_3a.") for name in names)


def test_names_in_any_case() -> None:
    assert explain(ALEXNET, "conv1") == explain(ALEXNET, "CONV1")


def test_unknown_layer() -> None:
    with pytest.raises(LookupError, match="CONV1"):
        explain(ALEXNET, "CONV11")


def test_text() -> None:
    text = lines("CONV1")
    assert text[0] == "CONV1  conv 96 11x11 /4: 227x227x3 → 55x55x96"
    assert any("= (227 - 11 + 2·0)/4 + 1 = 55" in line for line in text)


def test_markdown() -> None:
    text = derivations.markdown_text(explain(ALEXNET, "CONV1"))
    assert text.startswith("### CONV1\n")
    assert "`96 · 364 = 34,944`" in text


def test_latex() -> None:
    text = derivations.latex_text(explain(ALEXNET, "CONV1"))
    assert r"\frac{W - F + 2P}{S} + 1 = \frac{227 - 11 + 2 \cdot 0}{4} + 1 = 55" in text
    assert "34{,}944" in text
    assert text.count(r"\begin{align*}") == text.count(r"\end{align*}") == 1


@pytest.mark.parametrize("name", ["alexnet", "googlenet", "efficientnetb0", "lenet5"])
def test_latex_is_balanced_and_plain(name: str) -> None:
    text = derivations.latex_text(explain(cnncalc.load(name)))
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert not set(text) & set("·⌈⌉⌊⌋₁₂²→…–")


def test_names_are_shown_as_text() -> None:
    spec = 'input: 8x8x3\nlayers:\n- conv: 4 3x3\n  name: "a_b&$#{x}|*<i>\\e[31m"\n'
    network = cnncalc.loads(spec)
    explained = explain(network)
    markdown, latex = derivations.markdown_text(explained), derivations.latex_text(explained)
    assert "<i>" not in markdown
    assert r"a\_b\&\$\#\{x\}" in latex
    assert "\x1b" not in "".join(lines(None, network)) + markdown + latex
