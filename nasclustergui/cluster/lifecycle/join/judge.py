"""Judges what was found out about the machine itself: name, clock, versions, disks, services. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from nasclustergui.cluster.lifecycle.join.judge_leftovers import leftovers
from nasclustergui.cluster.lifecycle.join.judge_network import judge_names, judge_ports
from nasclustergui.cluster.lifecycle.join.model import Check, Finding, Look
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import decimal, size
from nasclustergui.subsystems.nodes.features.heartbeat.commands import wants_user

SKEW_WARN, SKEW_BAD = 1.0, 30.0  # seconds; etcd itself complains from one second on


def judge(look: Look, checks: tuple[Check, ...] = tuple(Check)) -> tuple[Finding, ...]:
    """The findings of these checks, in the order of `Check`, each check's worst first."""
    found: list[Finding] = []
    for check in checks:
        judged = JUDGES.get(check)
        if judged is not None:
            found += sorted(judged(look), key=lambda finding: -finding.severity)
    return tuple(found)


def _hostname(look: Look) -> Iterator[Finding]:
    if look.machine is None:
        return
    if look.same_as:
        text = _("This machine is {node} already").format(node=look.same_as)
        yield Finding(Check.HOSTNAME, Severity.CRITICAL, text, _("Check the address: each machine is one node."))
    told = look.machine.hostname
    if told.partition(".")[0] == look.name or told == look.name:
        yield _ok(Check.HOSTNAME, _("It calls itself {name}").format(name=told))
        return
    text = _("It calls itself {told}, the profile {name}").format(told=told, name=look.name)
    more = _("Rename it: hostnamectl set-hostname {name}. Or choose its own name here.").format(name=look.name)
    yield Finding(Check.HOSTNAME, Severity.WARN, text, more)


def _clock(look: Look) -> Iterator[Finding]:
    mine = look.clocks.get(look.name)
    if mine is None:
        return
    theirs = [clock.ahead for name, clock in look.clocks.items() if name != look.name]
    from statistics import median  # loads more than a window that opens should wait for

    against = mine.ahead - median(theirs) if theirs else mine.ahead
    error = mine.error + max((look.clocks[name].error for name in look.clocks if name != look.name), default=0.0)
    skew = max(0.0, abs(against) - error)
    who = _("the other nodes") if theirs else _("this workstation")
    if skew >= SKEW_WARN:
        way = _("ahead of") if against > 0 else _("behind")
        text = _("Its clock is {seconds} s {way} {who}").format(seconds=decimal(abs(against), 1), way=way, who=who)
        more = _(
            "Files would get wrong times and etcd would complain. Set it, and have NTP keep it: chrony or timesyncd."
        )
        yield Finding(Check.CLOCK, Severity.CRITICAL if skew >= SKEW_BAD else Severity.WARN, text, more)
    else:
        text = _("Its clock agrees with {who} within {seconds} s")
        yield _ok(Check.CLOCK, text.format(who=who, seconds=decimal(max(abs(against), error, 0.01), 2)))
    if theirs and skew < SKEW_WARN and abs(mine.ahead) - mine.error >= SKEW_WARN:
        text = _("This workstation's own clock differs from all nodes by {seconds} s")
        yield Finding(Check.CLOCK, Severity.INFO, text.format(seconds=decimal(abs(mine.ahead), 1)))
    if look.machine is not None and look.machine.ntp is False:
        yield Finding(
            Check.CLOCK, Severity.INFO, _("No NTP keeps its clock"), _("Install chrony or systemd-timesyncd.")
        )


