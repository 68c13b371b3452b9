"""Questions about bundled networks: which layers they point at, and what they ask of them."""

import pytest

from cnncalc.questions.answer import QuestionError
from cnncalc.questions.ask import ask


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("How many parameters do the first three conv layers of VGG-16 have?", 1792 + 36_928 + 73_856),
        ("How many MACs do the last two FC layers of VGG-16 need?", 4096 * 4096 + 4096 * 1000),
        ("Output of the last pooling layer of VGG-16?", "7x7x512"),
        ("How many conv layers does VGG-16 have?", 13),
        ("How many pooling layers has AlexNet?", 3),
        ("How many filters does AlexNet conv3 have?", 384),
        ("What kernel size does AlexNet conv1 use?", "11x11"),
        ("What stride does AlexNet's conv1 have?", 4),
        ("What is the input size of AlexNet?", "227x227x3"),
        ("Which layer of VGG-16 has the most parameters?", "fc6"),
        ("Which layer of AlexNet needs the most MACs?", "CONV2"),
        ("How deep is ResNet-152?", 152),
        ("How many layers does VGG-19 have?", 19),
        ("Output size of S4 in LeNet-5?", "5x5x16"),
        ("What is the output of inception_3a in GoogLeNet?", "28x28x256"),
        ("Receptive field of GoogLeNet after inception_3a?", 59),
        ("How many parameters does ResNet-50 have?", 25_557_032),
        ("EfficientNet-B0: MACs?", 385_814_752),
        ("How many input features does the first FC layer of AlexNet have?", 9216),
        ("Which layer of AlexNet first fails when fed 64x64 images?", "POOL3"),
        ("Feeding VGG-19 with 64x64 images: which layer fails first?", "fc6"),
    ],
)
def test_value(question: str, value: object) -> None:
    assert value in [answer.value for answer in ask(question)]


@pytest.mark.parametrize(
    ("question", "piece"),
    [
        ("How many parameters has AlexNet up to pool2?", "up to"),
        ("Parameters of VGG-16 between conv3_1 and conv3_3?", "between"),
        ("How many parameters has VGG-16 before the FC layers?", "before the"),
        ("How many parameters has AlexNet (64/192/384/256/256 filters)?", "64"),
        ("VGG-16 versus VGG-19: parameters?", "19"),
        ("How many parameters do the first 2 blocks of AlexNet have?", "2"),
    ],
)
def test_never_a_guess(question: str, piece: str) -> None:
    with pytest.raises(QuestionError) as caught:
        ask(question)
    assert piece in caught.value.unread
