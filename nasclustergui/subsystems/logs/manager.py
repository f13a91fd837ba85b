"""One look at the logs of some nodes: a thread per node reads a page of each source, then follows them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol

from nasclustergui.core.errors import Cancelled, NasError, Unreachable
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.link import LinkState
from nasclustergui.remote.parallel import gather
from nasclustergui.remote.stream import StreamNode, as_stream_node
from nasclustergui.subsystems.logs.commands.follow import follow
from nasclustergui.subsystems.logs.features.read.following import Follower, News
from nasclustergui.subsystems.logs.features.read.reader import read_all_fields, read_logs, read_page
from nasclustergui.subsystems.logs.model import JOURNAL, Entry, NodeLogs, Page, Place, Query, Source

PAGE = 500  # entries of a source at a time
AT_ONCE = 3  # questions to one node; sshd's ten sessions serve others too
MOST_WAITING = 8_000  # entries nobody took yet; then nodes are made to wait
AGAIN = 2.0  # seconds until a node that failed is asked again, unless its link comes back sooner
AGAIN_MOST = 15.0


class LogNodes(Protocol):
    """What is asked of the cluster's nodes; `SshNodes` has it."""

    def __getitem__(self, name: str) -> Any: ...

    def listen(self, listener: Callable[[str, Any], None]) -> Callable[[], None]:
        """See `SshNodes.listen`."""


class Phase(StrEnum):
    """How a node stands."""

    READING = "reading"
    READ = "read"
    LIVE = "live"
    LOST = "lost"


@dataclass(frozen=True)
class NodeStatus:
    """How a node stands.

    Attributes:
        since: Unix time of the last sign of life where it is LOST. error: why.
        logs: what it has, None before that was read. errors: source → why it could not be read.
        left_out: entries that were too many to be followed.
    """

    node: str
    phase: Phase = Phase.READING
    since: float = 0.0
    error: NasError | None = None
    logs: NodeLogs | None = None
    errors: dict[str, NasError] = field(default_factory=dict)
    left_out: int = 0


@dataclass(frozen=True)
class Arrived:
    """What came, in order. `older` is True where a question for older entries was answered."""

    logs: tuple[NodeLogs, ...] = ()
    pages: tuple[Page, ...] = ()
    news: tuple[Entry, ...] = ()
    older: bool = False


