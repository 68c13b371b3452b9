"""Exit codes of all commands."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """What a command ends with."""

    FINE = 0
    WRONG = 1
    """What was asked about is wrong: an invalid specification, a failed check, an unmet budget."""
    UNUSABLE = 2
    """Wrong usage, an unreadable file, a limit that was hit."""
    BUG = 3
    INTERRUPTED = 130
    CLOSED_PIPE = 141
