"""Which kernel a convolution gets, and that verification never gets one that saves products."""

import pytest

from cnncalc.backend.planner import Shape, choose

PLAIN = Shape((3, 3), (1, 1), (1, 1), 1, 64, 64, (56, 56), True)


@pytest.mark.parametrize(
    ("changed", "kernel"),
    [
        ({}, "winograd"),
        ({"kernel": (5, 5)}, "winograd"),
        ({"kernel": (7, 7)}, "tiles"),
        ({"kernel": (3, 1)}, "tiles"),
        ({"kernel": (3,), "stride": (1,), "dilation": (1,), "outputs": (56,)}, "tiles"),
        ({"stride": (2, 2)}, "tiles"),
        ({"dilation": (2, 2)}, "tiles"),
        ({"channels": 3}, "tiles"),
        ({"outputs": (7, 7)}, "tiles"),
        ({"kernel": (1, 1), "padded": False}, "product"),
        ({"kernel": (1, 1), "padded": False, "stride": (2, 2)}, "tiles"),
        ({"groups": 32}, "grouped tiles"),
        ({"groups": 64}, "depthwise"),
    ],
)
def test_choice(changed, kernel):
    shape = PLAIN._replace(**changed)
    assert choose(shape, direct=False).kernel == kernel
    assert choose(shape, direct=True).kernel == ("tiles" if kernel == "winograd" else kernel)
    assert choose(shape, direct=True).why
