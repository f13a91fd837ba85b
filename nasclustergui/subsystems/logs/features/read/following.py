"""Understands what the follower on a node writes, and knows from where on it shall go on after a loss."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from nasclustergui.subsystems.logs.commands.follow import LOOK, Followed
from nasclustergui.subsystems.logs.features.read.files import Assembler, head_of
from nasclustergui.subsystems.logs.features.read.journal import parse_journal
from nasclustergui.subsystems.logs.model import JOURNAL, Entry, NodeLogs, Place, Query, Source

_LINE = re.compile(rb"(j|\d+)([ +!<>.])(.*)", re.DOTALL)


@dataclass
class News:
    """What came at once.

    Attributes:
        entries: in the order in which each source wrote them. left_out: source → how many were too many.
        alive: the follower answered.
    """

    entries: list[Entry] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    alive: bool = False


class FollowedFile:
    """One file: its reader, and how far it was read."""

    def __init__(self, node: str, source: Source, place: Place, logs: NodeLogs, last: Entry | None) -> None:
        self.source, self.place = source, place
        head = head_of(source.kind, logs.utc_offset, time.time() + logs.skew)
        self.assembler = Assembler(node, source.id, head, last)
        self.held = b""


class Follower:
    """Of one node; implements `remote.stream.Talk`.

    Attributes:
        journal: the place after which the journal goes on, None if it isn't followed. files: likewise, in order.
        ended: following the journal ended on the node.
    """

    def __init__(
        self,
        logs: NodeLogs,
        query: Query,
        places: dict[str, Place],
        last: dict[str, Entry],
        sink: Callable[[News], None],
    ) -> None:
        """`places`: source → from where on. `last`: source → its newest entry, which may still grow."""
        self.node, self._query, self._sink = logs.node, query, sink
        self.logs = logs
        self.ended = False
        chosen = [source for source in query.chosen(logs) if not source.why_not]
        self.journal = places.get(JOURNAL, Place()) if any(s.id == JOURNAL for s in chosen) else None
        self.files = [
            FollowedFile(logs.node, source, places.get(source.id, Place()), logs, last.get(source.id))
            for source in chosen
            if source.id != JOURNAL
        ]
        self._data, self._held = bytearray(), b""
        self._ask = False

    def begin(self) -> tuple[Place | None, list[Followed]]:
        """A new session: from where on."""
        self._data.clear()
        self._held, self._ask, self.ended = b"", True, False
        for file in self.files:
            file.held = b""
        return self.journal, [Followed(file.source.path, file.place) for file in self.files]

    def to_send(self) -> bytes:
        """Have the files looked at, once per answer."""
        ask, self._ask = self._ask, False
        return LOOK if ask else b""

    def received(self, data: bytes) -> None:
        """Hand on what is complete."""
        self._data += data
        end = self._data.rfind(b"\n")
        if end < 0:
            return
        lines = bytes(self._data[:end]).split(b"\n")
        del self._data[: end + 1]
        news = News()
        for line in lines:
            self._line(line, news)
        for file in self.files:
            news.entries += [entry for entry in file.assembler.take() if self._query.takes(entry)]
        if news.entries or news.left_out or news.alive:
            self._sink(news)

    def _line(self, line: bytes, news: News) -> None:
        if line == b"t":
            self._ask = news.alive = True
            return
        found = _LINE.fullmatch(line)
        if found is None:
            return
        who, kind, rest = found[1], found[2], found[3]
        if who == b"j":
            self._journal_line(kind, rest, news)
        elif 0 < int(who) <= len(self.files):
            self._file_line(self.files[int(who) - 1], kind, rest, news)

    def _journal_line(self, kind: bytes, rest: bytes, news: News) -> None:
        if kind == b"+":
            self._held += rest
        elif kind == b"!":
            _count(news, JOURNAL, rest)
        elif kind == b".":
            self.ended = True
        elif kind == b" ":
            text, self._held = self._held + rest, b""
            entry = parse_journal(self.node, text.decode("utf-8", "backslashreplace"))
            if entry is not None:
                self.journal = entry.place
                if self._query.takes(entry):
                    news.entries.append(entry)

    def _file_line(self, file: FollowedFile, kind: bytes, rest: bytes, news: News) -> None:
        if kind == b"+":
            file.held += rest
        elif kind == b"!":
            _count(news, file.source.id, rest)
        elif kind in b"<>":
            words = rest.split()
            if len(words) == 2 and words[0].isdigit() and words[1].isdigit():
                file.place = Place("", int(words[0]), int(words[1]))
        elif kind == b" ":
            raw, file.held = file.held + rest, b""
            inode, offset = file.place.inode, file.place.offset
            file.assembler.line(raw, inode, offset)
            file.place = Place("", inode, offset + len(raw) + 1)


def _count(news: News, source: str, number: bytes) -> None:
    if number.isdigit():
        news.left_out[source] = news.left_out.get(source, 0) + int(number)
