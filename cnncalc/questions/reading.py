"""A question read: its parts given to the phrase reader, and settled into what is described and what is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnncalc.layers import layer_class
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.chain import MOST_LAYERS
from cnncalc.questions.fold import Fold, Part
from cnncalc.questions.lexicon import is_harmless
from cnncalc.questions.setups import Ask, Known, Reading, Said, Setup, Where
from cnncalc.questions.sheet import Sheet
from cnncalc.spec.phrase import Binder
from cnncalc.spec.words import Token, singular

_WITH_KERNEL = frozenset(("conv", "separable", "depthwise", "pointwise", "transposed_conv", "maxpool", "avgpool"))
_IN_MEMORY = frozenset(("parameters", "weights", "activations"))
_OF_ONE_FILTER = {"parameters", "weights", "learned_numbers", "filter_weights", "filter_parameters", "biases"}


def read(sheet: Sheet, remarks: list[str], network: bool = False) -> Reading:
    """Fold a tagged line; `network` says that it names one, so that a layer without values is one of its layers.

    Words and numbers that could not be given a meaning are in `Reading.unread`.
    """
    fold = Fold(sheet, remarks, network)
    reading = fold.reading
    bound: list[tuple[Part, Said]] = []
    for part in fold.parts:
        part.kind = bound[-1][1].kind if part.follows and bound else part.kind
        bound.append((part, _called(part, reading) if part.said else _bind(part, reading)))
    described = {(part.setup, said.kind) for part, said in bound if part.kind and (said.values or said.many)}
    for part, said in bound:
        _settle(part, said, reading, (part.setup, said.kind) in described, network)
    _fill(reading)
    _tidy(reading)
    return reading


def _tidy(reading: Reading) -> None:
    """Settle what only the whole question tells."""
    said = {name for setup in reading.setups for layer in setup.layers for name in layer.values}
    said |= {"pad"} if "sides" in said else set()
    reading.asked = [
        ask
        for ask in reading.asked
        if not (ask.name.startswith("?") and any(name.startswith(ask.name[1:4]) for name in said))
        and not (ask.name == "legal" and reading.unknown)
        and not (ask.name in ("output", "width") and "input" in reading.unknown)
    ]
    if reading.single and {ask.name for ask in reading.asked} <= _OF_ONE_FILTER:
        for layer in (layer for setup in reading.setups for layer in setup.layers if layer.kind == "conv"):
            layer.single = "filters" not in layer.values
            layer.values.setdefault("filters", 1)
    last = next((setup.layers[-1] for setup in reversed(reading.setups) if setup.layers), None)
    if reading.goal and not reading.unknown and last and last.kind == "fc" and "units" not in last.values:
        reading.unknown = ["units"]
        reading.asked = [ask for ask in reading.asked if ask.name != "units"]
    if "length" in reading.words and any(layer.kind == "flatten" for setup in reading.setups for layer in setup.layers):
        reading.asked = [Ask("flatten") if ask.name == "output" else ask for ask in reading.asked]
    if reading.goal and not reading.unknown and not reading.asked:
        reading.asked.append(Ask(reading.goal[0]))  # `why has it 1,516 parameters?`
    if reading.mac_is_flop:
        reading.asked = [replace(ask, name="macs") if ask.name == "flops" else ask for ask in reading.asked]
    if "and" not in reading.words and {"memory", "unshared"} & {ask.name for ask in reading.asked}:
        reading.asked = [ask for ask in reading.asked if ask.name not in _IN_MEMORY]  # `memory of the weights`
    names = {ask.name for ask in reading.asked}
    if reading.claimed and not names:
        reading.asked.append(Ask("conventions"))
    if "rounding" in names or {"floor", "ceil"} <= reading.words:
        reading.asked = [
            Ask("rounding"),
            *(ask for ask in reading.asked if ask.name not in ("rounding", "output", "width")),
        ]


def _settle(part: Part, said: Said, reading: Reading, described: bool, network: bool) -> None:
    """Decide whether something is a layer, a reference to one that is described, or an alternative."""
    setup = reading.setups[part.setup]
    if part.follows and setup.layers:
        _follow_up(said, setup, reading)
        return
    _serial(said, part)
    if said.kind == "bottleneck":
        _bottleneck(said, setup, reading)
        return
    if part.in_ask and part.kind in _WITH_KERNEL and "kernel" not in said.values and _names_the_last(setup):
        said.values = setup.layers[-1].values | said.values
        setup.layers.pop()
    if not said.values and not said.many:
        if part.kind is None:
            reading.unread += [f"{part.times} times"] if part.times > 1 else []
            return
        if network or said.kind == "layer" or (described and (part.in_ask or part.ordinal is not None or part.numbers)):
            if part.times > 1 and part.ordinal not in (1, -1):
                reading.counts.append(((said.kind, 0), part.times))
                reading.unread += [f"{part.times} times"] if part.number else []
            for which in _pointed_at(part):
                _refer(part, (said.kind, which), reading)
            return
        if part.in_ask and setup.layers and setup.layers[-1].values:
            _alternative(said.kind, setup, reading)
            return
    if network and part.kind is None:
        _loose_setting(said, part, reading)
        return
    _number(part, setup, reading, network)
    said.at = part.number or part.ordinal or 0
    if not network and isinstance(part.number, int) and said.kind == "conv" and "kernel" not in said.values:
        said.values["kernel"] = part.number  # `conv3 s2` without a size is a 3x3 convolution
    said.times, said.axes = part.times, said.axes or part.axes
    setup.layers.append(said)


def _number(part: Part, setup: Setup, reading: Reading, network: bool) -> None:
    """A described layer's number must be its place; `in layer 3 when each layer is …` says how many there are."""
    if part.numbers and not network and {"each", "every", "all"} & {token.value for token in part.tokens}:
        part.times = max(part.numbers)
    elif part.numbers and (network or part.numbers != (len(setup.layers) + 1,)):
        reading.unread.append("layer " + " ".join(map(str, part.numbers)))
    alike = 1 + sum(said.times for said in setup.layers if said.kind == part.kind)
    if part.ordinal and part.ordinal > 0 and not network and part.ordinal not in (alike, len(setup.layers) + 1):
        reading.unread.append(f"{part.kind} number {part.ordinal}")


