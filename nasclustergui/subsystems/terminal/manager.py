"""One terminal and its shell: connects, reads, sends, notices losses, connects again. A thread of its own; no Qt.

The thread reads a little, lets others look, reads on. What it reads is never more than SSH's window holds, so a program
that prints without end waits for us, in the node, and nothing grows here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from nasclustergui.core.errors import LoginRefused, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.units import clock
from nasclustergui.remote.shell import Shell, ShellWatch, as_error
from nasclustergui.remote.waiting import Bell
from nasclustergui.subsystems.terminal.emulator.terminal import SLICE, Terminal
from nasclustergui.subsystems.terminal.model import Facts, Phase, Status, parse_facts

BUSY, BREATH = 0.004, 0.001  # seconds of work after which, and for how long, the thread steps aside
QUIET, PATIENCE = 5.0, 3.0  # seconds without a packet before we ask, and until the node counts as silent
BACK = 60.0  # seconds after the node's own connection is back that a silent one may take to follow
FACTS_SOON, FACTS_SHOWN, FACTS_HIDDEN = 0.7, 2.0, 10.0
LONGEST_DELAY = 30.0
MOST_TYPED, MOST_ANSWERED = 1 << 24, 1 << 14  # bytes that wait to be sent


# (what happened: "opened" or "closed", node, user, exit status); may raise NasError, then no shell is opened
Record = Callable[[str, str, str, int | None], None]


class Opener(Protocol):
    """What is needed of `remote.shell.Shells`."""

    def open(self, node: str, columns: int, lines: int, bell: Bell) -> Shell:
        """Connect and start a shell. Blocks. Raises a NodeError."""

    def is_online(self, node: str) -> bool:
        """The node's own connection is there."""

    def listen(self, node: str, changed: Callable[[], None]) -> Callable[[], None]:
        """Tell of changes of the node's link, from any thread."""


class TerminalSession:
    """All methods may be called from any thread and return at once.

    Attributes:
        terminal: what is seen. node: where. user: as whom, "" before the first login.
        status: how it stands with the shell. facts: what runs there, None while unknown.
        visible: somebody looks, so what runs there is asked for more often.
    """

    def __init__(
        self,
        node: str,
        shells: Opener,
        stirred: Callable[[], None],
        size: tuple[int, int] = (80, 24),
        record: Record | None = None,
    ) -> None:
        """`stirred` is called from the thread, often, when anything is new; `record` when a shell begins and ends."""
        self.node, self.user = node, ""
        self.terminal = Terminal(*size, reply=self._answer)
        self.status = Status(since=time.time())
        self.facts: Facts | None = None
        self.visible = True
        self.typed_at = self.heard_at = 0.0
        self._shells, self._stirred, self._record = shells, stirred, record
        self._bell = Bell()
        self._lock = threading.Lock()
        self._outbox = bytearray()
        self._size: tuple[int, int] | None = None
        self._closed = self._again = False
        self._shell: Shell | None = None
        self._forget: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name=f"terminal-{node}", daemon=True)

    def start(self) -> None:
        """Begin to connect."""
        self._forget = self._shells.listen(self.node, self._bell.set)
        self._thread.start()

    def send(self, data: bytes) -> bool:
        """Type. False if that is more than can wait to be sent; then nothing of it is."""
        with self._lock:
            if len(self._outbox) + len(data) > MOST_TYPED:
                return False
            self._outbox += data
        if b"\r" in data or b"\n" in data:
            self.typed_at = time.monotonic()
        self._bell.set()
        return True

    def _answer(self, data: bytes) -> None:
        """The terminal's own answers; a flood of questions gets none."""
        with self._lock:
            if len(self._outbox) < MOST_ANSWERED:
                self._outbox += data

    def resize(self, columns: int, lines: int) -> None:
        """Another size of the window."""
        if self.terminal.size() != (columns, lines):
            self.terminal.resize(columns, lines)
            self._size = (columns, lines)
            self._bell.set()

    def connect_again(self) -> None:
        """A new shell, now."""
        self._again = True
        self._bell.set()

    def close(self) -> None:
        """End the shell."""
        self._closed = True
        self._forget()
        self._bell.set()

    def join(self, seconds: float) -> None:
        """Wait for the thread's end, after `close`."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    @property
    def alive(self) -> bool:
        """There is a shell, or may be one."""
        return self.status.phase in (Phase.OPEN, Phase.SILENT)

    # ------------------------------------------------------------ the thread

    def _run(self) -> None:
        delay = 0.0
        while not self._closed:
            began = time.monotonic()
            self._again = False
            if self._open():
                self._live()
                delay = 0.0 if time.monotonic() - began > LONGEST_DELAY else max(1.0, 2 * delay)
            else:
                delay = max(1.0, 2 * delay)
            self._wait_to_connect(min(delay, LONGEST_DELAY))
        self._set(Phase.CLOSED)

    def _open(self) -> bool:
        self._set(Phase.CONNECTING)
        try:
            self._size = None
            shell = self._shells.open(self.node, *self.terminal.size(), self._bell)
            self._note_opened(shell)
        except NasError as error:
            self._set(Phase.LOST if self.status.shells else Phase.FAILED, error)
            return False
        except Exception as error:  # a bug or a bad file: say it, keep the text
            self._set(Phase.FAILED, as_error(self.node, error))
            return False
        if self._closed:
            shell.close()
            return False
        self._shell, self.user = shell, shell.user
        with self._lock:
            self._outbox.clear()  # what was typed was meant for the shell before
        if self.status.shells:
            self.terminal.new_shell(_("— new shell, {time} —").format(time=clock(time.time())))
        self._opened()
        return True

    def _note_opened(self, shell: Shell) -> None:
        """No shell without a record of it. What is typed in it is nobody's to keep."""
        try:
            if self._record is not None:
                self._record("opened", self.node, shell.user, None)
        except BaseException:
            shell.close()
            raise

    def _opened(self) -> None:
        now = time.time()
        self.facts = None
        self.typed_at = 0.0
        self.status = Status(Phase.OPEN, now, shells=self.status.shells + 1, opened=now)
        self._stirred()

    def _live(self) -> None:
        """As long as there is a shell."""
        shell = self._shell
        assert shell is not None
        looker = _Looker(self, shell)
        try:
            while not self._closed and not self._again:
                moved = self._read(shell)
                self._write(shell)
                looker.look()
                if shell.over:
                    self._ended(shell)
                    return
                if not moved:
                    self._bell.wait(looker.pause())
        finally:
            self._shell = None
            shell.close()
            if self._record is not None:
                with suppress(NasError):
                    self._record("closed", self.node, shell.user, shell.exit_status)

    def _read(self, shell: Shell) -> bool:
        """Take what came, in slices; True if there was something."""
        data = memoryview(shell.read())
        if not data:
            return False
        self.heard_at = worked = time.monotonic()
        for at in range(0, len(data), SLICE):
            self.terminal.feed(data[at : at + SLICE])
            self._stirred()
            if time.monotonic() - worked > BUSY:
                time.sleep(BREATH)  # the window waits for the interpreter's lock
                worked = time.monotonic()
                self._write(shell)
        return True

    def _write(self, shell: Shell) -> None:
        size, self._size = self._size, None
        if size is not None:
            shell.resize(*size)
        with self._lock:
            data = bytes(self._outbox)
        if data:
            sent = shell.write(data)
            with self._lock:
                del self._outbox[:sent]
            if 0 < sent < len(data):
                self._bell.set()

    def _ended(self, shell: Shell) -> None:
        lost = shell.lost
        reason = shell.reason() if lost else None
        self.facts = None
        self.status = replace(
            self.status,
            phase=Phase.LOST if lost else Phase.ENDED,
            since=time.time(),
            exit=shell.exit_status,
            error=reason,
        )
        self._stirred()

    def _wait_to_connect(self, delay: float) -> None:
        """After a loss until the node is back, `delay` seconds at least; after an end until somebody asks."""
        end = time.monotonic() + delay
        while not (self._closed or self._again):
            waits = self.status.phase is Phase.LOST and not isinstance(self.status.error, LoginRefused)
            left = end - time.monotonic()
            if waits and left <= 0 and self._shells.is_online(self.node):
                return
            self._bell.wait(max(left, 0.05) if waits and left > 0 else None)

    def _set(self, phase: Phase, error: NasError | None = None) -> None:
        if phase is Phase.CONNECTING and self.status.phase is Phase.LOST:
            return  # the bar goes on saying since when
        since = self.status.since if phase is self.status.phase else time.time()
        self.status = replace(self.status, phase=phase, since=since, error=error)
        self._stirred()

    def silent(self, since: float | None) -> None:
        """In the thread: the node does not answer since that monotonic time, or does again."""
        if since is None and self.status.phase is Phase.SILENT:
            self.status = replace(self.status, phase=Phase.OPEN, since=time.time())
            self._stirred()
        elif since is not None and self.status.phase is Phase.OPEN:
            self.status = replace(self.status, phase=Phase.SILENT, since=time.time() - time.monotonic() + since)
            self._stirred()

    def know(self, facts: Facts | None) -> None:
        """In the thread: what runs there now."""
        if facts is not None and self.terminal.directory:
            told = (self.terminal.directory,)
            facts = replace(facts, directories=facts.directories + told)
        self.facts = facts
        self._stirred()

    def online(self) -> bool:
        """The node's own connection is there."""
        return self._shells.is_online(self.node)


