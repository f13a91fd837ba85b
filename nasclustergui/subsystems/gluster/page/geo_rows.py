"""The rows of geo-replication: sessions with their bricks' workers. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, count
from nasclustergui.subsystems.gluster.features.geo_replication.model import Session, Status, Worker
from nasclustergui.subsystems.gluster.page.words import Said
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.tree import Tree


def geo_tree() -> Tree:
    """The table, still empty."""
    return Tree(
        [
            (_("Secondary volume, brick"), -1),
            (_("State"), 150),
            (_("What it does"), 190),
            (_("Synced until"), 160),
            (_("Waiting"), 90),
            (_("Failures"), 90),
        ],
        right=(4, 5),
        drop={2: 900, 4: 760},
        name=_("Geo-replication sessions and their workers"),
    )


def geo_rows(sessions: Sequence[Session], stale: bool = False) -> list[Row]:
    """A row per session."""
    return [_session(session, stale) for session in sessions]


def session_said(session: Session) -> Said:
    """The worst that matters of its workers."""
    seen = session.statuses
    if Status.FAULTY in seen:
        n = sum(worker.status is Status.FAULTY for worker in session.workers)
        return Said("critical", _("Faulty"), ngettext("{n} brick", "{n} bricks", n).format(n=n))
    if not seen or Status.UNKNOWN in seen:
        return Said("unknown", _("Unknown"))
    if Status.INITIALIZING in seen:
        return Said("busy", _("Starting"))
    if Status.ACTIVE in seen:
        idle = seen & {Status.STOPPED, Status.CREATED, Status.PAUSED}
        return Said("warn", _("Partly copying")) if idle else Said("ok", _("Copying"))
    if seen == {Status.PASSIVE}:
        return Said("warn", _("Nobody copies"))
    if seen <= {Status.CREATED}:
        return Said("stopped", _("Not started"))
    if session.paused:
        return Said("stopped", _("Paused"))
    return Said("stopped", _("Stopped"))


def worker_said(worker: Worker) -> Said:
    """One brick's worker."""
    match worker.status:
        case Status.ACTIVE:
            return Said("ok", _("Active"))
        case Status.PASSIVE:
            return Said("stopped", _("Passive"))
        case Status.FAULTY:
            return Said("critical", _("Faulty"))
        case Status.INITIALIZING:
            return Said("busy", _("Starting"))
        case Status.PAUSED:
            return Said("stopped", _("Paused"))
        case Status.STOPPED:
            return Said("stopped", _("Stopped"))
        case Status.CREATED:
            return Said("stopped", _("Not started"))
        case _:
            return Said("unknown", worker.said or _("Unknown"))


def crawl_words(worker: Worker) -> str:
    """gluster's name of the crawl in plain words."""
    known = {
        "Changelog Crawl": _("copies changes"),
        "History Crawl": _("catches up"),
        "Hybrid Crawl": _("compares all files"),
    }
    return known.get(worker.crawl, worker.crawl)


def waiting(workers: Sequence[Worker]) -> int | None:
    """Operations that wait, None where nobody told."""
    counts = [n for worker in workers for n in (worker.entry, worker.data, worker.meta) if n is not None]
    return sum(counts) if counts else None


def _session(session: Session, stale: bool) -> Row:
    said = session_said(session)
    failures = [worker.failures for worker in session.workers if worker.failures is not None]
    cells = (
        Cell(str(session.target), "name", "send", strong=True),
        Cell(said.word, "state", sub=said.more, state=said.state, stale=stale),
        Cell(),
        Cell(session.last_synced or DASH, stale=stale),
        Cell(count(waiting(session.workers)), "num", stale=stale),
        Cell(count(sum(failures)) if failures else DASH, "num", stale=stale),
    )
    children = tuple(_worker(session, worker, stale) for worker in session.workers)
    return Row(f"s/{session.target.user}@{session.target}", cells, children, data=session, open=True)


def _worker(session: Session, worker: Worker, stale: bool) -> Row:
    said = worker_said(worker)
    cells = (
        Cell(f"{worker.node}:{worker.brick}", "name", "hard-drive"),
        Cell(said.word, "state", state=said.state, stale=stale),
        Cell(crawl_words(worker) or DASH, stale=stale),
        Cell(worker.last_synced or DASH, stale=stale),
        Cell(count(waiting([worker])), "num", stale=stale),
        Cell(count(worker.failures), "num", stale=stale),
    )
    key = f"w/{session.target.user}@{session.target}/{worker.node}:{worker.brick}"
    return Row(key, cells, data=session)
