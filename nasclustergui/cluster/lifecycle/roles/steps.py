"""The single steps of promoting and demoting: what runs on the node, what is asked of etcd, what the profile gets."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from nasclustergui.cluster.lifecycle.roles.model import Candidate, Upload
from nasclustergui.cluster.lifecycle.roles.settings import DEFAULT_FILE, Settings, lines
from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Risk, Step
from nasclustergui.subsystems.etcd.commands.machine import put_back
from nasclustergui.subsystems.etcd.commands.machine import set_aside as aside_command
from nasclustergui.subsystems.etcd.commands.members import (
    member_add,
    member_promote,
    member_promote_at,
    member_remove,
    member_remove_at,
    move_leader,
    number,
)
from nasclustergui.subsystems.etcd.model import EtcdState, Member
from nasclustergui.subsystems.nodes.features.heartbeat.files import SETTINGS_PATH, UNIT

NODES = "/cluster/nodes/"
ETCD = "etcd.service"
KEPT = ".before-nascluster"  # behind the name of what is kept
_APT = 600.0
_STOP = 120.0  # seconds: etcd hands the lead over before it ends

# Each as short as a person would type it. What a script works on arrives as $0, then $1 and so on.
_SETTINGS = 'cp -an -- "$0" "$0.before-nascluster" 2> /dev/null; printf "%s\\n" "$@" > "$0"'
_SETTINGS_BACK = (
    'mv -fT -- "$0" "$0.as-manager"; [ ! -e "$0.before-nascluster" ] || mv -fT -- "$0.before-nascluster" "$0"'
)
_STOP_FOR_GOOD = 'systemctl disable --now "$0" && { systemctl reset-failed "$0" 2> /dev/null || true; }'
_ENDPOINTS = 'sed -i "s|^ETCDCTL_ENDPOINTS=.*|ETCDCTL_ENDPOINTS=$0|" "$1" && systemctl reload-or-restart "$2"'
_ROLE = 'sed -i "s/^NODE_ROLE=.*/NODE_ROLE=$0/" "$1" && systemctl reload-or-restart "$2"'


def _shell(script: str, *words: str, timeout: float = 30.0) -> Command:
    return Command(("sh", "-c", script, *words), timeout=timeout)


# ---- on the node


def install(found: Candidate, version: str) -> Step:
    """etcd from the node's package source; what the package starts by itself is stopped by the next step."""
    words = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", f"etcd-server={version}")
    title = _("Install etcd")
    undo = _("apt-get remove etcd-server takes it away")
    return Step(title, found.node, Command(words, timeout=_APT), "etcd", Risk.CAUTION, undo)


def stop(node: str) -> Step:
    """Stop etcd there, also at the next boot. One that was taken out ended by itself, which systemd calls a failure."""
    command = _shell(_STOP_FOR_GOOD, ETCD, timeout=_STOP)
    title = _("Stop etcd for good")
    args = {"node": node}
    return Step(title, node, command, "etcd", Risk.CAUTION, _("Can be undone"), check="roles.no_voter", args=args)


def set_aside(node: str, data_dir: str, user: str, at: float) -> Step:
    """Rename its data and make an empty directory. `at`: Unix time, for the name."""
    aside = f"{data_dir}{KEPT}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(at))}"
    title = _("Rename etcd's data")
    undo = put_back(data_dir, aside)
    check, args = "roles.no_voter", {"node": node}
    command = aside_command(data_dir, aside, user)
    return Step(title, node, command, "etcd", Risk.CAUTION, _("Can be undone"), undo, check, args=args)


def directory(node: str, data_dir: str, user: str) -> Step:
    """An empty data directory that belongs to etcd."""
    words = ("install", "-d", "-m", "0700", "-o", user, "--", data_dir)
    return Step(_("Make a data directory"), node, Command(words), "etcd")


def lay(node: str, upload: Upload, user: str) -> Step:
    """A file from this workstation; a key is for etcd only, and its text is shown and recorded nowhere."""
    mode = "0600" if upload.secret else "0644"
    words = ("install", "-D", "-b", "-S", KEPT, "-m", mode, "-o", user, "--", "/dev/stdin", upload.path)
    command = Command(words, stdin=upload.content)
    return Step(upload.title, node, command, "etcd", Risk.SAFE, _("A file that is there is kept beside"))


def open_files(node: str, paths: Sequence[str], user: str) -> Iterator[Step]:
    """Files and directories that belong to root's group are opened to etcd's."""
    words = ("chgrp", "--", user, *paths)
    yield Step(_("Open the certificates to etcd"), node, Command(words), "etcd", Risk.SAFE)
    yield Step(_("Let etcd read them"), node, Command(("chmod", "g+rX", "--", *paths)), "etcd", Risk.SAFE)


