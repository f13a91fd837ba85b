"""The plan that takes back a join, whole or half: for a node without bricks that is no etcd member. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nasclustergui.cluster.lifecycle.join.heartbeat import removal
from nasclustergui.cluster.lifecycle.join.model import Look
from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Step
from nasclustergui.subsystems.gluster.features.peers.plans import bricks_on, plan_detach
from nasclustergui.subsystems.nodes.features.joining import fitting


def why_not_taken_out(look: Look) -> tuple[str, str]:
    """Why it can't be taken out this way and what to do, ("", "") if it can."""
    peer, state = look.peer, look.gluster
    bricks = bricks_on(peer, state) if peer and state else ()
    if bricks:
        text = ngettext("{node} has {n} brick.", "{node} has {n} bricks.", len(bricks))
        return text.format(node=look.name, n=len(bricks)), _("Drain and remove the node instead.")
    if look.member is not None:
        return _("{node} is an etcd member.").format(node=look.name), _("Demote it to a worker first.")
    return "", ""


def plan_take_out(look: Look, cluster: str) -> Plan:
    """Heartbeat off, out of the pool, its name out of /etc/hosts, then out of the profile.

    Raises InvalidInput where it holds bricks or is an etcd member.
    """
    why, hint = why_not_taken_out(look)
    if why:
        raise InvalidInput(why, field="node", hint=hint)
    steps = tuple(_steps(look, cluster))
    return Plan(
        title=_("Take {node} out again").format(node=look.name),
        cluster=cluster,
        steps=steps,
        meaning=(
            Meaning(Severity.OK, _("No files are touched: it has no bricks")),
            Meaning(
                Severity.INFO, _("The machine stays as it is otherwise"), _("What the join renamed stays renamed.")
            ),
        ),
        undo=_("Join it again."),
        confirm=look.name,
        lane="gluster",
        seconds=4.0 * len(steps),
        cancel_effect=_("The step in progress is taken back, those before it stay."),
        icon="undo-2",
    )


def _steps(look: Look, cluster: str) -> Iterator[Step]:
    if look.heartbeat is not None and (look.heartbeat.version is not None or look.heartbeat.values):
        yield from removal(look)
    if look.peer is not None and look.gluster is not None:
        yield from plan_detach(look.peer, look.gluster, cluster).steps
    for node in (look.name, *look.others):
        machine = look.machine if node == look.name else look.others.get(node)
        names = machine.marked_names if machine else ()
        gone = names if node == look.name else tuple(name for name in names if name == look.name)
        if gone:
            yield Step(
                title=_("Take the names that the join added out of /etc/hosts")
                if node == look.name
                else _("Have {other} forget the name {node}").format(other=node, node=look.name),
                node=node,
                command=fitting.drop_hosts(gone),
                driver="nodes",
                undo_text=_("Undo: join it again"),
            )
    yield Step(
        title=_("Take {node} out of the profile").format(node=look.name),
        node="",
        command=Command(("nasclustergui", "profile", "node", "remove", look.name), root=False),
        driver="profile",
        undo_text=_("Undo: add it again"),
    )
