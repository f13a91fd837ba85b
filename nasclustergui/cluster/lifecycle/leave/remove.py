"""The plan that takes a node out of the cluster: only what is still to do, in the order that is safe to stop. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from nasclustergui.cluster.lifecycle.join.model import Look
from nasclustergui.cluster.lifecycle.join.takeout import plan_take_out
from nasclustergui.cluster.lifecycle.leave.bricks import brick_parts, critical, crowded, healing_parts, refusal
from nasclustergui.cluster.lifecycle.leave.model import Leaving, Part, Targets
from nasclustergui.cluster.lifecycle.roles.demote import plan_demote
from nasclustergui.cluster.lifecycle.roles.model import Finding
from nasclustergui.cluster.lifecycle.roles.steps import profile_endpoint
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Step
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.etcd.features.drain import steps as drain_steps
from nasclustergui.subsystems.etcd.features.registration import users
from nasclustergui.subsystems.etcd.model import Drain
from nasclustergui.subsystems.gluster.features.peers.plans import plan_detach
from nasclustergui.subsystems.gluster.model import GlusterState

LANE = "gluster"


def draft(found: Leaving, chosen: Targets, profile: Profile) -> Part:
    """All steps that can be planned, what they mean, and what forbids the removal, the gravest first."""
    parts = list(_parts(found, chosen, profile))
    steps = tuple(step for part in parts for step in part.steps)
    meaning = tuple(dict.fromkeys(line for part in parts for line in part.meaning))
    findings = tuple(dict.fromkeys(finding for part in parts for finding in part.findings))
    return Part(steps, tuple(sorted(meaning, key=lambda line: -line.severity)), findings)


def plan_remove(found: Leaving, chosen: Targets, profile: Profile) -> Plan:
    """The removal. Raises InvalidInput with the first reason why not."""
    made = draft(found, chosen, profile)
    for finding in made.findings:
        if finding.severity is Severity.CRITICAL:
            raise InvalidInput(finding.text, hint=finding.more, field=finding.field or "node")
    title = _("Remove the dead node {node}") if found.dead else _("Remove {node} from the cluster")
    return Plan(
        title=title.format(node=found.node),
        cluster=profile.name,
        steps=made.steps,
        meaning=made.meaning,
        undo=_(
            "Until it leaves the pool: end the drain, and the node stays, without the bricks that have moved. "
            "Afterwards add it again; it begins empty."
        ),
        confirm=found.node,
        lane=LANE,
        cancel_effect=_(
            "The cluster is whole after every step, and steps that were done stay. “Remove from cluster…” then shows "
            "the rest; “End drain” keeps the node."
        ),
        icon="circle-minus",
    )


def _parts(found: Leaving, chosen: Targets, profile: Profile) -> Iterator[Part]:
    yield Part(findings=tuple(_obstacles(found, profile)))
    yield _drained(found)
    yield from healing_parts(found, profile.name)
    yield from brick_parts(found, chosen, profile.name)
    yield _demoted(found, profile)
    yield _taken_out(found, profile)
    yield Part(meaning=(*crowded(found, chosen), *_stays(found)))


def _obstacles(found: Leaving, profile: Profile) -> Iterator[Finding]:
    if len(profile.nodes) < 2:
        yield critical(_("It is the only node of the profile."))
    if found.look.machine is None and not found.dead:
        text = _("{node} does not let us in, but it runs: {why}").format(node=found.node, why=found.why)
        yield critical(text, _("Mend the login first: a node that runs is removed with its own help."))
    if found.leaver is not None and found.leaver.state.leader is None:
        yield critical(_("etcd has no leader: nothing can be noted now."), _("Bring members back first."))
    lost = [b.name for v in found.state.volumes for b in v.bricks if b.online is None]
    if lost and found.state.status_error:
        yield critical(_("Which bricks are up is not known: {why}").format(why=found.state.status_error))


def _drained(found: Leaving) -> Part:
    """Nothing new shall come to it meanwhile."""
    if found.leaver is None or found.drain.drain is not None:
        return Part()
    drain = Drain(found.node, found.user, time.time(), _("it is being removed"))
    said = Meaning(Severity.INFO, _("Nothing new is placed on {node} from now on").format(node=found.node))
    return Part((drain_steps.begin(drain),), (said,))


def _demoted(found: Leaving, profile: Profile) -> Part:
    """No etcd there any more, whether it is a member or something is left of it."""
    leaver = found.leaver
    if leaver is None or (leaver.member is None and not leaver.leftovers):
        return Part(tuple(_endpoints(found, profile)))
    try:
        plan = plan_demote(leaver, profile)
    except InvalidInput as error:
        return Part(findings=(refusal(error),))
    return Part(plan.steps, plan.meaning)


def _endpoints(found: Leaving, profile: Profile) -> Iterator[Step]:
    """A demotion that was interrupted may have left its endpoint in the profile."""
    if found.leaver is None:
        return
    listening = {url for member in found.leaver.state.members for url in member.client_urls}
    node = found.look.node
    for url in profile.etcd.endpoints:
        if (
            url not in listening
            and urlsplit(url).hostname in (node.host, node.name)
            and len(profile.etcd.endpoints) > 1
        ):
            yield profile_endpoint(url, add=False)


def _taken_out(found: Leaving, profile: Profile) -> Part:
    """Out of the pool, heartbeat off, names, keys; at last out of the profile."""
    state, peer = _without_bricks(found), found.peer
    look = _bare(found, state)
    first: tuple[Step, ...] = ()
    meaning: tuple[Meaning, ...] = ()
    try:
        if peer is not None:
            detach = plan_detach(peer, state, profile.name, force=found.dead)
            meaning = tuple(line for line in detach.meaning if line.severity is not Severity.OK or not found.held)
            first = detach.steps if found.dead else ()
        steps = plan_take_out(look, profile.name).steps
    except InvalidInput as error:
        return Part(findings=(refusal(error),))
    return Part((*first, *steps[:-1], *_forgotten(found, steps), steps[-1]), meaning)


def _forgotten(found: Leaving, steps: Sequence[Step]) -> Iterator[Step]:
    """Its keys, and its heartbeat's user: a dead node knows the password, an interrupted removal may have left it."""
    if found.leaver is None:
        return
    yield drain_steps.forget(found.node)
    user = users.removal(found.node)
    if found.own_user and user.command not in [step.command for step in steps]:
        yield user


def _bare(found: Leaving, state: GlusterState) -> Look:
    """The node as it is once its bricks and its etcd are gone, for the plan that takes a join back."""
    etcd = found.look.etcd
    if etcd is not None and (member := found.look.member) is not None:
        etcd = replace(etcd, members=tuple(each for each in etcd.members if each.id != member.id))
    return replace(found.look, gluster=None if found.dead else state, etcd=etcd)


def _without_bricks(found: Leaving) -> GlusterState:
    gone = {(held.volume.name, held.brick.name) for held in found.held}
    volumes = (
        replace(v, bricks=tuple(b for b in v.bricks if (v.name, b.name) not in gone)) for v in found.state.volumes
    )
    return replace(found.state, volumes=tuple(volumes))


def _stays(found: Leaving) -> Iterator[Meaning]:
    if found.dead:
        text = _("Its etcd and its heartbeat would start again. Clean it before it is connected: a new system is best.")
        yield Meaning(Severity.WARN, _("{node} must not come back as it is").format(node=found.node), text)
        return
    text = _("Old brick directories and renamed data use their space until somebody deletes them.")
    yield Meaning(Severity.INFO, _("Nothing is deleted on the disks of {node}").format(node=found.node), text)
