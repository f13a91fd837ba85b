"""Reads keys for the tree, a page of a level at a time; never a value that nobody looks at."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from nasclustergui.core.errors import InvalidInput, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import size
from nasclustergui.remote.etcd_ranges import Grant, Page, lease_left, own_grants, own_name, read_page
from nasclustergui.remote.etcd_types import KeyValue
from nasclustergui.subsystems.etcd.features.keys.model import (
    WHOLE,
    Child,
    KeyRead,
    LevelPage,
    Reach,
    Span,
    below,
    child_of,
)
from nasclustergui.subsystems.etcd.features.keys.values import LARGEST as LARGEST_VALUE
from nasclustergui.subsystems.etcd.features.store import Store

FIRST = 128  # keys of a level's first page: the rows that fit on a screen, and some more
LARGEST = 25_000  # keys of a page: the server walks the whole rest of the range for each, so few large ones
_PAGE_BYTES = 2 << 20  # of values in one reply, about
_SHARE = 3  # a page is a third of what is left: then reading it costs about what the walk for it does
_PATIENCE = 0.5  # seconds after which rows that were found are shown, though there are fewer than wanted


def reach(store: Store, job: Job) -> Reach:
    """What the profile's user may read: everything, or the ranges that its roles name. Raises StoreError."""
    try:
        page = read_page(store.client, b"", None, limit=1, keys_only=True, job=job)
        return Reach((WHOLE,), True, "", page.revision)
    except StoreError as error:
        if "permission denied" not in error.details:
            raise
        grants = own_grants(store.client, job=job)
        spans = joined(grant for grant in grants or () if grant.read)
        if not spans:
            raise
    first = spans[0]
    page = read_page(store.client, first.start, first.end, limit=1, keys_only=True, job=job)
    return Reach(spans, False, own_name(store.client), page.revision)


def joined(grants: Iterable[Grant]) -> tuple[Span, ...]:
    """The ranges that may be read, in order, those that touch made one."""
    found: list[Span] = []
    for start, end in sorted(((grant.start, grant.end) for grant in grants), key=lambda span: span[0]):
        if found and (found[-1].end is None or start <= found[-1].end):
            before = found.pop()
            end = None if before.end is None or end is None else max(before.end, end)
            start = before.start
        found.append(Span(start, end))
    return tuple(found)


def children(
    store: Store, prefix: bytes, spans: Sequence[Span], job: Job, *, start: bytes = b"", want: int = FIRST
) -> LevelPage:
    """Entries right below `prefix`, about `want` of them from `start` on if there are so many.

    Folders that are larger than a page are jumped over: ten with 10,000 keys each cost ten short pages. Small ones are
    read through, for etcd walks the whole rest of the level for each page, and that costs more.
    """
    level = _Level(prefix, max(start, prefix))
    for span in spans:
        part = below(prefix).cut(span)
        part = part.cut(Span(level.start, None)) if part else None
        if part is None:
            continue
        after = _walk(store, part, level, want, job)
        if after is not None:
            return LevelPage(tuple(level.found), level.start, after, level.revision)
    return LevelPage(tuple(level.found), level.start, None, level.revision)


class _Level:
    """What was found of a level so far."""

    def __init__(self, prefix: bytes, start: bytes) -> None:
        self.prefix, self.start = prefix, start
        self.found: list[Child] = []
        self.revision = 0
        self.until = time.monotonic() + _PATIENCE


