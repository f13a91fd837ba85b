"""What the window and the command line let worker threads do: look at nodes, try logins, make plans."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from pathlib import Path

from nasclustergui.cluster.lifecycle.join.heartbeat import plan_heartbeat
from nasclustergui.cluster.lifecycle.join.look import Tell, candidate_nodes, look
from nasclustergui.cluster.lifecycle.join.model import Look, Verdict
from nasclustergui.cluster.lifecycle.join.plan import needs_login, plan_join, user_steps
from nasclustergui.cluster.session import Session
from nasclustergui.core.command import Secret
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan
from nasclustergui.core.profile import NodeProfile
from nasclustergui.remote.credentials import Credentials
from nasclustergui.remote.toml_text import read_text
from nasclustergui.subsystems.etcd.features.registration.users import user_of
from nasclustergui.subsystems.nodes.features.heartbeat.commands import wants_user
from nasclustergui.subsystems.nodes.features.heartbeat.model import Login
from nasclustergui.subsystems.nodes.features.heartbeat.read import try_login


def quiet(_check: object, _findings: object) -> None:
    """Nobody follows."""


def look_at_candidate(
    session: Session, node: NodeProfile, credentials: Credentials | None, job: Job, tell: Tell = quiet
) -> Verdict:
    """Look at a machine that the profile doesn't know, over a connection of its own."""
    nodes = candidate_nodes(session.profile, node, credentials)
    try:
        return look(session, node, nodes[node.name], job, tell)
    finally:
        nodes.close()


def look_at_node(session: Session, name: str, job: Job, tell: Tell = quiet) -> Verdict:
    """Look at a node of the profile."""
    return look(session, profile_node(session, name), session.nodes[name], job, tell)


def profile_node(session: Session, name: str) -> NodeProfile:
    """The node of that name. Raises InvalidInput that names those there are."""
    node = session.profile.node(name)
    if node is None or name not in session.nodes:
        names = ", ".join(session.nodes)
        raise InvalidInput(
            _("The profile {cluster} has no node “{node}”.").format(cluster=session.profile.name, node=name),
            field="node",
            hint=_("There are: {names}.").format(names=names),
        )
    return node


def check_login(session: Session, seen: Look, login: Login, job: Job) -> None:
    """Try from the node whether etcd takes this login. Raises InvalidInput (field "login") with etcd's words."""
    if seen.send_ca or user_steps(seen, login) or (login == seen.login and seen.login_said == ""):
        return  # what is not there yet can't be tried
    said = try_login(session.nodes[seen.name], seen.endpoints, login, seen.name, job)
    if not said:
        return
    text = _("etcd does not let the heartbeat in: {said}.").format(said=said.rstrip("."))
    hint = _("Check user and password.") if wants_user(said) else _("Check the paths of the certificates on the node.")
    raise InvalidInput(text, field="login", hint=hint)


def own_user(seen: Look) -> Login:
    """A login with an etcd user for this node's heartbeat alone, and a password that nobody needs to know."""
    return replace(seen.login, user=user_of(seen.name), password=Secret(secrets.token_urlsafe(24)), keep=False)


def prepare_join(session: Session, verdict: Verdict, login: Login, job: Job) -> Plan:
    """The plan that joins the node, after its login to etcd was tried. Raises InvalidInput."""
    if needs_login(verdict.look):
        check_login(session, verdict.look, login, job)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    return plan_join(verdict, login, session.profile.name, stamp, authority(session, verdict.look))


def prepare_heartbeat(session: Session, verdict: Verdict, login: Login, job: Job) -> Plan:
    """The plan that installs or updates the heartbeat, after its login was tried. Raises InvalidInput."""
    check_login(session, verdict.look, login, job)
    return plan_heartbeat(verdict.look, login, session.profile.name, authority(session, verdict.look))


def authority(session: Session, seen: Look) -> str:
    """The certificate of etcd's authority on this workstation, where the node has none. Raises InvalidInput."""
    return read_text(Path(session.profile.etcd.ca)) if seen.send_ca else ""
