"""The plan that takes a rejected peer back: it forgets its copy of the configuration and gets the pool's. Pure."""

from __future__ import annotations

import time
from dataclasses import replace

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.gluster.features.peers import commands
from nasclustergui.subsystems.gluster.features.peers.doctor import Diagnosis
from nasclustergui.subsystems.gluster.features.peers.plans import LANE, bricks_on
from nasclustergui.subsystems.gluster.model import GlusterState, Peer
from nasclustergui.subsystems.gluster.plans.steps import DRIVER
from nasclustergui.subsystems.gluster.safety import Reach, impact


def plan_mend(node: str, found: Diagnosis, state: GlusterState, cluster: str, now: float | None = None) -> Plan:
    """Mend the rejected `node` of the profile. `now`: Unix time, names the copy."""
    peer = _refuse(node, found, state)
    good = next(p for p in state.peers if p.node in found.agree and p.node != node)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    backup = f"{commands.HOME}.before-mend-{stamp}"
    args = {"node": node, "id": peer.uuid, "peer": node, "backup": backup}
    stops = [v.volume for v in impact(state, {node}).volumes if v.reach is not Reach.FULL]
    risk = Risk.DESTRUCTIVE if stops else Risk.CAUTION

    def step(title: str, command: Command, undo_text: str, undo: Command | None = None, **more: str) -> Step:
        text = title.format(node=node)
        return Step(text, node, command, DRIVER, undo_text=undo_text, undo=undo, args=args, risk=risk, **more)  # type: ignore[arg-type]

    restart = commands.start_glusterd()
    steps: tuple[Step, ...] = (
        step(
            _("Stop glusterd on {node}"),
            commands.stop_glusterd(),
            _("Undo: start it"),
            restart,
            check="peer_rejected",
        ),
        step(_("Copy its configuration"), commands.copy_home(backup), _("The copy stays")),
        step(
            _("Forget the pool's part of it"),
            commands.clear_home(backup),
            _("Undo: put the copy back"),
            commands.restore_home(backup),
        ),
        step(_("Start glusterd on {node}"), restart, _("Undo: stop it"), commands.stop_glusterd()),
        step(
            _("Take the pool's configuration over"),
            commands.probe_from_here(_name_of(good)),
            _("No undo of its own"),
            follow="peer_mended",
        ),
    )
    if node not in found.differing:  # they differed once: a new start is enough
        steps = (steps[0], replace(steps[3], follow="peer_mended"))
    return Plan(
        title=_("Mend the rejected peer {node}").format(node=node),
        cluster=cluster,
        steps=steps,
        meaning=_meaning(peer, found, state, stops, backup),
        undo=_undo(node, found, backup),
        confirm=node,
        lane=LANE,
        seconds=15.0,
        cancel_effect=_("The old configuration is put back, and {node} is rejected as before.").format(node=node),
        icon="wrench",
        rollback=True,
    )


def _refuse(node: str, found: Diagnosis, state: GlusterState) -> Peer:
    peer = next((p for p in state.peers if node and p.node == node), None)
    if peer is None:
        raise InvalidInput(
            _("{node} is no member of the pool that this cluster's profile knows.").format(node=node or "—"),
            hint=_("It can only be mended where the app can log in: add it to the profile."),
        )
    if node in found.unread:
        raise InvalidInput(
            _("{node} cannot be looked at.").format(node=node), hint=found.unread[node], details=found.unread[node]
        )
    if not found.majority:
        raise InvalidInput(
            _("No majority of the pool agrees on the configuration: nobody can say which copy is right."),
            hint=_("Compare the settings, decide which node is right, and mend the others by hand."),
        )
    if node not in found.rejected:
        raise InvalidInput(
            _("{node} is not rejected by the majority of the pool.").format(node=node),
            hint=_("Read the state again."),
        )
    return peer


def _undo(node: str, found: Diagnosis, backup: str) -> str:
    if node not in found.differing:
        return _("If a step fails, glusterd is started again.")
    text = _("If a step fails, what was done is taken back. The copy stays in {folder} on {node}.")
    return text.format(folder=backup, node=node)


def _name_of(peer: Peer) -> str:
    return peer.hostnames[0]


def _meaning(peer: Peer, found: Diagnosis, state: GlusterState, stops: list[str], backup: str) -> tuple[Meaning, ...]:
    node, said = peer.node, list[Meaning]()
    if stops:
        title = _("Clients lose access while glusterd is stopped: {volumes}").format(volumes=", ".join(stops))
        said.append(Meaning(Severity.CRITICAL, title, _("Other bricks of these volumes are down or not healed.")))
    if bricks_on(peer, state):
        title = _("The bricks on {node} stop for some seconds").format(node=node)
        text = _("They start again at the end; what was written meanwhile heals by itself.")
        said.append(Meaning(Severity.WARN, title, text))
    lost = [f"{v.volume}: {line.key}" for v in found.volumes if node in v.nodes for line in v.lines]
    if lost:
        title = _("Settings that only {node} has are lost").format(node=node)
        said.append(Meaning(Severity.WARN, title, ", ".join(lost[:8]) + (" …" if len(lost) > 8 else "")))
    only = [v.volume for v in found.volumes if node in v.nodes and set(v.missing) >= set(found.agree)]
    if only:
        title = _("Volumes that only {node} knows are forgotten: {volumes}").format(node=node, volumes=", ".join(only))
        said.append(Meaning(Severity.WARN, title, _("Their bricks stay on the disks.")))
    if any(volume.snapshot_count for volume in state.volumes):
        text = _("They come back from the other peers. This was not tried on real snapshots.")
        said.append(Meaning(Severity.WARN, _("{node} forgets the pool's snapshots too").format(node=node), text))
    if node not in found.differing:
        title = _("Its configuration is the same as the others' by now: glusterd is only started anew")
        return (*said, Meaning(Severity.OK, title))
    text = _("{nodes} agree. The copy of the old one stays in {folder}.")
    said.append(
        Meaning(
            Severity.OK,
            _("{node} takes over the configuration of the majority").format(node=node),
            text.format(nodes=", ".join(found.agree), folder=backup),
        )
    )
    return tuple(said)