def _loose_setting(said: Said, part: Part, reading: Reading) -> None:
    """Beside a network only biases can be spoken of without saying of which layers."""
    if set(said.values) == {"bias"}:
        reading.shared.append(("bias", said.values["bias"]))
        return
    if not _described_by_itself(said, reading):
        reading.unread += [token.text for token in part.tokens if token.is_value]
    reading.setups[part.setup].layers.append(said)


def _described_by_itself(said: Said, reading: Reading) -> bool:
    return "kernel" in said.values and (reading.setups[0].input.spatial is not None or "input" in reading.unknown)


def _follow_up(said: Said, setup: Setup, reading: Reading) -> None:
    """The same again with other values, asked the same."""
    other = setup.variant(label=", ".join(f"{name} {_shown(value)}" for name, value in said.values.items()))
    other.layers[-1].values.update(said.values)
    reading.setups.append(other)


def _shown(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _names_the_last(setup: Setup) -> bool:
    """Whether the last layer has been described without saying of what kind it is."""
    return bool(setup.layers) and setup.layers[-1].implied and "kernel" in setup.layers[-1].values


def _serial(said: Said, part: Part) -> None:
    """A list of values is one for each of several layers, or else a list of cases."""
    for name, values in part.series.items():
        if part.times == len(values) or (part.plural and part.times == 1):
            said.series[name] = values
            said.values[name] = values[0]
        else:
            said.values[name] = values[0]
            said.again += [(name, value) for value in values[1:]]


def _pointed_at(part: Part) -> list[int | str]:
    """`the first three conv layers`, `conv2`, `the last one`, or all of a kind."""
    if part.numbers:
        return list(part.numbers)
    if part.times > 1 and part.ordinal == 1:
        return list(range(1, part.times + 1))
    if part.times > 1 and part.ordinal == -1:
        return list(range(-part.times, 0))
    return [part.number or part.ordinal or 0]


def _refer(part: Part, where: Where, reading: Reading) -> None:
    """Attach a reference to the quantities it goes with; one that stands alone asks for parameters."""
    if part.joined or not part.asks:
        for ask in reading.asked[part.asks.start : part.asks.stop] if part.asks else reading.asked:
            ask.where.append(where)
        if not reading.asked:
            reading.pending.append(where)
    else:
        reading.asked.append(Ask("parameters", [where]))


def _bottleneck(said: Said, setup: Setup, reading: Reading) -> None:
    """`through a 16-channel 1x1 bottleneck`: the layers described, after a cheaper one."""
    cheap = replace(said, kind="conv", values={"kernel": 1, **said.values})
    if not setup.layers:
        setup.layers.append(cheap)
        return
    other = setup.variant(label="through the bottleneck")
    other.layers.insert(0, cheap)
    setup.label = "directly"
    reading.setups.append(other)
    reading.compares = True


def _alternative(kind: str, setup: Setup, reading: Reading) -> None:
    """`MACs depthwise, pointwise, and for the standard conv`: the described layer as each kind in turn."""
    last = setup.layers[-1]
    if last.implied and last.kind == kind:
        last.implied = False
        return
    if last.implied:
        last.kind, last.implied, setup.label = kind, False, kind
    else:
        other = setup.variant(label=kind)
        other.layers[-1].kind = kind
        reading.setups.append(other)
    reading.compares = True


def _called(part: Part, reading: Reading) -> Said:
    """A layer written as a call, and what the words after it add."""
    said = part.said or Said("")
    more = _bind(replace(part, kind=said.kind), reading)
    for name, value in more.values.items():
        if said.values.setdefault(name, value) != value:
            reading.unread.append(f"{name} {_shown(value)}")
    reading.unread += [f"{name} {_shown(value)}" for name, value in more.again]
    return said


def _bind(part: Part, reading: Reading) -> Said:
    kind = part.kind if part.kind not in (None, "layer") else _implied(part.tokens)
    binder = Binder(_carrier(kind))
    binder.read(part.tokens)
    said = Said(kind, dict(binder.values), list(binder.again), implied=part.kind in (None, "layer"))
    _doubt(said, binder, part, reading)
    _letter(said, part, reading)
    if part.kind == "layer" and not said.values:
        said.kind = "layer"
    if len({name for name, _ in said.again}) > 1:
        raise QuestionError("several layers are described in one breath: say `then` between them")
    twice = [token for token, reason in binder.rest if "said twice" in reason]
    reading.unread += [token.text for token in twice if not _listed(token, part.tokens)]
    repeated = set(map(id, twice))
    rest = [(token, reason) for token, reason in binder.rest if id(token) not in repeated]
    said.many = _list(binder, part.tokens, [token for token, _ in rest if token.is_value])
    for token, reason in rest:
        _account(token, reason, reading, bool(said.many))
    return said


def _doubt(said: Said, binder: Binder, part: Part, reading: Reading) -> None:
    """A bare number beside a convolution counts its filters only before or after their size."""
    start, end = binder.spans.get("filters", (0, 0))
    there = [token for token in part.tokens if start <= token.start and token.end <= end]
    words = [token for token in there if not token.is_value]
    if not there or not there[-1].is_value or (words and str(words[0].value) not in ("filter", "kernel")):
        return
    sized = (
        _beside_size(there[0], part.tokens, not part.plural)
        if len(there) == 1
        else bool({"=", ":"} & {t.value for t in there})
    )
    if not sized:
        del said.values["filters"]
        reading.unread.append(there[-1].text)


def _letter(said: Said, part: Part, reading: Reading) -> None:
    """`K=3` beside no F: some write K for the kernel's size."""
    letters = {token.text for token in part.tokens if token.kind == "word" and len(token.text) == 1}
    if "K" in letters and "F" not in letters and "kernel" not in said.values and {"S", "P"} & letters:
        said.values["kernel"] = said.values.pop("filters")
        reading.remarks.append("K is the kernel's size")


_BESIDE = frozenset((",", "@", "of", "with", "each", "x", "and"))


def _beside_size(count: Token, tokens: list[Token], either: bool) -> bool:
    """Whether a size stands before or after a number, or the number alone after the layer's name."""
    index = tokens.index(count)
    after = [token for token in tokens[index + 1 :] if token.value not in _BESIDE]
    before = [token for token in tokens[:index] if token.value not in _BESIDE]
    if any(token.kind == "size" for token in (*after[:1], *before[-either:][:either])):
        return True
    return index == 0 and any(token.kind == "mark" for token in tokens[1:2]) and "kernel" in {t.value for t in tokens}


def _listed(token: Token, tokens: list[Token]) -> bool:
    """Whether a value said for what has one already is another case: `3x3 or 5x5`, `stride 1 and stride 2`."""
    index = next(index for index, other in enumerate(tokens) if other is token)
    before = [other for other in tokens[:index] if other.value not in ("with", "for", "a")]
    if token.is_value and before and before[-1].value == ",":
        return len(before) > 1 and before[-2].kind == token.kind
    return not token.is_value or bool(before and before[-1].value in ("or", "and", "to", "versus", "vs"))


def _list(binder: Binder, tokens: list[Token], numbers: list[Token]) -> tuple[int, ...]:
    """The numbers of `FC 512, 256, 128, 10` or `with 100, 200, 400 maps`, in order; commas and `and` between them."""
    name = {"conv": "filters", "fc": "units"}.get(binder.kind)
    if name not in binder.values or not numbers:
        return ()
    places = [index for index, token in enumerate(tokens) if token in numbers]
    start = binder.spans[name][0]
    places += [
        index for index, token in enumerate(tokens) if token.start >= start and token.value == binder.values[name]
    ][:1]
    first, last = min(places), max(places)
    listed = tokens[first : last + 1]
    if not all(isinstance(t.value, int) or t.value in (",", "and") for t in listed) or len(numbers) != len(places) - 1:
        return ()
    return tuple(token.value for token in listed if token.is_value)


def _carrier(kind: str) -> str:
    """The kind whose words a composite is described in."""
    return {"separable": "conv", "pointwise": "conv", "bottleneck": "conv", "block": "identity"}.get(kind, kind)


def _implied(tokens: list[Token]) -> str:
    """The kind of a layer that is described and not named: padding alone is padding, all else a convolution."""
    binder = Binder("conv")
    binder.read(tokens)
    return "pad" if set(binder.values) == {"pad"} else "conv"


def _account(token: Token, reason: str, reading: Reading, listed: bool) -> None:
    """Give what the phrase reader left over a meaning, or note it as not understood."""
    if token.is_value:
        if not listed and token.text.lower() != "one":
            reading.unread.append(token.text)
    elif "without a value" in reason:
        reading.asked.append(Ask(f"?{singular(str(token.value))}"))
    elif token.kind == "word" and not is_harmless(str(token.value)):
        reading.unread.append(token.text)


def _unroll(setup: Setup) -> None:
    """Write out blocks that come several times."""
    dense = next((index for index, said in enumerate(setup.layers) if said.kind == "fc"), len(setup.layers))
    block, rest = setup.layers[:dense], setup.layers[dense:]
    if setup.turns * len(block) > MOST_LAYERS:
        raise QuestionError(f"a chain has at most {MOST_LAYERS:,} layers")
    setup.layers = [replace(said, values=dict(said.values)) for _ in range(setup.turns) for said in block] + rest
    last = next((said for said in reversed(setup.layers) if said.kind == "conv"), None)
    if setup.ending and last:
        last.values["filters"] = setup.ending


def _square(setup: Setup, reading: Reading) -> None:
    """`240 wide`, unless it is a sequence, stands for a square."""
    one_axis = any(said.axes == 1 for said in setup.layers) or reading.words & {
        "sequence",
        "signal",
        "length",
        "conv1d",
    }
    spatial = setup.input.spatial
    if spatial is not None and len(spatial) == 1 and not one_axis:
        axes = next((said.axes for said in setup.layers if said.axes), 2)
        setup.input, setup.only_width = Known(spatial * axes, setup.input.channels), True


def _fill(reading: Reading) -> None:
    """Spread what is said of all layers, and what alternatives have in common."""
    common = _common(reading) if reading.compares else {}
    first = next((setup for setup in reading.setups if setup.layers), None)
    if first is None:
        return
    for setup in reading.setups:
        _unroll(setup)
        if not setup.layers and setup is not reading.setups[0]:
            setup.layers = first.variant().layers
        for said in setup.layers:
            known = layer_class(_carrier(said.kind)).fields
            for name, value in (*reading.shared, *common.items()):
                if name in known and said.values.setdefault(name, value) != value and len(setup.layers) == 1:
                    said.again += [(name, value)] if (name, value) in reading.shared else []
        if reading.compares:
            setup.label = setup.label or _described(setup)
            setup.input = setup.input.over(next((s.input for s in reading.setups if s.input.channels), setup.input))
        _square(setup, reading)


def _described(setup: Setup) -> str:
    """What tells one of several compared things from the others."""
    count = sum(said.times for said in setup.layers)
    last = setup.layers[-1] if setup.layers else Said("")
    kernel = last.values.get("kernel", "")
    size = "x".join(map(str, kernel)) if isinstance(kernel, tuple) else str(kernel)
    return " ".join(part for part in (str(count) if count > 1 else "", last.kind, size) if part)


def _common(reading: Reading) -> dict[str, Any]:
    """What is said of one of several things compared, and so of all that do not say otherwise."""
    common: dict[str, Any] = {}
    for setup in reading.setups:
        if len(setup.layers) == 1:
            common = {**setup.layers[0].values, **common}
    return common
