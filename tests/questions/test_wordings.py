"""The same question in many words: order, units, spellings, frameworks. Expected values are worked out by hand here."""

from itertools import chain

import pytest

from cnncalc.questions.ask import ask

PARAMETERS = [
    (
        10 * (5 * 5 * 3 + 1),
        [
            "Input volume: 32x32x3. 10 5x5 filters with stride 1, pad 2. Number of parameters in this layer?",
            "How many parameters are there in a conv layer with 10 filters of size 5x5 applied to a 32x32x3 input?",
            "A 32 by 32 RGB image is convolved with 10 five-by-five kernels, stride 1 and padding 2. "
            "How many learnable parameters?",
            "F=5 S=1 P=2 K=10 on 32x32x3: parameters?",
            "K = 10, F = 5, S = 1, P = 2, input 32 x 32 x 3. How many parameters?",
            "10 5×5 filters, stride 1, zero-padding of 2, input volume 32×32×3, parameter count?",
            "Input: 3 channels 32 by 32. Conv layer: ten 5*5 filters. Trainable parameters?",
            "3 channels 32 by 32 into 10 filters of 5x5: parameters?",
            "Parameters of Conv2d(3, 10, 5, padding=2)?",
            "nn.Conv2d(in_channels=3, out_channels=10, kernel_size=5, stride=1, padding=2): how many parameters?",
            'Conv2D(10, 5, padding="same") on a 32x32x3 image: number of parameters?',
            "How many trainable params does Conv2D(10, (5, 5)) have on an input of shape (32, 32, 3)?",
            "model.add(Conv2D(10, kernel_size=(5, 5), input_shape=(32, 32, 3))): param count?",
            "What is the total number of learnable parameters of a convolution with ten 5x5 kernels and 3 input channels?",
            "10 filters of 5x5x3, how many parameters?",
            "conv2d with in_channels=3, out_channels=10, kernel_size=5: number of parameters?",
            "An RGB image of 32 by 32 pixels goes through a convolutional layer of 10 filters, each 5x5. "
            "How many parameters (including biases)?",
        ],
    ),
    (
        10 * 5 * 5 * 3,
        [
            "10 5x5 filters on 32x32x3, no bias: parameters?",
            "Conv2d(3, 10, 5, bias=False): parameters?",
            "Conv2D(10, 5, use_bias=False) on 32x32x3: parameters?",
            "How many weights do 10 filters of size 5x5 on an RGB image have?",
            "A conv layer without biases has 10 5x5 filters and sees 32x32x3. How many parameters?",
        ],
    ),
    (
        7 * 7 * 512 * 4096 + 4096,
        [
            "A fully connected layer takes 7x7x512 and has 4096 neurons. How many parameters?",
            "7x7x512 into a dense layer of 4096 units: parameters?",
            "Flatten 7x7x512, then Dense(4096): how many parameters?",
            "Linear(25088, 4096): parameters?",
            "How many parameters does a fully-connected layer from 25,088 to 4,096 have?",
            "Dense layer with 25088 inputs and 4096 outputs: parameters?",
            "How many parameters has VGG-16's first fully connected layer?",
            "How many parameters does fc6 of VGG-16 have?",
        ],
    ),
    (
        128 * (9 * 32 // 4) + 128,
        [
            "Conv2d(32, 128, 3, groups=4): parameters?",
            "3x3 convolution with 4 groups from 32 to 128 channels: how many parameters?",
        ],
    ),
    (
        64 * (3 * 3 * 3 * 3) + 64,
        ["Conv3d(3, 64, 3): parameters?", "64 3x3x3 filters of a Conv3D on 3 channels: parameters?"],
    ),
    (
        16 * (5 * 8 + 1),
        [
            "Conv1d(8, 16, 5): parameters?",
            "1D convolution with 16 filters of width 5 on a sequence of length 100 with 8 channels: parameters?",
        ],
    ),
    (
        512 * 9,
        ["How many parameters would a depthwise convolution with 3x3 kernels on 512 channels have, without bias?"],
    ),
    (2 * 64, ["Batch normalization over 64 channels: how many trainable parameters?", "BatchNorm2d(64): parameters?"]),
    (96 * (11 * 11 * 3 + 1), ["How many parameters does AlexNet's conv1 have?", "parameters of CONV1 in AlexNet?"]),
]

SIZES = [
    (
        "32x32x10",
        [
            "Input volume 32x32x3; ten filters of size 5x5, stride 1, zero-padding of 2. What is the output volume size?",
            "What is the output size of a convolution with F=5, S=1, P=2, K=10 on a 32x32x3 input?",
            "32x32x3 through Conv2d(3, 10, 5, padding=2): output shape?",
            "5x5 conv, 10 filters, same padding, 32x32x3 input: what are the dimensions of the output?",
            "What volume results when 10 5x5 kernels with stride 1 and pad 2 slide over 32x32x3?",
        ],
    ),
    (
        "55x55x96",
        [
            "Suppose an input volume of size 227x227x3 is fed into a convolutional layer with 96 kernels of size 11x11, "
            "a stride of 4 and no zero padding. What will be the dimensions of the output volume?",
            "227x227x3, 96 11x11 filters at stride 4, pad 0: output?",
            "(3, 227, 227) through nn.Conv2d(3, 96, 11, stride=4): output shape?",
            "Output of AlexNet's conv1?",
            "What is the output of conv1 in AlexNet?",
        ],
    ),
    (
        "112x112x64",
        [
            "A max pooling layer with 2x2 windows and stride 2 is applied to a 224x224x64 volume. Output?",
            "224x224x64, pooling 2x2 stride 2: output volume?",
            "MaxPool2d(2) on 224x224x64: output?",
            "How big are the feature maps after a 2x2 max pool, stride 2, on 224x224x64?",
            "How large will the resulting volume be after 2x2 max pooling with stride 2 on 224x224x64?",
            "What is the output of 2x2 max pooling on a 224x224x64 volume?",
            "MaxPooling2D((2, 2)) applied to 224x224x64: output shape?",
        ],
    ),
    (
        "56x56x64",
        [
            "A (3, 224, 224) tensor goes through Conv2d(3, 64, 7, stride=2, padding=3) and "
            "MaxPool2d(3, stride=2, padding=1). Output shape?",
            "An image of size 224x224x3 goes through a 7x7 convolution with 64 filters, stride 2, padding 3, then 3x3 max "
            "pooling with stride 2 and padding 1. What is the output volume?",
            "224x224x3 -> conv 64@7x7 s2 p3 -> pool 3x3 s2 p1: final output?",
        ],
    ),
    (
        "113x113x32",
        [
            "What is the output of a 3x3 conv with stride 2 and SAME padding on 225x225x3 with 32 filters?",
            "Conv2D(32, 3, strides=2, padding='same') on 225x225x3: output?",
        ],
    ),
    (
        "56x56x64",
        [
            "3x3 max pool with stride 2, ceil mode, on 112x112x64: output size?",
            "MaxPool2d(3, stride=2, ceil_mode=True) on 112x112x64: output?",
        ],
    ),
    (
        "56x56x64",
        [
            "ConvTranspose2d(128, 64, 2, stride=2) on 28x28: output?",
            "transposed convolution 2x2 stride 2 with 64 filters on 28x28x128: output size?",
            "28x28x128 through a deconvolution with 64 2x2 filters at stride 2: output volume?",
        ],
    ),
    (
        "64x64",
        [
            "A dilated 3x3 convolution with dilation rate 2 on a 64x64 image, padding 2: output size?",
            "3x3 conv, dilation 2, pad 2 on a 64x64 input: output size?",
        ],
    ),
    ("1x1x512", ["global average pooling of 7x7x512: output size?"]),
    (
        "19x19x8",
        [
            "A 15x15x8 volume is padded by 2 on each side. New shape?",
            'You have an input volume that is 15x15x8, and pad it using "pad=2". What is the dimension of the '
            "resulting volume (after padding)?",
        ],
    ),
    (25088, ["Flattening 7x7x512: length of the vector?", "A 7x7x512 volume is flattened. How long is the vector?"]),
    (
        3,
        [
            "A 7-wide input meets a 3-wide filter with stride 2. How wide is the output?",
            "W=7, F=3, S=2, P=0: output?",
            "7 wide, kernel 3, stride 2, no padding: how wide is the output?",
        ],
    ),
]

COSTS = [
    (
        56 * 56 * 64 * 9 * 64,
        [
            "How many multiply-accumulates does a 3x3 conv with 64 filters, stride 1, pad 1 on 56x56x64 need?",
            "56x56x64, 64 3x3 filters, same: MACs?",
            "MACs of Conv2d(64, 64, 3, padding=1) on 56x56?",
            "How many multiplications does a convolution of 56x56x64 with 64 3x3 kernels and padding 1 take?",
        ],
    ),
    (2 * 14 * 14 * 256 * 1024, ["How many FLOPs does a 1x1 convolution with 256 filters on 14x14x1024 take?"]),
    (4096 * 1000, ["How many multiply-adds are needed for a dense layer with 4096 inputs and 1000 outputs?"]),
    (
        55 * 55 * 96,
        [
            "How many units has the output of 96 11x11 filters at stride 4 on 227x227x3?",
            "How many neurons are in a conv layer with output 55x55x96?",
        ],
    ),
    (
        55 * 55 * 96 * (11 * 11 * 3 + 1),
        [
            "Without parameter sharing, how many parameters would a conv layer with 96 11x11 filters at stride 4 on "
            "227x227x3 have?"
        ],
    ),
    (
        224 * 224 * 64 * 2,
        [
            "How much memory in MB does a 224x224x64 feature map take in fp16?",
            "How many bytes does a 224x224x64 volume need in half precision?",
        ],
    ),
    (
        62_378_344 * 4,
        [
            "How many bytes do the parameters of AlexNet take in float32?",
            "How many bytes do 62,378,344 parameters take in float32?",
        ],
    ),
    (
        7,
        [
            "What is the receptive field of three stacked 3x3 convolutions with stride 1?",
            "Three 3x3 conv layers: receptive field?",
            "conv 3x3, then conv 3x3, then conv 3x3: receptive field?",
            "conv3 s1, conv3 s1, conv3 s1: receptive field?",
        ],
    ),
    (195, ["receptive field of AlexNet at pool5", "What is AlexNet's receptive field after pool5?"]),
    (15, ["3x3 convs with dilation 1, 2 and 4: receptive field?"]),
    (6 * 25 + 6, ["Trainable parameters of LeNet-5 layer C1?", "How many parameters has C1 of LeNet-5?"]),
]

BACKWARDS = [
    (
        [3],
        [
            "which padding keeps 63x63 with a 7x7 filter?",
            "Which padding makes a stride-1 7x7 convolution keep 63x63?",
            "What padding is needed so that a 7x7 convolution with stride 1 keeps the spatial size?",
            "63x63, 7x7 kernel, stride 1: what zero-padding preserves the size?",
        ],
    ),
    (
        [13, 14],
        [
            "which input widths give 7 with a 3-wide filter, stride 2, pad 1?",
            "Which input widths give a 7-wide output from a 3-wide, stride 2, pad 1 conv?",
            "What input size do I need so that a 3x3 conv with stride 2 and padding 1 outputs 7x7?",
            "For which input sizes is the output of a 3x3 stride 2 pad 1 conv 7 wide?",
        ],
    ),
    (
        [2],
        [
            "which stride turns 224 into 112 with kernel 7 and pad 3?",
            "What stride is needed to go from 224 to 112 with a 7x7 filter and padding 3?",
            "what stride gives 112 from 224 with a 7x7 kernel and pad 3?",
        ],
    ),
    (
        [20],
        [
            "On a 32x32x3 input, how many 5x5 filters give 1,520 parameters?",
            "How many filters of size 5x5 on 3 channels give 1520 parameters?",
            "How many 5x5 filters on an RGB image are needed to get 1,520 parameters?",
        ],
    ),
    (
        [5],
        [
            "Which kernel size turns 32x32 into 28x28 with stride 1 and no padding?",
            "Which filter size reduces 32 to 28 with no padding and stride 1?",
        ],
    ),
    ([2], ["32 wide, 3x3, dilation 2: which pad keeps 32?", "Which dilation makes a 3x3 conv with pad 2 keep 32x32?"]),
    ([100], ["How many neurons must a dense layer on 512 inputs have for 51,300 parameters?"]),
    (
        ["none"],
        [
            "how many filters give 1,521 parameters with 5x5 kernels on 3 channels?",
            "Which stride turns 224 into 100 with kernel 7 and pad 3?",
        ],
    ),
]


def cases(table: list) -> list:  # type: ignore[type-arg]
    return list(chain.from_iterable(((text, value) for text in texts) for value, texts in table))


@pytest.mark.parametrize(("question", "value"), cases(PARAMETERS) + cases(SIZES) + cases(COSTS))
def test_value(question: str, value: object) -> None:
    assert value in [answer.value for answer in ask(question)]


@pytest.mark.parametrize(("question", "values"), cases(BACKWARDS))
def test_all_solutions_smallest_first(question: str, values: list[object]) -> None:
    assert [answer.value for answer in ask(question)] == values


def test_stride_and_padding_together() -> None:
    found = ask("Which stride and padding map 224 to 112 with a 7x7 filter?")
    assert {answer.quantity: answer.value for answer in found} == {"stride": 2, "padding": 3}


def test_several_values_in_turn() -> None:
    found = ask(
        "A 9-wide input meets a 3-wide filter with padding 1. How wide is the output for stride 1 and for stride 2?"
    )
    assert [answer.value for answer in found] == [(9 - 3 + 2) // 1 + 1, (9 - 3 + 2) // 2 + 1]


def test_a_follow_up_changes_only_what_it_says() -> None:
    found = ask(
        "For a 7x7 input and 3x3 filter, what's the output size with stride 1? With stride 2? "
        "With padding 1 and stride 1?"
    )
    assert [answer.value for answer in found] == ["5x5", "3x3", "7x7"]


def test_every_quantity_is_answered() -> None:
    found = ask("6x6x3 input, two 3x3x3 filters, valid: output, parameters, MACs?")
    assert [answer.value for answer in found] == ["4x4x2", 2 * (27 + 1), 4 * 4 * 2 * 27]


def test_chains_are_followed_layer_by_layer() -> None:
    found = ask(
        "32x32x3, 6 5x5 filters, then 2x2 max pooling, then 16 5x5 filters, then 2x2 max pooling, then a dense "
        "layer of 10: sizes and parameters?"
    )
    values = [answer.value for answer in found]
    assert values[:5] == ["28x28x6", "14x14x6", "10x10x16", "5x5x16", 10]
    weights = [6 * (75 + 1), 16 * (25 * 6 + 1), (400 + 1) * 10]
    assert values[5:] == [*weights, sum(weights)]


@pytest.mark.parametrize(
    "question",
    [
        "How many weights has the second convolution in: 32x32x3 -> conv 6@5x5 -> pool 2 -> conv 16@5x5 -> pool 2?",
        "32x32x3 -> conv 6@5x5 -> pool 2 -> conv 16@5x5 -> pool 2: how many weights has the second conv?",
        "32x32x3 -> conv 6@5x5 -> pool 2 -> conv 16@5x5 -> pool 2: weights of the last conv layer?",
    ],
)
def test_one_layer_of_a_chain(question: str) -> None:
    assert [answer.value for answer in ask(question)] == [16 * 25 * 6]


def test_what_is_assumed_is_said() -> None:
    (answer,) = ask("32x32x3, 10 5x5 filters: parameters?")
    assert answer.assumptions == ("the layer is a convolution", "stride 1", "no padding", "with bias")
    (answer,) = ask("Conv2d(3, 10, 5, stride=1, padding=0, bias=True): parameters?")
    assert answer.assumptions == ()


def test_steps_lead_to_the_value() -> None:
    (answer,) = ask("32x32x3, 10 5x5 filters, stride 1, pad 2: parameters?")
    assert answer.steps == ("each filter: 5·5·3 + 1 = 76", "parameters: 10 · 76 = 760")
    assert answer.as_dict()["steps"] == list(answer.steps)


def test_frameworks_tuples_are_height_first() -> None:
    (answer,) = ask("10 wide and 12 high input, kernel (3, 3), padding (1, 1), stride (2, 1): output size?")
    assert answer.value == f"{(10 + 2 - 3) // 1 + 1}x{(12 + 2 - 3) // 2 + 1}"
    assert any("height first" in note for note in answer.assumptions)


def test_grown_depth_first() -> None:
    (answer,) = ask("3x32x32 input, three 3x3 filters: output?")
    assert answer.value == "30x30x3"
    assert any("3 channels of 32x32" in note for note in answer.assumptions)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("How many weights does each filter have if the input is 32x32x3 and the filters are 5x5?", 75),
        ("How many weights does one filter of AlexNet conv2 have?", 5 * 5 * 96),
        ("One conv neuron looks at a 3x3 patch of a 16x16x8 volume. How many weights does it have?", 72),
    ],
)
def test_one_filter(question: str, value: int) -> None:
    assert [answer.value for answer in ask(question)] == [value]


