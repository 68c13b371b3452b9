"""Scopes: how layers get their names, and how names are found."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.spec.source import Span


class NameScope:
    """The names of one scope: layers (by node index) and inner scopes.

    Blocks, groups, branches and named loops open one. A name is looked for here, then outwards; dotted paths
    reach into scopes; a scope's name means its output. A name given in a loop's turn stands twice: bare (the
    latest turn) and with its turn. While the latest is still being made, bare means the one before: `earlier`.
    """

    def __init__(self, parent: NameScope | None = None, local: str = "") -> None:
        self.parent = parent
        self.parts: tuple[str, ...] = (*parent.parts, local) if parent else ()
        self.path = ".".join(self.parts)
        self.entries: dict[str, int | NameScope] = {}
        self.places: dict[str, Span] = {}
        self.absent: dict[str, Span] = {}
        self.reserved: set[str] = set()
        self.output: int | None = None
        self.earlier: int | NameScope | None = None
        self.first = 0
        self.end = 0
        self._counts: dict[str, int] = {}

    def full(self, local: str) -> str:
        """A local name with the path of the scope before it."""
        return f"{self.path}.{local}" if self.path else local

    def default_name(self, kind: str) -> str:
        """The kind and its running number in this scope; numbers whose name is given explicitly are passed over."""
        count = self._counts.get(kind, 0) + 1
        while (name := f"{kind}{count}") in self.entries or name in self.reserved:
            count += 1
        self._counts[kind] = count
        return name

    def count(self, kind: str) -> None:
        """Number a layer that has a name of its own, so that the next default is the next in the scope."""
        self._counts[kind] = self._counts.get(kind, 0) + 1

    def enter(self, local: str, entry: int | NameScope, bare: str | None = None) -> None:
        """Make a name known, and with `bare` also without its turn (of several turns, also with the outer ones)."""
        self.entries[local] = entry
        if bare is None:
            return
        if isinstance(entry, NameScope):
            entry.earlier = self.entries.get(bare)
        self.entries[bare] = entry
        partly = local.rpartition(".")[0]
        while len(partly) > len(bare) and partly not in self.places:
            self.entries[partly] = entry
            partly = partly.rpartition(".")[0]

    def find(self, path: str) -> int | NameScope | None:
        """What a name means here: looked for in this scope, then outwards."""
        scope: NameScope | None = self
        while scope is not None:
            found = scope.descend(path)
            if found is not None:
                return found
            scope = scope.parent
        return None

    def descend(self, path: str) -> int | NameScope | None:
        """What a dotted path means inside this scope; the longest prefix that is a scope wins."""
        if path in self.entries:
            return _complete(self.entries[path])
        position = path.rfind(".")
        while position > 0:
            inner = self.entries.get(path[:position])
            if isinstance(inner, NameScope):
                found = inner.descend(path[position + 1 :])
                if found is None and inner.output is None and isinstance(inner.earlier, NameScope):
                    found = inner.earlier.descend(path[position + 1 :])
                if found is not None:
                    return found
            position = path.rfind(".", 0, position)
        return None

    def missing(self, path: str) -> Span | None:
        """Where the name stands that `when` has left out, or the scope that the path leads into."""
        scope: NameScope | None = self
        while scope is not None:
            prefix = path
            while prefix:
                if prefix in scope.absent:
                    return scope.absent[prefix]
                prefix = prefix.rpartition(".")[0]
            scope = scope.parent
        return None

    def visible(self) -> Iterator[str]:
        """All names that could be said here, the nearest scope's first."""
        yield "input"
        scope: NameScope | None = self
        while scope is not None:
            yield from scope.entries
            scope = scope.parent


def _complete(entry: int | NameScope) -> int | NameScope:
    """The turn before, where the latest is still being made."""
    unfinished = isinstance(entry, NameScope) and entry.output is None and entry.earlier is not None
    return entry.earlier if unfinished else entry  # type: ignore[union-attr, return-value]
