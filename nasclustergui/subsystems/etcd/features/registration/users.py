"""A user of etcd for one node's heartbeat, which may read and write the nodes' keys and nothing else."""

from __future__ import annotations

from nasclustergui.core.command import Command, Secret
from nasclustergui.core.errors import StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.remote import etcd_users
from nasclustergui.subsystems.etcd.commands import users as commands
from nasclustergui.subsystems.etcd.features.store import Store

ROLE = "heartbeat"
PREFIX = "/cluster/nodes/"
Known = tuple[frozenset[str], frozenset[str]]


def user_of(node: str) -> str:
    """The user of a node's heartbeat."""
    return f"{ROLE}-{node}"


def known(store: Store, job: Job) -> Known | None:
    """Users and roles that there are; None where our own login may not ask, and so may not make any."""
    try:
        return etcd_users.user_names(store.admin(), job), etcd_users.role_names(store.admin(), job)
    except StoreError:
        return None


def steps(node: str, password: Secret, there: Known) -> tuple[Step, ...]:
    """Make the user, with what is missing of its role."""
    users, roles = there
    user, made = user_of(node), []
    if ROLE not in roles:
        made.append(_step(_("Make etcd's role {role}").format(role=ROLE), commands.role_add(ROLE), _("A role stays")))
    title = _("Let the role {role} write the nodes' keys").format(role=ROLE)
    made.append(_step(title, commands.role_grant(ROLE, PREFIX), _("A role stays")))
    if user in users:
        title = _("Give etcd's user {user} a new password").format(user=user)
        made.append(_step(title, commands.user_password(user, password), _("The password stays")))
    else:
        undo = commands.user_delete(user)
        title = _("Make etcd's user {user}").format(user=user)
        made.append(_step(title, commands.user_add(user, password), _("Undo: delete it"), undo))
    title = _("Give {user} the role {role}").format(user=user, role=ROLE)
    made.append(_step(title, commands.user_grant(user, ROLE), _("Goes with the user")))
    return tuple(made)


def removal(node: str) -> Step:
    """Delete the user."""
    title = _("Delete etcd's user {user}").format(user=user_of(node))
    return _step(title, commands.user_delete(user_of(node)), _("Undo: install the heartbeat again"))


def _step(title: str, command: Command, undo_text: str, undo: Command | None = None) -> Step:
    return Step(title, "", command, "etcd", undo_text=undo_text, undo=undo)
