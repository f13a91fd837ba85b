"""The single steps of promoting and demoting: what runs on the node, what is asked of etcd, what the profile gets."""

from __future__ import annotations

from collections.abc import Mapping

from nasclustergui.cluster.lifecycle.roles.model import Candidate, RoleKey, Upload
from nasclustergui.cluster.lifecycle.roles.settings import DEFAULT_FILE, lines
from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.core.plan import Risk, Step
from nasclustergui.subsystems.etcd.commands.keys import save
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

_SET_ASIDE = """\
systemctl disable --now "$1" 2> /dev/null || systemctl stop "$1" || exit 1
[ ! -e "$2" ] || [ -z "$(ls -A -- "$2")" ] || mv -v -- "$2" "$2.before-nascluster-$(date +%Y%m%d-%H%M%S)"
"""
_DIRECTORY = 'install -d -m 0700 -o etcd -g etcd -- "$(dirname -- "$1")" "$1"'
_LAY = """\
set -eu; umask 077
[ -d "$(dirname -- "$1")" ] || install -d -m 0750 -o etcd -g etcd -- "$(dirname -- "$1")"
[ ! -e "$1" ] || cp -a -- "$1" "$1.before-nascluster"
cat > "$1.new"; chown etcd:etcd -- "$1.new"; chmod "$2" -- "$1.new"; mv -- "$1.new" "$1"
"""
_SETTINGS = """\
set -eu; file=$1; shift
[ ! -e "$file" ] || [ -e "$file.before-nascluster" ] || cp -a -- "$file" "$file.before-nascluster"
printf '%s\\n' '# Written by NAS Cluster GUI: this node is a manager.' "$@" > "$file.new"; mv -- "$file.new" "$file"
"""
_SETTINGS_BACK = """\
set -eu
[ ! -e "$1" ] || mv -- "$1" "$1.as-manager"
[ ! -e "$1.before-nascluster" ] || mv -- "$1.before-nascluster" "$1"
"""
_HEARTBEAT = """\
set -eu
sed -i "s/^NODE_ROLE=.*/NODE_ROLE=$1/" "$2"; systemctl reload-or-restart "$3"
"""


def _shell(script: str, name: str, *words: str, stdin: bytes = b"", timeout: float = 30.0) -> Command:
    return Command(("sh", "-c", script, name, *words), timeout=timeout, stdin=stdin)


# ---- on the node


def install(found: Candidate, version: str) -> Step:
    """etcd from the node's package source; what the package starts by itself is stopped by the next step."""
    words = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", f"etcd-server={version}")
    title = _("Install etcd on {node}").format(node=found.node)
    undo = _("apt-get remove etcd-server takes it away")
    return Step(title, found.node, Command(words, timeout=_APT), "etcd", Risk.CAUTION, undo)


def set_aside(node: str, data_dir: str) -> Step:
    """Stop etcd there and rename its data."""
    command = _shell(_SET_ASIDE, "set-aside", ETCD, data_dir, timeout=_STOP)
    title = _("Stop etcd on {node} and set its data aside").format(node=node)
    undo = _("The data stays beside, named {name}…").format(name=f"{data_dir}{KEPT}-")
    return Step(title, node, command, "etcd", Risk.CAUTION, undo, check="roles.no_voter", args={"node": node})


def directory(node: str, data_dir: str) -> Step:
    """An empty data directory that belongs to etcd."""
    title = _("Make etcd's data directory on {node}").format(node=node)
    return Step(title, node, _shell(_DIRECTORY, "directory", data_dir), "etcd", Risk.SAFE)


def lay(node: str, upload: Upload) -> Step:
    """A file from this workstation; a key is for etcd only, and its text is shown and recorded nowhere."""
    mode = "0600" if upload.secret else "0644"
    command = _shell(_LAY, "lay", upload.path, mode, stdin=upload.content)
    return Step(upload.title, node, command, "etcd", Risk.SAFE, _("A file that is there is kept beside"))


def write_settings(node: str, settings: Mapping[str, str]) -> Step:
    """What etcd on the node is to do."""
    command = _shell(_SETTINGS, "settings", DEFAULT_FILE, *lines(settings))
    title = _("Write etcd's settings on {node}").format(node=node)
    undo = _shell(_SETTINGS_BACK, "settings-back", DEFAULT_FILE)
    return Step(title, node, command, "etcd", Risk.SAFE, _("The old file is kept beside"), undo)


def settings_back(node: str) -> Step:
    """The settings from before, where there were any."""
    title = _("Put etcd's settings on {node} back").format(node=node)
    command = _shell(_SETTINGS_BACK, "settings-back", DEFAULT_FILE)
    return Step(title, node, command, "etcd", Risk.SAFE, _("Today's stay as {name}").format(name="etcd.as-manager"))


def start(found: Candidate) -> Step:
    """Start etcd and wait until it has caught up."""
    command = Command(("systemctl", "enable", "--now", "--no-block", ETCD))
    undo = Command(("systemctl", "disable", "--now", ETCD), timeout=_STOP)
    title = _("Start etcd on {node}, wait until it has caught up").format(node=found.node)
    args = {"node": found.node, "peer_url": found.peer_url}
    return Step(title, found.node, command, "etcd", Risk.SAFE, _("Can be undone"), undo, "", "roles.joined", args=args)


# ---- etcd


def announce(found: Candidate) -> Step:
    """Tell the members of a learner to come."""
    command = member_add(found.node, found.settings["ETCD_INITIAL_ADVERTISE_PEER_URLS"].split(","), learner=True)
    title = _("Add {node} to etcd as a learner, without a vote").format(node=found.node)
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
    command = _shell(_HEARTBEAT, "role", role, SETTINGS_PATH, UNIT)
    args = {"node": node, "role": role}
    return Step(title, node, command, "etcd", Risk.SAFE, _("Can be undone"), follow="roles.registered", args=args)


def role_key(node: str, role: str, was: RoleKey) -> Step:
    """The key itself, where the node's registration is not ours to change."""
    title = _("Register {node} as {role}").format(node=node, role=role)
    command = save(f"{NODES}{node}/role", role, was.revision, was.lease)
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