class _Looker:
    """Asks at times whether the node lives and what runs in the shell. Belongs to the session's thread."""

    def __init__(self, session: TerminalSession, shell: Shell) -> None:
        self._session, self._shell = session, shell
        self._watch: ShellWatch | None = None
        self._facts_at = self._asked_at = 0.0
        self._pinged_at = 0.0
        self._back_at: float | None = None

    def pause(self) -> float:
        """How long nothing needs to be done unless the bell rings."""
        return 0.25 if self._session.visible else 1.0

    def look(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        self._look_for_life(now)
        if self._watch is not None and (text := self._watch.answer()) is not None:
            found = parse_facts(text)
            self._session.know(replace(found, at=self._asked_at) if found else None)
        if self._session.status.phase is Phase.OPEN and now - self._facts_at >= self._every():
            self._facts_at = now
            if self._watch is None:
                self._watch = self._shell.watch()
            elif not self._watch.waiting:
                self._asked_at = now
                self._watch.ask()

    def _every(self) -> float:
        """Seconds between two questions what runs there: soon at first and after a line was typed."""
        session = self._session
        if session.facts is None or session.typed_at > session.facts.at:
            return FACTS_SOON
        return FACTS_SHOWN if session.visible else FACTS_HIDDEN

    def _look_for_life(self, now: float) -> None:
        heard = self._shell.heard_at
        if heard >= self._pinged_at:
            self._session.silent(None)
            self._back_at = None
            if now - heard >= QUIET:
                self._pinged_at = now
                self._shell.ping()
        elif now - self._pinged_at >= PATIENCE:
            self._session.silent(heard)
            self._give_up(now)

    def _give_up(self, now: float) -> None:
        """The node is back for long, this connection isn't: it never will be."""
        if not self._session.online():
            self._back_at = None
        elif self._back_at is None:
            self._back_at = now
        elif now - self._back_at >= BACK:
            self._shell.give_up()
