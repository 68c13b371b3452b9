"""`ask`: a homework question in, answers with their working out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cnncalc.analysis.measured import Measured
from cnncalc.questions import about_network, accounting, chains, solve
from cnncalc.questions.answer import QuestionError
from cnncalc.questions.chain import Stage, expanded, missing, run
from cnncalc.questions.costs import bytes_of, dtypes, ratios
from cnncalc.questions.measures import extreme, measure
from cnncalc.questions.networks import Subject, find_network, tag_layers
from cnncalc.questions.quantities import Asked
from cnncalc.questions.reading import read
from cnncalc.questions.setups import Ask, Known, Reading, Said, Setup
from cnncalc.questions.solve import Problem
from cnncalc.questions.tagging import open_sheet, tag
from cnncalc.results import Answer

LONGEST = 2000
"""Questions are shorter than this many characters."""


def ask(question: str, network: Measured | None = None) -> list[Answer]:
    """Answer a question about layers, chains of layers, or a network.

    Every quantity in the question is answered. What it leaves unsaid is the stated convention (stride 1, no
    padding, with bias; listed in `Answer.assumptions`) or, where there is none, missing.

    Args:
        question: in words; a bundled network is called by its name.
        network: the network that a question without such a name is about.

    Raises:
        QuestionError: where something is missing or not understood; it says what.
    """
    if len(question) > LONGEST:
        raise QuestionError(f"a question has at most {LONGEST:,} characters")
    sheet = open_sheet(question)
    subject = find_network(sheet)
    if subject is None and network is not None:
        subject = Subject("", network.name)
    elif subject is not None:
        network = None if subject.family else subject.measured()
    if network is not None:
        tag_layers(sheet, network)
    remarks = tag(sheet, subject is not None)
    joints = accounting.claim(sheet)
    reading = read(sheet, remarks, subject is not None)
    reading.unread += joints
    answers = _answers(reading, subject, network)
    if not answers:
        raise QuestionError.lacking("what layer is meant")
    accounting.check(reading, answers)
    found = {(answer.quantity, answer.value): answer for answer in reversed(answers)}
    return [replace(answer, assumptions=(*answer.assumptions, *reading.remarks)) for answer in reversed(found.values())]


def _answers(reading: Reading, subject: Subject | None, network: Measured | None) -> list[Answer]:
    if subject is not None and not _described(reading):
        return about_network.answer(reading, subject, network or subject.measured())
    if reading.unread:
        raise QuestionError.not_understood(*reading.unread)
    if not reading.asked and not reading.unknown:
        raise QuestionError.lacking("what is asked for: an output, parameters, multiply–accumulates, a padding, …")
    answers = list(_backwards(reading)) if reading.unknown else []
    if "input" in reading.unknown and network is not None:
        answers += _at_own_input(reading, network)
    if reading.goal and not any(setup.layers for setup in reading.setups):
        return answers + _of_numbers(reading)
    described = _of_volume(reading) or variants(reading) if reading.asked else []
    for setup in described:
        stages = run(setup.input, setup.layers, setup.only_width)
        for ask in _once(reading.asked):
            chosen = _chosen(stages, ask.where) or stages
            asked = Asked(stages, chosen, setup.label, _each(reading) and not ask.where, reading)
            answers += _quantity(ask.name, asked) if reading.most is None else extreme(ask.name, asked)
    return answers + ratios(answers, [setup.label for setup in described]) if reading.compares else answers


def _backwards(reading: Reading) -> Iterator[Answer]:
    """What is sought, for each thing described."""
    for setup in variants(reading):
        if "layers" in reading.unknown:
            yield from chains.layers(setup.layers, reading.field or 0)
            continue
        said = setup.layers[-1] if setup.layers else None
        if said is None:
            said = Said("conv", implied=True)
        known = setup.input.over(Known(None, said.channels))
        if "input" in reading.unknown and reading.target is None and known.spatial is not None:
            reading.target, known = Known(known.spatial), Known(None, known.channels)
        target = reading.target.spatial if reading.target else known.spatial if reading.keep else None
        if reading.keep and known.spatial is None and "input" not in reading.unknown:
            known, target = _any_width(said, known)
        if said.values.get("pad") == "same" and "pad" in reading.unknown and known.spatial is None:
            known, target = _any_width(said, known)
        elif said.values.get("pad") == "same" and "pad" in reading.unknown and known.spatial:
            stride = said.values.get("stride", 1)
            strides = stride if isinstance(stride, tuple) else (stride,) * len(known.spatial)
            target = tuple(-(-n // s) for n, s in zip(known.spatial, strides, strict=True))
        if target is None and reading.words & {"fit", "exactly", "evenly"} and known.spatial:
            yield from solve.fitting(Problem(said.kind, said.values, tuple(reading.unknown), known, known.spatial))
            continue
        if target is not None and len(expanded(setup.layers)) > 1:
            yield from chains.answers(setup.layers, reading.unknown, known, target)
            continue
        goal = None if target else reading.goal
        yield from solve.answers(
            Problem(said.kind, said.values, tuple(dict.fromkeys(reading.unknown)), known, target, goal, setup.label)
        )


def _any_width(said: Said, known: Known) -> tuple[Known, tuple[int, ...]]:
    """With stride 1 what keeps one width keeps them all."""
    if said.values.get("stride", 1) not in (1, (1, 1)):
        raise QuestionError.lacking("the input's width and height")
    return Known((solve.ANY_WIDTH,), known.channels), (solve.ANY_WIDTH,)


def _described(reading: Reading) -> bool:
    """Whether a question that names a network tells all of the layers it is about."""
    setup = reading.setups[0]
    known = setup.input.spatial is not None or "input" in reading.unknown
    if len(setup.layers) == 1:
        return known and "kernel" in setup.layers[0].values
    return known and bool(setup.layers) and all(not missing(said) for said in expanded(setup.layers))


def _at_own_input(reading: Reading, network: Measured) -> list[Answer]:
    """What the layer gives with the network's own input."""
    own = next(iter(network.inputs.values())).spatial
    stages = run(Known(own), reading.setups[0].layers)
    return measure("output", Asked(stages, stages, f"with {network.name}'s own input of {'x'.join(map(str, own))}"))