def test_both_ways() -> None:
    found = ask("Conv2d(3, 10, 5): parameters with and without bias?")
    assert [answer.value for answer in found] == [10 * 76, 10 * 75]
    found = ask("A 28x28 input, 5x5 kernel, stride 1: output width without padding and with same padding?")
    assert sorted(answer.value for answer in found) == [24, 28]


def test_several_dtypes() -> None:
    found = ask("How much memory does a 10x10x8 volume take in float32 and in float16?")
    assert [answer.value for answer in found] == [800 * 4, 800 * 2]


def test_several_inputs_of_a_network() -> None:
    found = ask("What does VGG-16's pool5 output at 224x224, and at 256x256?")
    assert [answer.value for answer in found] == ["7x7x512", "8x8x512"]


def test_changed_layers_are_said() -> None:
    (answer,) = ask("AlexNet conv2 with 2 groups: how many parameters?")
    assert answer.value == 256 * (5 * 5 * 48 + 1)
    assert any("groups 2" in note for note in answer.assumptions)


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("Which share of VGG-16's parameters sits in the fully connected layers?", 123_642_856 / 138_357_544),
        ("What percentage of AlexNet's parameters are in fully connected layers?", 58_631_144 / 62_378_344),
        ("Which share of VGG-16's MACs is in the convolutions?", 15_346_630_656 / 15_470_264_320),
        ("Which share of activations does 2x2 max pooling with stride 2 discard?", 1 - 1 / 4),
    ],
)
def test_shares(question: str, share: float) -> None:
    assert share in [answer.value for answer in ask(question)]


