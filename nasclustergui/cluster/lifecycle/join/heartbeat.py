"""Plans for the heartbeat service of one node alone: install, update, remove. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nasclustergui.cluster.lifecycle.join.model import Look
from nasclustergui.cluster.lifecycle.join.plan import same_settings, settings, user_steps
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Meaning, Plan, Step
from nasclustergui.subsystems.etcd.features.registration import users
from nasclustergui.subsystems.nodes.features.heartbeat import steps
from nasclustergui.subsystems.nodes.features.heartbeat.files import version
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login

LANE = "etcd"


def why_no_heartbeat(look: Look) -> str:
    """Why the node can't have one, "" if it can."""
    if not look.has_etcd:
        return _("This cluster has no etcd.")
    if look.etcd is None or look.etcd.leader is None:
        return _("etcd could not be read: {why}").format(why=look.etcd_error or _("it has no leader"))
    if look.machine is not None and not look.machine.versions.get("etcdctl"):
        return _("etcdctl is not installed on {node}: install the package etcd-client.").format(node=look.name)
    if not look.address:
        return _("The address of {node} is not known.").format(node=look.name)
    if look.heartbeat is not None and look.heartbeat.newer:
        text = _("The heartbeat of {node} is of a newer version ({theirs}) than this program's ({ours}).")
        return text.format(node=look.name, theirs=look.heartbeat.version, ours=version())
    return ""


def plan_heartbeat(look: Look, login: Login, cluster: str, ca: str = "") -> Plan:
    """Install it, or bring script, unit and settings up to date. Raises InvalidInput if there is nothing to do."""
    why = why_no_heartbeat(look)
    if why:
        raise InvalidInput(why, field="node")
    found, wanted = look.heartbeat or Heartbeat(), settings(look, login)
    if found.running and found.current and look.registration is not None and same_settings(found, wanted):
        raise InvalidInput(_("The heartbeat of {node} runs and is up to date.").format(node=look.name), field="node")
    title = _("Update the heartbeat of {node}") if found.installed else _("Install the heartbeat on {node}")
    return Plan(
        title=title.format(node=look.name),
        cluster=cluster,
        steps=(*user_steps(look, login), *steps.install(look.name, wanted, found, ca if look.send_ca else "")),
        meaning=tuple(_meaning(look, found)),
        undo=_("“Heartbeat service…” in the node's menu removes it again."),
        lane=LANE,
        seconds=8.0,
        cancel_effect=_("The step in progress is taken back, those before it stay."),
        icon="heart-pulse",
    )


def _meaning(look: Look, found: Heartbeat) -> Iterator[Meaning]:
    if look.registration is not None and not found.running:
        title = _("etcd has a {name} already, registered by something else").format(name=look.name)
        yield Meaning(Severity.WARN, title, _("Two services would overwrite each other: stop the other one."))
    if found.running:
        yield Meaning(
            Severity.INFO, _("The node is gone from etcd for a moment"), _("Its keys come back within seconds.")
        )
    text = _("A script for sh with etcdctl, run by systemd: short, commented, removable.")
    yield Meaning(Severity.OK, _("{node} keeps its keys in etcd alive by itself").format(node=look.name), text)


def removal(look: Look) -> tuple[Step, ...]:
    """Stop it, delete its files, and the etcd user that it had for itself."""
    own = look.heartbeat is not None and look.heartbeat.values.get("ETCDCTL_USER") == users.user_of(look.name)
    may = look.etcd_users is not None and users.user_of(look.name) in look.etcd_users[0]
    return (*steps.remove(look.name), *((users.removal(look.name),) if own and may else ()))


def plan_remove_heartbeat(look: Look, cluster: str) -> Plan:
    """Stop it and delete its files. Raises InvalidInput if there is none."""
    found = look.heartbeat or Heartbeat()
    if found.version is None and not found.values:
        raise InvalidInput(_("{node} has no heartbeat service.").format(node=look.name), field="node")
    text = _("Whoever looks at etcd takes it for lost. Volumes and clients do not notice.")
    return Plan(
        title=_("Remove the heartbeat from {node}").format(node=look.name),
        cluster=cluster,
        steps=removal(look),
        meaning=(Meaning(Severity.WARN, _("{node} is no longer registered").format(node=look.name), text),),
        undo=_("Install it again; etcd's password must then be given again."),
        lane=LANE,
        seconds=5.0,
        cancel_effect=_("The step in progress is taken back."),
        icon="trash-2",
    )
