"""The plans that drain a node and end the drain. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterator

from nasclustergui.cluster.lifecycle.leave.model import Draining
from nasclustergui.cluster.lifecycle.roles import steps as role_steps
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Step
from nasclustergui.subsystems.etcd.features.drain import steps
from nasclustergui.subsystems.etcd.features.drain.read import one_line
from nasclustergui.subsystems.etcd.health import drain_note
from nasclustergui.subsystems.etcd.model import Drain, Member
from nasclustergui.subsystems.gluster.safety import Reach, VolumeImpact, impact

LANE = "etcd"


def plan_drain(found: Draining, why: str, who: str, cluster: str) -> Plan:
    """Note it in etcd, let another member lead. Raises InvalidInput if it is drained already."""
    if found.key.drain is not None:
        raise InvalidInput(
            _("{node} is being drained already.").format(node=found.node),
            field="node",
            hint=drain_note(found.key.drain),
        )
    return Plan(
        _("Drain {node}").format(node=found.node),
        cluster,
        tuple(_steps(found, Drain(found.node, who, time.time(), one_line(why)))),
        tuple(sorted(_meaning(found), key=lambda line: -line.severity)),
        undo=_("“End drain…” in the node's menu takes it back."),
        confirm=found.node,
        lane=LANE,
        seconds=2.0,
        cancel_effect=_("The step in progress is taken back, those before it stay."),
        icon="log-out",
    )


def plan_undrain(found: Draining, cluster: str) -> Plan:
    """Take the note out of etcd. Raises InvalidInput if there is none."""
    if found.key.drain is None:
        raise InvalidInput(_("{node} is not being drained.").format(node=found.node), field="node")
    title = _("{node} takes new bricks again").format(node=found.node)
    text = _("What was moved away comes back only when somebody moves it.")
    return Plan(
        _("End the drain of {node}").format(node=found.node),
        cluster,
        (steps.end(found.node, found.key),),
        (Meaning(Severity.OK, title, text), Meaning(Severity.INFO, drain_note(found.key.drain))),
        undo=_("Drain it again."),
        confirm=found.node,
        lane=LANE,
        seconds=1.0,
        cancel_effect=_("The drain goes on."),
        icon="undo-2",
    )


def _steps(found: Draining, drain: Drain) -> Iterator[Step]:
    yield steps.begin(drain)
    leader, heir = found.etcd.leader, _heir(found)
    if leader is not None and leader.node == found.node and heir is not None:
        yield role_steps.hand_over(leader, heir)


def _heir(found: Draining) -> Member | None:
    """Who may lead then: a voter that answers and stays, the furthest first."""
    able = [m for m in found.etcd.members if m.healthy and not m.learner and m.node != found.node]
    return max(able, key=lambda m: (m.node not in found.etcd.drains, m.raft_index or 0), default=None)


def _meaning(found: Draining) -> Iterator[Meaning]:
    text = _("Its disks are not offered for bricks any more, in this program and on its command line, to anybody.")
    yield Meaning(Severity.INFO, _("Nothing new is placed on {node}").format(node=found.node), text)
    yield from _etcd_meaning(found)
    yield from _bricks_meaning(found)
    yield from _mounts_meaning(found)


def _etcd_meaning(found: Draining) -> Iterator[Meaning]:
    member = next((m for m in found.etcd.members if m.node == found.node), None)
    if member is None:
        return
    if member.leader and _heir(found) is not None:
        text = _("Writes wait for a moment, usually less than a second.")
        yield Meaning(Severity.INFO, _("Another etcd member leads"), text)
    elif member.leader:
        text = _("No other member can lead: while it is off, no setting can be changed.")
        yield Meaning(Severity.WARN, _("{node} goes on leading etcd").format(node=found.node), text)
    if not member.learner:
        left = sum(m.healthy and not m.learner for m in found.etcd.members if m is not member)
        enough = left >= found.etcd.majority
        text = _("etcd goes on while it is off.") if enough else _("While it is off, no setting can be changed.")
        title = _("{node} stays an etcd member").format(node=found.node)
        yield Meaning(Severity.INFO if enough else Severity.WARN, title, text)


def _bricks_meaning(found: Draining) -> Iterator[Meaning]:
    if found.gluster is None:
        text = _("Which bricks {node} has is not known.").format(node=found.node)
        yield Meaning(Severity.WARN, _("gluster could not be asked"), text)
        return
    mine = [v.name for v in found.gluster.volumes if any((b.node or b.host) == found.node for b in v.bricks)]
    if not mine:
        yield Meaning(Severity.OK, _("It has no bricks"))
        return
    title = _("Its bricks stay and serve files: {volumes}").format(volumes=", ".join(mine))
    yield Meaning(Severity.INFO, title, _("“Remove from cluster…” moves them to other nodes."))
    told = [v for v in impact(found.gluster, {found.node}).volumes if v.volume in mine]
    bad = [v for v in told if v.reach is not Reach.FULL]
    for each in bad:
        yield Meaning(Severity.WARN, _("While {node} is off: {what}").format(node=found.node, what=_what(each)))
    if told and not bad:
        yield Meaning(
            Severity.OK,
            _("Clients reach all files through the other nodes while it is off"),
            _("With one copy less: whatever fails then counts double."),
        )


def _what(found: VolumeImpact) -> str:
    text = {
        Reach.READ: _("{volume} can be read, not written"),
        Reach.PARTIAL: _("a part of the files of {volume} is out of reach"),
        Reach.NONE: _("{volume} is out of reach"),
    }[found.reach]
    return text.format(volume=found.volume)


def _mounts_meaning(found: Draining) -> Iterator[Meaning]:
    if found.mounted:
        title = _("{nodes} mounted volumes through {node}").format(nodes=", ".join(found.mounted), node=found.node)
        text = _("They go on. Mounting anew fails while it is off: name another node, or several, when mounting.")
        yield Meaning(Severity.WARN, title, text)
    text = _("Machines that are no nodes of this cluster may mount through it too; they cannot be asked.")
    yield Meaning(Severity.INFO, _("Other clients are not known"), text)
