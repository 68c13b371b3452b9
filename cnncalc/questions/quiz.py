"""`quiz`: questions with worked answers, and wrong answers by the usual mistakes.

Settings are drawn by a seed; the answers come from the layers. Wrong answers are what the named mistake gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random

from cnncalc.analysis.measured import LayerView, Measured
from cnncalc.derivation import number
from cnncalc.questions import costs, quantities
from cnncalc.questions.chain import Stage, run
from cnncalc.questions.quantities import Asked
from cnncalc.questions.setups import Known, Said
from cnncalc.results import Answer, QuizQuestion

Wrong = tuple[object, str]
LEVELS = (1, 2, 3)
_OPTIONS = 3


def quiz(
    topic: str | None = None, level: int | None = None, count: int = 5, seed: int = 0, network: Measured | None = None
) -> list[QuizQuestion]:
    """Draw questions.

    Args:
        topic: one of `TOPICS`; None mixes them. With a network the questions are about its layers.
        level: 1 to 3; None mixes them.
        seed: the same seed gives the same questions.

    Raises:
        ValueError: for an unknown topic or level.
    """
    if topic is not None and topic not in TOPICS:
        raise ValueError(f"there is no topic `{topic}`: there are {', '.join(TOPICS)}")
    if level is not None and level not in LEVELS:
        raise ValueError(f"there is no level {level}: there are 1, 2 and 3")
    random = Random(seed)
    drawn: dict[str, QuizQuestion] = {}
    for _ in range(50 * count):
        if len(drawn) == count:
            break
        hard = level or random.choice(LEVELS)
        if network is not None:
            made = _about(network, topic, hard, random)
        else:
            made = TOPICS[topic or random.choice(list(TOPICS))](hard, random)
        if len(made.distractors) == _OPTIONS:
            drawn.setdefault(made.text, made)
    return list(drawn.values())


def _made(topic: str, level: int, text: str, answer: Answer, wrong: Iterable[Wrong]) -> QuizQuestion:
    """Assemble a question; mistakes that happen to give the right answer, or the same wrong one, are left out."""
    right = answer.text if isinstance(answer.value, str) else number(answer.value)
    distractors: dict[str, str] = {}
    for value, mistake in wrong:
        shown = number(value)
        if shown != right and shown[0] not in "-0":
            distractors.setdefault(shown, mistake)
    return QuizQuestion(topic, level, text, right, answer.steps, tuple(list(distractors.items())[:_OPTIONS]))


def _ask(measure: Callable[[Asked], list[Answer]], stages: Sequence[Stage]) -> Answer:
    return measure(Asked(stages, stages))[-1]


def _window(level: int, random: Random) -> tuple[int, int, int, int]:
    """Input width, kernel, stride, padding; up to level 2 they fit exactly."""
    kernel = random.choice((3, 5) if level == 1 else (2, 3, 5, 7, 11))
    stride = 1 if level == 1 else random.choice((1, 2, 3, 4))
    pad = 0 if level == 1 else random.randrange(0, (kernel + 1) // 2)
    windows = random.randint(5, 60)
    spare = random.randrange(stride) if level == 3 else 0
    return (windows - 1) * stride + kernel - 2 * pad + spare, kernel, stride, pad


def _volume(*numbers: int) -> str:
    return "x".join(map(str, numbers))


def _a(width: int) -> str:
    """The article before a size: an 8x8x3 volume, an 11x11x3 volume, an 84x84x3 volume."""
    return "An" if str(width).startswith("8") or width in (11, 18) else "A"


def _rounding(slack: int, stride: int) -> str:
    """What is done where the last window does not fit."""
    return ", rounding down" if slack % stride else ""


def _convolution(level: int, random: Random) -> tuple[str, Stage, int]:
    width, kernel, stride, pad = _window(level, random)
    if width < 1:
        width, pad = width + 2 * pad, 0
    depth = random.choice((1, 3) if level == 1 else (3, 16, 32, 64))
    filters = random.choice((6, 8, 10, 16) if level == 1 else (16, 32, 64, 96, 128))
    said = Said("conv", {"filters": filters, "kernel": kernel, "stride": stride, "pad": pad})
    stage = run(Known((width, width), depth), [said])[0]
    text = (
        f"Input {_volume(width, width, depth)}, {filters} filters of {_volume(kernel, kernel)}, stride {stride}, "
        f"padding {pad}{_rounding(width + 2 * pad - kernel, stride)}"
    )
    return text, stage, pad


def _size(level: int, random: Random) -> QuizQuestion:
    text, stage, pad = _convolution(level, random)
    (width, *_), depth = stage.input.spatial, stage.input.channels
    layer, out = stage.layer, stage.output
    filters, kernel, stride = layer.filters, layer.kernel[0], layer.stride[0]  # type: ignore[attr-defined]
    slack = width + 2 * pad - kernel
    wrong: list[Wrong] = [
        (_volume(*2 * ((width + pad - kernel) // stride + 1,), filters), "the padding was added once instead of twice"),
        (_volume(*out.spatial, depth), "the depth of the input was kept"),
        (_volume(*2 * (-(-slack // stride) + 1,), filters), "rounded up instead of down"),
        (_volume(*2 * (slack // stride,), filters), "the + 1 was forgotten"),
        (_volume(*2 * ((width - kernel) // stride + 1,), filters), "the padding was forgotten"),
        (_volume(*2 * (slack + 1,), filters), "the stride was forgotten"),
        (_volume(*2 * (out.spatial[0] + 1,), filters), "one was added twice"),
    ]
    return _made("size", level, f"{text}: what is the output volume?", _ask(quantities.output, [stage]), wrong)


def _pooling(level: int, random: Random) -> QuizQuestion:
    size = 2 if level == 1 else random.choice((2, 3))
    stride = size if level == 1 else 2
    width = (random.randint(4, 60) - 1) * stride + size + (1 if level == 3 else 0)
    depth = random.choice((16, 32, 64, 96, 256))
    stage = run(Known((width, width), depth), [Said("maxpool", {"kernel": size, "stride": stride})])[0]
    out, slack = stage.output, width - size
    wrong: list[Wrong] = [
        (_volume(*out.spatial, depth // 2), "the depth was pooled too"),
        (_volume(*2 * (slack // stride,), depth), "the + 1 was forgotten"),
        (_volume(*2 * (-(-slack // stride) + 1,), depth), "rounded up instead of down"),
        (_volume(*out.spatial, 1), "the maps were pooled into one"),
        (_volume(*2 * (slack + 1,), depth), "the stride was forgotten"),
    ]
    text = (
        f"{_a(width)} {_volume(width, width, depth)} volume goes through {size}x{size} max pooling with stride {stride}"
        f"{_rounding(slack, stride)}: what is the output volume?"
    )
    return _made("pooling", level, text, _ask(quantities.output, [stage]), wrong)


def _parameters(level: int, random: Random) -> QuizQuestion:
    text, stage, _ = _convolution(level, random)
    right = quantities.trainable(stage)
    filters, depth = stage.layer.filters, stage.input.channels  # type: ignore[attr-defined]
    taps = stage.layer.kernel[0] ** 2  # type: ignore[attr-defined]
    wrong: list[Wrong] = [
        (right - filters, "the biases were forgotten"),
        ((taps + 1) * filters, "the depth of the input was forgotten"),
        (right - filters + 1, "one bias for all filters"),
        (right * stage.output.positions, "the weights were counted at every position"),
        (taps * depth + 1, "only one filter was counted"),
    ]
    return _made(
        "parameters",
        level,
        f"{text}: how many parameters does the layer have?",
        _ask(quantities.parameters, [stage]),
        wrong,
    )


def _dense(level: int, random: Random) -> QuizQuestion:
    units = random.choice((10, 100, 128, 256, 1000))
    width = random.choice((4, 5, 7, 8) if level < 3 else (14, 28, 32))
    depth = 1 if level == 1 else random.choice((3, 16, 64, 256))
    stage = run(Known((width, width), depth), [Said("fc", {"units": units})])[0]
    inputs, right = stage.input.size, quantities.trainable(stage)
    wrong: list[Wrong] = [
        (inputs * units, "the biases were forgotten"),
        ((width * width + 1) * units, "the depth of the input was forgotten"),
        (inputs * units + 1, "one bias for all neurons"),
        ((width + 1) * units, "only the width of the input was counted"),
        (inputs + units, "added instead of multiplied"),
    ]
    text = (
        f"{_a(width)} {_volume(width, width, depth)} volume enters a fully connected layer of {units} neurons: "
        "how many parameters does it have?"
    )
    return _made(
        "dense", level, text, _ask(quantities.parameters, [stage]), [*wrong, (right + units, "two biases per neuron")]
    )


def _operations(level: int, random: Random) -> QuizQuestion:
    text, stage, _ = _convolution(level, random)
    right, out, width = costs.macs_of(stage), stage.output, stage.input.spatial[0]
    taps, depth = stage.layer.kernel[0] ** 2, stage.input.channels  # type: ignore[attr-defined]
    wrong: list[Wrong] = [
        (right // depth, "the depth of the input was forgotten"),
        (width * width * out.channels * taps * depth, "input positions were counted instead of output positions"),
        (right // out.channels, "only one filter was counted"),
        (right + out.size, "the bias additions were counted too"),
        (2 * right, "multiplications and additions were counted apart"),
    ]
    return _made(
        "operations", level, f"{text}: how many multiply-accumulates does it need?", _ask(costs.macs, [stage]), wrong
    )


def _field(level: int, random: Random) -> QuizQuestion:
    layers = []
    for _ in range(level + 1):
        stride = random.choice((1, 2)) if level > 1 else 1
        layers.append(Said("conv", {"kernel": random.choice((3, 5) if level < 3 else (3, 5, 7)), "stride": stride}))
    stages = run(Known(), layers)
    right = costs.receptive_field(Asked(stages, stages))[0]
    kernels = [said.values["kernel"] for said in layers]
    wrong: list[Wrong] = [
        (sum(kernels), "the kernels were added up"),
        (1 + sum(kernel - 1 for kernel in kernels), "the strides were ignored"),
        (max(kernels), "only the largest kernel was counted"),
        (int(str(right.value)) - 1, "the first cell was not counted"),
        (int(str(right.value)) + 1, "one cell was counted twice"),
    ]
    chain = ", then ".join(
        f"{k}x{k} conv with stride {said.values['stride']}" for k, said in zip(kernels, layers, strict=True)
    )
    return _made(
        "receptive field",
        level,
        f"A network: {chain}. What is the receptive field?",
        Answer(right.quantity, right.value, right.unit, number(right.value), right.steps),
        wrong,
    )


def _padding(level: int, random: Random) -> QuizQuestion:
    kernel = random.choice((3, 5, 7) if level == 1 else (3, 5, 7, 9, 11, 13))
    width = random.randint(20, 99)
    pad = (kernel - 1) // 2
    step = f"({width} - {kernel} + 2·{pad})/1 + 1 = {width}"
    wrong: list[Wrong] = [
        (kernel - 1, "the padding on both sides together"),
        (pad + 1, "(F + 1)/2 instead of (F - 1)/2"),
        (kernel, "the kernel's size"),
        (2 * kernel, "twice the kernel's size"),
    ]
    text = f"Which padding keeps {width}x{width} with a {kernel}x{kernel} filter at stride 1?"
    return _made("padding", level, text, Answer("padding", pad, "", number(pad), (step,)), wrong)


def _chain(level: int, random: Random) -> QuizQuestion:
    width, depth = random.choice((28, 32, 64)), random.choice((1, 3))
    filters = [random.choice((8, 16, 32, 64)) for _ in range(level)]
    layers = [
        part
        for count in filters
        for part in (Said("conv", {"filters": count, "kernel": 3, "pad": 1}), Said("maxpool", {"kernel": 2}))
    ]
    stages = run(Known((width, width), depth), layers)
    last = stages[-1].output
    wrong: list[Wrong] = [
        (last.positions, "the depth was forgotten"),
        (width * width * last.channels, "the pooling was forgotten"),
        (last.size // last.spatial[0], "only one side was counted"),
        (last.size * depth, "the depth of the input was counted again"),
        (last.size + 1, "a bias was counted"),
    ]
    text = " → ".join([_volume(width, width, depth), *(f"conv {count}@3x3 pad 1 → pool 2" for count in filters)])
    return _made("chain", level, f"{text}: how long is the flattened vector?", _ask(costs.flatten, stages), wrong)


TOPICS: dict[str, Callable[[int, Random], QuizQuestion]] = {
    "size": _size,
    "pooling": _pooling,
    "parameters": _parameters,
    "dense": _dense,
    "operations": _operations,
    "receptive field": _field,
    "padding": _padding,
    "chain": _chain,
}
"""What there are questions about."""


# Questions about a network's own layers


def _about(network: Measured, topic: str | None, level: int, random: Random) -> QuizQuestion:
    views = [
        view for view in network.layers if view.weights and view.counts and view.kind in ("conv", "fc", "depthwise")
    ]
    if not views:
        raise ValueError(f"{network.name} has no layer with weights to ask about")
    view = random.choice(views)
    if topic == "operations" or (topic is None and random.random() < 0.5):
        return _layer_operations(network, view, level)
    return _layer_parameters(network, view, level)


def _steps(view: LayerView, quantity: str) -> tuple[str, ...]:
    return tuple(
        step.text
        for step in view.derivation().steps
        if quantity in (step.quantity, "") or step.quantity == "each filter"
    )


def _layer_parameters(network: Measured, view: LayerView, level: int) -> QuizQuestion:
    right, outputs = view.parameters or 0, view.weights[0].shape[0]
    biases = sum(weight.size for weight in view.weights if weight.name == "bias")
    wrong: list[Wrong] = [
        (right - biases, "the biases were forgotten"),
        (right // outputs, "only one filter was counted"),
        (right - biases + 1, "one bias for all"),
        (right * (view.volume.positions if view.volume else 1), "the weights were counted at every position"),
        (right + outputs, "a second bias was counted"),
        (2 * right, "counted twice"),
    ]
    text = f"How many parameters does the layer {view.name} of {network.name} have?"
    answer = Answer("parameters", right, "parameters", number(right), _steps(view, "parameters"))
    return _made("parameters", level, text, answer, wrong)


def _layer_operations(network: Measured, view: LayerView, level: int) -> QuizQuestion:
    right = view.macs or 0
    size = view.volume.size if view.volume else 1
    wrong: list[Wrong] = [
        (2 * right, "multiplications and additions were counted apart"),
        (right + size, "the bias additions were counted too"),
        (view.parameters or 0, "the positions were forgotten"),
        (right // 2, "halved"),
        (size, "only the outputs were counted"),
    ]
    text = f"How many multiply-accumulates does the layer {view.name} of {network.name} need?"
    answer = Answer("macs", right, "MACs", number(right), _steps(view, "multiply–accumulates"))
    return _made("operations", level, text, answer, wrong)
