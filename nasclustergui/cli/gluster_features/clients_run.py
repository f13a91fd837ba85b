"""Answers `gluster volume clients`."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import volume_named
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import note, say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import DASH, size
from nasclustergui.subsystems.gluster.features.clients.model import Client, ClientList, Kind
from nasclustergui.subsystems.gluster.features.clients.read import clients as read_clients
from nasclustergui.subsystems.gluster.model import VolumeStatus


def clients(session: Session, options: Namespace) -> Exit:
    """A line per client; daemons only when asked for."""

    def look(job: Job) -> ClientList:
        session.nodes.connect_all()
        volume = volume_named(session.gluster.pool.read(job), options.name)
        if volume.status is not VolumeStatus.STARTED:
            raise InvalidInput(_("Volume {volume} is not started.").format(volume=volume.name), field="name")
        return read_clients(session.gluster.pool, volume, job)

    found = work(Job(_("Read the clients"), quiet=True), look)
    shown = [client for client in found.clients if options.daemons or client.kind is not Kind.DAEMON]
    if options.json:
        data = [asdict(client) | {"kind": client.kind.value} for client in shown]
        say_json({"clients": data, "silent_bricks": list(found.silent), "unread_nodes": dict(found.unread)})
        return Exit.OK
    for node, why in found.unread.items():
        note(_("The processes on {node} could not be looked at: {why}").format(node=node, why=why))
    if found.silent:
        note(_("These bricks told nothing: {bricks}.").format(bricks=", ".join(found.silent)))
    if not shown:
        say(_("No clients."))
        return Exit.OK
    head = (_("Host"), _("Kind"), _("Where"), _("Bricks"), _("Sent"), _("Received"), _("Operating version"))
    show_table([head, *(_row(client, found) for client in shown)])
    return Exit.OK


def _row(client: Client, found: ClientList) -> tuple[str, ...]:
    return (
        client.host,
        client.name or client.kind.value,
        client.where or DASH,
        f"{len(client.bricks)}/{len(found.bricks)}",
        size(client.sent),
        size(client.received),
        client.op_version or DASH,
    )
