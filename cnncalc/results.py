"""What executions return, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a layer, as predicted or as executed.

    Attributes:
        shape: its output, channels first, without the batch.
        parameters: learned numbers.
        non_trainable: stored numbers that are not learned.
        macs: multiply–accumulates per image; None where an execution did not count them.
        weights: the weight tensors by name, shapes in the frameworks' layouts.
    """

    shape: tuple[int, ...]
    parameters: int
    non_trainable: int
    macs: int | None
    weights: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The machine-readable form."""
        return {
            "shape": list(self.shape),
            "parameters": self.parameters,
            "non_trainable": self.non_trainable,
            "macs": self.macs,
        }


@dataclass(frozen=True, slots=True)
class LayerCheck:
    """One layer, predicted and executed.

    Attributes:
        disagreements: in words, what differs; empty where all agrees.
        kernel: the algorithm that ran, and `why` it was chosen.
        seconds: how long it ran.
        gflops: billions of floating-point operations a second, 2 per multiply–accumulate; None where none was counted.
        deviation: where one tile was checked against the direct kernel, the largest relative difference.
    """

    name: str
    kind: str
    predicted: Figures
    executed: Figures
    disagreements: tuple[str, ...]
    kernel: str
    why: str
    seconds: float
    gflops: float | None = None
    deviation: float | None = None

    @property
    def ok(self) -> bool:
        """Whether prediction and execution agree."""
        return not self.disagreements

    def as_dict(self) -> dict[str, Any]:
        """The machine-readable form."""
        return {
            "name": self.name,
            "predicted": self.predicted.as_dict(),
            "executed": self.executed.as_dict(),
            "ok": self.ok,
            "disagreements": list(self.disagreements),
            "kernel": self.kernel,
            "why": self.why,
            "seconds": self.seconds,
            "gflops": self.gflops,
        }


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of executing a network and comparing every layer with its prediction.

    Attributes:
        problems: what concerns the network as a whole, such as an output that is not finite.
        statement: what was executed and compared, and how, in plain sentences.
        seconds: how long executing and comparing took.
        peak_bytes: the most memory the backend held at once; `predicted_peak_bytes` is its estimate beforehand.
    """

    name: str
    layers: tuple[LayerCheck, ...]
    problems: tuple[str, ...]
    statement: tuple[str, ...]
    seconds: float
    peak_bytes: int
    predicted_peak_bytes: int

    @property
    def verified(self) -> bool:
        """Whether everything agrees and every output is finite."""
        return not self.problems and all(layer.ok for layer in self.layers)

    def as_dict(self) -> dict[str, Any]:
        """The machine-readable form."""
        return {
            "schema_version": 1,
            "name": self.name,
            "verified": self.verified,
            "layers": [layer.as_dict() for layer in self.layers],
            "problems": list(self.problems),
            "statement": list(self.statement),
            "seconds": self.seconds,
            "peak_bytes": self.peak_bytes,
            "predicted_peak_bytes": self.predicted_peak_bytes,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """One quantity that a question asks for, worked out.

    Attributes:
        quantity: its name: `parameters`, `output`, `receptive field`.
        value: an exact integer, a float only where the quantity is a ratio, or a volume's text (`32x32x10`).
        unit: what the value counts.
        text: the value for the reader, with thousands separators.
        steps: the working, one line each.
        assumptions: what the question left unsaid and convention filled in.
    """

    quantity: str
    value: int | float | str
    unit: str
    text: str
    steps: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The keys of the machine-readable output."""
        return {
            "quantity": self.quantity,
            "value": self.value,
            "unit": self.unit,
            "text": self.text,
            "steps": list(self.steps),
            "assumptions": list(self.assumptions),
        }


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """One question of a quiz.

    Attributes:
        topic, level: what it is about, and how hard it is (1 to 3).
        answer: the right answer as text; `steps` its working.
        distractors: wrong answers by the usual mistakes, each with the mistake; none equals the answer.
    """

    topic: str
    level: int
    text: str
    answer: str
    steps: tuple[str, ...]
    distractors: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """The machine-readable form."""
        wrong = [{"text": text, "mistake": mistake} for text, mistake in self.distractors]
        return {
            "topic": self.topic,
            "level": self.level,
            "question": self.text,
            "answer": self.answer,
            "steps": list(self.steps),
            "distractors": wrong,
        }
