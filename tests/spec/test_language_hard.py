"""The language where its rules meet: names in loops within blocks, shared weights, several inputs, side outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnncalc

HEAD = "input: 32x32x3\n"


def load(body: str, head: str = HEAD) -> cnncalc.Network:
    return cnncalc.loads(head + body)


def names(network: cnncalc.Network) -> list[str]:
    return [layer.name for layer in network.layers]


def read_by(network: cnncalc.Network, name: str) -> tuple[str, ...]:
    inputs: tuple[str, ...] = network.layers[name].inputs
    return inputs


def errors(body: str, head: str = HEAD) -> list[cnncalc.Diagnostic]:
    with pytest.raises(cnncalc.SpecError) as caught:
        load(body, head)
    return [finding for finding in caught.value.diagnostics if finding.severity == "error"]


def codes(body: str, head: str = HEAD) -> list[str]:
    return [finding.code for finding in errors(body, head)]


def verified(network: cnncalc.Network) -> bool:
    result = network.verify(threads=1)
    return not result.problems and all(layer.ok for layer in result.layers)


# Expectations


def test_input_in_an_expectation_is_the_volume_that_arrives() -> None:
    load("layers:\n  - maxpool: 2\n    expect: =str(input.width // 2) + 'x16x3'\n")
    load("layers:\n  - conv: 4 1x1\n    expect: {parameters: =(input.channels + 1) * 4}\n")


def test_a_loop_in_a_branchs_place_has_its_expectation_checked_for_each_branch() -> None:
    body = (
        "layers:\n  - concat:\n      - for: k\n        in: [1, 3]\n        expect: 32x32x%d\n"
        "        layers: [conv: {filters: 2, kernel: =k, pad: half}]\n"
    )
    load(body % 2)
    assert codes(body % 3) == ["expect"]


def test_expectations_of_blocks_are_checked_in_every_turn() -> None:
    body = (
        "blocks:\n  b: {parameters: {n: }, layers: [conv: {filters: =n, kernel: 1}]}\n"
        "layers:\n  - for: n\n    in: [3, 5, 3]\n    layers:\n      - b: =n\n        expect: {volume: 32x32x3}\n"
    )
    assert codes(body) == ["expect"]


# Names in turns


@pytest.mark.parametrize("item", ["branch: ='p' + str(l)", "group: ='p' + str(l)"])
def test_computed_names_of_groups_and_branches_take_no_turn(item: str) -> None:
    network = load(f"layers:\n  - for: l\n    in: [3, 4]\n    layers:\n      - {item}\n        layers: [fc: 2]\n")
    assert names(network) == ["p3.fc1", "p4.fc1"]


def test_computed_names_of_loops_take_no_outer_turn() -> None:
    network = load(
        "layers:\n  - for: l\n    in: [3, 4]\n    layers:\n      - repeat: 2\n        name: ='s' + str(l)\n"
        "        layers: [conv: 2 1x1]\n"
    )
    assert names(network) == ["s3.0.conv1", "s3.1.conv1", "s4.0.conv1", "s4.1.conv1"]


def test_a_computed_name_that_comes_again_takes_its_turn() -> None:
    network = load(
        "layers:\n  - repeat: 2\n    layers:\n      - repeat: 2\n        layers:\n"
        "          - {conv: 2 1x1, name: ='c' + str(index)}\n"
    )
    assert names(network) == ["c0", "c1", "c0.1.0", "c1.1.1"]


def test_bare_within_a_turn_means_the_latest_complete_turn() -> None:
    network = load(
        "layers:\n  - repeat: 3\n    name: stage\n    layers:\n"
        "      - conv: 4 1x1\n      - concat: [[], {from: stage, when: =index > 0}]\n"
    )
    assert read_by(network, "stage.1.concat1") == ("stage.1.conv1", "stage.0.conv1")
    assert read_by(network, "stage.2.concat1") == ("stage.2.conv1", "stage.1.concat1")


def test_bare_within_a_block_means_the_one_made_before_it() -> None:
    network = load(
        "blocks:\n  b: {layers: [conv: 4 1x1, concat: [[], {from: cell}, {from: cell.conv1}]]}\n"
        "layers:\n  - {group: first, layers: [{conv: 4 1x1, name: conv1}]}\n  - {from: first, name: start}\n"
        "  - repeat: 2\n    layers:\n      - group: cell\n        layers: [conv: 4 1x1]\n  - repeat: 1\n    layers:\n"
        "      - {b: , name: other}\n"
    )
    assert read_by(network, "other.0.concat1") == ("other.0.conv1", "cell.1.conv1", "cell.1.conv1")


def test_a_path_into_the_turn_being_made_finds_what_it_has_and_else_the_turn_before() -> None:
    network = load(
        "layers:\n  - repeat: 2\n    name: s\n    layers:\n      - {conv: 4 1x1, name: a}\n"
        "      - concat: [{from: s.a}, {from: s.b, when: =index > 0}]\n      - {conv: 4 1x1, name: b}\n"
    )
    assert read_by(network, "s.1.concat1") == ("s.1.a", "s.0.b")


def test_outer_turns_alone_mean_the_latest_of_the_inner() -> None:
    network = load(
        "layers:\n  - repeat: 2\n    layers:\n      - repeat: 2\n        layers: [{conv: 2 1x1, name: q}]\n"
        "  - fc: 2\n    from: q.0\n"
    )
    assert read_by(network, "fc1") == ("q.0.1",)


def test_names_within_loops_within_blocks_within_loops() -> None:
    network = load(
        "blocks:\n  n:\n    layers:\n      - repeat: 2\n        layers:\n          - {conv: 3 1x1, name: r}\n"
        "          - repeat: 2\n            layers: [{conv: 3 1x1, name: q}]\n      - from: r.1\n"
        "layers:\n  - repeat: 2\n    layers: [{n: , name: blk}]\n"
        "  - {fc: 3, from: blk.0.q.1.0}\n  - {fc: 3, from: blk.q}\n  - {fc: 3, from: blk.0}\n"
    )
    assert read_by(network, "fc1") == ("blk.0.q.1.0",)
    assert read_by(network, "fc2") == ("blk.1.q.1.1",)
    assert read_by(network, "fc3") == ("blk.0.r.1",)
    assert read_by(network, "blk.1.r.0") == ("blk.0.r.1",)


def test_layers_inside_a_sibling_block_are_reached_by_its_name() -> None:
    network = load(
        "blocks:\n  a: {layers: [{conv: 4 1x1, name: inner}, relu]}\n  b: {layers: [conv: 4 1x1, add: [[], {from: a1.inner}]]}\n"
        "layers: [a, b]\n"
    )
    assert read_by(network, "b1.add1") == ("b1.conv1", "a1.inner")


def test_no_two_layers_are_reached_by_one_path() -> None:
    assert codes("layers:\n  - group: a\n    layers: [{fc: 2, name: b}]\n  - {fc: 3, name: a.b}\n") == [
        "duplicate-name"
    ]


def test_groups_and_branches_are_named_once() -> None:
    (finding,) = errors("layers:\n  - group: g\n    name: x\n    layers: [relu]\n")
    assert (finding.code, finding.help) == ("unknown-key", "the word behind `group` is its name")


@pytest.mark.parametrize(
    ("item", "reference"),
    [
        ("group: g\n    when: =1 == 2\n    layers: [relu]", "g"),
        ("group: g\n    when: =1 == 2\n    layers: [relu]", "g.relu1"),
        ("repeat: 2\n    layers: [{relu: , name: h, when: =index > 0}]", "h.0"),
        ("name: c\n    when: =1 == 2\n    layers: [relu]", "c"),
    ],
)
def test_whatever_when_left_out_is_said_to_be_left_out(item: str, reference: str) -> None:
    assert codes(f"layers:\n  - {item}\n  - fc: 2\n    from: {reference}\n") == ["left-out"]


# Merges


def test_a_merge_left_with_one_branch_keeps_its_name() -> None:
    network = load("layers:\n  - add: [[conv: 3 1x1]]\n    name: only\n  - relu\n  - {fc: 3, from: only}\n")
    assert names(network) == ["conv1", "relu1", "fc1"]
    assert read_by(network, "fc1") == ("conv1",)


def test_branches_may_start_elsewhere() -> None:
    network = load(
        "layers:\n  - {conv: 4 1x1, name: a}\n  - {conv: 5 1x1, name: b}\n"
        "  - concat:\n      - - {conv: 6 1x1, from: a}\n        - relu\n      - from: b\n      - []\n    from: a\n"
    )
    assert read_by(network, "concat1") == ("relu1", "b", "a")
    assert read_by(network, "conv3") == ("a",)


# Shared weights


@pytest.mark.parametrize("shares", ["h.0", "h"])
def test_turns_of_a_loop_share_the_first_turns_weights(shares: str) -> None:
    network = load(f"layers:\n  - repeat: 3\n    layers:\n      - {{conv: 3 1x1, name: h, shares: {shares}}}\n")
    assert network.totals.parameters == 12
    assert [layer.node.shares for layer in network.layers] == [None, 1, 1]


def test_a_layer_does_not_share_with_itself() -> None:
    (finding,) = errors("layers:\n  - {conv: 3 1x1, name: h, shares: h}\n")
    assert finding.message == "`h` is this layer itself"


def test_groups_and_chains_share_too() -> None:
    network = load(
        "layers:\n  - group: a\n    layers: [conv: 3 1x1, relu]\n  - group: b\n    shares: a\n    layers: [conv: 3 1x1]\n"
        "  - layers: [relu, conv: 3 1x1]\n    shares: b\n"
    )
    assert [layer.node.shares for layer in network.layers if layer.kind == "conv"] == [None, 1, 1]
    assert verified(network)


def test_blocks_with_loops_and_merges_share_layer_by_layer() -> None:
    network = load(
        "blocks:\n  head:\n    parameters: {depth: 2}\n    layers:\n      - repeat: =depth\n        layers:\n"
        "          - conv: 3 1x1\n          - batchnorm\n      - add: [[conv: 3 1x1], []]\n"
        "layers:\n  - {head: , name: first}\n  - maxpool: 2\n  - {head: , name: second, shares: first}\n"
    )
    assert network.totals.parameters == 2 * (12 + 6) + 12
    assert network.totals.macs == 3 * 9 * (32 * 32 + 16 * 16)
    assert verified(network)


def test_unlike_blocks_do_not_share() -> None:
    body = (
        "blocks:\n  b: {parameters: {n: }, layers: [repeat: =n, layers: [conv: 3 1x1]]}\n"
        "layers:\n  - {b: 2, name: a}\n  - {b: 1, shares: a}\n"
    ).replace("[repeat: =n, layers: [conv: 3 1x1]]", "[{repeat: =n, layers: [conv: 3 1x1]}]")
    (finding,) = errors(body)
    assert finding.message == "`a` has 2 layers with weights and this has 1 layer"


# Several inputs


TWO = "input: {a: 8x8x3, b: 8x8x3}\n"


def test_of_several_inputs_none_is_called_input() -> None:
    (finding,) = errors("layers:\n  - {conv: 3 1x1, from: input}\n", TWO)
    assert finding.code == "unknown-name"
    assert finding.help is not None
    assert "`a`, `b`" in finding.help


def test_a_condition_has_no_volume_before_the_first_from() -> None:
    assert codes("layers:\n  - {conv: 4 1x1, from: a, when: =input.channels == 3}\n", TWO) == ["unknown-variable"]


def test_a_loop_over_the_inputs() -> None:
    network = load(
        "layers:\n  - concat:\n      - for: side\n        in: [a, b]\n        layers:\n"
        "          - {conv: 4 1x1, from: =side, name: ='conv_' + side}\n",
        TWO,
    )
    assert read_by(network, "concat1") == ("conv_a", "conv_b")
    assert read_by(network, "conv_b") == ("b",)


# Side outputs


def test_a_branch_inside_a_block_inside_a_loop() -> None:
    network = load(
        "blocks:\n  stage: {layers: [conv: 4 1x1, {branch: side, layers: [fc: 2]}, relu]}\n"
        "layers:\n  - repeat: 2\n    layers: [stage]\n  - fc: 3\n"
    )
    assert list(network.outputs) == ["stage1.side", "stage2.side", "fc1"]
    assert read_by(network, "stage1.relu1") == ("stage1.conv1",)


def test_an_empty_branch_gives_the_volume_itself() -> None:
    network = load("layers:\n  - conv: 4 1x1\n  - branch: features\n    layers: []\n  - fc: 2\n")
    assert {name: str(volume) for name, volume in network.outputs.items()} == {"features": "32x32x4", "fc1": "2"}


def test_what_enters_a_block_is_what_its_from_says() -> None:
    network = load(
        "blocks:\n  b:\n    parameters: {n: =input.channels}\n    define: {m: =n + input.channels}\n"
        "    layers: [conv: {filters: =m, kernel: 1}, concat: [[], {from: input}]]\n"
        "layers:\n  - {conv: 5 1x1, name: five}\n  - conv: 7 1x1\n  - {b: , from: five}\n"
    )
    assert read_by(network, "b1.concat1") == ("b1.conv1", "five")
    assert str(network.layers["b1.concat1"].volume) == "32x32x15"


# What is unknown stays silent


@pytest.mark.parametrize(
    ("loop", "code"),
    [
        ("for: [a, b]\n    in: [[3, 3], [3]]\n    layers: [conv: {filters: =a, kernel: 1}]", "arity"),
        ("repeat: =n\n    layers: [relu]", "unknown-variable"),
        ("for: n\n    in: =n\n    name: stage\n    layers: [relu]", "unknown-variable"),
        ("concat:\n      - for: n\n        in: =n\n        layers: [relu]", "unknown-variable"),
    ],
)
def test_behind_a_loop_that_cannot_be_unrolled_nothing_is_expected(loop: str, code: str) -> None:
    assert codes(f"layers:\n  - {loop}\n  - fc: 2\n    expect: 7\nexpect: {{parameters: 9, macs: 9}}\n") == [code]


def test_a_transposed_convolution_may_begin_with_one_cell() -> None:
    assert load("layers:\n  - transposed_conv: {filters: 8, kernel: 4}\n", "input: 1x1x100\n").diagnostics == []


def test_a_formula_that_yaml_ends_at_a_bracket_says_quote_it() -> None:
    (finding,) = errors("define: {a: [3]}\nlayers:\n  - conv: {filters: =a[0], kernel: 1}\n")
    assert (finding.code, finding.help) == ("yaml", "quote the formula")


# A whole network of such forms

WAVENET = """\
input: 4096x256
define: {blocks: 2, residual: 32, skipped: 128}
blocks:
  causal:
    parameters: {filters: , dilation: 1}
    layers:
      - pad: {left: =dilation}
      - conv: {filters: =filters, kernel: 2, dilation: =dilation}
  gated:
    parameters: {dilation: }
    layers:
      - multiply:
          - [causal: [=residual, =dilation], tanh]
          - [causal: [=residual, =dilation], sigmoid]
        name: gate
      - conv: {filters: =skipped, kernel: 1}
        name: skip
      - conv: {filters: =residual, kernel: 1}
        from: gate
      - add: [[], from: input]
