"""What a question gets back that cannot be answered as it stands."""

from __future__ import annotations


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
        *most, last = dict.fromkeys(missing)
        listed = f"{', '.join(most)} and {last}" if most else last
        return cls(f"the question does not say {listed}", missing=missing)

    @classmethod
    def not_understood(cls, *pieces: str) -> QuestionError:
        """The error for words and numbers that could not be given a meaning."""
        quoted = ", ".join(f"`{piece}`" for piece in pieces)
        return cls(f"this is what I did not understand: {quoted}", unread=pieces)
