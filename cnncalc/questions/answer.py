"""What a question gets back: answers with their working, or what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Answer:
    """One quantity asked for, worked out.

    Attributes:
        quantity: its name: `parameters`, `output`, `receptive field`.
        value: an exact integer, a float only where the quantity is a ratio, or a volume's text (`32x32x10`).
        unit: what the value counts.
        text: the value for the reader, with thousands separators.
        steps: the working, one line each.
        assumptions: what the question left unsaid and convention filled in.
    """

    quantity: str
    value: Value
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


class QuestionError(ValueError):
    """A question that cannot be answered as it stands.

    Attributes:
        missing: what would have to be said.
        unread: pieces of the question that were not understood.
    """

    def __init__(self, message: str, missing: tuple[str, ...] = (), unread: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.missing, self.unread = missing, unread

    @classmethod
    def lacking(cls, *missing: str) -> QuestionError:
        """The error for a question that leaves something out."""
        return cls(f"the question does not say {' or '.join(dict.fromkeys(missing))}", missing=missing)

    @classmethod
    def not_understood(cls, *pieces: str) -> QuestionError:
        """The error for words and numbers that could not be given a meaning."""
        quoted = ", ".join(f"`{piece}`" for piece in pieces)
        return cls(f"this is what I did not understand: {quoted}", unread=pieces)