layers:
  - causal: =residual
  - for: block
    in: =blocks
    layers:
      - for: power
        in: 10
        layers:
          - gated: =2 ** power
            name: ='layer' + str(10 * block + power)
  - add:
      - for: layer
        in: =10 * blocks
        layers: [from: ='layer' + str(layer) + '.skip']
  - relu
  - conv: {filters: 128, kernel: 1}
  - relu
  - conv: {filters: 256, kernel: 1}
  - softmax
"""


def test_a_wavenet_with_skips_out_of_every_layer() -> None:
    network = cnncalc.loads(WAVENET)
    gated = 2 * (2 * 32 * 32 + 32) + (32 * 128 + 128) + (32 * 32 + 32)
    assert network.totals.parameters == (2 * 256 * 32 + 32) + 20 * gated + (128 * 128 + 128) + (128 * 256 + 256)
    weights = 2 * 256 * 32 + 20 * (4 * 32 * 32 + 32 * 128 + 32 * 32) + 128 * 128 + 128 * 256
    assert network.totals.macs == 4096 * weights
    assert len(network.layers["add1"].inputs) == 20
    assert network.layers["add1"].inputs[10] == "layer10.skip"
    assert verified(cnncalc.loads(WAVENET, input="64x256"))


# Words of help


@pytest.mark.parametrize(
    ("body", "code", "help"),
    [
        (
            "layers:\n  - {relu: , name: a}\n  - {fc: 3, from: [a, input]}\n",
            "bad-shape",
            "a merge reads from several: `concat: [from: a, from: b]`",
        ),
        (
            "layers:\n  - {fc: 3, when: =input.channels not in (1)}\n",
            "formula",
            "there is no `in`: compare with `==`, and join with `or`",
        ),
        (
            "blocks:\n  b: {layers: [fc: =w]}\nlayers:\n  - {for: w, in: [2], layers: [b]}\n",
            "unknown-variable",
            "a block sees its parameters and the file's `define`; hand it over as an argument",
        ),
        ("layers:\n  - {fc: 3, name: =''}\n", "bad-shape", None),
    ],
)
def test_what_to_write_instead(body: str, code: str, help: str | None) -> None:
    (finding,) = errors(body)
    assert (finding.code, finding.help) == (code, help)


@pytest.mark.parametrize(
    ("formula", "text"),
    [("str(2 * .5)", "1"), ("2 * .5", "1"), ("str(0.5)", "0.5"), ("str(1 < 2)", "true"), ("1 < 2 < 3", "true")],
)
def test_values_as_text_are_what_the_file_would_say(formula: str, text: str) -> None:
    assert names(load(f'layers:\n  - {{relu: , name: "={formula}"}}\n')) == [text]


def test_a_list_is_no_name() -> None:
    (finding,) = errors("layers:\n  - {relu: , name: '=[1, 2]'}\n")
    assert finding.message == "a word is wanted, and the formula gives [1, 2]"


def test_sizes_computed_from_widths_can_be_expected() -> None:
    load("define: {scale: 0.5}\nlayers:\n  - maxpool: 2\n    expect: =str(input.width * scale) + 'x16x3'\n")


def test_a_volume_in_quotes_is_told_to_lose_them() -> None:
    (finding,) = errors("layers: [relu]\n", 'input: "4x4x1"\n')
    assert (finding.message, finding.help) == ('"4x4x1" in quotes is text, and a volume is wanted', "remove the quotes")


def test_a_remark_on_a_block_or_group_stands_beside_its_first_layer() -> None:
    network = load(
        "blocks:\n  b: {layers: [{relu: , note: inner}, tanh]}\n"
        "layers:\n  - {b: , note: outer}\n  - {group: g, note: ='of ' + str(input.channels), layers: [abs]}\n"
        "  - {add: [[relu], []], note: sum}\n"
    )
    assert [layer.node.note for layer in network.layers] == ["outer; inner", "", "of 3", "", "sum"]


# Variants


def test_what_a_variant_defines_may_stand_in_what_it_changes(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("input: 8x8x1\ndefine: {n: 4, twice: =2 * n}\nlayers: [fc: =twice]\n")
    (tmp_path / "variant.yaml").write_text("extends: base.yaml\ndefine: {m: 3, n: =m * m, unit: =twice}\n")
    network = cnncalc.load(tmp_path / "variant.yaml")
    assert [str(layer.volume) for layer in network.layers] == ["18"]
    (tmp_path / "circle.yaml").write_text("extends: base.yaml\ndefine: {n: =twice}\n")
    assert [finding.code for finding in cnncalc.validate(tmp_path / "circle.yaml")] == ["unknown-variable"]
