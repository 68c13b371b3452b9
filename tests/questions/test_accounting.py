"""Every number and every word that qualifies is used, once; otherwise the question is refused and the piece named.

Expected values are worked out by hand here.
"""

import pytest

from cnncalc.questions.answer import QuestionError
from cnncalc.questions.ask import ask

ANSWERED = [
    # Numbers that count or number layers.
    ("What is the output of layer 3 of AlexNet?", "13x13x384"),
    ("size of conv 3 of AlexNet", "13x13x384"),
    ("number of parameters in the first 3 layers of AlexNet", 34_944 + 614_656 + 885_120),
    ("How many parameters are in the last 3 layers of VGG-16?", 102_764_544 + 16_781_312 + 4_097_000),
    ("number of MACs in the first layer of AlexNet", 55 * 55 * 96 * 363),
    (
        "Input 64x64x3. Each of three conv layers has 3x3 kernels with stride 2 and padding 1, and 16, 32, 64 filters. "
        "Output volume?",
        "8x8x64",
    ),
    ("Three blocks of conv 3x3 with 32 filters pad 1 and max pool 2x2 on 64x64x3: output?", "8x8x32"),
    ("Input 28x28x1. Two 5x5 conv layers without padding, each followed by 2x2 max pooling. Output size?", "4x4"),
    ("Receptive field in layer 3 when each layer is 3x3 with stride 2?", 1 + 2 + 4 + 8),
    (
        'A CNN has three convolutional layers with 3x3 kernels, a stride of 2, and "same" padding. The lowest layer outputs '
        "100 feature maps, the middle one outputs 200, and the top one outputs 400. The input images are RGB images of "
        "200 x 300 pixels. What is the total number of parameters?",
        100 * 28 + 200 * 901 + 400 * 1801,
    ),
    (
        "How many parameters are in two stacked 3x3 conv layers with 64 channels each on a 64-channel input?",
        2 * 64 * (9 * 64 + 1),
    ),
    # Sides in any order.
    ("An image is 640 pixels wide and 480 high, RGB; 32 filters 5x5 stride 2. Output volume?", "318x238x32"),
    (
        "Let the input be of height 12 and width 18 with 3 channels, kernel 3 by 5 (height by width), stride 1. Output size?",
        "14x10",
    ),
    # Backwards through several layers.
    ("What input size is required to get a 1x1 output with five 3x3 conv layers without padding?", 11),
    ("What input size gives a 10x10 output after two 3x3 conv layers?", 14),
    ("What input width gives output 7 after three 2x2 max pools?", 56),
    ("What input width gives output 7 after three 2x2 max pools?", 63),
    ("Which input size gives 5x5 after a 5x5 conv and a 2x2 max pool?", 14),
    ("Which input size gives 5x5 after a 5x5 conv and a 2x2 max pool?", 15),
    ("What stride turns 224 into 56 with two 3x3 convs with padding 1?", 2),
    ("What is the input size if the output is 10x8 with a 3x3 kernel?", "12x10"),
    # Per output, for a batch, in other units.
    ("Input is 32x32x3, kernel 5x5, stride 1, padding 2, 10 filters. How many multiplications per output element?", 75),
    ("Input is 32x32x3, kernel 5x5, 10 filters. How many multiply-adds are needed per output pixel?", 750),
    ("How many neurons share the same weights in AlexNet conv1?", 55 * 55),
    ("FLOPs of AlexNet for a batch of 10?", 10 * 2_270_512_192),
    ("How many MACs do 10 images need on AlexNet?", 10 * 1_135_256_096),
    ("Conv2d(3, 10, 5) on 32x32x3 with batch size 8: output shape?", "8x28x28x10"),
    ("how many FLOPs (multiply-add = 1 FLOP) does ResNet-18 take?", 1_814_073_344),
    ("How many bits do the parameters of LeNet-5 need in float32?", 60_000 * 32),
    # The number of layers, the dilated kernel.
    ("How many stacked 3x3 layers have the same receptive field as one 7x7?", 3),
    ("How many 3x3 conv layers are needed to get a receptive field of 31?", 15),
    ("What is the effective kernel size of a 3x3 convolution with dilation 4?", 9),
    # Frameworks.
    ("SeparableConv2D(64, 3) on 32x32x32: parameters?", 9 * 32 + 32 * 64 + 64),
    ("Conv2d(3, 10, 5) with stride 2 on 32x32: output?", "14x14x10"),
    ("MaxPooling2D((2,2)) on 26x26x32 output shape?", "13x13x32"),
    # Short spellings.
    ("What is the stride of conv1 in AlexNet?", 4),
    ("biases of the first conv layer of VGG-16", 64),
    ("How much padding for same convolution with filter 11x11?", 5),
    (
        "How many zero-padding pixels must be added on each side so that a 5x5 convolution with dilation 2 preserves the "
        "size?",
        4,
    ),
    ("Output of a 4x4 input with 3x3 kernel, padding 2, stride 1 (full padding)?", "6x6"),
    ("W=32, K=3, S=1, P=1. Output?", 32),
    ("What is the output size of a conv with W=227, F=11, S=4, P=0?", 55),
    ("First layer: 32 3x3 filters. Second layer: 64 3x3 filters. Input 28x28x1. Parameters?", 320 + 18_496),
    ("How many parameters does a 1x1 convolution need to reduce 256 channels to 64?", 64 * 257),
    ("Conv 3x3 64→128 parameters", 128 * (9 * 64 + 1)),
    ("Dense layer 4096 → 1000 parameters", 4097 * 1000),
    ("FLOPs for a fully connected layer 25088 to 4096", 2 * 25088 * 4096),
    ("MLP with layers 784, 128, 10: parameters?", 785 * 128 + 129 * 10),
    ("CONV layer: 5 filters, 3x3x3, stride 2, zero-padding 1, input 5x5x3. Output size?", "3x3x5"),
    ("How many parameters would a single filter of size 5x5 have on an RGB image?", 76),
    ("I have a 28 x 28 image and a kernel of 5 x 5. How big is the feature map?", "24x24"),
    (
        "Input 32x32x3, 6 filters 5x5, pool 2x2, 16 filters 5x5, pool 2x2, FC 120, FC 84, FC 10. Parameters in total?",
        456 + 2416 + 48_120 + 10_164 + 850,
    ),
    ("how many parameters does conv5 of alexnet have and what is its output?", "13x13x256"),
    ("stride for 227 -> 55 with 11x11 and no padding?", 4),
    ("A filter of size 3x3x3 slides on 7x7x3 with stride 2. How many positions?", 9),
    ("A 1D signal with 1000 samples, kernel 25, stride 5: output length?", 196),
    ("7x7 input, 3x3 filter, stride 1 vs stride 2: output?", "3x3"),
    ("Which layer has the most parameters: 32x32x3 -> conv 10 5x5 -> FC 100?", "fc1"),
]

