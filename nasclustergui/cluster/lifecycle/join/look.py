"""Finds out everything about a machine that is to join, and tells each check's outcome as soon as it is known.

For worker threads. Changes nothing. The machine is asked over a connection of its own as long as the profile does not
know it (`candidate_nodes`), else over the session's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from nasclustergui.cluster.lifecycle.join.judge import judge
from nasclustergui.cluster.lifecycle.join.judge_network import is_address, is_loopback, wanted_in, wanted_out
from nasclustergui.cluster.lifecycle.join.model import Check, Finding, Look, Verdict
from nasclustergui.cluster.session import Session
from nasclustergui.core.command import Command
from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import NasError, NodeError, SudoRefused
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import NodeProfile, Profile
from nasclustergui.remote.credentials import Credentials
from nasclustergui.remote.node import Node, ask, run
from nasclustergui.remote.parallel import gather
from nasclustergui.remote.ssh_nodes import SshNodes
from nasclustergui.subsystems.etcd.features.registration.users import known as known_users
from nasclustergui.subsystems.etcd.model import EtcdState
from nasclustergui.subsystems.gluster.features.peers.commands import parse_survey, survey
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig
from nasclustergui.subsystems.gluster.model import GlusterState
from nasclustergui.subsystems.nodes.commands import block_devices, filesystems
from nasclustergui.subsystems.nodes.features.heartbeat.files import CA_PATH
from nasclustergui.subsystems.nodes.features.heartbeat.model import Heartbeat, Login
from nasclustergui.subsystems.nodes.features.heartbeat.read import heartbeat, try_login
from nasclustergui.subsystems.nodes.features.joining import read
from nasclustergui.subsystems.nodes.features.joining.model import Clock, Machine

Tell = Callable[[Check, tuple[Finding, ...]], None]
"""Told in any thread: what came of a check."""

POOL = Command(("gluster", "--mode=script", "--timeout=5", "pool", "list"), timeout=9.0)


def candidate_nodes(profile: Profile, node: NodeProfile, credentials: Credentials | None) -> SshNodes:
    """A connection to a machine that the profile doesn't know, made as for its nodes. Close it afterwards."""
    return SshNodes(replace(profile, nodes=(node,)), credentials)


def look(
    session: Session, node: NodeProfile, there: Node, job: Job, tell: Tell = lambda _check, _found: None
) -> Verdict:
    """Look at the machine `there`. What can't be found out is a finding, too. Raises Cancelled."""
    members = tuple(each.name for each in session.profile.nodes if each.name != node.name)
    seen = Look(node, node.role or "worker", members, has_etcd=session.has_etcd)
    session.nodes.connect_all()
    tasks: dict[str, Callable[[Job], Any]] = {
        "cluster": partial(_cluster, session, seen),
        "login": partial(_login, there, tell),
    }
    first = gather(tasks, job)
    logged_in, cluster = first["login"], first["cluster"]
    if isinstance(cluster, Look):
        seen = cluster
    if not isinstance(logged_in, tuple):
        return Verdict(seen, _refused(logged_in, tell))
    seen = _itself(session, seen, there, job)
    told = dict.fromkeys((Check.SSH, Check.SUDO), ())
    early = tuple(check for check in Check if check not in (*told, Check.NAMES, Check.PORTS, Check.ETCD))
    found = [*logged_in, *_judged(seen, early, tell)]
    seen = _names(session, seen, there, job)
    found += _judged(seen, (Check.NAMES,), tell)
    seen = _ways(session, seen, there, job)
    late = (Check.HOSTNAME, Check.NAMES, Check.PORTS, Check.ETCD, Check.LEFTOVERS)  # names decide who is who
    _judged(seen, late, tell)
    rest = tuple(check for check in Check if check not in told)
    return Verdict(seen, (*logged_in, *judge(seen, rest)))


def _judged(seen: Look, checks: tuple[Check, ...], tell: Tell) -> tuple[Finding, ...]:
    found = judge(seen, checks)
    for check in checks:
        tell(check, tuple(finding for finding in found if finding.check is check))
    return found


# ---- the login


def _login(there: Node, tell: Tell, job: Job) -> tuple[Finding, ...]:
    run(there, Command(("true",), root=False), job)
    ssh = Finding(Check.SSH, Severity.OK, _("{host} lets us in").format(host=there.host))
    tell(Check.SSH, (ssh,))
    run(there, Command(("test", "-w", "/etc/hosts"), root=True), job)
    root = Finding(Check.SUDO, Severity.OK, _("Commands run as root there"))
    tell(Check.SUDO, (root,))
    return ssh, root


