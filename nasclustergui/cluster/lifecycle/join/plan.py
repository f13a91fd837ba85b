"""The plan by which a machine joins, made from what was found out just now: it holds only what is still missing. Pure.

So an interrupted join needs no memory: it is looked at and planned again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nasclustergui.cluster.lifecycle.join.judge_leftovers import etcd_aside, gluster_aside
from nasclustergui.cluster.lifecycle.join.judge_network import missing_here, missing_there
from nasclustergui.cluster.lifecycle.join.model import Check, Look, Verdict
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.subsystems.etcd.features.registration import users
from nasclustergui.subsystems.gluster.features.peers.model import Preflight
from nasclustergui.subsystems.gluster.features.peers.plans import plan_probe
from nasclustergui.subsystems.nodes.features.heartbeat import steps as heartbeat_steps
from nasclustergui.subsystems.nodes.features.heartbeat.commands import settings_values
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login, Settings
from nasclustergui.subsystems.nodes.features.joining import fitting

LANE = "gluster"


def missing(look: Look) -> tuple[str, ...]:
    """What of the cluster the node does not have yet, in words; () if it is whole."""
    parts = []
    if look.carries_bricks and look.peer is None:
        parts.append(_("not in the pool"))
    if look.has_etcd and not _beats(look):
        parts.append(_("no heartbeat"))
    if look.role == "manager" and look.member is None:
        parts.append(_("no etcd member"))
    return tuple(parts)


def plan_join(verdict: Verdict, login: Login, cluster: str, stamp: str, ca: str = "") -> Plan:
    """Everything that is missing, in order.

    Args:
        login: with what the heartbeat logs in to etcd. ca: PEM text of its authority, to be sent where it is missing.
        stamp: goes into the names of what is renamed ("20240131-120000").

    Raises InvalidInput when something is in the way or nothing is missing.
    """
    look = verdict.look
    if verdict.obstacles:
        first = verdict.obstacles[0]
        raise InvalidInput(f"{look.name}: {first.text}.", field="node", hint=first.more)
    steps = (*_fit(look, stamp), *_heartbeat(look, login, ca), *_peer(look, cluster))
    if not steps:
        raise InvalidInput(
            _("{node} has everything of the cluster already.").format(node=look.name),
            field="node",
            hint=_("Promote it to a manager as the next step.") if missing(look) else "",
        )
    return Plan(
        title=_("Join {node} to the cluster").format(node=look.name),
        cluster=cluster,
        steps=steps,
        meaning=tuple(sorted(_meaning(verdict), key=lambda meaning: -meaning.severity)),
        undo=_("“Take out again…” in the node's menu, as long as it has no bricks. What was renamed stays renamed."),
        lane=LANE,
        seconds=10.0 + 2.0 * len(steps),
        cancel_effect=_("The step in progress is taken back, those before it stay. The join can be resumed."),
        icon="plus",
    )


# ---- making it fit


def _fit(look: Look, stamp: str) -> Iterator[Step]:
    here = missing_here(look)
    if here:
        yield Step(
            title=_("Have {node} know the other nodes by name").format(node=look.name),
            node=look.name,
            command=fitting.add_hosts(here),
            driver="nodes",
            undo_text=_("Undo: take the lines out"),
            undo=fitting.drop_hosts(here),
        )
    for node in missing_there(look):
        yield Step(
            title=_("Have {other} know {node} by name").format(other=node, node=look.name),
            node=node,
            command=fitting.add_hosts({look.name: look.address}),
            driver="nodes",
            undo_text=_("Undo: take the line out"),
            undo=fitting.drop_hosts([look.name]),
        )
    if etcd_aside(look):
        yield _etcd_aside(look, stamp)
    if gluster_aside(look):
        place = f"/var/lib/glusterd.before-join-{stamp}"
        yield Step(
            title=_("Set aside what glusterd knows of its old life"),
            node=look.name,
            command=fitting.set_gluster_aside(place),
            driver="nodes",
            risk=Risk.CAUTION,
            undo_text=_("Undo: rename it back"),
            undo=fitting.return_gluster(place),
        )
    elif look.carries_bricks and look.machine is not None and not look.machine.runs("glusterd"):
        yield Step(
            title=_("Start glusterd"),
            node=look.name,
            command=fitting.start_glusterd(),
            driver="nodes",
            undo_text=_("Undo: stop it"),
            undo=fitting.stop_glusterd(),
        )


def _etcd_aside(look: Look, stamp: str) -> Step:
    assert look.machine is not None
    data, ran = look.machine.etcd_data, look.machine.runs("etcd")
    place = f"{data.rstrip('/')}.before-join-{stamp}"
    return Step(
        title=_("Set the data of its old etcd aside"),
        node=look.name,
        command=fitting.set_etcd_aside(data, place),
        driver="nodes",
        risk=Risk.CAUTION,
        undo_text=_("Undo: rename it back"),
        undo=fitting.return_etcd(data, place, ran),
    )


# ---- joining


def settings(look: Look, login: Login) -> Settings:
    """What its heartbeat shall be told. A manager is called so once it is an etcd member."""
    role = look.role
    if role == "manager" and look.member is None:
        role = "worker"
    return Settings(look.name, look.address, role, look.endpoints, login)


def _heartbeat(look: Look, login: Login, ca: str) -> tuple[Step, ...]:
    if not look.has_etcd:
        return ()
    wanted = settings(look, login)
    found = look.heartbeat or Heartbeat()
    if _beats(look) and (found.current or found.newer) and same_settings(found, wanted):
        return ()
    return (*user_steps(look, login), *heartbeat_steps.install(look.name, wanted, found, ca if look.send_ca else ""))


def user_steps(look: Look, login: Login) -> tuple[Step, ...]:
    """Make the etcd user that the login names, where that is the one for this node's heartbeat alone."""
    if look.etcd_users is None or login.password is None or login.user != users.user_of(look.name):
        return ()
    return users.steps(look.name, login.password, look.etcd_users)