REFUSED = [
    ("parameters of AlexNet with 5 layers", "5"),
    ("parameters of conv2 in AlexNet with 48 channels in", "48 channels"),
    ("VGG-16 on a grayscale image: parameters of conv1_1?", "1 channels"),
    ("AlexNet with 3x3 kernels: parameters?", "3x3"),
    ("How many parameters do all but the last layer of AlexNet have?", "but"),
    ("parameters in every second conv layer of VGG-16", "every"),
    ("How many MACs per parameter does AlexNet have?", "per"),
    ("Output size of conv2 to conv4 in AlexNet?", "to"),
    ("AlexNet with half the filters in conv1: parameters of conv1?", "half the"),
    ("How many parameters do 3 conv layers of AlexNet have?", "3 conv layers"),
    ("10% of the parameters of AlexNet", "10"),
    ("3x3 conv stride 2 with 8 filters on 112x112x64 in ceil mode: output?", "ceil"),
    ("32x32x3, 10 3x3 filters, padding 1 only on left and top: output?", "left"),
    ("Conv2d(3, 10, 5) on 32x32 with 7 heads: parameters?", "7"),
    ("Conv2d(3, 10, 5, stride=1) with stride 2 on 32x32: output?", "stride 2"),
    ("How many parameters per channel do 10 5x5 filters on 32x32x3 have?", "per"),
    ("Output of 10 5x5 filters on the top half of 32x32x3?", "top"),
    ("How many times is each weight used in 10 5x5 filters on 32x32x3?", "times"),
    ("32x32x3, 10 5x5 filters, 3 of them frozen: trainable parameters?", "3"),
    ("3x3 conv with 64 filters on 56x56x64, pad 1 at 30 fps: MACs?", "30"),
    ("A 32x32x3 image, 10 5x5 filters, another 20 filters: parameters?", "20"),
    ("Which kernel size reduces 32x32 to 24x24 in two layers?", "two"),
]


@pytest.mark.parametrize(("question", "value"), ANSWERED)
def test_answered(question: str, value: object) -> None:
    assert value in [answer.value for answer in ask(question)]


def test_nothing_beside_what_is_asked() -> None:
    (answer,) = ask("how many FLOPs (multiply-add = 1 FLOP) do 64 3x3 filters on 56x56x64 with pad 1 take?")
    assert answer.value == 56 * 56 * 64 * 9 * 64
    (answer,) = ask("How many weights would be needed without weight sharing in 10 5x5 filters on 32x32x3?")
    assert answer.value == 28 * 28 * 10 * 76


@pytest.mark.parametrize(("question", "piece"), REFUSED)
def test_refused(question: str, piece: str) -> None:
    with pytest.raises(QuestionError) as caught:
        ask(question)
    assert piece in caught.value.unread


@pytest.mark.parametrize(
    "stray",
    [
        "17",
        "seventeen",
        "per channel",
        "twice a day",
        "except one",
        "only half",
        "7x9",
        "of 12",
        "with 9 heads",
        "at 4",
        "and 9 others",
        "minus 3",
        "0.5",
        "level 2",
    ],
)
@pytest.mark.parametrize(
    "question",
    [
        "10 5x5 filters on 32x32x3, {}: parameters?",
        "How many MACs does AlexNet need {}?",
        "What is the output of a 2x2 max pool, stride 2, on 64x64x8 {}?",
        "Conv2d(3, 10, 5) on 32x32 {}: output?",
        "What padding keeps 63x63 with a 7x7 filter {}?",
        "Receptive field of three 3x3 conv layers {}?",
    ],
)
def test_nothing_stray_is_passed_over(question: str, stray: str) -> None:
    with pytest.raises(QuestionError):
        ask(question.format(stray))