@pytest.mark.parametrize(
    "question",
    [
        "Dense 784 -> 300 -> 100 -> 10: how many parameters?",
        "MLP 784-300-100-10: parameters?",
        "A network 784 -> 300 -> 100 -> 10, fully connected: number of parameters?",
        "Linear(784, 300) -> Linear(300, 100) -> Linear(100, 10): parameters?",
    ],
)
def test_dense_chains(question: str) -> None:
    each = [785 * 300, 301 * 100, 101 * 10]
    assert [answer.value for answer in ask(question)] == [*each, sum(each)]


def test_comparisons_come_with_the_ratio() -> None:
    found = ask(
        "How many times fewer MACs does a depthwise separable 3x3 convolution need than a standard one with 128 "
        "input and 128 output channels on a 28x28 map, same padding?"
    )
    cheap, standard = 28 * 28 * 128 * (9 + 128), 28 * 28 * 128 * 128 * 9
    values = [answer.value for answer in found]
    assert cheap in values
    assert standard in values
    assert values[-1] == pytest.approx(standard / cheap)


def test_changes_of_a_network() -> None:
    found = {answer.quantity: answer.value for answer in ask("How many parameters does VGG-16 have with 10 classes?")}
    assert found["parameters of VGG-16"] == 138_357_544 - 4097 * 1000 + 4097 * 10
    found = {answer.quantity: answer.value for answer in ask("How many parameters does AlexNet have without biases?")}
    assert found["parameters of AlexNet"] == 62_378_344 - (96 + 256 + 384 + 384 + 256 + 4096 + 4096 + 1000)


