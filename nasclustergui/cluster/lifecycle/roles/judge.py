"""What stands against making a node a manager, and what is worth knowing before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nasclustergui.cluster.lifecycle.roles.model import Finding, Look, Stage
from nasclustergui.cluster.lifecycle.roles.settings import authorities, other_files
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import duration, size
from nasclustergui.subsystems.etcd.features.members.arithmetic import Verdict
from nasclustergui.subsystems.etcd.model import EtcdState, Member

MIB = 1 << 20
LEAST_FREE = 512 * MIB  # etcd reserves two log files of 64 MB and keeps a copy of the database while it defragments
USUAL_QUOTA = 2048 * MIB  # of etcd 3.4's database, where nothing else is set
SKEW_WARN, SKEW_STOP = 1.0, 60.0  # seconds; etcd itself warns from one second on


@dataclass(frozen=True)
class Seen:
    """What was found out, to be judged.

    Attributes:
        node, state, member, stage: as in `Candidate`. looks: node → what it says, or why it doesn't (a sentence).
        example: the member whose settings are followed, "" if none could be looked at.
        host, settings, peer_url: of the new member. verdict: the arithmetic of its vote.
        ports: the new member's ports → why they cannot be opened, "" if they can; {} if that was not tried.
        reached: node that tried → "host:port" → why not, "" if reached.
        missing: files besides certificates that the settings name and the node lacks.
    """

    node: str
    state: EtcdState
    member: Member | None
    stage: Stage
    looks: Mapping[str, Look | str]
    example: str = ""
    host: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    peer_url: str = ""
    verdict: Verdict | None = None
    ports: Mapping[int, str] = field(default_factory=dict)
    reached: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing: Sequence[str] = ()

    @property
    def look(self) -> Look | None:
        """The node itself, None if it doesn't answer."""
        found = self.looks.get(self.node)
        return found if isinstance(found, Look) else None


def judge(seen: Seen) -> tuple[Finding, ...]:
    """Everything about the node and etcd, without the certificates."""
    found = [*_cluster(seen)]
    if seen.look is None:
        why = seen.looks.get(seen.node, "")
        text = _("{node} does not answer.").format(node=seen.node)
        return (*found, Finding(Severity.CRITICAL, text, str(why)))
    found += _example(seen)
    found += [*_installed(seen, seen.look), *_unit(seen, seen.look), *_ports(seen, seen.look), *_reach(seen)]
    found += [*_data(seen, seen.look), *_room(seen, seen.look), *_clocks(seen)]
    return tuple(found)


def minor(version: str) -> str:
    """ "3.4" of "3.4.23-4+b4"; "" if it is no version."""
    match = re.match(r"(?:\d+:)?(\d+\.\d+)", version)
    return match[1] if match else ""


def _cluster(seen: Seen) -> Iterator[Finding]:
    state, verdict = seen.state, seen.verdict
    if verdict is not None and verdict.refused:
        yield Finding(Severity.CRITICAL, verdict.reason)
    others = [m for m in state.members if m is not seen.member]
    for member in others:
        if not member.name:
            text = _("Another member, {member}, was added but never started.").format(member=member.label)
            yield Finding(Severity.CRITICAL, text, _("Finish or undo that first: one member is added at a time."))
        elif member.learner and seen.stage in (Stage.OUTSIDE, Stage.ANNOUNCED):
            text = _("{member} is a learner still.").format(member=member.label)
            yield Finding(Severity.CRITICAL, text, _("etcd takes one learner at a time: promote or remove it first."))
    for alarm in state.alarms:
        text = _("etcd has raised the alarm {alarm} on {member}.").format(alarm=alarm.kind, member=alarm.member)
        yield Finding(Severity.CRITICAL, text, _("Solve that first; see the etcd members on the page Configuration."))
    silent = [m.label for m in others if not m.healthy and not m.learner and m.name]
    if silent:
        text = ngettext("{names} does not answer", "{names} do not answer", len(silent))
        more = _("A new member makes up for none of them: repair or remove them first if you can.")
        yield Finding(Severity.WARN, text.format(names=", ".join(silent)), more)


