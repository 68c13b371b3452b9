"""cnncalc: volumes, parameters and operations of convolutional networks, derived, and proved by execution.

    >>> import cnncalc
    >>> network = cnncalc.load("alexnet")
    >>> network.totals.parameters
    62378344

Every name is imported when it is first used, so that a program pays only for what it asks for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnncalc.analysis.compare import Compared, compared
    from cnncalc.analysis.counts import Counts, Totals
    from cnncalc.analysis.diff import Difference, difference
    from cnncalc.analysis.measured import LayerView
    from cnncalc.analysis.memory import Memory, memory_of
    from cnncalc.analysis.receptive import ReceptiveField
    from cnncalc.backend.errors import ExecutionError, MemoryLimitError
    from cnncalc.backend.runner import Runner
    from cnncalc.builder import Builder
    from cnncalc.derivation import Explanation, Step
    from cnncalc.diagnostics import Diagnostic, SpecError
    from cnncalc.graph import Graph, Node, Volume, Weight
    from cnncalc.network import Network, load, loads, open_network, prepare, validate, verify
    from cnncalc.questions.answer import QuestionError
    from cnncalc.questions.ask import ask
    from cnncalc.questions.explain import explain
    from cnncalc.questions.quiz import quiz
    from cnncalc.questions.solve import solve
    from cnncalc.results import Answer, QuizQuestion, Verification
    from cnncalc.spec.files import bundled_names
    from cnncalc.spec.load import UsageError

__version__ = "0.1.0"

__all__ = [
    "load",
    "loads",
    "open_network",
    "validate",
    "verify",
    "prepare",
    "explain",
    "ask",
    "solve",
    "quiz",
    "bundled_names",
    "compared",
    "difference",
    "memory_of",
    "Network",
    "Builder",
    "LayerView",
    "Totals",
    "Counts",
    "ReceptiveField",
    "Runner",
    "Verification",
    "Compared",
    "Difference",
    "Memory",
    "Explanation",
    "Step",
    "Answer",
    "QuestionError",
    "QuizQuestion",
    "Diagnostic",
    "SpecError",
    "UsageError",
    "ExecutionError",
    "MemoryLimitError",
    "Graph",
    "Node",
    "Volume",
    "Weight",
]

_HOMES = {
    "cnncalc.network": ("load", "loads", "open_network", "validate", "verify", "prepare", "Network"),
    "cnncalc.builder": ("Builder",),
    "cnncalc.analysis.measured": ("LayerView",),
    "cnncalc.analysis.compare": ("compared", "Compared"),
    "cnncalc.analysis.diff": ("difference", "Difference"),
    "cnncalc.analysis.memory": ("memory_of", "Memory"),
    "cnncalc.spec.files": ("bundled_names",),
    "cnncalc.analysis.counts": ("Totals", "Counts"),
    "cnncalc.analysis.receptive": ("ReceptiveField",),
    "cnncalc.backend.runner": ("Runner",),
    "cnncalc.backend.errors": ("ExecutionError", "MemoryLimitError"),
    "cnncalc.results": ("Verification", "Answer", "QuizQuestion"),
    "cnncalc.derivation": ("Explanation", "Step"),
    "cnncalc.questions.answer": ("QuestionError",),
    "cnncalc.questions.ask": ("ask",),
    "cnncalc.questions.explain": ("explain",),
    "cnncalc.questions.quiz": ("quiz",),
    "cnncalc.questions.solve": ("solve",),
    "cnncalc.diagnostics": ("Diagnostic", "SpecError"),
    "cnncalc.spec.load": ("UsageError",),
    "cnncalc.graph": ("Graph", "Node", "Volume", "Weight"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(module), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'cnncalc' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
