"""GlusterFS of one cluster: reads its state, plans its changes, runs and follows their steps."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from nasclustergui.core.command import Command, Result
from nasclustergui.core.errors import CommandFailed, InvalidInput, NasError, OutcomeUnknown, PlanOutdated
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.plan import Plan, Step
from nasclustergui.remote.node import Nodes
from nasclustergui.subsystems.gluster import assemble, commands, plans
from nasclustergui.subsystems.gluster.client import GlusterClient
from nasclustergui.subsystems.gluster.commands.answer import Answer, not_utf8
from nasclustergui.subsystems.gluster.commands.other import parse_version
from nasclustergui.subsystems.gluster.commands.peers import LOCALHOST, parse_peers
from nasclustergui.subsystems.gluster.commands.status import parse_status
from nasclustergui.subsystems.gluster.commands.told import told
from nasclustergui.subsystems.gluster.commands.volumes import parse_volumes
from nasclustergui.subsystems.gluster.commands.volumes_plain import parse_volumes_plain
from nasclustergui.subsystems.gluster.conditions import CONDITIONS, NEED_STATUS, broken
from nasclustergui.subsystems.gluster.features import Pool, checks, follows
from nasclustergui.subsystems.gluster.follow import Follower
from nasclustergui.subsystems.gluster.layout import BrickSpec, VolumeSpec
from nasclustergui.subsystems.gluster.model import GlusterState, Peer, PeerState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.parallel import gather
from nasclustergui.subsystems.gluster.split_brain import SplitBrainWatch
from nasclustergui.subsystems.gluster.status_keeper import StatusKeeper
from nasclustergui.subsystems.gluster.status_reader import StatusReader

PATIENCE = 2.5  # seconds that a poll waits for brick states before it goes without
STATUS_PATIENCE = 20.0  # seconds, where brick states are what one wants
HEAL_TRIES, HEAL_PAUSE = 4, 2.0
HEAL_NOT_TOLD = re.compile(
    r"Launching heal .*unsuccessful:\s*(.*brick op 'Heal' failed|Commit failed on|.*Self-heal daemon is not running)"
)
LEARN_EVERY = 60.0  # seconds between attempts to find out which node a peer is


class GlusterManager:
    """One per cluster. Thread-safe.

    Attributes:
        cluster: name of the profile.
        pool: the same for the features, for worker threads.
    """

    def __init__(self, nodes: Nodes, node_names: Mapping[str, str], cluster: str) -> None:
        """`node_names`: host name or address → name of the node in the profile; the names themselves are known."""
        self.cluster = cluster
        self._names = tuple(nodes)
        self._node_names = {name: name for name in nodes} | {nodes[n].host: n for n in nodes} | dict(node_names)
        self._client = GlusterClient(nodes)
        self._reader = StatusReader(self._client, self._names)
        self._keeper = StatusKeeper(self._reader)
        self._split_brain = SplitBrainWatch(self._client)
        self._merged: tuple[Volume, ...] = ()  # as read last
        self._known: dict[str, str] = {}  # peer id → node
        self._peaks: dict[str, int] = {}  # volume id → largest backlog
        self._versions: dict[str, str] = {}  # node → version
        self._learnt_at = self._alone_at = -LEARN_EVERY
        self.pool = Pool(self._client, nodes, self._now, lambda job: self.read(job, patience=STATUS_PATIENCE))

    def read(self, job: Job, patience: float = PATIENCE) -> GlusterState:
        """The pool now. Volumes and peers are fresh; brick states are as old as `status_at` says.

        Brick states need the cluster's lock: they are read at most every few seconds, in the background, and waited
        for at most `patience` seconds. Raises a NasError when no node can be asked, Cancelled.
        """
        volumes, peers, asked = self._ask(job)
        peers = self._resolved(peers, asked, job)
        placed = assemble.place_bricks(volumes, peers, self._node_names)
        absent = tuple(peer.node for peer in peers if peer.node and peer.state is PeerState.DISCONNECTED)
        self._keeper.renew(placed, absent, self._client.faults)
        self._keeper.wait(patience, job)
        reading, late = self._keeper.reading, self._keeper.late
        faults = self._client.faults
        lost = {name for name, fault in faults.items() if fault.lost} if reading.error or late else set()
        merged = self._with_peaks(assemble.merge(placed, peers, reading, self._split_brain.counts, lost))
        self._merged = merged = assemble.keep_unchanged(self._merged, merged)
        self._split_brain.notice(merged)
        return GlusterState(
            volumes=merged,
            peers=tuple(sorted(peers, key=self._order)),
            version=self._version(asked, job),
            asked=asked,
            read_at=time.time(),
            status_at=reading.at,
            status_error=reading.error or (_("Gluster takes long to tell the states of its bricks.") if late else ""),
            status_hint=reading.hint or (_("Another tool may hold its lock, or a node may hang.") if late else ""),
            waits_for=reading.waits_for,
            heal_errors=dict(reading.heal_errors),
            node_errors={name: fault.sentence for name, fault in faults.items()},
        )

    def check(self, step: Step, job: Job) -> None:
        """Raise PlanOutdated when a condition that `step.check` names does not hold in the pool as it is now."""
        names = step.check.split()
        plain = [name for name in names if name in CONDITIONS]
        why = self._broken(" ".join(plain), step, job) if plain else ""
        for name in names:
            if not why and name not in CONDITIONS:
                why = checks()[name](self.pool, step, job)
        if why:
            raise PlanOutdated(why, hint=_("Nothing of this step ran. Look at the state and plan it again."))

    def _broken(self, check: str, step: Step, job: Job) -> str:
        state = self._now(job)
        if NEED_STATUS & set(check.split()):
            state = replace(state, volumes=self._with_tasks(state.volumes, step.args["volume"], job))
        return broken(check, step.args, state)

    def _now(self, job: Job) -> GlusterState:
        """Volumes and peers, without what needs the lock."""
        volumes, peers, asked = self._ask(job)
        peers = self._resolved(peers, asked, job)
        placed = assemble.place_bricks(volumes, peers, self._node_names)
        return GlusterState(placed, peers, asked=asked, read_at=time.time())

    def run(self, node: str, command: Command, job: Job) -> Result:
        """Run a step's command. Raises CommandFailed when gluster refused, OutcomeUnknown when no answer came.

        What is not gluster's runs on this very node and fails by its exit status.
        """
        if command.argv[0] != "gluster":
            return self._client.change_here(node, command, job)
        try:
            for _attempt in range(HEAL_TRIES - 1):
                try:
                    return self._client.change(node, command, job)
                except CommandFailed as error:
                    if not HEAL_NOT_TOLD.search(error.details):
                        raise
                job.sleep(HEAL_PAUSE)  # a brick that was just started is not yet known to the self-heal daemons
            return self._client.change(node, command, job)
        except OutcomeUnknown as error:
            blocked = self._reader.who_blocks(Job("probe", quiet=True))
            error.hint = f"{blocked.sentence if blocked else ''} {error.hint}".strip()
            raise
        finally:
            self.expire()

    def told(self, command: Command, result: Result) -> tuple[str, ...]:
        """The answer of a step's command in words."""
        return told(command, result)

    def follow(self, step: Step, job: Job) -> None:
        """Watch the work that `step.follow` names until it ended. Raises NasError when it failed."""
        follower = Follower(self._client, lambda j: self.read(j, patience=STATUS_PATIENCE))
        volume = step.args.get("volume", "")
        try:
            match step.follow:
                case "rebalance":
                    follower.rebalance(volume, job)
                case "heal":
                    follower.heal(volume, bool(step.args.get("full")), job)
                case "bricks_up":
                    follower.bricks_up(volume, job)
                case other if other in follows():
                    follows()[other](self.pool, step, job)
                case other:
                    raise InvalidInput(_("Nobody here can follow “{work}”.").format(work=other))
        finally:
            self.expire()

    def expire(self) -> None:
        """Something was changed: the next `read` asks for brick states at once."""
        self._keeper.expire()

    def close(self) -> None:
        """Stop what reads in the background."""
        self._keeper.close()
        self._split_brain.close()

    def plan_create_volume(self, spec: VolumeSpec, state: GlusterState) -> Plan:
        """See `plans.plan_create_volume`; likewise the others."""
        return plans.plan_create_volume(spec, state, self.cluster)

    def plan_start(self, volume: str, state: GlusterState, force: bool = False) -> Plan:
        """Start the volume; with `force` the bricks and daemons that a started one lacks."""
        return plans.plan_start(_volume(state, volume), state, self.cluster, force)

    def plan_stop(self, volume: str, state: GlusterState) -> Plan:
        """Stop the volume."""
        return plans.plan_stop(_volume(state, volume), state, self.cluster)

    def plan_delete(self, volume: str, state: GlusterState) -> Plan:
        """Stop and delete the volume."""
        return plans.plan_delete(_volume(state, volume), state, self.cluster)

    def plan_add_brick(
        self,
        volume: str,
        bricks: Sequence[BrickSpec],
        state: GlusterState,
        *,
        rebalance: bool = True,
        force: bool = False,
    ) -> Plan:
        """Add whole sets of bricks."""
        found = _volume(state, volume)
        return plans.plan_add_brick(found, bricks, state, self.cluster, rebalance=rebalance, force=force)

    def plan_rebalance(self, volume: str, state: GlusterState, fix_layout: bool = False) -> Plan:
        """Rebalance the volume, or only fix its layout."""
        return plans.plan_rebalance(_volume(state, volume), state, self.cluster, fix_layout)

    def plan_rebalance_stop(self, volume: str, state: GlusterState) -> Plan:
        """Stop its rebalance."""
        return plans.plan_rebalance_stop(_volume(state, volume), state, self.cluster)

    def plan_heal(self, volume: str, state: GlusterState, full: bool = False) -> Plan:
        """Heal what differs, or with `full` compare all files."""
        return plans.plan_heal(_volume(state, volume), state, self.cluster, full)

    def _with_tasks(self, volumes: tuple[Volume, ...], name: str, job: Job) -> tuple[Volume, ...]:
        """The volumes with the tasks of one of them, read now."""
        if not any(v.name == name and v.status is VolumeStatus.STARTED for v in volumes):
            return volumes
        reports, __ = self._client.ask(commands.volume_status(name, "tasks"), parse_status, job)
        tasks = tuple(task for report in reports for task in report.tasks)
        return tuple(replace(v, tasks=tasks) if v.name == name else v for v in volumes)

    def _ask(self, job: Job) -> tuple[tuple[Volume, ...], tuple[Peer, ...], str]:
        """Volumes and peers as one node sees them, and that node's name."""
        peers, asked = self._client.ask(commands.pool_list(), parse_peers, job)
        if len(peers) < 2 and len(self._names) > 1 and time.monotonic() - self._alone_at >= LEARN_EVERY:
            peers, asked = self._largest_pool(peers, asked, job)
        volumes, other = self._client.ask(commands.volume_info(), _volumes_or_none, job, first=asked)
        if volumes is None:  # a path that isn't UTF-8 makes the XML of all volumes empty
            plain = commands.volume_info(xml=False)
            volumes, other = self._client.ask(plain, parse_volumes_plain, job, first=asked)
        assert volumes is not None
        if other != asked:  # the first one went away between the two
            peers, asked = self._client.ask(commands.pool_list(), parse_peers, job, first=other)
        return volumes, peers, asked

    def _largest_pool(self, peers: tuple[Peer, ...], asked: str, job: Job) -> tuple[tuple[Peer, ...], str]:
        """A node that stands alone may be new: then the pool is where the others are."""
        others = [name for name in self._client.candidates() if name != asked and name not in self._client.faults]
        pool = commands.pool_list()
        answers = gather({n: partial(self._client.ask_node, n, pool, parse_peers, job) for n in others})
        pools = {asked: peers} | {n: a for n, a in answers.items() if not isinstance(a, NasError)}
        found = max(pools, key=lambda name: len(pools[name]))
        self._alone_at = time.monotonic() if len(pools[found]) < 2 else -LEARN_EVERY
        self._client.prefer(found)
        return pools[found], found

    def _note_outside(self, peers: tuple[Peer, ...]) -> None:
        """Who is in no pool with the others. A node whose id nobody told may be a peer that goes by another name."""
        inside, told = {peer.node for peer in peers}, set(self._known.values())
        absent = [name for name in self._names if name not in inside and ("" not in inside or name in told)]
        self._client.outside = frozenset(absent if len(peers) > 1 else ())

    def _resolved(self, peers: tuple[Peer, ...], asked: str, job: Job) -> tuple[Peer, ...]:
        """The peers with their nodes; asks the nodes themselves for ids where names don't tell."""
        self._known.update({peer.uuid: asked for peer in peers if LOCALHOST in peer.hostnames})
        resolved = assemble.resolve_peers(peers, asked, self._node_names, self._known)
        if any(not peer.node for peer in resolved) and time.monotonic() - self._learnt_at >= LEARN_EVERY:
            self._learnt_at = time.monotonic()
            self._learn(set(self._names) - {peer.node for peer in resolved}, job)
            resolved = assemble.resolve_peers(peers, asked, self._node_names, self._known)
        self._note_outside(resolved)
        return resolved

    def _learn(self, nodes: set[str], job: Job) -> None:
        pool = commands.pool_list()
        answers = gather({n: partial(self._client.ask_node, n, pool, parse_peers, job) for n in nodes})
        for node, answer in answers.items():
            if not isinstance(answer, NasError):
                self._known.update({peer.uuid: node for peer in answer if LOCALHOST in peer.hostnames})

    def _order(self, peer: Peer) -> tuple[int, str]:
        """The profile's order, strangers last."""
        return (self._names.index(peer.node) if peer.node in self._names else len(self._names), peer.hostnames[0])

    def _with_peaks(self, volumes: tuple[Volume, ...]) -> tuple[Volume, ...]:
        """The volumes with the largest backlog since there last was none."""
        self._peaks = {v.uuid: max(v.heal_pending, self._peaks.get(v.uuid, 0)) for v in volumes if v.heal_pending}
        return tuple(replace(volume, heal_peak=self._peaks.get(volume.uuid, 0)) for volume in volumes)

    def _version(self, node: str, job: Job) -> str:
        if node not in self._versions:
            try:
                self._versions[node] = self._client.ask_node(node, commands.version(), parse_version, job)
            except NasError:
                return ""
        return self._versions[node]


def _volume(state: GlusterState, name: str) -> Volume:
    found = state.volume(name)
    if found is None:
        raise InvalidInput(_("There is no volume {volume}.").format(volume=name), field="volume")
    return found


def _volumes_or_none(answer: Answer) -> tuple[Volume, ...] | None:
    return None if not_utf8(answer) else parse_volumes(answer)