def _versions(look: Look) -> Iterator[Finding]:
    mine = look.machine
    if mine is None:
        return
    release = _usual({name: other.release for name, other in look.others.items()})
    if release and mine.release != release:
        text = _("{mine} here, release {theirs} on the other nodes").format(mine=mine.system, theirs=release)
        yield Finding(Check.VERSIONS, Severity.WARN, text, _("Mixed releases are meant for an upgrade only."))
    kernel = _usual({name: _major(other.kernel, 2) for name, other in look.others.items()})
    if kernel and _major(mine.kernel, 2) != kernel:
        text = _("Kernel {mine} here, {theirs} on the other nodes").format(mine=mine.kernel, theirs=kernel)
        yield Finding(Check.VERSIONS, Severity.INFO, text)
    if look.carries_bricks:
        yield from _gluster_version(look, mine.versions.get("gluster", ""))
    if look.has_etcd:
        yield from _etcd_version(look, mine.versions.get("etcd", ""))
    parts = [mine.system.partition("(")[0].strip(), _("kernel {version}").format(version=mine.kernel)]
    names = {"gluster": "GlusterFS", "etcd": "etcd"}
    parts += [f"{names[name]} {version}" for name, version in mine.versions.items() if name in names]
    yield _ok(Check.VERSIONS, ", ".join(part for part in parts if part))


def _gluster_version(look: Look, mine: str) -> Iterator[Finding]:
    if not mine:
        more = _("Install the package glusterfs-server there, in the version of the other nodes.")
        yield Finding(Check.VERSIONS, Severity.CRITICAL, _("GlusterFS is not installed there"), more)
        return
    numbers = [int(config.op_version) for config in look.other_configs.values() if config.op_version.isdigit()]
    highest = int(_major(mine)) * 10_000 + 9_999 if _major(mine).isdigit() else 0
    theirs = _usual({name: other.versions.get("gluster", "") for name, other in look.others.items()})
    if highest and numbers and max(numbers) > highest:
        text = _("GlusterFS {mine} is too old for this pool").format(mine=mine)
        more = _("The pool runs at operating version {number}.").format(number=max(numbers))
        yield Finding(Check.VERSIONS, Severity.CRITICAL, text, more)
    elif theirs and mine != theirs:
        text = _("GlusterFS {mine} here, {theirs} on the other nodes").format(mine=mine, theirs=theirs)
        yield Finding(Check.VERSIONS, Severity.WARN, text, _("Mixed versions are meant for an upgrade only."))


def _etcd_version(look: Look, mine: str) -> Iterator[Finding]:
    theirs = _usual({m.label: m.version for m in (look.etcd.members if look.etcd else ())})
    if not mine and look.role == "manager":
        more = _("Install the package etcd-server there, in the version of the members.")
        yield Finding(Check.VERSIONS, Severity.CRITICAL, _("etcd is not installed there, and a manager needs it"), more)
    elif mine and theirs and look.role == "manager" and _major(mine, 2) != _major(theirs, 2):
        bad = _major(mine) != _major(theirs)
        text = _("etcd {mine} here, {theirs} in the members").format(mine=mine, theirs=theirs)
        more = _("Members of different versions are meant for an upgrade only.")
        yield Finding(Check.VERSIONS, Severity.CRITICAL if bad else Severity.WARN, text, more)


def _glusterd(look: Look) -> Iterator[Finding]:
    mine = look.machine
    if mine is None:
        return
    if not look.carries_bricks:
        yield _ok(Check.GLUSTERD, _("An edge node carries no bricks: it does not join the pool"))
        return
    if not mine.versions.get("gluster"):
        yield Finding(Check.GLUSTERD, Severity.UNKNOWN, _("GlusterFS is not installed there"))
    elif not mine.runs("glusterd"):
        fix = _("The join starts glusterd, now and at every boot.")
        yield Finding(Check.GLUSTERD, Severity.WARN, _("glusterd does not run there"), fix=fix)
    elif look.peer is not None:
        state = look.peer.state.value
        if look.peer.connected:
            yield _ok(Check.GLUSTERD, _("It is a connected member of the pool already"))
        else:
            text = _("It is in the pool already, in the state “{state}”").format(state=state)
            more = _("Look at Distributed Storage, Peers: the doctor says why.")
            yield Finding(Check.GLUSTERD, Severity.CRITICAL, text, more)
    else:
        yield _ok(Check.GLUSTERD, _("glusterd runs"))
    if look.gluster is None and look.gluster_error:
        text = _("The pool could not be read: {why}").format(why=look.gluster_error)
        yield Finding(Check.GLUSTERD, Severity.CRITICAL, text, _("Join the machine when the pool answers."))