def _once(asked: list[Ask]) -> list[Ask]:
    return list({(ask.name, *ask.where): ask for ask in asked}.values())


def _quantity(name: str, asked: Asked) -> list[Answer]:
    if not asked.stages and not name.startswith("?"):
        raise QuestionError.lacking("what layer is meant")
    return measure(name, asked)


def _of_numbers(reading: Reading) -> list[Answer]:
    """`How many bytes do 1,000 parameters take?`"""
    quantity, numbers = reading.goal or ("", 0)
    if [ask.name for ask in reading.asked] != ["memory"]:
        raise QuestionError.lacking("what layer is meant")
    asked = Asked([], [], reading=reading)
    return [bytes_of(asked, f"memory of {numbers:,} {quantity}", numbers, size) for size in dtypes(reading)]


def _of_volume(reading: Reading) -> list[Setup]:
    """A question about a volume alone: how many numbers it holds, how much memory they take."""
    volumes = [reading.target] if reading.target else [setup.input for setup in reading.setups]
    counts = all(ask.name in ("units", "activations", "memory", "positions", "flatten") for ask in reading.asked)
    if reading.target is None and any(setup.layers for setup in reading.setups):
        return []
    whole = [Setup(known, [Said("identity")]) for known in volumes if known is not None and known.volume]
    return whole if counts else []


def _each(reading: Reading) -> bool:
    return not reading.words.isdisjoint(("each", "every", "all")) or "sizes" in reading.plurals


def _chosen(stages: Sequence[Stage], where: list[tuple[str, int | str]]) -> list[Stage]:
    """The stages that the question singles out."""
    found = []
    for kind, number in where:
        alike = [stage for stage in stages if kind in (stage.kind, "layer")]
        if number == 0 or isinstance(number, str):
            found += alike
            continue
        index = number - 1 if number > 0 else number
        if not -len(alike) <= index < len(alike):
            raise QuestionError(f"there is no {kind} number {number}")
        found.append(alike[index])
    return found


def variants(reading: Reading) -> list[Setup]:
    """The things described, one for each value where several are named for one hyperparameter."""
    result = []
    for setup in _both_ways(reading):
        if not setup.layers and len(reading.setups) > 1:
            continue
        turns = [(index, name, value) for index, said in enumerate(setup.layers) for name, value in said.again]
        if not turns:
            result.append(setup)
            continue
        name = turns[0][1]
        first = setup.layers[turns[0][0]].values[name]
        result.append(setup.variant(label=f"{name} {_shown(first)}"))
        for index, name, value in turns:
            other = setup.variant(label=f"{name} {_shown(value)}")
            other.layers[index].values[name] = value
            result.append(other)
    return result


def _both_ways(reading: Reading) -> list[Setup]:
    """Every thing described, with each value of what all its layers are to have in turn."""
    if reading.both is None:
        return reading.setups
    name, values = reading.both
    result = []
    for setup in reading.setups:
        for value in values:
            said = f"{'with' if value else 'without'} {name}"
            other = setup.variant(label=", ".join(filter(None, (setup.label, said))))
            for layer in other.layers:
                layer.values[name] = value
            result.append(other)
    return result


def _shown(value: object) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else str(value)