def _beats(look: Look) -> bool:
    return look.heartbeat is not None and look.heartbeat.running and look.registration is not None


def same_settings(found: Heartbeat, wanted: Settings) -> bool:
    """What stands on the node already says the same; a password that is given anew is a change."""
    return dict(found.values) == settings_values(wanted) and wanted.login.password is None


def _peer(look: Look, cluster: str) -> tuple[Step, ...]:
    if not look.carries_bricks or look.peer is not None or look.gluster is None:
        return ()
    uuid = look.config.uuid if look.config else ""
    inside = replace(look.gluster, asked=look.gluster.asked if look.gluster.asked != look.name else "")
    return plan_probe(Preflight(look.name, look.name, (), uuid), inside, cluster).steps


# ---- what it means


def _meaning(verdict: Verdict) -> Iterator[Meaning]:
    look = verdict.look
    for finding in verdict.findings:
        answered = finding.check is Check.ETCD and finding.severity is Severity.INFO  # the login was given meanwhile
        if (finding.severity is Severity.WARN or finding.fix) and not answered:
            yield Meaning(finding.severity, finding.text, finding.fix or finding.more)
    if look.unread:
        title = _("Not asked: {nodes}").format(nodes=", ".join(look.unread))
        text = _("They learn of the new node when they are back; whether they find it by name is not known.")
        yield Meaning(Severity.WARN, title, text)
    if look.role == "manager" and look.member is None:
        text = _("Until then it registers as a worker. Promoting is a plan of its own: it changes who decides.")
        yield Meaning(Severity.INFO, _("It becomes a manager by “Promote to manager…” afterwards"), text)
    if look.carries_bricks and look.peer is None:
        yield Meaning(Severity.OK, _("Its disks can then carry bricks"), _("Volumes stay as they are."))
    else:
        yield Meaning(Severity.OK, _("Nothing is interrupted"), _("Volumes stay as they are."))


def needs_login(look: Look) -> bool:
    """The heartbeat has to be set up, so it must be known with what it logs in."""
    return look.has_etcd and look.machine is not None and not _beats(look)