def test_a_batch_multiplies() -> None:
    values = [
        a.value for a in ask("How many MACs does a batch of 8 images need for 64 3x3 filters, pad 1, on 56x56x64?")
    ]
    assert values == [56 * 56 * 64 * 576, 8 * 56 * 56 * 64 * 576]


def test_strides_that_fit() -> None:
    found = ask("A 10-wide input, 4-wide filter, no padding. Which strides fit exactly?")
    assert [answer.value for answer in found] == [s for s in range(1, 7) if (10 - 4) % s == 0]


def test_pytorchs_own_example() -> None:
    """The shape that the documentation of torch.nn.Conv2d gives for its examples: 20x33x28x100 and 20x33x26x100."""
    call = "nn.Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2){}) on an input of shape (16, 50, 100): output?"
    assert [answer.value for answer in ask(call.format(""))] == ["100x28x33"]
    assert [answer.value for answer in ask(call.format(", dilation=(3, 1)"))] == ["100x26x33"]


def test_each_followed_by() -> None:
    found = ask(
        "128x128x3. Three convolutional layers of 32 3x3 filters, padding 1, each followed by 2x2 max pooling. "
        "What are the sizes?"
    )
    assert [answer.value for answer in found] == [
        "128x128x32",
        "64x64x32",
        "64x64x32",
        "32x32x32",
        "32x32x32",
        "16x16x32",
    ]


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("How many weights has the last layer of AlexNet?", 4096 * 1000),
        ("32x32x3 -> conv 6@5x5 -> pool 2: output of the first layer?", "28x28x6"),
        ("What is the receptive field of a neuron in the second layer of a network with three 3x3 conv layers?", 5),
    ],
)
def test_layers_by_their_order(question: str, value: object) -> None:
    assert value in [answer.value for answer in ask(question)]