def _walk(store: Store, span: Span, level: _Level, want: int, job: Job) -> bytes | None:
    """Read the span page by page; where to go on if `want` was reached before its end."""
    at, limit = span.start, FIRST if want <= FIRST else LARGEST // _SHARE
    while True:
        page = read_page(store.client, at, span.end, limit=limit, keys_only=True, job=job)
        level.revision = min(level.revision or page.revision, page.revision)
        before = len(level.found)
        for kv in page.items:
            path, folder = child_of(level.prefix, kv.key)
            if not level.found or level.found[-1].path != path or level.found[-1].folder != folder:
                level.found.append(Child(path, folder, None if folder else kv))
        if not page.more:
            return None
        last = level.found[-1]
        at = last.behind
        if at == b"\0" or (span.end is not None and at >= span.end):
            return None
        if len(level.found) >= want or time.monotonic() > level.until:
            return at
        alone = len(level.found) - before <= 1
        rest = page.total - len(page.items)
        limit = min(LARGEST, 2 * limit if alone else max(FIRST, rest // _SHARE))


def counts(store: Store, prefixes: Sequence[bytes], spans: Sequence[Span], job: Job) -> dict[bytes, tuple[int, int]]:
    """Prefix → (keys that begin so and may be read, revision of the store)."""
    return {prefix: count(store, below(prefix), spans, job) for prefix in prefixes}


def count(store: Store, part: Span, spans: Sequence[Span], job: Job) -> tuple[int, int]:
    """(keys, oldest revision of the store at which they were counted)."""
    total, revision = 0, 0
    for span in spans:
        wanted = part.cut(span)
        if wanted is not None:
            page = read_page(store.client, wanted.start, wanted.end, count_only=True, job=job)
            total, revision = total + page.total, min(revision or page.revision, page.revision)
    return total, revision


def list_keys(
    store: Store, spans: Sequence[Span], job: Job, *, values: bool = False, limit: int = 0
) -> tuple[list[KeyValue], bool]:
    """(all keys of the spans, did the limit cut them); `limit` 0 is all. Of a long list not as of one revision."""
    found: list[KeyValue] = []
    for span in spans:
        at, more = span.start, True
        most = FIRST if values else LARGEST
        while more:
            left = limit - len(found) if limit else most
            if left <= 0:
                return found, True
            page, most = fitting_page(store, at, span.end, min(left, most), values, job)
            found += page.items
            more = page.more
            if more:
                at = page.items[-1].key + b"\0"
                if values:
                    most = fitting_size(page)
    return found, False


def fitting_page(store: Store, at: bytes, end: bytes | None, limit: int, values: bool, job: Job) -> tuple[Page, int]:
    """A page, and the limit with which it could be read: a reply with many large values is too large for gRPC."""
    while True:
        try:
            return read_page(store.client, at, end, limit=limit, keys_only=not values, job=job), limit
        except StoreError as error:
            if limit == 1 or "larger than max" not in error.details:
                raise
            limit = max(1, limit // 8)


def fitting_size(page: Page) -> int:
    """How many keys the next page may have, by the size of the values of this one."""
    read = sum(len(kv.value) for kv in page.items)
    return max(1, min(LARGEST, _PAGE_BYTES * len(page.items) // max(1, read)))


def read_key(store: Store, key: bytes, job: Job) -> KeyRead:
    """The key with its value and what is left of its lease."""
    kv = store.client.get(key, job=job)
    left = None
    if kv is not None and kv.lease:
        try:
            left = lease_left(store.client, kv.lease, job=job)
        except StoreError:
            left = None  # the value matters more than how long it will stay
    return KeyRead(key, kv, left, time.time())


def no_such_key(key: bytes) -> InvalidInput:
    """What to raise where a key was asked for by name."""
    shown = key.decode("utf-8", "backslashreplace")
    return InvalidInput(_("There is no key {key}.").format(key=shown), field="key")


def read_file(path: Path) -> bytes:
    """A file that fits into a value. Raises InvalidInput."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_VALUE + 1)
    except OSError as error:
        text = _("{file} could not be read: {why}.").format(file=path, why=os.strerror(error.errno or 0))
        raise InvalidInput(text, field="file") from error
    if len(content) > LARGEST_VALUE:
        text = _("{file} is larger than {size}; etcd is made for small values.")
        raise InvalidInput(text.format(file=path, size=size(LARGEST_VALUE)), field="file")
    return content


def write_file(path: Path, content: bytes) -> None:
    """Raises InvalidInput."""
    try:
        path.write_bytes(content)
    except OSError as error:
        text = _("{file} could not be written: {why}.").format(file=path, why=os.strerror(error.errno or 0))
        raise InvalidInput(text, field="file") from error
