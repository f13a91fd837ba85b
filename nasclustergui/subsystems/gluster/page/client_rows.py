"""The rows of a volume's clients: a host and below it what uses the volume there. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, count, size
from nasclustergui.subsystems.gluster.features.clients.model import Client, ClientList, Kind
from nasclustergui.ui.cell import Cell, Row, natural


def client_rows(found: ClientList, daemons: bool, stale: bool = False) -> list[Row]:
    """A row per host, real clients first; `daemons` shows the pool's own too."""
    shown = [client for client in found.clients if daemons or client.kind is not Kind.DAEMON]
    hosts = sorted({client.host for client in shown}, key=natural)
    return [_host(host, [c for c in shown if c.host == host], found, stale) for host in hosts]


def summary(found: ClientList) -> str:
    """ "2 clients on 1 host · 3 daemons of the pool"."""
    clients = sum(client.processes for client in found.real)
    daemons = sum(client.processes for client in found.clients if client.kind is Kind.DAEMON)
    hosts = len({client.host for client in found.real})
    where = ngettext("on {n} host", "on {n} hosts", hosts).format(n=count(hosts))
    parts = [ngettext("{n} client {where}", "{n} clients {where}", clients).format(n=count(clients), where=where)]
    if not clients:
        parts = [_("No clients")]
    parts.append(ngettext("{n} daemon of the pool", "{n} daemons of the pool", daemons).format(n=count(daemons)))
    return " · ".join(parts)


def kind_words(client: Client) -> str:
    """What it is, in words."""
    match client.kind:
        case Kind.MOUNT:
            return _("Mount")
        case Kind.PROGRAM:
            return _("Program {name}").format(name=client.name)
        case Kind.DAEMON:
            return client.name
        case Kind.OUTSIDE:
            return ngettext("Mount or program", "{n} mounts or programs", client.processes).format(n=client.processes)
    return _("Client or daemon, not known which")


def missing_bricks(client: Client, found: ClientList) -> tuple[str, ...]:
    """Bricks that run and that it is not connected to: what it writes waits for a heal there."""
    return tuple(brick for brick in found.bricks if brick not in client.bricks)


def _host(host: str, here: list[Client], found: ClientList, stale: bool) -> Row:
    children = tuple(_client(client, n, found, stale) for n, client in enumerate(here))
    real = [client for client in here if client.kind is not Kind.DAEMON]
    n = sum(client.processes for client in real)
    what = ngettext("{n} client", "{n} clients", n).format(n=count(n)) if n else _("daemons only")
    sent, received = sum(client.sent for client in here), sum(client.received for client in here)
    address = next((client.address for client in here if client.address != host), "")
    cells = (
        Cell(host, "name", "server", sub=address, strong=bool(n), stale=stale),
        Cell(what, role="" if n else "text3", stale=stale),
        Cell(),
        Cell(size(sent), "num", stale=stale),
        Cell(size(received), "num", stale=stale),
        Cell(),
    )
    return Row(
        host,
        cells,
        children,
        sort=(host, float(n), None, float(sent), float(received)),
        open=bool(n),
        rank=0 if n else 1,
    )


def _client(client: Client, number: int, found: ClientList, stale: bool) -> Row:
    lost = missing_bricks(client, found)
    bricks = _("{n} of {all}").format(n=len(client.bricks), all=len(found.bricks))
    tip = _("Not connected to {bricks}").format(bricks=", ".join(lost)) if lost else ", ".join(client.bricks)
    warns = bool(lost) and client.kind is not Kind.DAEMON
    pid = _("pid {pid}").format(pid=client.pid) if client.pid is not None else ""
    cells = (
        Cell(
            client.where or kind_words(client),
            "name",
            "link" if client.kind is not Kind.DAEMON else "settings",
            sub=pid,
        ),
        Cell(kind_words(client), stale=stale),
        Cell(bricks, "state", state="warn", tip=tip) if warns else Cell(bricks, tip=tip, stale=stale),
        Cell(size(client.sent), "num", stale=stale),
        Cell(size(client.received), "num", stale=stale),
        Cell(client.op_version or DASH, "mono", stale=stale),
    )
    return Row(f"{client.host}/{client.pid or client.address}/{number}", cells, data=client)


def warnings(found: ClientList) -> Iterator[str]:
    """What is wrong, a sentence each."""
    for client in found.real:
        if lost := missing_bricks(client, found):
            text = _("A client on {host} is not connected to {bricks}: what it writes waits for a heal there.")
            yield text.format(host=client.host, bricks=", ".join(lost))
    if found.silent:
        yield _("These bricks are down and told nothing: {bricks}.").format(bricks=", ".join(found.silent))
    for node, why in found.unread.items():
        yield _("The processes on {node} could not be looked at: {why}").format(node=node, why=why)
