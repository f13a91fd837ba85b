"""Reads which logs a node has and pages of them, back in time."""

from __future__ import annotations

import time
from collections.abc import Callable

from nasclustergui.core.command import Command, Result, checked
from nasclustergui.core.errors import NasError, SudoRefused
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.remote.node import Node
from nasclustergui.subsystems.logs.commands.listing import list_logs, parse_logs
from nasclustergui.subsystems.logs.commands.pages import parse_block, read_fields, read_file, read_journal
from nasclustergui.subsystems.logs.features.read.files import Assembler, Head, head_of
from nasclustergui.subsystems.logs.features.read.journal import all_fields, parse_journal
from nasclustergui.subsystems.logs.model import JOURNAL, Entry, NodeLogs, Page, Place, Query, Source

BLOCK = 256 * 1024  # bytes of a file per question
LARGEST_BLOCK = 4 * 1024 * 1024  # where no entry begins in a smaller one
MOST_BLOCKS = 64  # of one page: a filter that finds nothing must end, too

HeadOf = Callable[[str], Head | None]


def read_logs(node: Node, job: Job | None = None) -> NodeLogs:
    """The node's logs; as root, or as the login user where that may not become root. Raises NodeError."""
    try:
        return _read_logs(node, True, job)
    except SudoRefused:
        return _read_logs(node, False, job)


def _read_logs(node: Node, root: bool, job: Job | None) -> NodeLogs:
    node.run(Command(("true",), timeout=30.0, root=root), job)  # sudo's questions are no part of the round trip
    began = time.time()
    return parse_logs(node.name, node.run(list_logs(root), job), began, root)


def read_page(
    node: Node, logs: NodeLogs, source: Source, query: Query, before: Place | None, count: int, job: Job | None = None
) -> Page:
    """The newest entries before a place (None: the newest there are), `count` or a little more. Errors are in it."""
    if source.why_not:
        return Page(node.name, source.id, error=NasError(f"{node.name}: {source.id}: {source.why_not}"))
    try:
        if source.id == JOURNAL:
            return _journal_page(node, logs, query, before, count, job)
        return _FilePages(node, logs, source, query, job).read(before, count)
    except NasError as error:
        return Page(node.name, source.id, error=error)


def _journal_page(node: Node, logs: NodeLogs, query: Query, before: Place | None, count: int, job: Job | None) -> Page:
    command = read_journal(query, before, count, logs.root)
    lines = checked(node.name, command, node.run(command, job)).stdout.splitlines()
    found = [entry for line in lines if (entry := parse_journal(node.name, line)) is not None]
    kept = tuple(reversed([entry for entry in found if query.takes(entry)]))
    past = query.since is not None and any(entry.at < query.since for entry in found)
    if len(lines) < count or past or not found:
        return Page(node.name, JOURNAL, kept)
    return Page(node.name, JOURNAL, kept, found[-1].place, found[-1].at)


class _FilePages:
    """One page of one file, which may take several blocks."""

    def __init__(self, node: Node, logs: NodeLogs, source: Source, query: Query, job: Job | None) -> None:
        self._node, self._logs, self._source, self._query, self._job = node, logs, source, query, job
        self._head: HeadOf = head_of(source.kind, logs.utc_offset, time.time() + logs.skew)

    def read(self, before: Place | None, count: int) -> Page:
        """See `read_page`."""
        size, place = BLOCK, before
        kept: list[Entry] = []
        reached: int | None = None
        for _block in range(MOST_BLOCKS):
            command = read_file(self._source.path, place, size, self._logs.root)
            block = parse_block(checked(self._node.name, command, self._node.run(command, self._job)))
            if block is None:
                return self._page(kept)
            if block.lost:
                raise NasError(
                    _("{node}: {source} was rotated while it was read.").format(
                        node=self._node.name, source=self._source.id
                    ),
                    hint=_("Read the logs again."),
                )
            entries, start = self._entries(block.data, block.inode, block.start)
            if start == block.end and block.start > 0 and size < LARGEST_BLOCK:
                size *= 4
                continue
            place = Place("", block.inode, start if start < block.end else block.start)
            kept = [entry for entry in entries if self._query.takes(entry)] + kept
            if entries:
                reached = entries[0].at
                if self._query.since is not None and reached < self._query.since:
                    return self._page(kept)
            if len(kept) >= count:
                break
        return self._page(kept, place, reached)

    def _page(self, kept: list[Entry], older: Place | None = None, reached: int | None = None) -> Page:
        return Page(self._node.name, self._source.id, tuple(kept), older, reached)

    def _entries(self, data: bytes, inode: int, start: int) -> tuple[list[Entry], int]:
        """Those that begin in the data, and where the first of them does: what is before belongs to older ones."""
        lines = data.split(b"\n")
        at = start
        if start > 0:  # begins in the middle of a line
            at += len(lines[0]) + 1
            lines = lines[1:]
        if lines and not lines[-1]:
            lines.pop()
        assembler = Assembler(self._node.name, self._source.id, self._head)
        first = start + len(data)
        for raw in lines:
            assembler.line(raw, inode, at)
            at += len(raw) + 1
        entries = assembler.take()
        if entries:
            first = entries[0].place.offset
        if start == 0:
            first = 0
            if assembler.orphans and (when := self._when(entries)) is not None:
                text = "\n".join(assembler.orphans[:200])
                severity = entries[0].severity if entries else self._query.severity
                lost = Entry(self._node.name, self._source.id, when, severity, "", text, Place("", inode, 0))
                entries.insert(0, lost)
        return entries, first

    def _when(self, entries: list[Entry]) -> int | None:
        """The time of lines before the first entry of a file: no later than it."""
        return entries[0].at if entries else self._source.modified * 1_000_000 or None


def read_all_fields(node: Node, entry: Entry, root: bool, job: Job | None = None) -> tuple[tuple[str, str], ...]:
    """Everything the journal knows of an entry. Raises NodeError, CommandFailed."""
    command = read_fields(entry.place.cursor, root)
    result: Result = checked(node.name, command, node.run(command, job))
    return all_fields(result.stdout)