def _example(seen: Seen) -> Iterator[Finding]:
    if not seen.example:
        reasons = [f"{n}: {why}" for n, why in seen.looks.items() if isinstance(why, str) and n != seen.node]
        text = _("No member could be looked at, so its settings are not known.")
        yield Finding(Severity.CRITICAL, text, " ".join(reasons) or _("The members are no nodes of this profile."))
        return
    look = seen.looks.get(seen.example)
    if isinstance(look, Look) and look.config_file:
        path = look.settings.get("ETCD_CONFIG_FILE", "")
        text = _("etcd on {node} reads the configuration file {path}, which cannot be adopted.")
        more = _("Set up etcd on {node} by hand, then add and promote it on the page Configuration.")
        yield Finding(Severity.CRITICAL, text.format(node=seen.example, path=path), more.format(node=seen.node))
    elif not seen.host:
        text = _("At which address {node} is to listen is not clear.").format(node=seen.node)
        more = _("It has no address in the network of the members. Name one.")
        yield Finding(Severity.CRITICAL, text, more, "host")
    else:
        secured = _("with TLS") if authorities(seen.settings) else _("without TLS")
        text = _("Settings are taken from {example}, {secured}; it will listen at {url}")
        yield Finding(Severity.OK, text.format(example=seen.example, secured=secured, url=seen.peer_url))
    for path in seen.missing:
        text = _("{node} has no file {path}, which etcd's settings name.").format(node=seen.node, path=path)
        yield Finding(Severity.CRITICAL, text, _("Copy it from {example}.").format(example=seen.example))


def _installed(seen: Seen, look: Look) -> Iterator[Finding]:
    wanted = {minor(m.version) for m in seen.state.members if m.version and m is not seen.member}
    shown = ", ".join(sorted(wanted))
    if look.version and minor(look.version) in wanted and len(wanted) == 1:
        yield Finding(Severity.OK, _("etcd {version} is installed").format(version=look.version))
    elif look.version and minor(look.version) in wanted:
        text = _("The members run different versions of etcd ({versions}).").format(versions=shown)
        yield Finding(Severity.WARN, text, _("Finish the upgrade soon."))
    elif look.version:
        text = _("etcd {version} is installed, the members run {versions}.")
        yield _refused_version(text.format(version=look.version, versions=shown), wanted)
    elif look.candidate and minor(look.candidate) in wanted:
        text = _("etcd is not installed: the plan installs etcd-server {version}").format(version=look.candidate)
        yield Finding(Severity.INFO, text)
    elif look.candidate:
        text = _("etcd is not installed, and the node would install {version} where the members run {versions}.")
        yield _refused_version(text.format(version=look.candidate, versions=shown), wanted)
    else:
        text = _("etcd is not installed, and the node knows no package of it.")
        yield _refused_version(text, wanted)


def _refused_version(text: str, wanted: set[str]) -> Finding:
    first = min(wanted, default="3.4")
    more = _("Install the members' version there first: {command}")
    return Finding(Severity.CRITICAL, text, more.format(command=f"apt-get install 'etcd-server={first}*'"))


def _unit(seen: Seen, look: Look) -> Iterator[Finding]:
    if look.version and look.loaded == "masked":
        more = _("On {node}: {command}").format(node=seen.node, command="systemctl unmask etcd.service")
        yield Finding(Severity.CRITICAL, _("etcd.service is masked there."), more)
    elif look.version and look.loaded not in ("loaded", ""):
        text = _("{node} has no unit etcd.service.").format(node=seen.node)
        yield Finding(Severity.CRITICAL, text, _("It comes with Debian's package: apt-get install etcd-server"))
    if seen.stage is Stage.OUTSIDE and look.running:
        text = _("etcd runs on {node}, but is no member of this cluster.").format(node=seen.node)
        yield Finding(Severity.WARN, text, _("The plan stops it and sets its data aside."))


