"""A pool of nodes for tests: they answer gluster's command line from a script and remember what ran."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from nasclustergui.core.command import Command, Result
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.commands.answer import Answer
from tests.recorded.folder import recording

FOLDER = Path(__file__).parent / "gluster"

Reply = Result | Exception
Script = Callable[[str, tuple[str, ...]], Reply]


def recorded(name: str) -> Result:
    """What gluster answered in that recording."""
    return recording(FOLDER, name).result


def answer(name: str) -> Answer:
    """A recording as the parsers get it."""
    found = recording(FOLDER, name)
    return Answer(found.command, found.result, found.node)


def said(line: str, stdout: str = "", status: int = 0, stderr: str = "") -> Answer:
    """An answer made up for a test; `line` is the command without options that don't matter."""
    words = tuple(line.split())
    return Answer(Command(words), Result(status, stdout, stderr), "node1")


def xml(body: str = "", ret: int = 0, errno: int = 0, text: str = "") -> str:
    """A cliOutput document."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cliOutput>\n'
        f"<opRet>{ret}</opRet><opErrno>{errno}</opErrno><opErrstr>{text}</opErrstr>{body}</cliOutput>\n"
    )


def ok(body: str = "") -> Result:
    """A success."""
    return Result(0, xml(body))


def refused(text: str, errno: int = 30800) -> Result:
    """A refusal, with exit status 0 as gluster does."""
    return Result(0, xml(ret=-1, errno=errno, text=text))


TIMED_OUT = Result(1, "Error : Request timed out\n")
DOWN = Result(1, "Connection failed. Please check if gluster daemon is operational.\n")
BUSY = refused("Another transaction is in progress for data. Please try again after some time.", 30802)


class FakeNode:
    """One machine of `FakeNodes`."""

    def __init__(self, name: str, pool: FakeNodes) -> None:
        self.name = name
        self.host = f"10.0.0.{name[-1]}"
        self._pool = pool

    def run(self, command: Command, job: Job | None = None) -> Result:
        """Answer from the script."""
        if job is not None:
            job.check()
        return self._pool.reply(self.name, command)


class FakeNodes:
    """Implements `remote.node.Nodes`. `ran`: (node, words after gluster's options), in order."""

    def __init__(self, script: Script, names: tuple[str, ...] = ("node1", "node2", "node3")) -> None:
        self.script = script
        self.ran: list[tuple[str, tuple[str, ...]]] = []
        self.at_once = 0  # commands under the lock that ran at the same time
        self._locked = 0
        self._guard = threading.Lock()
        self._nodes = {name: FakeNode(name, self) for name in names}

    def reply(self, node: str, command: Command) -> Result:
        """What the script says; its exceptions are raised."""
        words = Answer(command, Result(0, "")).words
        with self._guard:
            self.ran.append((node, words))
            self._locked += bool(command.lock)
            self.at_once = max(self.at_once, self._locked)
        try:
            reply = self.script(node, words)
        finally:
            with self._guard:
                self._locked -= bool(command.lock)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def __getitem__(self, name: str) -> FakeNode:
        return self._nodes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    def answering(self) -> tuple[str, ...]:
        """All, in order."""
        return tuple(self._nodes)

    def commands(self, *words: str) -> list[tuple[str, tuple[str, ...]]]:
        """What ran and begins with these words."""
        return [(node, ran) for node, ran in self.ran if ran[: len(words)] == words]
