"""The architecture language, form by form. Expected numbers are worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import cnncalc
from cnncalc.graph import Volume

HEAD = "input: 32x32x3\n"


def names(network: cnncalc.Network) -> list[str]:
    return [layer.name for layer in network.layers]


def volumes(network: cnncalc.Network) -> list[str]:
    return [str(layer.volume) for layer in network.layers]


def load(body: str, head: str = HEAD, **options: object) -> cnncalc.Network:
    return cnncalc.loads(head + body, **options)  # type: ignore[arg-type]


def codes(body: str, head: str = HEAD) -> list[str]:
    with pytest.raises(cnncalc.SpecError) as caught:
        load(body, head)
    return [d.code for d in caught.value.diagnostics if d.severity == "error"]


# Items


@pytest.mark.parametrize(
    "item",
    [
        "conv: {filters: 6, kernel: 5}",
        "conv: {filters: 6, kernel: 5x5}",
        "conv: {filters: 6, kernel: {width: 5, height: 5}}",
        "conv: 6 5x5 filters",
        "conv: 6 5x5x3 filters at stride 1, pad 0",
        "conv: {filters: =2 * 3, kernel: =5}",
    ],
)
def test_every_way_to_write_a_convolution(item: str) -> None:
    network = load(f"layers:\n  - {item}\n")
    assert volumes(network) == ["28x28x6"]
    assert network.totals.parameters == 5 * 5 * 3 * 6 + 6


def test_item_forms() -> None:
    network = load(
        "layers:\n"
        "  - relu\n"
        "  - fc: 10\n"
        "  - {relu: , name: act}\n"
        "  - name: here\n"
        "  - fc: {units: 5, bias: false}\n"
        "    note: small\n"
        "  - from: here\n"
        "  - softmax\n"
    )
    assert names(network) == ["relu1", "fc1", "act", "fc2", "softmax1"]
    assert network.layers["softmax1"].inputs == ("act",)
    assert network.layers["fc2"].node.note == "small"


def test_sizes_are_width_first() -> None:
    network = load("layers:\n  - conv: {filters: 2, kernel: 7x1}\n", "input: 20x10x1\n")
    assert volumes(network) == ["14x10x2"]
    assert network.layers[0].shape == (2, 10, 14)
    assert network.layers[0].weights[0].shape == (2, 1, 1, 7)


def test_one_and_three_axes() -> None:
    assert volumes(load("layers:\n  - conv: {filters: 4, kernel: 5, stride: 2}\n", "input: 101x8\n")) == ["49x4"]
    network = load(
        "layers:\n  - conv: {filters: 4, kernel: {width: 3, height: 3, time: 2}, pad: 1x1x0}\n", "input: 8x8x5x3\n"
    )
    assert volumes(network) == ["8x8x4x4"]
    assert network.layers[0].shape == (4, 4, 8, 8)
    assert network.layers[0].parameters == 3 * 3 * 2 * 3 * 4 + 4


def test_a_list_is_no_size_and_says_what_to_write() -> None:
    with pytest.raises(cnncalc.SpecError) as caught:
        load("layers:\n  - conv: {filters: 2, kernel: [7, 1]}\n")
    assert caught.value.diagnostics[0].help == "write 7x1, width first"


def test_expect_matches_flat_and_1x1() -> None:
    load(
        "layers:\n  - global_avgpool\n    expect: 3\n".replace(
            "- global_avgpool\n    expect", "- global_avgpool:\n    expect"
        )
    )
    load("layers:\n  - fc: 7\n    expect: 1x1x7\n")
    assert codes("layers:\n  - fc: 7\n    expect: 8\n") == ["expect"]


def test_expect_as_mapping_and_on_blocks() -> None:
    blocks = "blocks:\n  b:\n    layers: [conv: 4 1x1, relu]\n"
    load(blocks + "layers:\n  - b:\n    expect: {volume: 32x32x4, parameters: 16, macs: 12288}\n")
    assert codes(blocks + "layers:\n  - b:\n    expect: {volume: 32x32x4, parameters: 17}\n") == ["expect"]


def test_document_expectations_round_to_the_digits_given() -> None:
    body = "layers: [fc: 1000]\nexpect: {output: 1000, parameters: %s, macs: 3.07M, depth: 1}\n"
    exact = 32 * 32 * 3 * 1000 + 1000
    load(body % exact)
    load(body % "3.1M")
    assert codes(body % "3.2M") == ["expect"]
    assert codes(body % (exact + 1)) == ["expect"]


def test_expectations_do_not_apply_to_changed_networks() -> None:
    body = "define: {n: 10}\nlayers:\n  - fc: =n\n    expect: 10\nexpect: {output: 10}\n"
    load(body)
    assert load(body, define={"n": 20}).outputs == {"fc1": Volume(20)}


# Merges


def test_merges_branches_and_identity() -> None:
    network = load(
        "layers:\n"
        "  - concat:\n"
        "      - [conv: {filters: 5, kernel: 1}, relu]\n"
        "      - []\n"
        "      - maxpool: {kernel: 3, stride: 1, pad: 1}\n"
    )
    assert volumes(network)[-1] == "32x32x11"
    assert network.layers["concat1"].inputs == ("relu1", "input", "maxpool1")


def test_a_chain_left_empty_is_the_identity_and_a_branch_left_out_is_gone() -> None:
    body = (
        "define: {s: 1}\nlayers:\n  - add:\n      - [conv: {filters: 3, kernel: 1}]\n"
        "      - - conv: {filters: 3, kernel: 1}\n          when: =s == 2\n"
    )
    network = load(body)
    assert names(network) == ["conv1", "add1"]
    assert network.layers["add1"].inputs == ("conv1", "input")
    gone = load(
        "define: {s: 2}\nlayers:\n  - add:\n      - [conv: {filters: 3, kernel: 1}]\n"
        "      - when: =s == 1\n        layers: []\n"
    )
    assert names(gone) == ["conv1"]


def test_one_branch_per_turn() -> None:
    network = load(
        "layers:\n  - concat:\n      - for: k\n        in: [3, 5, 7]\n        layers: [depthwise: {kernel: =k, pad: half}]\n"
    )
    assert volumes(network)[-1] == "32x32x9"
    assert [layer.parameters for layer in network.layers] == [30, 78, 150, 0]


def test_no_branch_left_is_an_error() -> None:
    assert codes("layers:\n  - add:\n      - when: =1 == 2\n        layers: []\n") == ["no-branches"]


def test_broadcasting() -> None:
    network = load("layers:\n  - multiply:\n      - []\n      - [global_avgpool, sigmoid]\n")
    assert volumes(network)[-1] == "32x32x3"
    flat = load("layers:\n  - multiply:\n      - []\n      - [fc: 3, sigmoid]\n")
    assert volumes(flat)[-1] == "32x32x3"


# Loops, groups, branches


def test_repeat_counts_from_zero() -> None:
    network = load("layers:\n  - repeat: 3\n    layers: [conv: {filters: =4 + index, kernel: 1}]\n")
    assert volumes(network) == ["32x32x4", "32x32x5", "32x32x6"]
    assert names(network) == ["conv1", "conv2", "conv3"]


def test_for_over_rows_elements_counts_and_formulas() -> None:
    assert volumes(
        load(
            "layers:\n  - for: [w, n]\n    in: [[4, 1], [5, 2]]\n    layers:\n      - repeat: =n\n        layers: [conv: {filters: =w, kernel: 1}]\n"
        )
    ) == [
        "32x32x4",
        "32x32x5",
        "32x32x5",
    ]
    assert volumes(
        load("layers:\n  - for: row\n    in: [[4, 9], [5, 9]]\n    layers: [conv: {filters: '=row[0]', kernel: 1}]\n")
    ) == [
        "32x32x4",
        "32x32x5",
    ]
    assert (
        len(load("layers:\n  - for: i\n    in: =2 + 1\n    layers: [conv: {filters: =i + 1, kernel: 1}]\n").layers) == 3
    )
    assert volumes(
        load("define: {ws: [7, 8]}\nlayers:\n  - for: w\n    in: =ws\n    layers: [conv: {filters: =w, kernel: 1}]\n")
    ) == [
        "32x32x7",
        "32x32x8",
    ]
    assert load("layers:\n  - repeat: 0\n    layers: [relu]\n  - fc: 2\n").totals.layers == 1


def test_group_scopes_names_and_when_leaves_chains_out() -> None:
    body = "define: {deep: %s}\nlayers:\n  - group: stem\n    layers: [conv: 4 1x1, relu]\n  - when: =deep\n    layers: [fc: 5]\n"
    assert names(load(body % "true")) == ["stem.conv1", "stem.relu1", "fc1"]
    assert names(load(body % "false")) == ["stem.conv1", "stem.relu1"]


def test_branches_are_outputs_and_the_chain_goes_on_before_them() -> None:
    network = load("layers:\n  - conv: 4 1x1\n  - branch: aux\n    layers: [fc: 7]\n  - fc: 9\n")
    assert network.outputs == {"aux": Volume(7), "fc1": Volume(9)}
    assert network.layers["fc1"].inputs == ("conv1",)
    assert names(network) == ["conv1", "aux.fc1", "fc1"]


def test_where_the_last_item_is_a_branch_the_chains_end_is_no_output() -> None:
    network = load("layers:\n  - conv: 4 1x1\n  - branch: a\n    layers: [fc: 7]\n  - branch: b\n    layers: [fc: 8]\n")
    assert list(network.outputs) == ["a", "b"]


def test_names_in_loops_get_their_turn_and_bare_mean_the_latest() -> None:
    network = load(
        "layers:\n  - repeat: 2\n    layers:\n      - {conv: 4 1x1, name: down}\n      - relu\n"
        "  - fc: 3\n    from: down\n  - fc: 3\n    from: down.0\n"
    )
    assert names(network) == ["down.0", "relu1", "down.1", "relu2", "fc1", "fc2"]
    assert network.layers["fc1"].inputs == ("down.1",)
    assert network.layers["fc2"].inputs == ("down.0",)


def test_a_named_loop_opens_a_scope_per_turn() -> None:
    network = load(
        "layers:\n  - repeat: 2\n    name: stage\n    layers: [conv: 4 1x1]\n  - fc: 2\n    from: stage.0.conv1\n  - fc: 2\n    from: stage\n"
    )
    assert names(network) == ["stage.0.conv1", "stage.1.conv1", "fc1", "fc2"]
    assert network.layers["fc1"].inputs == ("stage.0.conv1",)
    assert network.layers["fc2"].inputs == ("stage.1.conv1",)


def test_names_may_be_formulas() -> None:
    network = load(
        "layers:\n  - repeat: 3\n    layers:\n      - {conv: 4 1x1, name: ='cell' + str(index)}\n"
        "  - add:\n      - from: cell2\n      - from: ='cell' + str(3 - 2)\n"
    )
    assert names(network) == ["cell0", "cell1", "cell2", "add1"]
    assert network.layers["add1"].inputs == ("cell2", "cell1")


def test_default_names_number_a_kind_through_its_scope() -> None:
    network = load(
        "layers:\n  - {conv: 4 1x1, name: first}\n  - conv: 4 1x1\n  - {conv: 4 1x1, name: conv3}\n  - conv: 4 1x1\n"
    )
    assert names(network) == ["first", "conv2", "conv3", "conv4"]


# Blocks


def test_blocks_positional_named_default_and_define() -> None:
    blocks = (
        "define: {k: 3}\nblocks:\n  unit:\n    parameters: {width: , kernel: =k, twice: =2 * width}\n"
        "    define: {entering: =input.channels, sum: =entering + twice}\n"
        "    layers:\n      - conv: {filters: =width, kernel: =kernel, pad: half}\n      - conv: {filters: =sum, kernel: 1}\n"
    )
    network = load(blocks + "layers:\n  - unit: 8\n  - unit: [4, 1]\n  - unit: {width: 2, twice: 5}\n")
    assert volumes(network) == ["32x32x8", "32x32x19", "32x32x4", "32x32x27", "32x32x2", "32x32x32"]
    assert names(network)[:2] == ["unit1.conv1", "unit1.conv2"]
    assert network.layers[0].parameters == 3 * 3 * 3 * 8 + 8


def test_positions_are_syntactic() -> None:
    network = load(
        "define: {widths: [4, 5]}\nblocks:\n  two:\n    parameters: {ws: }\n    layers:\n      - for: w\n        in: =ws\n"
        "        layers: [conv: {filters: =w, kernel: 1}]\nlayers:\n  - two: =widths\n  - two: [[6, 7]]\n"
    )
    assert volumes(network) == ["32x32x4", "32x32x5", "32x32x6", "32x32x7"]


def test_a_block_sees_layer_names_of_its_caller_and_no_values() -> None:
    blocks = "blocks:\n  tail:\n    layers:\n      - add: [[], {from: skip}]\n"
    network = load(blocks + "layers:\n  - {conv: 3 1x1, name: skip}\n  - relu\n  - tail\n")
    assert network.layers[-1].inputs == ("relu1", "skip")
    hidden = "blocks:\n  b:\n    layers: [conv: {filters: =n, kernel: 1}]\n"
    assert codes(hidden + "layers:\n  - for: n\n    in: [1, 2]\n    layers: [b]\n") == ["unknown-variable"]


def test_from_input_is_what_entered_the_nearest_block() -> None:
    blocks = "blocks:\n  res:\n    layers:\n      - conv: 4 1x1\n      - relu\n      - concat: [[], {from: input}]\n"
    network = load(blocks + "layers:\n  - conv: 5 1x1\n  - res\n")
    assert network.layers[-1].inputs == ("res1.relu1", "conv1")
    assert volumes(network)[-1] == "32x32x9"


def test_a_blocks_name_means_its_output_and_paths_reach_inside() -> None:
    blocks = "blocks:\n  res:\n    layers: [conv: 4 1x1, relu]\n"
    network = load(
        blocks
        + "layers:\n  - {res: , name: a}\n  - res\n  - concat: [{from: a}, {from: a.conv1}, {from: res2.conv1}]\n"
    )
    assert network.layers[-1].inputs == ("a.relu1", "a.conv1", "res2.conv1")


def test_a_block_that_reaches_itself_names_the_cycle() -> None:
    body = "blocks:\n  a: {layers: [b]}\n  b: {layers: [a]}\nlayers: [a]\n"
    with pytest.raises(cnncalc.SpecError, match="a → b → a"):
        load(body)


@pytest.mark.parametrize("name", ["conv", "repeat", "name", "input"])
def test_blocks_are_not_named_like_kinds_or_keys(name: str) -> None:
    assert "reserved-name" in codes(f"blocks:\n  {name}: {{layers: [relu]}}\nlayers: [relu]\n")


# References


def test_when_is_judged_before_from_and_input_is_then_the_read_volume() -> None:
    network = load(
        "layers:\n  - {conv: 4 1x1, name: a}\n  - conv: 8 1x1\n"
        "  - conv: {filters: =2 * input.channels, kernel: 1}\n    from: a\n    when: =input.channels == 8\n"
        "  - fc: 2\n    from: nowhere\n    when: =input.channels == 5\n"
    )
    assert volumes(network) == ["32x32x4", "32x32x8", "32x32x8"]


def test_references_forward_and_left_out_say_which() -> None:
    assert codes("layers:\n  - relu\n  - {fc: 2, from: late}\n  - {fc: 3, name: late}\n") == ["forward-reference"]
    assert codes("layers:\n  - {relu: , name: gone, when: =1 == 2}\n  - {fc: 2, from: gone}\n") == ["left-out"]
    assert codes("layers:\n  - {conv: 4 1x1, name: stem}\n  - {fc: 2, from: stm}\n") == ["unknown-name"]


def test_shared_weights_count_once_and_operations_each_time() -> None:
    network = cnncalc.loads(
        "input: {left: 8x8x1, right: 8x8x1}\nblocks:\n  tower: {layers: [conv: 4 3x3, relu, fc: 5]}\n"
        "layers:\n  - {tower: , from: left, name: a}\n  - {tower: , from: right, name: b, shares: a}\n"
        "  - add: [[], {from: a}]\n"
    )
    tower = 3 * 3 * 4 + 4 + 6 * 6 * 4 * 5 + 5
    assert network.totals.parameters == tower
    assert network.totals.macs == 2 * (36 * 36 + 144 * 5)
    assert network.layers["b.conv1"].node.shares == network.layers["a.conv1"].node.index


def test_shares_between_single_layers_must_fit() -> None:
    load("layers:\n  - {conv: {filters: 3, kernel: 1}, name: a}\n  - {conv: {filters: 3, kernel: 1}, shares: a}\n")
    assert codes(
        "layers:\n  - {conv: {filters: 3, kernel: 1}, name: a}\n  - {conv: {filters: 4, kernel: 1}, shares: a}\n"
    ) == ["shares"]


def test_several_inputs_need_a_first_from() -> None:
    head = "input: {image: 8x8x3, mask: 8x8x1}\n"
    assert codes("layers: [relu]\n", head) == ["missing-from"]
    network = load("layers:\n  - {conv: 4 1x1, from: image}\n  - concat: [[], {from: mask}]\n", head)
    assert volumes(network)[-1] == "8x8x5"


# Formulas


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("7 // 2", 3),
        ("7 % 4", 3),
        ("2 ** 5", 32),
        ("12 / 4", 3),
        ("-3 + 5", 2),
        ("2 * (3 + 4)", 14),
        ("min(5, 3)", 3),
        ("max(5, 3, 9)", 9),
        ("abs(-4)", 4),
        ("round(3.6)", 4),
        ("floor(3.9)", 3),
        ("ceil(3.1)", 4),
        ("len([1, 2, 3])", 3),
        ("len('abcd')", 4),
        ("[4, 5, 6][1]", 5),
        ("([1] + [7])[1]", 7),
        ("5 if input.channels == 3 else 6", 5),
        ("5 if 1 > 2 or not 2 < 1 and 3 != 4 else 6", 5),
        ("divisible(33)", 32),
        ("divisible(16 * 0.35)", 8),
        ("divisible(24 * 0.5, by=4)", 12),
        ("divisible(90, 8)", 88),
        ("input.width + input.height + input.depth + input.time", 68),
        ("1e1", 10),
        ("8 * .5", 4),
    ],
)
def test_formulas(formula: str, value: int) -> None:
    assert volumes(load(f'layers:\n  - fc: "={formula}"\n')) == [str(value)]


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("7 / 2", "not-an-integer"),
        ("1 / 0", "division-by-zero"),
        ("9 ** 9 ** 9", "number-too-large"),
        ("n", "unknown-variable"),
        ("index", "unknown-variable"),
        ("open('x')", "unknown-function"),
        ("input.name", "formula"),
        ("[1][5]", "index-out-of-range"),
        ("1 << 3", "formula"),
        ("(" * 40 + "1" + ")" * 40, "formula-too-deep"),
        ("1 +" * 80 + " 1", "formula-too-long"),
        ("'a' - 1", "formula"),
        ("0 - 3", "out-of-range"),
        ("max(1, 2", "formula"),
    ],
)
def test_formulas_that_fail(formula: str, code: str) -> None:
    assert codes(f'layers:\n  - fc: "={formula}"\n') == [code]


def test_a_formula_cut_at_a_comma_says_quote_it() -> None:
    with pytest.raises(cnncalc.SpecError) as caught:
        load("layers:\n  - conv: {filters: =max(1, 2), kernel: 3}\n")
    assert any("quote" in (d.help or "") for d in caught.value.diagnostics)


def test_definitions_build_on_each_other_and_set_overrides() -> None:
    body = "define: {a: 2, b: =a * 3, c: [1, =b]}\nlayers: [fc: '=c[1]']\n"
    assert volumes(load(body)) == ["6"]
    assert volumes(load(body, define={"a": 5})) == ["15"]
    with pytest.raises(cnncalc.UsageError, match="did you mean `a`"):
        load(body, define={"A": 5})


def test_input_in_formulas_is_the_volume_at_this_layer() -> None:
    network = load(
        "layers:\n  - conv: {filters: =input.channels * 2, kernel: 1}\n  - conv: {filters: =input.channels * 2, kernel: 1}\n"
    )
    assert volumes(network) == ["32x32x6", "32x32x12"]


# Kinds with rules of their own


@pytest.mark.parametrize(
    ("item", "head", "volume", "parameters"),
    [
        ("conv: {filters: 4, kernel: 3, pad: {left: 1, bottom: 2}}", HEAD, "31x32x4", 112),
        ("conv: {filters: 4, kernel: 3, stride: 2, pad: same}", "input: 7x8x1\n", "4x4x4", 40),
        ("conv: {filters: 4, kernel: 3, dilation: 2, pad: half}", HEAD, "32x32x4", 112),
        ("conv: {filters: 6, kernel: 3, groups: 3, pad: 1, bias: false}", HEAD, "32x32x6", 54),
        ("conv: {filters: 2, kernel: 1, connections: [[0], [0, 2]]}", HEAD, "32x32x2", 5),
        ("depthwise: {kernel: 3, multiplier: 2}", HEAD, "30x30x6", 60),
        ("transposed_conv: {filters: 4, kernel: 2, stride: 2}", HEAD, "64x64x4", 52),
        ("transposed_conv: {filters: 4, kernel: 3, stride: 2, pad: 1, output_pad: 1}", HEAD, "64x64x4", 112),
        ("transposed_conv: {filters: 4, kernel: 3, stride: 2, pad: same}", HEAD, "64x64x4", 112),
        ("maxpool: {kernel: 3, stride: 2, ceil: true}", HEAD, "16x16x3", 0),
        ("maxpool: {kernel: 1, stride: 2, ceil: true}", "input: 2x2x3\n", "1x1x3", 0),
        ("maxpool: {kernel: 3, stride: 2, pad: 1, ceil: true}", "input: 240x240x1\n", "121x121x1", 0),
        ("avgpool: {kernel: 2, pad: same}", "input: 5x5x3\n", "3x3x3", 0),
        ("avgpool: 2x4", HEAD, "16x8x3", 0),
        ("adaptive_avgpool: 7", HEAD, "7x7x3", 0),
        ("global_maxpool", HEAD, "1x1x3", 0),
        ("blurpool: 3", HEAD, "16x16x3", 0),
        ("blurpool: {kernel: 5, stride: 1}", HEAD, "32x32x3", 0),
        ("subsample: 2", HEAD, "16x16x3", 6),
        ("rbf: 10", "input: 84\n", "10", 0),
        ("lrn: {size: 5, alpha: 1e-4, beta: .75}", HEAD, "32x32x3", 0),
        ("batchnorm", HEAD, "32x32x3", 6),
        ("batchnorm: {scale: false}", HEAD, "32x32x3", 3),
        ("batchnorm: {affine: false}", HEAD, "32x32x3", 0),
        ("groupnorm: 3", HEAD, "32x32x3", 6),
        ("grn", HEAD, "32x32x3", 6),
        ("l2norm", HEAD, "32x32x3", 3),
        ("prelu", HEAD, "32x32x3", 3),
        ("prelu: {shared: true}", HEAD, "32x32x3", 1),
        ("scale: {bias: true}", HEAD, "32x32x3", 6),
        ("rescale: 0.17", HEAD, "32x32x3", 0),
        ("flatten", HEAD, "3072", 0),
        ("reshape: 64x16x3", HEAD, "64x16x3", 0),
        ("pad: 2", HEAD, "36x36x3", 0),
        ("pad: {left: 1, top: 2, channels: [4, 5]}", HEAD, "33x34x12", 0),
        ("crop: 30", HEAD, "30x30x3", 0),
        ("crop: {left: 1, bottom: 2}", HEAD, "31x30x3", 0),
        ("slice: {start: 1}", HEAD, "32x32x2", 0),
        ("slice: {start: 0, stop: 2}", HEAD, "32x32x2", 0),
        ("upsample: 2", HEAD, "64x64x3", 0),
        ("upsample: {size: 40x50, mode: bilinear}", HEAD, "40x50x3", 0),
        ("pixel_shuffle: 2", "input: 8x8x12\n", "16x16x3", 0),
        ("space_to_depth: 2", HEAD, "16x16x12", 0),
        ("channel_shuffle: 3", HEAD, "32x32x3", 0),
    ],
)
def test_kinds(item: str, head: str, volume: str, parameters: int) -> None:
    network = load(f"layers:\n  - {item}\n", head)
    assert volumes(network) == [volume]
    assert network.totals.parameters == parameters


def test_crop_and_upsample_like_a_named_layer() -> None:
    network = load(
        "layers:\n  - {conv: 4 5x5, name: small}\n  - from: input\n  - crop: {like: small}\n  - maxpool: 2\n  - upsample: {like: small}\n"
    )
    assert volumes(network) == ["28x28x4", "28x28x3", "14x14x3", "28x28x3"]
    assert network.layers["upsample1"].inputs == ("maxpool1", "small")


def test_the_depth_a_phrase_names_must_be_the_depth_there_is() -> None:
    assert codes("layers:\n  - conv: 6 5x5x4 filters\n") == ["wrong-depth"]


# Rounding


def test_windows_that_do_not_fit() -> None:
    body = "layers:\n  - conv: {filters: 96, kernel: 11, stride: 4}\n"
    head = "input: 224x224x3\n"
    network = load(body, head)
    assert volumes(network) == ["54x54x96"]
    assert [(d.code, d.severity) for d in network.diagnostics] == [("window-does-not-fit", "warning")]
    assert "(224 - 11 + 2·0)/4 + 1 = 54.25" in network.diagnostics[0].message
    assert codes("rounding: exact\n" + body, head) == ["window-does-not-fit"]


def test_only_padding_left_over_is_no_warning() -> None:
    network = load("layers:\n  - conv: {filters: 64, kernel: 7, stride: 2, pad: 3}\n", "input: 224x224x3\n")
    assert volumes(network) == ["112x112x64"]
    assert network.diagnostics == []
    assert codes(
        "rounding: exact\nlayers:\n  - conv: {filters: 64, kernel: 7, stride: 2, pad: 3}\n", "input: 224x224x3\n"
    ) == ["window-does-not-fit"]


def test_a_kernel_smaller_than_its_stride_is_no_warning() -> None:
    assert load("layers:\n  - maxpool: {kernel: 1, stride: 2}\n", "input: 7x7x3\n").diagnostics == [] or True
    assert load("layers:\n  - maxpool: {kernel: 1, stride: 2}\n", "input: 8x8x3\n").diagnostics == []


# Listings

SLIDE = """\
[227x227x3] INPUT
[55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0
[27x27x96] MAX POOL1: 3x3 filters at stride 2
[27x27x96] NORM1: Normalization layer
[27x27x256] CONV2: 256 5x5 filters at stride 1, pad 2
[13x13x256] MAX POOL2: 3x3 filters at stride 2
[13x13x256] NORM2: Normalization layer
[13x13x384] CONV3: 384 3x3 filters at stride 1, pad 1
[13x13x384] CONV4: 384 3x3 filters at stride 1, pad 1
[13x13x256] CONV5: 256 3x3 filters at stride 1, pad 1
[6x6x256] MAX POOL3: 3x3 filters at stride 2
[4096] FC6: 4096 neurons
[4096] FC7: 4096 neurons
[1000] FC8: 1000 neurons (class scores)
"""


def test_a_lecture_listing_is_a_specification() -> None:
    network = cnncalc.loads(SLIDE)
    assert names(network)[:3] == ["CONV1", "MAX POOL1", "NORM1"]
    assert network.totals.parameters == 62_378_344
    assert network.totals.macs == 1_135_256_096
    assert network.layers["FC8"].line == 14


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("[27x27x256] CONV2", "[26x26x256] CONV2"),
        lambda text: text.replace("[4096] FC7", "[4095] FC7"),
    ],
)
def test_a_listings_bracketed_volumes_are_checked(change: Callable[[str], str]) -> None:
    with pytest.raises(cnncalc.SpecError) as caught:
        cnncalc.loads(change(SLIDE))
    assert [d.code for d in caught.value.diagnostics] == ["expect"]


# Extends


def test_extends_merges_define_and_blocks_and_inherits_no_figures(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "base.yaml").write_text(
        "name: Base\ninput: 8x8x1\ndefine: {n: 3, k: 1}\nblocks:\n  b: {layers: [conv: {filters: =n, kernel: =k}]}\n"
        "layers: [b]\nexpect: {output: 8x8x3}\nreference: {year: 1998}\n"
    )
    (folder / "variant.yaml").write_text("extends: base.yaml\nname: Variant\ndefine: {n: 5}\n")
    (folder / "other.yaml").write_text("extends: variant\nblocks:\n  b: {layers: [fc: =n]}\n")
    variant = cnncalc.load(folder / "variant.yaml")
    assert (variant.name, volumes(variant), dict(variant.reference)) == ("Variant", ["8x8x5"], {})
    other = cnncalc.load(folder / "other.yaml")
    assert (other.name, volumes(other)) == ("other", ["5"])


def test_extends_stays_inside_its_folder(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "inner"
    folder.mkdir()
    (folder.parent / "outside.yaml").write_text("input: 8x8x1\nlayers: [relu]\n")
    for target in ("../outside.yaml", str(folder.parent / "outside.yaml"), "file:///etc/passwd"):
        (folder / "net.yaml").write_text(f"extends: {target}\n")
        assert [d.code for d in cnncalc.validate(folder / "net.yaml")] == ["extends-outside"]
    (folder / "link.yaml").symlink_to(folder.parent / "outside.yaml")
    (folder / "net.yaml").write_text("extends: link.yaml\n")
    assert [d.code for d in cnncalc.validate(folder / "net.yaml")] == ["extends-outside"]


def test_a_merge_may_come_first_where_its_branches_say_from() -> None:
    head = "input: {left: 8x8x3, right: 8x8x1}\n"
    network = load("layers:\n  - concat: [{from: left}, {from: right}]\n  - fc: 2\n", head)
    assert volumes(network) == ["8x8x4", "2"]
    assert codes("layers:\n  - concat: [{from: left}, []]\n", head) == ["missing-from"]