def write_settings(node: str, settings: Settings) -> Step:
    """What etcd on the node is to do."""
    command = _shell(_SETTINGS, DEFAULT_FILE, *lines(settings))
    title = _("Write etcd's settings")
    undo = _shell(_SETTINGS_BACK, DEFAULT_FILE)
    return Step(title, node, command, "etcd", Risk.SAFE, _("The old file is kept beside"), undo)


def settings_back(node: str) -> Step:
    """The settings from before, where there were any."""
    title = _("Put the old settings back")
    command = _shell(_SETTINGS_BACK, DEFAULT_FILE)
    return Step(title, node, command, "etcd", Risk.SAFE, _("Today's stay as {name}").format(name="etcd.as-manager"))


def start(found: Candidate) -> Step:
    """Start etcd and wait until it has caught up."""
    command = Command(("systemctl", "enable", "--now", "--no-block", ETCD))
    undo = Command(("systemctl", "disable", "--now", ETCD), timeout=_STOP)
    title = _("Start etcd and catch up")
    args = {"node": found.node, "peer_url": found.peer_url}
    return Step(title, found.node, command, "etcd", Risk.SAFE, _("Can be undone"), undo, "", "roles.joined", args=args)


# ---- etcd


def announce(found: Candidate) -> Step:
    """Tell the members of a learner to come."""
    command = member_add(found.node, found.settings["ETCD_INITIAL_ADVERTISE_PEER_URLS"].split(","), learner=True)
    title = _("Add {node} as a learner").format(node=found.node)
    undo = member_remove_at(found.peer_url)
    check, args = "members.same members.quorate", {"members": members_text(found.state)}
    return Step(title, "", command, "etcd", Risk.CAUTION, _("Can be undone"), undo, check, args=args)


def members_text(state: EtcdState) -> str:
    """The members' numbers, as the check `members.same` compares them."""
    return ",".join(number(m.id) for m in state.members)


def give_vote(found: Candidate) -> Step:
    """From learner to voter."""
    known = found.member
    command = member_promote(known.id) if known is not None else member_promote_at(found.peer_url)
    title = _("Give {node} a vote").format(node=found.node)
    undo = _("Demoting it takes the vote back")
    args = {"node": found.node, "peer_url": found.peer_url}
    return Step(title, "", command, "etcd", Risk.CAUTION, undo, follow="roles.voting", args=args)


def hand_over(leader: Member, to: Member) -> Step:
    """Another member leads from now on."""
    title = _("Let {other} lead instead of {node}").format(other=to.label, node=leader.label)
    return Step(title, "", move_leader(to.id), "etcd", Risk.SAFE, _("Can be undone"))


def remove(member: Member, state: EtcdState, risk: Risk) -> Step:
    """Take the member out, if that still leaves a majority."""
    title = _("Take {node} out of etcd").format(node=member.label)
    undo = _("Promoting it again makes it a member again")
    check = "members.same roles.majority_stays"
    args = {"members": members_text(state), "member": number(member.id)}
    return Step(title, "", member_remove(member.id), "etcd", risk, undo, check=check, args=args)


# ---- the role, the profile


def heartbeat_role(node: str, role: str) -> Step:
    """The heartbeat service writes the role from its settings."""
    title = _("Let the heartbeat of {node} say {role}").format(node=node, role=role)
    command = _shell(_ROLE, role, SETTINGS_PATH, UNIT)
    args = {"node": node, "role": role}
    return Step(title, node, command, "etcd", Risk.SAFE, _("Can be undone"), follow="roles.registered", args=args)


def heartbeat_endpoints(node: str, urls: Sequence[str]) -> Step:
    """Another list of members for the heartbeat of a node."""
    title = _("Let the heartbeat of {node} ask other members").format(node=node)
    return Step(title, node, _shell(_ENDPOINTS, ",".join(urls), SETTINGS_PATH, UNIT), "etcd", Risk.SAFE)


def role_key(node: str, role: str) -> Step:
    """The key itself, where the node's registration is not ours to change. It keeps its lease."""
    title = _("Register {node} as {role}").format(node=node, role=role)
    command = Command(("etcdctl", "put", "--ignore-lease", "--", f"{NODES}{node}/role", role), root=False)
    return Step(title, "", command, "etcd", Risk.SAFE, _("Can be undone"))


def profile_endpoint(url: str, *, add: bool) -> Step:
    """Where this program asks etcd."""
    word = "add" if add else "remove"
    title = _("Ask etcd at {url} too, from now on") if add else _("Ask etcd at {url} no more")
    return _profile_step(title.format(url=url), "endpoint", word, url)


def profile_role(node: str, role: str) -> Step:
    """The role that the profile itself states."""
    title = _("Note {role} as the role of {node} in the profile").format(node=node, role=role)
    return _profile_step(title, "role", node, role)


def _profile_step(title: str, *words: str) -> Step:
    command = Command(("nasclustergui", "profile", *words), root=False)
    return Step(title, "", command, "profile", Risk.SAFE, _("Can be undone"))