def _refused(error: object, tell: Tell) -> tuple[Finding, ...]:
    """Why nothing can be looked at: the login, or acting as root."""
    assert isinstance(error, NasError)
    check = Check.SSH if isinstance(error, NodeError) and not isinstance(error, SudoRefused) else Check.SUDO
    text = str(error).partition(": ")[2] if isinstance(error, NodeError) else str(error)
    finding = Finding(
        check,
        Severity.CRITICAL,
        text[:1].upper() + text[1:],
        error.hint,
        error=error if isinstance(error, NodeError) else None,
    )
    tell(check, (finding,))
    return (finding,)


# ---- the cluster as it is


def _cluster(session: Session, seen: Look, job: Job) -> Look:
    """Pool, etcd, and the other nodes."""
    tasks: dict[str, Callable[[Job], Any]] = {"gluster": session.gluster.pool.now}
    if session.has_etcd:
        tasks["etcd"] = session.read_etcd
    for name in seen.members:
        tasks[f"machine {name}"] = partial(read.machine, session.nodes[name], ())
        tasks[f"clock {name}"] = partial(read.clock, session.nodes[name])
        tasks[f"config {name}"] = partial(_config, session.nodes[name])
    answers = gather(tasks, job)
    gluster, etcd = answers["gluster"], answers.get("etcd")
    machines = {name: answers[f"machine {name}"] for name in seen.members}
    return replace(
        seen,
        unread={name: str(found) for name, found in machines.items() if isinstance(found, NasError)},
        others={name: found for name, found in machines.items() if isinstance(found, Machine)},
        clocks={n: c for n in seen.members if isinstance(c := answers[f"clock {n}"], Clock)},
        other_configs={n: c for n in seen.members if isinstance(c := answers[f"config {n}"], NodeConfig)},
        gluster=gluster if isinstance(gluster, GlusterState) else None,
        gluster_error=str(gluster) if isinstance(gluster, NasError) else "",
        etcd=etcd if isinstance(etcd, EtcdState) else None,
        etcd_error=str(etcd) if isinstance(etcd, NasError) else "",
        endpoints=_endpoints(session.profile, etcd),
    )


def _endpoints(profile: Profile, etcd: object) -> tuple[str, ...]:
    """Where the members say that they listen; the profile's may be good for this workstation only."""
    told = etcd.members if isinstance(etcd, EtcdState) else ()
    urls = tuple(member.client_urls[0] for member in told if member.client_urls and not member.learner)
    return urls or profile.etcd.endpoints


def _config(node: Node, job: Job) -> NodeConfig:
    return parse_survey(node.name, node.run(survey(), job))


# ---- the machine itself


def _itself(session: Session, seen: Look, there: Node, job: Job) -> Look:
    files = {path for other in seen.others.values() for name, path in other.etcd.items() if name.endswith("_FILE")}
    tasks: dict[str, Callable[[Job], Any]] = {
        "machine": partial(read.machine, there, sorted({*files, CA_PATH})),
        "clock": partial(read.clock, there),
        "config": partial(_config, there),
        "connected": partial(_connected, there),
        "disks": partial(_disks, there, seen.node),
        "heartbeat": partial(heartbeat, there),
    }
    answers = gather(tasks, job)
    good = {name: answer for name, answer in answers.items() if not isinstance(answer, NasError)}
    machine: Machine | None = good.get("machine")
    clocks = dict(seen.clocks) | ({seen.name: good["clock"]} if "clock" in good else {})
    seen = replace(
        seen,
        machine=machine,
        clocks=clocks,
        config=good.get("config"),
        connected=good.get("connected", ()),
        disks=good.get("disks", ()),
        heartbeat=good.get("heartbeat"),
    )
    login, send_ca = _found_login(session.profile, seen)
    return replace(seen, login=login, send_ca=send_ca)


def _connected(there: Node, job: Job) -> tuple[str, ...]:
    """The peers that its own glusterd sees as connected."""
    lines = (line.split() for line in there.run(POOL, job).stdout.splitlines()[1:])
    return tuple(words[1] for words in lines if len(words) == 3 and words[1] != "localhost" and words[2] == "Connected")


def _disks(there: Node, node: NodeProfile, job: Job) -> tuple[Disk, ...]:
    mounted = ask(there, filesystems(node.name, node.rack), job)
    try:
        return mounted + ask(there, block_devices(node.name, node.rack), job)
    except NasError:
        return mounted  # lsblk may be missing; bare disks can't take a brick anyway


def _found_login(profile: Profile, seen: Look) -> tuple[Login, bool]:
    """Certificates on the machine: its heartbeat's, its own etcd's, else those at the paths that the members use.

    True if this workstation's copy of the authority's certificate is to be sent.
    """
    beat: Heartbeat | None = seen.heartbeat
    if beat is not None and beat.installed:
        return beat.login, False
    machine = seen.machine or Machine()
    here = [machine.etcd, *(other.etcd for other in seen.others.values())]
    known = {"ETCD_TRUSTED_CA_FILE": "", "ETCD_CERT_FILE": "", "ETCD_KEY_FILE": ""}
    for name in known:
        paths = [settings[name] for settings in here if settings.get(name)]
        known[name] = next((path for path in paths if path in machine.files or path in machine.etcd.values()), "")
    ca, cert, key = known.values()
    tls = any(url.startswith("https") for url in seen.endpoints)
    send = tls and not ca and bool(profile.etcd.ca)
    pair = bool(cert and key)
    return Login(CA_PATH if send else ca, cert if pair else "", key if pair else "", profile.etcd.user), send


