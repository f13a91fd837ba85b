"""Answers `gluster volume bitrot …`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as, volume_named
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import DASH, clock, count
from nasclustergui.subsystems.gluster.features.bitrot import plans
from nasclustergui.subsystems.gluster.features.bitrot.copies import read_copies
from nasclustergui.subsystems.gluster.features.bitrot.heal import plan_heal_corrupted
from nasclustergui.subsystems.gluster.features.bitrot.model import Corrupted, Scrub
from nasclustergui.subsystems.gluster.features.bitrot.read import read_scrub
from nasclustergui.subsystems.gluster.model import GlusterState, Volume


def run(session: Session, options: Namespace) -> Exit:
    """Look or change, as the words say."""

    def read(job: Job) -> GlusterState:
        session.nodes.connect_all()
        return session.gluster.pool.read(job)

    state = work(Job(_("Read the volumes"), quiet=True), read)
    volume = volume_named(state, options.name)
    if options.words == ["scrub", "status"]:
        return _show(_scrub(session, volume), volume, options)
    return carry_out_as(session, _plan(session, volume, state, options.words), options)


def _plan(session: Session, volume: Volume, state: GlusterState, words: Sequence[str]) -> Plan:
    cluster = session.profile.name
    match list(words):
        case ["enable"]:
            return plans.plan_enable(volume, state, cluster)
        case ["disable"]:
            return plans.plan_disable(volume, state, cluster)
        case ["scrub", action]:
            return plans.plan_scrub(volume, action, state, cluster)
        case [("scrub-frequency" | "scrub-throttle" | "signing-time") as option, value]:
            return plans.plan_settings(volume, {option: value}, {}, state, cluster)
        case ["heal", *paths]:
            return _heal(session, volume, state, paths)
    raise InvalidInput(
        _("“{words}” is nothing that bitrot does.").format(words=" ".join(words)),
        hint="gluster volume bitrot NAME scrub status",
    )


def _scrub(session: Session, volume: Volume) -> Scrub | None:
    job = Job(_("Ask the scrubbers"), quiet=True)
    return work(job, lambda j: read_scrub(session.gluster.pool, volume, j))


def _heal(session: Session, volume: Volume, state: GlusterState, paths: Sequence[str]) -> Plan:
    scrub = _scrub(session, volume)
    found = [one for one in (scrub.corrupted if scrub is not None else ()) if not paths or one.path in paths]
    unknown = set(paths) - {one.path for one in found}
    if unknown:
        raise InvalidInput(
            _("Not marked as corrupted: {paths}.").format(paths=", ".join(sorted(unknown))),
            hint=_("See: gluster volume bitrot {volume} scrub status").format(volume=volume.name),
        )
    job = Job(_("Read all copies"), quiet=True)
    pool = session.gluster.pool
    copies = work(job, lambda j: {one.key: read_copies(pool, volume, one.brick, one.gfid, j) for one in found})
    return plan_heal_corrupted(volume, found, copies, state, session.profile.name)


def _show(scrub: Scrub | None, volume: Volume, options: Namespace) -> Exit:
    if options.json:
        say_json(scrub_data(scrub))
        return Exit.OK
    if scrub is None:
        say(_("Bit rot detection of {volume} is off.").format(volume=volume.name))
        return Exit.OK
    state = _("paused") if scrub.paused else _("running") if scrub.running else _("waiting")
    say(_("Scrubber: {state}, {often}, {hard}").format(state=state, often=scrub.frequency, hard=scrub.throttle))
    rows: list[tuple[str, ...]] = [(_("Node"), _("Compared"), _("Skipped"), _("Corrupted"), _("Last run ended"))]
    for node in scrub.nodes:
        at = clock(node.last_at) if node.last_at is not None else DASH
        rows.append((node.node, count(node.scrubbed), count(node.skipped), count(node.errors), at))
    show_table(rows)
    for one in scrub.corrupted:
        say(_("Corrupted: {file} on {brick}").format(file=one.shown, brick=one.brick))
    return Exit.OK


def scrub_data(scrub: Scrub | None) -> dict[str, Any]:
    """For `--json`."""
    if scrub is None:
        return {"enabled": False, "corrupted": []}
    return {
        "enabled": True,
        "running": scrub.running,
        "paused": scrub.paused,
        "frequency": scrub.frequency,
        "throttle": scrub.throttle,
        "nodes": [
            {"node": n.node, "scrubbed": n.scrubbed, "skipped": n.skipped, "errors": n.errors, "last": n.last_at}
            for n in scrub.nodes
        ],
        "corrupted": [_file(one) for one in scrub.corrupted],
    }


def _file(one: Corrupted) -> dict[str, str]:
    return {"path": one.path, "gfid": one.gfid, "brick": one.brick}
