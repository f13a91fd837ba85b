"""Commands for a node and what comes back: plain data, no shell."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from nasclustergui.core.errors import CommandFailed

T = TypeVar("T")

DEFAULT_TIMEOUT = 30.0


class Secret(str):
    """A text that prints as *** everywhere. `reveal()` gives the text itself, only to be sent."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def reveal(self) -> str:
        """The text itself. Only `remote/` may call this, to send it."""
        return str.__str__(self)

    def quoted(self, before: str = "") -> Secret:
        """The same as a word of a shell, behind `before` ("PASSWORD="): still secret."""
        return Secret(before + shlex.quote(str.__str__(self)))


@dataclass(frozen=True)
class Command:
    """A command line as a list of words, so that nothing needs quoting by hand.

    Attributes:
        argv: the words. `str(command)` quotes them once, for a shell and for people.
        timeout: seconds until `NoAnswer`; None waits as long as the job isn't cancelled.
        root: the command needs root: through sudo where the login user is another.
        lock: the cluster-wide lock that it takes ("gluster"), or "" for none.
        stdin: what it reads; never a place for secrets in argv.
        secret: what it reads after that, a line of its own that is shown nowhere.
    """

    argv: tuple[str, ...]
    timeout: float | None = DEFAULT_TIMEOUT
    root: bool = True
    lock: str = ""
    stdin: bytes = field(default=b"", repr=False)
    secret: Secret | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return shlex.join(str(word) for word in self.argv)

    def line(self) -> str:
        """The command line to send: as `str()`, but with secrets in clear."""
        return shlex.join(word.reveal() if isinstance(word, Secret) else word for word in self.argv)

    def input(self) -> bytes:
        """What to send to its standard input, the secret in clear."""
        return self.stdin + (self.secret.reveal().encode("utf-8", "surrogateescape") + b"\n" if self.secret else b"")


@dataclass(frozen=True)
class Result:
    """What a command gave back. Output is bytes decoded with `surrogateescape`: file names need not be UTF-8."""

    status: int
    stdout: str
    stderr: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Query(Generic[T]):
    """A command that only reads, and the function that understands its answer.

    The parser gets the whole Result, because many tools say "no" with exit status 0.
    """

    command: Command
    parse: Callable[[Result], T]


def checked(node: str, command: Command, result: Result) -> Result:
    """The result, or CommandFailed if its exit status isn't 0."""
    if result.status:
        raise CommandFailed(node, str(command), result.status, result.stderr, stdout=result.stdout)
    return result