# ---- between the machines


def _names(session: Session, seen: Look, there: Node, job: Job) -> Look:
    """Who is called how, everywhere."""
    wanted = list(dict.fromkeys([*(_called(seen, name) for name in seen.members), *_strangers(seen)]))
    asked = list(seen.others)
    tasks: dict[str, Callable[[Job], Any]] = {
        name: partial(read.names, session.nodes[name], [*wanted, seen.name]) for name in asked
    }
    tasks[""] = partial(read.names, there, wanted)
    answers = gather(tasks, job)
    told: dict[str, Mapping[str, tuple[str, ...]]] = {
        name: found for name, found in answers.items() if isinstance(found, dict)
    }
    others = {name: told[name] for name in asked if name in told}
    hosts = {name: _address(session, seen, name, others) for name in wanted}
    seen = replace(
        seen,
        hosts=hosts,
        names_here=told.get("", {}),
        names_there={node: found.get(seen.name, ()) for node, found in others.items()},
    )
    return replace(seen, address=_own_address(seen))


def _called(seen: Look, member: str) -> str:
    """By which name the cluster calls a node: the pool's, else the profile's."""
    for peer in seen.gluster.peers if seen.gluster else ():
        if peer.node == member:
            return next((name for name in peer.hostnames if not is_address(name)), member)
    return member


def _strangers(seen: Look) -> list[str]:
    """Peers that the profile doesn't know must be found too."""
    peers = seen.gluster.peers if seen.gluster else ()
    return [name for peer in peers if not peer.node for name in peer.hostnames[:1] if not is_address(name)]


def _address(session: Session, seen: Look, name: str, others: Mapping[str, Mapping[str, tuple[str, ...]]]) -> str:
    """What most nodes take for its address; where no one knows, the profile's, else the machine's own first one."""
    votes = Counter(a for found in others.values() for a in found.get(name, ()) if not is_loopback(a) and ":" not in a)
    votes = votes or Counter(a for found in others.values() for a in found.get(name, ()) if not is_loopback(a))
    if votes:
        return votes.most_common(1)[0][0]
    node = next((each for each in session.profile.nodes if _called(seen, each.name) == name), None)
    if node is None:
        return ""
    if is_address(node.host):
        return node.host
    own = seen.others[node.name].addresses if node.name in seen.others else ()
    return own[0] if own else ""


def _own_address(seen: Look) -> str:
    """The machine's, as the others shall use it."""
    if is_address(seen.node.host):
        return seen.node.host
    own = [a for a in (seen.machine.addresses if seen.machine else ()) if ":" not in a]
    told = Counter(a for found in seen.names_there.values() for a in found if a in own)
    if told:
        return told.most_common(1)[0][0]
    near = {address.rpartition(".")[0] for address in seen.hosts.values()}
    return next((a for a in own if a.rpartition(".")[0] in near), own[0] if own else "")


def _ways(session: Session, seen: Look, there: Node, job: Job) -> Look:
    """Ports, both ways, and whether etcd lets it in."""
    pairs = [(seen.address, port) for port in wanted_in(seen)]
    tasks: dict[str, Callable[[Job], Any]] = {
        name: partial(read.ports, session.nodes[name], pairs) for name in seen.others if seen.address
    }
    tasks[""] = partial(read.ports, there, wanted_out(seen))
    if session.has_etcd and seen.etcd is not None:
        tasks["users"] = lambda inner: known_users(session.store(), inner) or False
    if _can_try(seen):
        tasks["login"] = lambda inner: try_login(there, seen.endpoints, _bare(seen.login), seen.name, inner)
    answers = gather(tasks, job)
    said = answers.get("login")
    return replace(
        seen,
        ports_out=found if isinstance(found := answers[""], dict) else {},
        ports_in={name: found for name in seen.others if isinstance(found := answers.get(name), dict)},
        login_said=said if isinstance(said, str) else None,
        etcd_users=users if isinstance(users := answers.get("users"), tuple) else None,
    )


def _can_try(seen: Look) -> bool:
    has = seen.machine is not None and bool(seen.machine.versions.get("etcdctl"))
    return bool(seen.endpoints) and has and not seen.send_ca


def _bare(login: Login) -> Login:
    """Without a user, unless its password is there: a login that asks for nothing more."""
    return login if login.keep else replace(login, user="", password=None)
