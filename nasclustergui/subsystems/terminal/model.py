"""What is known of one terminal: how it stands with its shell, what runs there, where that works."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from nasclustergui.core.errors import NasError


class Phase(StrEnum):
    """How a terminal stands with its shell."""

    CONNECTING = "connecting"
    OPEN = "open"
    SILENT = "silent"  # the node does not answer; the shell may still be there
    LOST = "lost"  # the connection is gone, and the shell with it
    ENDED = "ended"  # the shell ended by itself
    FAILED = "failed"  # there never was a shell: see the error
    CLOSED = "closed"


@dataclass(frozen=True)
class Guarded:
    """A directory that nobody should work in: a brick. `volume` is what it is part of, `arbiter` its kind."""

    path: str
    volume: str
    arbiter: bool = False


@dataclass(frozen=True)
class Facts:
    """What runs in a terminal, as the node said last.

    Attributes:
        program: name of what runs in the foreground, "" for the shell itself.
        others: names of what runs in the background.
        directories: where shell and programs work, as far as the node lets us see.
        at: monotonic time of the reading.
    """

    program: str = ""
    others: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    at: float = field(default_factory=time.monotonic)

    @property
    def busy(self) -> tuple[str, ...]:
        """Everything that closing would end."""
        return ((self.program,) if self.program else ()) + self.others


@dataclass(frozen=True)
class Status:
    """A moment of a session.

    Attributes:
        since: Unix time of the last change of `phase`. exit: exit status of a shell that ended, None if unknown.
        error: why there is no shell. shells: how many there were, the one of now included.
        opened: Unix time when the present shell began.
    """

    phase: Phase = Phase.CONNECTING
    since: float = 0.0
    exit: int | None = None
    error: NasError | None = None
    shells: int = 0
    opened: float = 0.0


def parse_facts(text: str) -> Facts | None:
    """A reading of the loop in `remote.shell_watch`; None if the node can't tell.

    Lines: "s GROUP FOREGROUND" of the shell (process groups), "p GROUP NAME" of each process below it, "d DIRECTORY".
    """
    groups: tuple[str, str] | None = None
    running: list[tuple[str, str]] = []
    directories: list[str] = []
    for line in text.splitlines():
        kind, _blank, rest = line.partition(" ")
        if kind == "s" and len(rest.split()) == 2:
            groups = (rest.split()[0], rest.split()[1])
        elif kind == "p":
            group, _blank, name = rest.partition(" ")
            running.append((group, name))
        elif kind == "d" and rest.startswith("/"):
            directories.append(rest)
    if groups is None:
        return None
    shell, front = groups
    program = next((name for group, name in running if group == front), "") if front != shell else ""
    others = tuple(dict.fromkeys(name for group, name in running if group != front and group != shell and name))
    return Facts(program or ("?" if front != shell else ""), others, tuple(dict.fromkeys(directories)))


def guard_of(directories: Iterable[str], guarded: Sequence[Guarded]) -> tuple[str, Guarded] | None:
    """(the directory, what it lies in) of the first directory that lies inside of something guarded."""
    for directory in directories:
        clean = directory.removesuffix(" (deleted)").rstrip("/") or "/"
        for place in guarded:
            path = place.path.rstrip("/")
            if path and (clean == path or clean.startswith(path + "/")):
                return clean, place
    return None