def _etcd(look: Look) -> Iterator[Finding]:
    if look.machine is None:
        return
    if not look.has_etcd:
        yield Finding(Check.ETCD, Severity.INFO, _("This cluster has no etcd: nothing registers the node"))
        return
    if look.etcd is None or not look.etcd.leader:
        why = look.etcd_error or _("it has no leader")
        text = _("etcd could not be read: {why}").format(why=why)
        yield Finding(Check.ETCD, Severity.CRITICAL, text, _("Join the machine when etcd answers."))
        return
    if not look.machine.versions.get("etcdctl"):
        more = _("Install the package etcd-client there: the heartbeat uses it.")
        yield Finding(Check.ETCD, Severity.CRITICAL, _("etcdctl is not installed there"), more)
        return
    beat = look.heartbeat
    if beat is not None and beat.running and look.registration is not None:
        yield _ok(Check.ETCD, _("Its heartbeat arrives in etcd already"))
        return
    if look.registration is not None and not (beat and beat.running):
        text = _("etcd has a {name} already, registered by something else").format(name=look.name)
        more = _(
            "Another machine may use this name, or a service of its own registers it. Two would overwrite each other."
        )
        yield Finding(Check.ETCD, Severity.WARN, text, more)
    yield from _login(look)


def _login(look: Look) -> Iterator[Finding]:
    said = look.login_said
    if said is None:
        text = _("Whether its heartbeat can log in to etcd is tried later")
        fix = _("The join sends the certificate of etcd's authority first.") if look.send_ca else ""
        yield Finding(Check.ETCD, Severity.INFO, text, fix=fix)
    elif not said:
        yield _ok(
            Check.ETCD, _("It can ask etcd with the certificates it has") if look.login.cert else _("It can ask etcd")
        )
    elif wants_user(said):
        text = _("etcd wants a user from its heartbeat")
        yield Finding(Check.ETCD, Severity.INFO, text, fix=_("The join asks for user and password."))
    else:
        text = _("It cannot ask etcd: {said}").format(said=said)
        more = _("Check certificates and the way to port 2379. The join lets you name other certificates.")
        yield Finding(Check.ETCD, Severity.WARN, text, more)


def _disks(look: Look) -> Iterator[Finding]:
    if look.machine is None:
        return
    fit = [disk for disk in look.disks if disk.mount and not disk.problem and not disk.warning]
    if fit:
        names = ", ".join(f"{disk.mount} ({size(disk.size)})" for disk in fit[:4]) + (" …" if len(fit) > 4 else "")
        text = ngettext(
            "{n} file system can carry bricks: {names}", "{n} file systems can carry bricks: {names}", len(fit)
        )
        yield _ok(Check.DISKS, text.format(n=len(fit), names=names))
    elif not look.carries_bricks:
        yield _ok(Check.DISKS, _("An edge node needs none"))
    else:
        bare = [disk.device for disk in look.disks if not disk.mount]
        more = _("Make a file system (XFS) on a disk and mount it, for instance at /bricks/d1.")
        if bare:
            more += " " + _("Empty disks there: {names}.").format(names=", ".join(bare))
        yield Finding(Check.DISKS, Severity.WARN, _("No file system there can carry bricks"), more)


def _ok(check: Check, text: str) -> Finding:
    return Finding(check, Severity.OK, text)


def _usual(values: Mapping[str, str]) -> str:
    """What most have, "" if nobody has anything."""
    counted = Counter(value for value in values.values() if value)
    return counted.most_common(1)[0][0] if counted else ""


def _major(version: str, parts: int = 1) -> str:
    """ "10.3" → "10"; two parts: "6.1.0-13-amd64" → "6.1"."""
    return ".".join(version.split("-")[0].split(".")[:parts])


JUDGES: Mapping[Check, Callable[[Look], Iterator[Finding]]] = {
    Check.HOSTNAME: _hostname,
    Check.NAMES: judge_names,
    Check.CLOCK: _clock,
    Check.VERSIONS: _versions,
    Check.PORTS: judge_ports,
    Check.GLUSTERD: _glusterd,
    Check.ETCD: _etcd,
    Check.DISKS: _disks,
    Check.LEFTOVERS: leftovers,
}
