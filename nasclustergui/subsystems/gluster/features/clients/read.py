"""Reads who is connected to a volume. It takes the volume's lock: on demand, rarely."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from functools import partial

from nasclustergui.core.command import Result
from nasclustergui.core.errors import Cancelled, NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import commands as gluster
from nasclustergui.subsystems.gluster.audience import Audience
from nasclustergui.subsystems.gluster.features import Pool
from nasclustergui.subsystems.gluster.features.clients import commands
from nasclustergui.subsystems.gluster.features.clients.model import Client, ClientList, Connection, Kind, Process
from nasclustergui.subsystems.gluster.model import Volume, VolumeStatus
from nasclustergui.subsystems.gluster.parallel import gather

PATIENCE = 5.0  # seconds that a person waits for the clients before a plan is shown without them


def clients(pool: Pool, volume: Volume, job: Job) -> ClientList:
    """All clients of a started volume. Raises a NasError when gluster can't tell."""
    connections, told = pool.ask(gluster.volume_status(volume.name, "clients"), commands.parse_clients, job)
    processes, unread = _processes(pool, job)
    ours = {end[0] for process in processes for end in process.ends}
    strangers = sorted({c.address for c in connections} - ours - {pool.nodes[node].host for node in pool.nodes})
    names = _names(pool, strangers, job)
    members = frozenset(pool.nodes[node].host for node in unread)
    found = group(connections, processes, names, members)
    silent = tuple(brick.name for brick in volume.bricks if brick.name not in told)
    return ClientList(volume.name, found, told, silent, unread)


def audience(pool: Pool, volume: Volume, job: Job, patience: float = PATIENCE) -> Audience:
    """Who uses the volume, for a plan: never raises but Cancelled, never takes much longer than `patience` seconds."""
    if volume.status is not VolumeStatus.STARTED:
        return Audience()
    inner = Job("clients", quiet=True)
    forget = job.on_cancel(inner.cancel)
    timer = threading.Timer(patience, inner.cancel)
    timer.daemon = True
    timer.start()
    try:
        found = clients(pool, volume, inner)
    except Cancelled:
        job.check()
        return Audience(unknown=_("gluster did not tell within {seconds} s.").format(seconds=round(patience)))
    except NasError as error:
        return Audience(unknown=str(error))
    finally:
        timer.cancel()
        forget()
    if found.silent and not found.bricks:
        return Audience(unknown=_("No brick of it told who is connected."))
    return found.audience()


def group(
    connections: Iterable[Connection],
    processes: Iterable[Process],
    names: Mapping[str, str],
    members: frozenset[str] = frozenset(),
) -> tuple[Client, ...]:
    """The connections by process where it is known, else by address. `members`: addresses of nodes that didn't tell.

    Pure. Real clients first, then by host.
    """
    owner = {end: process for process in processes for end in process.ends}
    by_process: dict[tuple[str, int], list[Connection]] = {}
    by_address: dict[str, list[Connection]] = {}
    known: dict[tuple[str, int], Process] = {}
    for one in connections:
        process = owner.get((one.address, one.port, str(one.brick_port)))
        if process is None:
            by_address.setdefault(one.address, []).append(one)
        else:
            key = (process.node, process.pid)
            known[key] = process
            by_process.setdefault(key, []).append(one)
    found = [_of_process(known[key], all_of_it) for key, all_of_it in by_process.items()]
    found += [_of_address(address, here, names, members) for address, here in by_address.items()]
    return tuple(sorted(found, key=lambda c: (c.kind is Kind.DAEMON, c.host, c.where, c.name)))


def _of_process(process: Process, here: list[Connection]) -> Client:
    return Client(
        process.node, here[0].address, process.kind, process.name, process.where, process.pid, 1, *_sums(here)
    )


def _of_address(address: str, here: list[Connection], names: Mapping[str, str], members: frozenset[str]) -> Client:
    """Each process has one connection per brick."""
    per_brick: dict[str, int] = {}
    for one in here:
        per_brick[one.brick] = per_brick.get(one.brick, 0) + 1
    kind = Kind.UNKNOWN if address in members else Kind.OUTSIDE
    host = names.get(address, address)
    return Client(host, address, kind, "", "", None, max(per_brick.values()), *_sums(here))


def _sums(here: list[Connection]) -> tuple[tuple[str, ...], int, int, str]:
    bricks = tuple(dict.fromkeys(one.brick for one in here))
    versions = sorted({one.op_version for one in here if one.op_version}, key=lambda v: (len(v), v))
    return bricks, sum(one.sent for one in here), sum(one.received for one in here), ", ".join(versions)


def _processes(pool: Pool, job: Job) -> tuple[tuple[Process, ...], dict[str, str]]:
    found = gather({node: partial(pool.on_node, node, commands.processes(), job) for node in pool.nodes})
    processes, unread = list[Process](), dict[str, str]()
    for node, answer in found.items():
        parsed = commands.parse_processes(node, answer) if isinstance(answer, Result) else None
        if parsed is None:
            unread[node] = str(answer) if isinstance(answer, NasError) else answer.stderr.strip()
        else:
            processes += parsed
    return tuple(processes), unread


def _names(pool: Pool, addresses: list[str], job: Job) -> dict[str, str]:
    """As one node knows them; a failure only leaves addresses in place of names."""
    node = next(iter(pool.nodes.answering()), "")
    if not addresses or not node:
        return {}
    try:
        return commands.parse_host_names(pool.on_node(node, commands.host_names(addresses), job))
    except NasError:
        return {}
