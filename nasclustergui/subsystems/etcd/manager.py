"""Reads what etcd's members and the registered nodes say, also when most of them are gone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from nasclustergui.core.command import Command, Result, checked
from nasclustergui.core.errors import InvalidInput, OutcomeUnknown, PlanOutdated, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Step
from nasclustergui.remote.etcd import EtcdClient
from nasclustergui.remote.etcd_endpoint import parse_endpoint
from nasclustergui.remote.etcd_second import SecondLogin
from nasclustergui.remote.etcd_types import EventKind, KeyValue, MemberInfo, MemberStatus, WatchEvent, visible
from nasclustergui.remote.etcd_watch import Watch
from nasclustergui.remote.node import Node, Nodes
from nasclustergui.subsystems.etcd.features import Run, Store, checks, follows, runs
from nasclustergui.subsystems.etcd.features.drain.read import drains
from nasclustergui.subsystems.etcd.model import Drain, EtcdState, Member, MemberAlarm, Registration

NODES = "/cluster/nodes/"
_ALARM = re.compile(r"memberID:(\d+) alarm:(\w+)")
_STATUS_SECONDS = 2.0  # asked all at once, so a member that is cut off costs a reading this much
_READ_SECONDS = 3.0


class EtcdManager:
    """etcd of one cluster.

    A cluster whose profile names no endpoints has no manager.

    Attributes:
        store: what features read and run with.
        asks_from_here: steps may name no node: then this workstation asks etcd itself (`remote.driver.Asker`).
    """

    asks_from_here = True

    def __init__(
        self,
        client: EtcdClient,
        node_names_by_host: Mapping[str, str],
        nodes: Nodes | None = None,
        login: SecondLogin | None = None,
        certificates: Callable[[], tuple[tuple[str, float], ...]] = tuple,
    ) -> None:
        """`node_names_by_host`: each address or host name of the profile's nodes → the node's name.

        `certificates`: when they end, as it is known now; returns at once (`access.expiry_watch`).
        """
        self._client = client
        names = dict(node_names_by_host)
        self.store = Store(client, nodes or NoNodes(), lambda j: self.read(j), names, login=login or SecondLogin())
        self._names = {host.lower(): name for host, name in node_names_by_host.items()}
        self._expected = tuple(dict.fromkeys(node_names_by_host.values()))
        self._certificates = certificates
        self._roles: dict[str, str] = {}
        self._drains: dict[str, Drain] = {}

    def read(self, job: Job | None = None) -> EtcdState:
        """Members, leader, alarms and registrations now; blocks up to 10 s if members are cut off.

        Members that don't answer are part of the answer. Raises StoreError only if no member does.
        """
        statuses = self._client.statuses(seconds=_STATUS_SECONDS, job=job)
        infos = self._client.members(seconds=_READ_SECONDS, job=job)
        statuses += self._unasked(infos, statuses, job)
        leader = _leader(statuses)
        members = tuple(self._member(info, _status_of(info, statuses), leader) for info in infos)
        registrations, error = self._registrations(leader, job)
        refused = error is not None and error.login
        alarms = _alarms(statuses, {m.id: m.label for m in members})
        return EtcdState(
            members,
            registrations,
            alarms,
            time.time(),
            self._expected,
            str(error) if error else "",
            error.hint if error else "",
            refused,
            self._remembered(registrations),
            self._drains,
            self._certificates(),
        )

    def _remembered(self, registrations: tuple[Registration, ...]) -> dict[str, str]:
        """A node keeps its role while it is off, and while nobody can tell who is registered."""
        self._roles = self._roles | {each.name: each.role for each in registrations if each.role}
        return self._roles

    def watch(self, on_change: Callable[[], None]) -> Watch:
        """Call `on_change` (from another thread) when a node registers or goes and when the members' state may differ.

        Mere heartbeats don't count. Close the watch to end it.
        """

        def on_events(events: tuple[WatchEvent, ...]) -> None:
            if not all(_heartbeat(event) for event in events):
                on_change()

        return self._client.watch_prefix(NODES, on_events, lambda _state: on_change())

    # ---- steps of plans: see remote.driver.Driver

    def check(self, step: Step, job: Job) -> None:
        """Raise PlanOutdated when a condition that `step.check` names does not hold now."""
        for name in step.check.split():
            why = checks()[name](self.store, step, job)
            if why:
                raise PlanOutdated(why, hint=_("Nothing of this step ran. Look at the state and plan it again."))

    def run(self, node: str, command: Command, job: Job) -> Result:
        """Do what an `etcdctl` command says, over gRPC; anything else runs on that very node.

        Raises CommandFailed when etcd or the node refused, OutcomeUnknown where nobody knows whether it happened.
        """
        if node:
            return checked(node, command, self.store.nodes[node].run(command, job))
        run = _runner(command)
        try:
            return run(self.store, command, job)
        except StoreError as error:
            if error.ambiguous:
                raise OutcomeUnknown(str(error), hint=error.hint, details=error.details) from error
            raise

    def follow(self, step: Step, job: Job) -> None:
        """Watch the work that `step.follow` names until it ended. Raises NasError when it failed."""
        follows()[step.follow](self.store, step, job)

    def _unasked(
        self, infos: tuple[MemberInfo, ...], statuses: tuple[MemberStatus, ...], job: Job | None
    ) -> tuple[MemberStatus, ...]:
        """Members that no endpoint of the profile led to, asked where they say they listen."""
        known = {s.member_id for s in statuses if not s.error} | {_same(s.endpoint) for s in statuses}
        urls = [i.client_urls[0] for i in infos if i.client_urls and not known & {i.id, *map(_same, i.client_urls)}]
        good = [url for url in urls if _same(url)]
        return self._client.statuses(good, seconds=_STATUS_SECONDS, job=job) if good else ()

    def _member(self, info: MemberInfo, status: MemberStatus | None, leader: int) -> Member:
        answered = status is not None and not status.error
        error = status.error if status else _("it was added but never started") if not info.name else _("not asked")
        member = Member(
            info.id,
            info.name,
            self._node(info, status),
            info.client_urls,
            info.peer_urls,
            healthy=answered,
            error="" if answered else error,
            leader=info.id == leader,
            learner=info.learner,
            endpoint=status.endpoint if status else "",
        )
        if status is None or not answered:
            return member
        return _measured(member, status)

    def _node(self, info: MemberInfo, status: MemberStatus | None) -> str:
        urls = (*info.client_urls, *info.peer_urls, *((status.endpoint,) if status else ()))
        hosts = [_same(url).rpartition(":")[0].strip("[]") for url in urls]
        found = next((self._names[host] for host in hosts if host in self._names), "")
        return found or (info.name if info.name in self._expected else "")

    def _registrations(self, leader: int, job: Job | None) -> tuple[tuple[Registration, ...], StoreError | None]:
        if not leader:
            return (), StoreError(_("etcd has no leader, so the nodes' heartbeats are not known."))
        try:
            listing = self._client.get_prefix(NODES, seconds=_READ_SECONDS, job=job)
        except StoreError as error:
            return (), error
        self._drains = drains(listing.items)  # kept while nobody can tell: placing bricks there would be worse
        return registrations(listing.items), None


class NoNodes(dict[str, Node]):
    """No machine to log in to."""

    def answering(self) -> tuple[str, ...]:
        """Nobody."""
        return ()


def _runner(command: Command) -> Run:
    """What runs such a command: the longest run of known words after "etcdctl"."""
    start = command.argv.index("etcdctl") + 1 if command.argv[0] == "env" else 1  # env ETCDCTL_ENDPOINTS=… etcdctl …
    words = command.argv[start:]
    for count in range(len(words), 0, -1):
        if found := runs().get(words[:count]):
            return found
    raise InvalidInput(_("Nobody here can run “{command}”.").format(command=command))


def registrations(items: Iterable[KeyValue]) -> tuple[Registration, ...]:
    """`/cluster/nodes/<name>/<field>` → one Registration per node that holds a lease, by name."""
    fields: dict[str, dict[str, str]] = {}
    leased: set[str] = set()
    for kv in items:
        name, _slash, field = kv.name.removeprefix(NODES).partition("/")
        fields.setdefault(name, {})[field] = visible(kv.text)
        if kv.lease:
            leased.add(name)
    return tuple(
        Registration(name, *(fields[name].get(f, "") for f in ("ip", "role", "status", "last_heartbeat")))
        for name in sorted(leased)
    )


def _measured(member: Member, status: MemberStatus) -> Member:
    return replace(
        member,
        version=status.version,
        db_size=status.db_size,
        db_in_use=status.db_in_use,
        raft_term=status.raft_term,
        raft_index=status.raft_index,
        revision=status.revision or None,
        seconds=status.seconds,
    )


def _heartbeat(event: WatchEvent) -> bool:
    renewed = event.kind is EventKind.PUT and event.kv.version > 1
    return renewed and event.kv.key.endswith(b"/last_heartbeat")


def _same(url: str) -> str:
    """ "host:port", the part by which two spellings of a URL are compared; "" if it is none."""
    try:
        return parse_endpoint(url).target
    except InvalidInput:
        return ""


def _status_of(info: MemberInfo, statuses: tuple[MemberStatus, ...]) -> MemberStatus | None:
    """The member's own answer, else a failed question at one of its addresses."""
    answer = next((s for s in statuses if s.member_id == info.id and not s.error), None)
    addresses = {_same(url) for url in info.client_urls}
    return answer or next((s for s in statuses if _same(s.endpoint) in addresses), None)


def _leader(statuses: tuple[MemberStatus, ...]) -> int:
    """Who leads, by the member that saw the latest election; 0 for nobody."""
    answers = [s for s in statuses if not s.error]
    return max(answers, key=lambda s: (s.raft_term, s.leader_id != 0)).leader_id if answers else 0


def _alarms(statuses: tuple[MemberStatus, ...], labels: Mapping[int, str]) -> tuple[MemberAlarm, ...]:
    """From the members' own complaints "memberID:1911… alarm:NOSPACE": asking for alarms would write to the log."""
    found = {match.groups() for s in statuses for error in s.errors if (match := _ALARM.search(error))}
    named = {MemberAlarm(kind, labels.get(int(number), f"{int(number):x}")) for number, kind in found}
    return tuple(sorted(named, key=lambda alarm: (alarm.kind, alarm.member)))