class LogSession:
    """One query from `start` to `close`. `take` and `status` from any one thread; nothing here blocks it."""

    def __init__(self, nodes: LogNodes, query: Query, *, live: bool = True, count: int = PAGE) -> None:
        self.query, self.live = query, live and query.until is None
        self._nodes, self._count = nodes, count
        self._job = Job("logs", quiet=True)
        self._room = threading.Condition()
        self._logs: deque[NodeLogs] = deque()
        self._pages: deque[Page] = deque()
        self._news: deque[Entry] = deque()
        self._older_done = False
        self._status = {name: NodeStatus(name) for name in query.nodes}
        self._heard: dict[str, float] = {}
        self._wake = {name: threading.Event() for name in query.nodes}
        self._forget: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin."""
        self._forget = self._nodes.listen(self._on_link)
        for name in self.query.nodes:
            threading.Thread(target=self._run, args=(name,), name=f"logs {name}", daemon=True).start()

    def close(self) -> None:
        """End; waits for nobody."""
        self._forget()
        self._job.cancel()
        for event in self._wake.values():
            event.set()
        with self._room:
            self._room.notify_all()

    @property
    def closed(self) -> bool:
        """True after `close`."""
        return self._job.cancelled

    def status(self) -> tuple[NodeStatus, ...]:
        """Of all nodes, in the query's order."""
        with self._room:
            return tuple(self._status.values())

    def heard(self, node: str) -> float:
        """Unix time at which the node's follower last said anything."""
        return self._heard.get(node, 0.0)

    @property
    def settled(self) -> bool:
        """The first pages of every node came, or it is known why not."""
        return all(status.phase is not Phase.READING for status in self.status())

    @property
    def waiting(self) -> int:
        """Entries that nobody took yet."""
        return len(self._news)

    def take(self, most: int = 2000) -> Arrived:
        """What came since: all pages, `most` news."""
        with self._room:
            logs, pages = tuple(self._logs), tuple(self._pages)
            self._logs.clear()
            self._pages.clear()
            news = tuple(self._news.popleft() for _n in range(min(most, len(self._news))))
            older, self._older_done = self._older_done, False
            self._room.notify_all()
        return Arrived(logs, pages, news, older)

    def read_older(self, wanted: dict[tuple[str, str], Place]) -> None:
        """Read a page more of these (node, source); `Arrived.older` tells that it was done."""
        threading.Thread(target=self._older, args=(dict(wanted),), name="logs older", daemon=True).start()

    def fields(self, entry: Entry, job: Job) -> tuple[tuple[str, str], ...]:
        """All fields of an entry of the journal. Blocks; raises NasError, Cancelled."""
        logs = self._status[entry.node].logs
        return read_all_fields(self._nodes[entry.node], entry, logs is None or logs.root, job)

    # ---- in the threads

    def _on_link(self, name: str, _info: object) -> None:
        event = self._wake.get(name)
        if event is not None:
            event.set()

    def _set(self, name: str, **changes: Any) -> None:
        with self._room:
            self._status[name] = replace(self._status[name], **changes)

    def _run(self, name: str) -> None:
        try:
            node = as_stream_node(self._nodes[name])
            logs = self._first(node)
            if logs is None:
                return
            places, last = self._first_pages(node, logs)
            if self.live:
                self._follow(node, Follower(logs, self.query, places, last, lambda news: self._on_news(name, news)))
        except Cancelled:
            pass

    def _first(self, node: StreamNode) -> NodeLogs | None:
        """What the node has; asks until it tells, None if nobody waits for a node that is away."""
        delay = AGAIN
        while True:
            try:
                logs = read_logs(node, self._job)
            except NasError as error:
                self._lost(node.name, error)
                if not self.live:
                    return None
                delay = self._pause(node.name, delay)
                continue
            self._set(node.name, logs=logs)
            with self._room:
                self._logs.append(logs)
            return logs

    def _first_pages(self, node: StreamNode, logs: NodeLogs) -> tuple[dict[str, Place], dict[str, Entry]]:
        places, last = dict(logs.ends), {}
        chosen = self.query.chosen(logs)
        for at in range(0, len(chosen), AT_ONCE):
            part = chosen[at : at + AT_ONCE]
            for source, page in self._read(node, logs, part).items():
                if page.error is not None:
                    self._set(node.name, errors={**self._status[node.name].errors, source: page.error})
                elif page.entries:
                    last[source] = page.entries[-1]
                    if source == JOURNAL:
                        places[source] = self._newer(page.entries[-1].place, places.get(source, Place()))
                with self._room:
                    self._pages.append(page)
        self._set(node.name, phase=Phase.READ, error=None)
        return places, last

    def _read(self, node: StreamNode, logs: NodeLogs, part: Iterable[Source]) -> dict[str, Page]:
        def reading(source: Source) -> Callable[[Job], Page]:
            # a file is read up to where following it begins; of the journal, what came meanwhile is taken too
            before = None if source.id == JOURNAL else logs.ends[source.id]
            if before is not None and before.offset == 0:
                before = None
            return lambda job: read_page(node, logs, source, self.query, before, self._count, job)

        answers = gather({source.id: reading(source) for source in part}, self._job)
        return {name: page for name, page in answers.items() if isinstance(page, Page)}

    @staticmethod
    def _newer(newest: Place, end: Place) -> Place:
        """The later of two cursors of one journal: the page's newest entry may be older than its end, by the filter."""
        return max(newest, end, key=lambda place: _sequence(place.cursor))

    def _older(self, wanted: dict[tuple[str, str], Place]) -> None:
        def reading(where: tuple[str, str], place: Place) -> Callable[[Job], Page | None]:
            logs = self._status[where[0]].logs
            source = logs.source(where[1]) if logs is not None else None
            if logs is None or source is None:
                return lambda job: None
            node = self._nodes[where[0]]
            return lambda job: read_page(node, logs, source, self.query, place, self._count, job)

        try:
            items = list(wanted.items())
            for at in range(0, len(items), 16):
                part = {f"{where[0]} {where[1]}": reading(where, place) for where, place in items[at : at + 16]}
                for page in gather(part, self._job).values():
                    if isinstance(page, Page):
                        self._on_older(page)
        except Cancelled:
            return
        with self._room:
            self._older_done = True

    def _on_older(self, page: Page) -> None:
        errors = dict(self._status[page.node].errors)
        errors.pop(page.source, None)
        if page.error is not None:
            errors[page.source] = page.error
        self._set(page.node, errors=errors)
        with self._room:
            self._pages.append(page)

    def _follow(self, node: StreamNode, follower: Follower) -> None:
        delay = AGAIN
        while not self.closed:
            journal, files = follower.begin()
            if journal is None and not files:
                return
            began = time.monotonic()
            try:
                command = follow(self.query, journal, files, follower.logs.root)
                result = node.stream(command, follower, self._job)
                error: NasError = Unreachable(node.name, _("following its logs ended"), details=result.stderr)
            except NasError as failed:
                error = failed
            if time.monotonic() - began > AGAIN_MOST:
                delay = AGAIN
            self._lost(node.name, error)
            delay = self._pause(node.name, delay)

    def _lost(self, name: str, error: NasError) -> None:
        before = self._status[name]
        since = before.since if before.phase is Phase.LOST else self._heard.get(name) or self._gone_since(name)
        self._set(name, phase=Phase.LOST, since=since, error=error)

    def _gone_since(self, name: str) -> float:
        """Unix time since when a node is away that this query never heard of."""
        info = getattr(self._nodes[name], "info", None)
        gone = info is not None and info.state is not LinkState.ONLINE
        return float(info.since) if gone and info is not None else time.time()

    def _pause(self, name: str, delay: float) -> float:
        """Wait until the link changes or it is time anyway; the next delay."""
        self._wake[name].clear()
        self._wake[name].wait(delay)
        self._job.check()
        return min(2 * delay, AGAIN_MOST)

    def _on_news(self, name: str, news: News) -> None:
        """Something came. Waits here, and so lets the node wait, while nobody takes what came before."""
        self._heard[name] = time.time()
        with self._room:
            self._room.wait_for(lambda: len(self._news) < MOST_WAITING or self.closed)
            self._job.check()
            self._news.extend(news.entries)
            before = self._status[name]
            if before.phase is not Phase.LIVE or news.left_out:
                left_out = before.left_out + sum(news.left_out.values())
                self._status[name] = replace(before, phase=Phase.LIVE, error=None, left_out=left_out)


def _sequence(cursor: str) -> int:
    """What orders cursors of one node: the time in them ("…;t=660f4d3f606f9;…", hexadecimal microseconds)."""
    for part in cursor.split(";"):
        if part.startswith("t="):
            try:
                return int(part[2:], 16)
            except ValueError:
                return 0
    return -1