def _ports(seen: Seen, look: Look) -> Iterator[Finding]:
    if seen.stage not in (Stage.OUTSIDE, Stage.ANNOUNCED):
        return
    taken = {port: look.listening[port] for port in seen.ports if port in look.listening}
    for port, program in taken.items():
        if program == "etcd" or look.running:
            continue  # our own to stop
        text = _("Port {port} is in use on {node}.").format(port=port, node=seen.node)
        more = _("By {program}. End it first.").format(program=program) if program else _("End that program first.")
        yield Finding(Severity.CRITICAL, text, more)
    for port, why in seen.ports.items():
        if why and port not in taken:
            text = _("Port {port} cannot be opened at {host}.").format(port=port, host=seen.host)
            yield Finding(Severity.CRITICAL, text, why)


def _reach(seen: Seen) -> Iterator[Finding]:
    """Who reached whom; a firewall shows here."""
    failed = [(who, target, why) for who, found in seen.reached.items() for target, why in found.items() if why]
    for who, target, why in failed:
        text = _("{who} does not reach {target}.").format(who=who, target=target)
        yield Finding(Severity.CRITICAL, text, _("{reason}. Open the port in the firewall.").format(reason=why))
    if failed:
        return
    if seen.reached:
        yield Finding(Severity.OK, _("Ports are free, and reached from the members and back"))
    elif seen.host and seen.stage in (Stage.OUTSIDE, Stage.ANNOUNCED):
        text = _("Whether the members reach {host} was not tried.").format(host=seen.host)
        yield Finding(Severity.WARN, text, _("That needs perl on the nodes, and free ports."))


def _data(seen: Seen, look: Look) -> Iterator[Finding]:
    if seen.stage in (Stage.OUTSIDE, Stage.ANNOUNCED) and look.data:
        text = _("There is old data of etcd in {path}.").format(path=look.data_dir)
        yield Finding(Severity.WARN, text, _("The plan renames the directory; nothing is deleted."))
    elif seen.stage is Stage.LEARNER and not look.data and not look.running:
        text = _("The data of this member is gone from {path}.").format(path=look.data_dir)
        yield Finding(Severity.CRITICAL, text, _("It cannot start again: take it back, then begin anew."))


def _room(seen: Seen, look: Look) -> Iterator[Finding]:
    if look.free is None:
        yield Finding(Severity.WARN, _("How much room there is for etcd's data is not known."))
        return
    largest = max((m.db_size or 0 for m in seen.state.members), default=0)
    free, path = size(look.free), look.data_dir
    if look.free < LEAST_FREE + 2 * largest:
        text = _("Only {size} are free for {path}.").format(size=free, path=path)
        need = size(LEAST_FREE + 2 * largest)
        yield Finding(Severity.CRITICAL, text, _("etcd needs at least {size}.").format(size=need))
    elif look.free < _quota(seen.settings):
        text = _("{size} are free for {path}, less than the database may grow to.").format(size=free, path=path)
        yield Finding(Severity.INFO, text, _("Its limit is {size}.").format(size=size(_quota(seen.settings))))
    else:
        yield Finding(Severity.OK, _("{size} are free for {path}").format(size=free, path=path))


def _quota(settings: Mapping[str, str]) -> int:
    given = settings.get("ETCD_QUOTA_BACKEND_BYTES", "")
    return int(given) if given.isdigit() and int(given) else USUAL_QUOTA


def _clocks(seen: Seen) -> Iterator[Finding]:
    look = seen.look
    members = {m.node for m in seen.state.members if m.node != seen.node}
    others = [o.skew for n, o in seen.looks.items() if n in members and isinstance(o, Look) and o.skew is not None]
    if look is None or look.skew is None or not others:
        yield Finding(Severity.WARN, _("Whether the clocks agree is not known."))
        return
    off = max(abs(look.skew - other) for other in others)
    if off < SKEW_WARN:
        yield Finding(Severity.OK, _("Its clock agrees with the members'"))
        return
    text = _("Its clock differs from the members' by {time}.").format(time=duration(off))
    more = _("Certificates and logs go wrong with that. Is chrony or systemd-timesyncd running?")
    yield Finding(Severity.CRITICAL if off > SKEW_STOP else Severity.WARN, text, more)


def missing_files(settings: Mapping[str, str], there: Sequence[str]) -> tuple[str, ...]:
    """Files besides certificates that the settings name, without those that are there."""
    return tuple(path for path in other_files(settings) if path not in there)
