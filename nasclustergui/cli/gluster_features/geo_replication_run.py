"""Answers `gluster volume geo-replication …`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as, volume_named
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session as Cluster
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.units import DASH, count
from nasclustergui.subsystems.gluster.features.geo_replication import plans
from nasclustergui.subsystems.gluster.features.geo_replication.model import Session, Target, parse_target
from nasclustergui.subsystems.gluster.features.geo_replication.read import read_config, read_ready, read_sessions
from nasclustergui.subsystems.gluster.model import GlusterState, PeerState, Volume


def run(cluster: Cluster, options: Namespace) -> Exit:
    """Look or change, as the words say."""

    def read(job: Job) -> tuple[GlusterState, Volume, tuple[Session, ...]]:
        cluster.nodes.connect_all()
        state = cluster.gluster.pool.read(job)
        volume = volume_named(state, options.name)
        return state, volume, read_sessions(cluster.gluster.pool, volume.name, job)

    state, volume, sessions = work(Job(_("Read the sessions"), quiet=True), read)
    first, *rest = options.words
    if first == "status" and not rest:
        return _show(sessions, options)
    target = parse_target(first)
    if rest[:1] == ["status"]:
        return _show([session for session in sessions if session.target == target], options)
    if rest[:1] == ["create"]:
        return carry_out_as(cluster, _create(cluster, volume, target, sessions, state, options, rest[1:]), options)
    session = _session(sessions, target)
    if rest == ["config"] or (rest[:1] == ["config"] and len(rest) == 2):
        return _show_config(cluster, session, rest[1:], options)
    return carry_out_as(cluster, _plan(cluster, session, state, rest), options)


def _session(sessions: Sequence[Session], target: Target) -> Session:
    found = next((session for session in sessions if session.target == target), None)
    if found is None:
        there = ", ".join(str(session.target) for session in sessions)
        raise InvalidInput(
            _("The volume is not copied to {target}.").format(target=target),
            hint=_("It is copied to: {targets}.").format(targets=there) if there else "",
        )
    return found


def _create(
    cluster: Cluster,
    volume: Volume,
    target: Target,
    sessions: Sequence[Session],
    state: GlusterState,
    options: Namespace,
    rest: Sequence[str],
) -> Plan:
    if rest not in ([], ["push-pem"]):
        raise InvalidInput(_("create takes push-pem only, which is implied."))
    nodes = [peer.node for peer in state.peers if peer.node and peer.state is PeerState.CONNECTED]
    job = Job(_("Ask the nodes"), quiet=True)
    ready = work(job, lambda j: read_ready(cluster.gluster.pool, target, nodes, j))
    name = cluster.profile.name
    return plans.plan_create(volume, target, ready, sessions, state, name, start=not options.no_start)


def _plan(cluster: Cluster, session: Session, state: GlusterState, rest: Sequence[str]) -> Plan:
    name = cluster.profile.name
    match list(rest):
        case ["start"]:
            return plans.plan_start(session, state, name)
        case ["start", "force"]:
            return plans.plan_start(session, state, name, force=True)
        case ["stop"]:
            return plans.plan_stop(session, state, name)
        case ["stop", "force"]:
            return plans.plan_stop(session, state, name, force=True)
        case ["pause"]:
            return plans.plan_pause(session, state, name)
        case ["resume"]:
            return plans.plan_resume(session, state, name)
        case ["delete"]:
            return plans.plan_delete(session, state, name)
        case ["delete", "reset-sync-time"]:
            return plans.plan_delete(session, state, name, reset_sync_time=True)
        case ["config", option, value]:
            job = Job(_("Read the settings"), quiet=True)
            now = work(job, lambda j: read_config(cluster.gluster.pool, session, j))
            present = now.get(option.replace("-", "_"), "")
            return plans.plan_config(session, option, value, present, state, name)
    raise InvalidInput(
        _("“{words}” is nothing that geo-replication does.").format(words=" ".join(rest)),
        hint="gluster volume geo-replication NAME HOST::VOLUME status",
    )


def _show(sessions: Sequence[Session], options: Namespace) -> Exit:
    if options.json:
        say_json([session_data(session) for session in sessions])
        return Exit.OK
    if not sessions:
        say(_("The volume is not copied to another pool."))
        return Exit.OK
    head = (_("Secondary"), _("Brick"), _("State"), _("Crawl"), _("Synced until"), _("Failures"))
    rows: list[tuple[str, ...]] = [head]
    for session in sessions:
        for one in session.workers:
            brick = f"{one.node}:{one.brick}"
            state = one.status.value or one.said
            failures = count(one.failures)
            rows.append((str(session.target), brick, state, one.crawl or DASH, one.last_synced or DASH, failures))
    show_table(rows)
    return Exit.OK


def session_data(session: Session) -> dict[str, Any]:
    """For `--json`."""
    return {
        "secondary": str(session.target),
        "user": session.target.user,
        "workers": [
            {
                "node": one.node,
                "brick": one.brick,
                "status": one.status.value or one.said,
                "crawl": one.crawl,
                "last_synced": one.last_synced,
                "entry": one.entry,
                "data": one.data,
                "meta": one.meta,
                "failures": one.failures,
            }
            for one in session.workers
        ],
    }


def _show_config(cluster: Cluster, session: Session, names: Sequence[str], options: Namespace) -> Exit:
    job = Job(_("Read the settings"), quiet=True)
    found = work(job, lambda j: read_config(cluster.gluster.pool, session, j))
    wanted = {n: v for n, v in found.items() if not names or n == names[0].replace("-", "_")}
    if options.json:
        say_json(wanted)
        return Exit.OK
    for name, value in sorted(wanted.items()):
        say(f"{name}: {value}")
    return Exit.OK
