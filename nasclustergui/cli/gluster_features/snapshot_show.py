"""Answers `gluster snapshot list|info|status|schedules`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import volume_named
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import DASH, clock
from nasclustergui.subsystems.gluster.features.snapshots.grounds import read_grounds
from nasclustergui.subsystems.gluster.features.snapshots.model import Known, Snapshot, possible
from nasclustergui.subsystems.gluster.features.snapshots.read import read_bricks, read_known
from nasclustergui.subsystems.gluster.features.snapshots.schedule import Standing
from nasclustergui.subsystems.gluster.features.snapshots.schedules import read_schedules
from nasclustergui.subsystems.gluster.features.snapshots.scheduling import carriers, when_words


def _known(session: Session) -> Known:
    def read(job: Job) -> Known:
        session.nodes.connect_all()
        return read_known(session.gluster.pool, job)

    return work(Job(_("Read the snapshots"), quiet=True), read)


def show_list(session: Session, options: Namespace) -> Exit:
    """`list [VOLUME]`."""
    known = _known(session)
    names = [options.volume] if options.volume else sorted({s.volume for s in known.snapshots})
    found = [snapshot for name in names for snapshot in known.of(name)]
    if options.json:
        say_json([snapshot_data(snapshot) for snapshot in found])
        return Exit.OK
    if not found:
        say(_("There are no snapshots."))
        return Exit.OK
    rows: list[tuple[str, ...]] = [(_("Snapshot"), _("Volume"), _("State"), _("Taken"), _("Description"))]
    words = {True: _("active"), False: _("inactive")}
    rows += [(s.name, s.volume, words[s.active], _at(s.created), s.description) for s in found]
    show_table(rows)
    return Exit.OK


def snapshot_data(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot for `--json`."""
    return {
        "name": snapshot.name,
        "id": snapshot.uuid,
        "volume": snapshot.volume,
        "active": snapshot.active,
        "created": snapshot.created,
        "description": snapshot.description,
    }


def show_info(session: Session, options: Namespace) -> Exit:
    """`info [VOLUME]`: limits, and whether snapshots are possible."""
    known = _known(session)
    state = work(Job(_("Read the volumes"), quiet=True), session.gluster.pool.read)
    volumes = [volume_named(state, options.volume)] if options.volume else list(state.volumes)
    job = Job(_("Look at the bricks"), quiet=True)
    grounds = work(job, lambda j: read_grounds(session.gluster.pool, volumes, j))
    config = known.config
    data: list[dict[str, Any]] = [
        {
            "volume": volume.name,
            "possible": possible(grounds[volume.name]),
            "why_not": [f"{g.brick}: {g.why}" for g in grounds[volume.name] if not g.thin],
            "snapshots": len(known.of(volume.name)),
            "limit": config.limit(volume.name),
        }
        for volume in volumes
    ]
    if options.json:
        pool = {
            "hard_limit": config.hard_limit,
            "soft_percent": config.soft_percent,
            "auto_delete": config.auto_delete,
            "activate_on_create": config.activate_on_create,
        }
        say_json({"pool": pool, "volumes": data})
        return Exit.OK
    words = {True: _("possible"), False: _("not possible"), None: _("not known")}
    rows: list[tuple[str, ...]] = [(_("Volume"), _("Snapshots"), _("Taken"), _("Limit"))]
    rows += [(d["volume"], words[d["possible"]], str(d["snapshots"]), str(d["limit"])) for d in data]
    show_table(rows)
    for entry in data:
        for line in entry["why_not"]:
            say(f"  {line}")
    return Exit.OK


def show_status(session: Session, options: Namespace) -> Exit:
    """`status NAME`."""
    known = _known(session)
    if known.named(options.snapshot) is None:
        raise InvalidInput(_("There is no snapshot “{name}”.").format(name=options.snapshot), field="snapshot")
    job = Job(_("Read the snapshot's bricks"), quiet=True)
    bricks = work(job, lambda j: read_bricks(session.gluster.pool, options.snapshot, j))
    if options.json:
        fields = ("name", "running", "used_percent", "size")
        say_json([{name: getattr(brick, name) for name in fields} for brick in bricks])
        return Exit.OK
    rows: list[tuple[str, ...]] = [(_("Brick"), _("State"), _("Used %"), _("Size"))]
    rows += [(b.name, _("running") if b.running else _("down"), b.used_percent or DASH, b.size or DASH) for b in bricks]
    show_table(rows)
    return Exit.OK


def show_schedules(session: Session, options: Namespace) -> Exit:
    """`schedules`."""

    def read(job: Job) -> tuple[Standing, ...]:
        session.nodes.connect_all()
        nodes = [peer.node for peer in carriers(session.gluster.pool.now(job))]
        return read_schedules(session.gluster.pool, nodes, job)

    standings = work(Job(_("Read the schedules"), quiet=True), read)
    if options.json:
        say_json([standing_data(standing) for standing in standings])
        return Exit.OK
    if not standings:
        say(_("There are no schedules."))
        return Exit.OK
    rows: list[tuple[str, ...]] = [(_("Volume"), _("When"), _("Next"), _("Last run"), _("Result"))]
    for standing in standings:
        last = standing.last
        when = when_words(standing.schedule) if standing.schedule is not None else standing.period.value
        said = f"{last.outcome} ({last.node}): {last.text}" if last is not None else DASH
        rows.append((standing.volume, when, _at(standing.next_at), _at(last.last_at if last else None), said))
    show_table(rows)
    return Exit.OK


def standing_data(standing: Standing) -> dict[str, Any]:
    """A schedule for `--json`."""
    schedule = standing.schedule
    return {
        "volume": standing.volume,
        "period": standing.period.value,
        "calendar": schedule.calendar if schedule is not None else None,
        "keep": schedule.keep if schedule is not None else None,
        "next": standing.next_at,
        "same_on_all_nodes": standing.same,
        "without": list(standing.without),
        "nodes": [
            {
                "node": node.node,
                "active": node.active,
                "last": node.last_at,
                "outcome": node.outcome or None,
                "text": node.text,
            }
            for node in standing.on
        ],
    }


def _at(at: float | None) -> str:
    return clock(at) if at is not None else DASH
