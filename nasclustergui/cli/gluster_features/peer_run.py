"""Answers `gluster peer …`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import DASH
from nasclustergui.subsystems.gluster.features.peers.doctor import Diagnosis, diagnose
from nasclustergui.subsystems.gluster.features.peers.mend import plan_mend
from nasclustergui.subsystems.gluster.features.peers.model import Preflight, Survey
from nasclustergui.subsystems.gluster.features.peers.plans import bricks_on, peer_name, plan_detach, plan_probe
from nasclustergui.subsystems.gluster.features.peers.read import preflight, survey
from nasclustergui.subsystems.gluster.model import GlusterState, Peer


def status(session: Session, options: Namespace) -> Exit:
    """A line per peer."""
    state, survey, found = _look(session)
    if options.json:
        say_json([_peer_data(peer, state, survey, found) for peer in state.peers])
        return Exit.OK
    rows: list[tuple[str, ...]] = [(_("Peer"), _("Known as"), _("State"), _("Version"), _("Bricks"), _("Does not see"))]
    for peer in state.peers:
        name, config = peer_name(peer), survey.configs.get(peer.node)
        version = config.version if config is not None and config.version else DASH
        blind = ", ".join(found.lonely.get(name, ()))
        bricks = str(len(bricks_on(peer, state)))
        rows.append((name, ", ".join(peer.hostnames), peer.state.value, version, bricks, blind))
    show_table(rows)
    return Exit.OK


def doctor(session: Session, options: Namespace) -> Exit:
    """What differs between the nodes; exit status FAILED while a peer is rejected or differs."""
    _state, _survey, found = _look(session)
    code = Exit.FAILED if found.rejected or found.differing else Exit.OK
    if options.json:
        say_json(_diagnosis_data(found))
        return code
    for node, why in found.unread.items():
        say(_("{node} could not be looked at: {why}").format(node=node, why=why))
    if code is Exit.OK:
        say(_("The configuration is the same on {nodes}.").format(nodes=", ".join(found.agree)))
        return code
    if found.rejected:
        say(_("Rejected: {nodes}").format(nodes=", ".join(found.rejected)))
    majority = (
        _("The majority ({nodes}) agrees.") if found.majority else _("There is no majority; largest group: {nodes}.")
    )
    say(majority.format(nodes=", ".join(found.agree)))
    for volume in found.volumes:
        say(_("Volume {volume} differs on {nodes}").format(volume=volume.volume, nodes=", ".join(volume.nodes)))
        for node in volume.missing:
            say("  " + _("{node} does not have it").format(node=node))
        for line in volume.lines:
            values = "; ".join(f"{value or DASH} ({', '.join(nodes)})" for value, nodes in line.values.items())
            say(f"  {line.key}: {values}")
    return code


def probe(session: Session, options: Namespace) -> Exit:
    """Look at the host, then add it or teach the pool its name."""

    def look(job: Job) -> tuple[GlusterState, Preflight]:
        session.nodes.connect_all()
        state = session.gluster.pool.read(job)
        return state, preflight(session.gluster.pool, options.host, state, job)

    state, found = work(Job(_("Read the cluster"), quiet=True), look)
    for finding in found.findings:
        if finding.severity is not Severity.OK and not options.json:
            note(f"{finding.text}. {finding.more}".strip())
    return carry_out_as(session, plan_probe(found, state, session.profile.name), options)


def detach(session: Session, options: Namespace) -> Exit:
    """Remove a peer."""
    state = _read(session)
    plan = plan_detach(peer_named(state, options.host), state, session.profile.name, force=bool(options.force))
    return carry_out_as(session, plan, options)


def mend(session: Session, options: Namespace) -> Exit:
    """Mend a rejected peer."""
    state, _survey, found = _look(session)
    return carry_out_as(
        session, plan_mend(peer_named(state, options.host).node, found, state, session.profile.name), options
    )


def peer_named(state: GlusterState, name: str) -> Peer:
    """The peer that goes by this name, or InvalidInput that names those there are."""
    peer = next((p for p in state.peers if name == p.node or name in p.hostnames or name == p.uuid), None)
    if peer is None:
        names = ", ".join(p.node or p.hostnames[0] for p in state.peers)
        raise InvalidInput(
            _("There is no peer “{name}”.").format(name=name.encode("unicode_escape").decode()),
            field="host",
            hint=_("There are: {names}.").format(names=names),
        )
    return peer


def _read(session: Session) -> GlusterState:

    session.nodes.connect_all()
    return work(Job(_("Read the cluster"), quiet=True), session.gluster.pool.read)


def _look(session: Session) -> tuple[GlusterState, Survey, Diagnosis]:

    def look(job: Job) -> tuple[GlusterState, Survey, Diagnosis]:
        session.nodes.connect_all()
        state = session.gluster.pool.read(job)
        found = survey(session.gluster.pool, job)
        return state, found, diagnose(found, state)

    return work(Job(_("Read the cluster"), quiet=True), look)


def _peer_data(peer: Peer, state: GlusterState, survey: Survey, found: Diagnosis) -> dict[str, Any]:

    config = survey.configs.get(peer.node)
    return {
        "id": peer.uuid,
        "node": peer.node or None,
        "hostnames": list(peer.hostnames),
        "connected": peer.connected,
        "state": peer.state.value,
        "version": config.version if config is not None else None,
        "op_version": config.op_version if config is not None else None,
        "bricks": [f"{volume.name} {brick.name}" for volume, brick in bricks_on(peer, state)],
        "does_not_see": list(found.lonely.get(peer_name(peer), ())),
        "error": survey.unread.get(peer.node),
    }


def _diagnosis_data(found: Diagnosis) -> dict[str, Any]:
    return {
        "agree": list(found.agree),
        "majority": found.majority,
        "rejected": list(found.rejected),
        "volumes": [
            {
                "volume": volume.volume,
                "differs_on": list(volume.nodes),
                "missing_on": list(volume.missing),
                "settings": {line.key: {v: list(n) for v, n in line.values.items()} for line in volume.lines},
            }
            for volume in found.volumes
        ],
        "versions": {version: list(nodes) for version, nodes in found.versions.items()},
        "op_versions": {version: list(nodes) for version, nodes in found.op_versions.items()},
        "unread": dict(found.unread),
        "does_not_see": {node: list(names) for node, names in found.lonely.items()},
    }
