"""Looks through the whole store for a text, a page at a time; in values too where somebody wants that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from nasclustergui.core.job import Job
from nasclustergui.remote.etcd_types import KeyValue, decoded, visible
from nasclustergui.subsystems.etcd.features.keys.model import Span
from nasclustergui.subsystems.etcd.features.keys.read import FIRST, LARGEST, count, fitting_page, fitting_size
from nasclustergui.subsystems.etcd.features.store import Store

MOST_HITS = 1000
MOST_BYTES = 64 << 20  # of values that one search reads
_AROUND = 30  # characters of a value shown on either side of what was found


class Hit(NamedTuple):
    """A key that was found; `kv` has no value. `excerpt`: where in the value, "" where the key itself has the text."""

    kv: KeyValue
    excerpt: str = ""


class Findings(NamedTuple):
    """What a search found so far.

    Attributes:
        looked, total: keys looked at, and how many there are.
        limit: why it ended before the end: "hits", "bytes", "" if it did not.
        done: it has ended.
    """

    hits: tuple[Hit, ...] = ()
    looked: int = 0
    total: int = 0
    limit: str = ""
    done: bool = False


def search(
    store: Store,
    text: str,
    spans: Sequence[Span],
    job: Job,
    *,
    in_values: bool = False,
    tell: Callable[[Findings], None] = lambda _findings: None,
) -> Findings:
    """Keys that have `text` in their name (upper and lower case alike), and with `in_values` in their value.

    `tell` is called in this thread after every page. Ends early after `MOST_HITS` keys or `MOST_BYTES` of values.
    """
    needle = text.casefold()
    hits: list[Hit] = []
    looked = read = 0
    total = sum(count(store, span, spans, job)[0] for span in spans)
    for span in spans:
        at, limit = span.start, FIRST if in_values else LARGEST
        while True:
            page, limit = fitting_page(store, at, span.end, limit, in_values, job)
            hits += (hit for kv in page.items if (hit := _hit(kv, needle, in_values)) is not None)
            looked += len(page.items)
            size = sum(len(kv.value) for kv in page.items)
            read += size
            cut = "hits" if len(hits) >= MOST_HITS else "bytes" if read >= MOST_BYTES and page.more else ""
            now = Findings(tuple(hits[:MOST_HITS]), looked, max(total, looked), cut, bool(cut))
            tell(now)
            if cut:
                return now
            if not page.more:
                break
            at = page.items[-1].key + b"\0"
            if in_values:
                limit = fitting_size(page)
    return Findings(tuple(hits), looked, looked, "", True)


def _hit(kv: KeyValue, needle: str, in_values: bool) -> Hit | None:
    bare = KeyValue(kv.key, b"", kv.create_revision, kv.mod_revision, kv.version, kv.lease)
    if needle in decoded(kv.key).casefold():
        return Hit(bare)
    if not in_values:
        return None
    value = decoded(kv.value)
    place = value.casefold().find(needle)
    if place < 0:
        return None
    part = value[max(0, place - _AROUND) : place + len(needle) + _AROUND]
    return Hit(bare, visible(" ".join(part.split())))
