"""Changes of options that a person collected and that are not made yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """One of them.

    Attributes:
        wanted: the new value, None for the default. before: what was set when it was typed, None for nothing.
    """

    name: str
    wanted: str | None
    before: str | None


class Edits:
    """In the order in which they were typed.

    Attributes:
        version: counts changes, so that a page sees whether to show them anew.
    """

    def __init__(self) -> None:
        self.version = 0
        self._all: dict[str, Edit] = {}

    def __iter__(self) -> Iterator[Edit]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def get(self, name: str) -> Edit | None:
        """The edit of that option."""
        return self._all.get(name)

    def put(self, name: str, wanted: str | None, now: str | None) -> None:
        """Note a change; `now` is what is set. What is so already is no change."""
        self._all.pop(name, None)
        if wanted != now:
            self._all[name] = Edit(name, wanted, now)
        self.version += 1

    def drop(self, name: str) -> None:
        """Forget one."""
        if self._all.pop(name, None) is not None:
            self.version += 1

    def clear(self) -> None:
        """Forget all."""
        if self._all:
            self._all.clear()
            self.version += 1

    def settle(self, given: Mapping[str, str]) -> None:
        """Forget those that are made by now."""
        for edit in list(self._all.values()):
            if given.get(edit.name) == edit.wanted:
                self.drop(edit.name)

    def overtaken(self, given: Mapping[str, str]) -> tuple[Edit, ...]:
        """Those whose option somebody else changed since."""
        return tuple(edit for edit in self if given.get(edit.name) != edit.before)

    def wanted(self) -> Mapping[str, str | None]:
        """For a plan."""
        return {edit.name: edit.wanted for edit in self}
