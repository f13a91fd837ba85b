"""Asks the nodes about each other, and about a host that is to be added. For worker threads; takes no lock."""

from __future__ import annotations

from functools import partial

from nasclustergui.core.command import Result
from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import commands as gluster
from nasclustergui.subsystems.gluster.commands.peers import LOCALHOST, parse_peers
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.peers import commands
from nasclustergui.subsystems.gluster.features.peers.model import NodeConfig, Preflight, Survey
from nasclustergui.subsystems.gluster.features.peers.preflight import Seen, judge
from nasclustergui.subsystems.gluster.model import GlusterState, Peer
from nasclustergui.subsystems.gluster.names import check_host
from nasclustergui.subsystems.gluster.parallel import gather


def survey(pool: Pool, job: Job) -> Survey:
    """Every node of the profile: what it has stored and how it sees the others."""
    configs = gather({node: partial(config, pool, node, job) for node in pool.nodes})
    unread = {node: str(found) for node, found in configs.items() if isinstance(found, NasError)}
    known = {node: found for node, found in configs.items() if not isinstance(found, NasError)}
    asked = [node for node, found in known.items() if found.active == "active" or not found.active]
    views = gather({node: partial(view, pool, node, job) for node in asked})
    unread |= {node: str(found) for node, found in views.items() if isinstance(found, NasError)}
    return Survey(known, {node: v for node, v in views.items() if not isinstance(v, NasError)}, unread)


def config(pool: Pool, node: str, job: Job) -> NodeConfig:
    """What this node has stored. Raises a NasError."""
    return commands.parse_survey(node, pool.on_node(node, commands.survey(), job))


def view(pool: Pool, node: str, job: Job) -> tuple[Peer, ...]:
    """The pool as this very node sees it; itself is "localhost". Raises a NasError."""
    return pool.client.ask_node(node, gluster.pool_list(), parse_peers, job)


def own_id(view: tuple[Peer, ...]) -> str:
    """The id of the node whose view this is, "" if it isn't in it."""
    return next((peer.uuid for peer in view if LOCALHOST in peer.hostnames), "")


def preflight(pool: Pool, host: str, state: GlusterState, job: Job) -> Preflight:
    """Look at a host from the pool and, where the profile knows it, from itself. Raises InvalidInput: no host name."""
    check_host(host)
    members = {peer.node: peer for peer in state.peers if peer.node and peer.connected}
    reached = gather({node: partial(_reach, pool, node, host, job) for node in members})
    seen = {node: commands.parse_reach(found) for node, found in reached.items() if isinstance(found, Result)}
    addresses = {address for found, _port in seen.values() for address in found}
    node = _node_of(pool, host, addresses)
    mine: NodeConfig | NasError | None = None
    names: dict[str, str] = {}
    if node:
        mine = gather({node: partial(config, pool, node, job)})[node]
        if node not in members and isinstance(mine, NodeConfig):
            wanted = sorted({peer.hostnames[0] for peer in state.peers})
            there = gather({node: lambda: pool.on_node(node, commands.resolve(wanted), job)})[node]
            names = commands.parse_names(there) if isinstance(there, Result) else {}
    return judge(Seen(host, node, seen, mine, names, _op_version(pool, state, job)), state)


def _reach(pool: Pool, node: str, host: str, job: Job) -> Result:
    return pool.on_node(node, commands.reach(host), job)


def _node_of(pool: Pool, host: str, addresses: set[str]) -> str:
    """The profile's node that this host is, "" if it knows none."""
    by_name = next((name for name in pool.nodes if host in (name, pool.nodes[name].host)), "")
    return by_name or next((name for name in pool.nodes if pool.nodes[name].host in addresses), "")


def _op_version(pool: Pool, state: GlusterState, job: Job) -> str:
    """What the pool runs at, "" if unknown."""
    if not state.asked:
        return ""
    found = gather({state.asked: partial(config, pool, state.asked, job)})[state.asked]
    return found.op_version if isinstance(found, NodeConfig) else ""
