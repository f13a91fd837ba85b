"""A shell without a node: what it prints is told, what is typed is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from nasclustergui.core.errors import NasError, Unreachable
from nasclustergui.core.profile import Environment, NodeProfile, Profile
from nasclustergui.remote.waiting import Bell

PROFILE = Profile(
    "office",
    tuple(NodeProfile(f"node{n}", f"10.77.0.1{n}") for n in (1, 2, 3)),
    environment=Environment.LAB,
)


class FakeWatch:
    """Tells what `FakeShell.facts` says."""

    def __init__(self, shell: FakeShell) -> None:
        self._shell, self.waiting = shell, False

    def ask(self) -> None:
        self.waiting = True

    def answer(self) -> str | None:
        if not self.waiting:
            return None
        self.waiting = False
        return self._shell.facts


class FakeShell:
    """Implements `remote.shell.Shell` as far as a session needs it."""

    def __init__(self, bell: Bell, user: str) -> None:
        self.bell, self.user = bell, user
        self.facts = "s 10 10\n"
        self.sizes: list[tuple[int, int]] = []
        self.typed = b""
        self.closed = self.lost = False
        self.exit_status: int | None = None
        self.quiet_since = 0.0
        self._lock = threading.Lock()
        self._out = b""
        self._ended = False

    # ---- what the test does

    def print(self, text: str | bytes) -> None:
        with self._lock:
            self._out += text.encode() if isinstance(text, str) else text
        self.bell.set()

    def end(self, status: int | None = 0, lost: bool = False) -> None:
        self.exit_status, self.lost, self._ended = status, lost, True
        self.bell.set()

    # ---- what the session asks

    @property
    def heard_at(self) -> float:
        return self.quiet_since or time.monotonic()

    @property
    def over(self) -> bool:
        return self._ended and not self._out

    def read(self) -> bytes:
        with self._lock:
            data, self._out = self._out[: 1 << 15], self._out[1 << 15 :]
        return data

    def write(self, data: bytes) -> int:
        self.typed += data
        return len(data)

    def resize(self, columns: int, lines: int) -> None:
        self.sizes.append((columns, lines))

    def ping(self) -> None:
        pass

    def watch(self) -> FakeWatch:
        return FakeWatch(self)

    def reason(self) -> Unreachable:
        return Unreachable("node1", "the connection broke")

    def give_up(self) -> None:
        self.end(None, lost=True)

    def close(self) -> None:
        self.closed = True


class FakeShells:
    """Implements `Shells`; `made` has every shell that was opened."""

    def __init__(self, user: str = "root") -> None:
        self.user = user
        self.made: list[FakeShell] = []
        self.refusal: NasError | None = None
        self.online = True
        self._listeners: list[Callable[[], None]] = []

    def open(self, node: str, columns: int, lines: int, bell: Bell) -> FakeShell:
        if self.refusal is not None:
            raise self.refusal
        shell = FakeShell(bell, self.user)
        shell.sizes.append((columns, lines))
        self.made.append(shell)
        return shell

    def is_online(self, node: str) -> bool:
        return self.online

    def listen(self, node: str, changed: Callable[[], None]) -> Callable[[], None]:
        self._listeners.append(changed)

        def forget() -> None:
            if changed in self._listeners:
                self._listeners.remove(changed)

        return forget

    def come(self, online: bool) -> None:
        self.online = online
        for changed in list(self._listeners):
            changed()
