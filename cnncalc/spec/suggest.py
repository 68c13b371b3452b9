"""Did you mean …: the nearest known word."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

_MOST_CANDIDATES = 2_000
"""How many known words are compared: a file may name a hundred thousand layers."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that differs least from `word` (case, `_` and `-` apart), if it differs little enough."""
    wanted = _folded(word[:64])
    letters = set(wanted)
    best: tuple[int, str] | None = None
    for candidate in islice(known, _MOST_CANDIDATES):
        spelled = _folded(candidate[:64])
        most = max(1, min(len(wanted), len(candidate)) // 3)
        # One edit changes at most two members of the set of letters, and the length by at most one.
        if abs(len(spelled) - len(wanted)) > most or len(letters.symmetric_difference(spelled)) > 2 * most:
            continue
        distance = edit_distance(wanted, spelled)
        if distance <= most and (best is None or distance < best[0]):
            best = (distance, candidate)
    return best[1] if best else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A help text that proposes the nearest known word, or None."""
    found = nearest(word, known)
    return f"did you mean `{found}`?" if found else None


def _folded(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "").replace(" ", "")


def edit_distance(a: str, b: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (restricted Damerau)."""
    before: list[int] = []
    previous = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        current = [i]
        for j, right in enumerate(b, 1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, previous = previous, current
    return previous[-1]
