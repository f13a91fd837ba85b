"""Reads `volume info` and `volume list`."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.answer import Answer, read_xml, reading
from nasclustergui.subsystems.gluster.commands.values import each, integer, number_or, optional, text
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeStatus, VolumeType

STATUS = {0: VolumeStatus.CREATED, 1: VolumeStatus.STARTED, 2: VolumeStatus.STOPPED}
TRANSPORT = {"0": "tcp", "1": "rdma", "2": "tcp,rdma"}


def parse_volumes(answer: Answer) -> tuple[Volume, ...]:
    """`volume info [V]`. Bricks know neither their node nor whether they run: that is in `volume status`."""
    root = read_xml(answer)
    with reading(answer):
        volumes = tuple(_volume(element) for element in each(root, "volInfo/volumes/volume"))
        said = integer(root, "volInfo/volumes/count")
        if said != len(volumes):
            raise ValueError(_("it counts {said} volumes but lists {n}").format(said=said, n=len(volumes)))
    return volumes


def parse_volume_names(answer: Answer) -> tuple[str, ...]:
    """`volume list`."""
    root = read_xml(answer)
    with reading(answer):
        names = tuple((element.text or "").strip() for element in each(root, "volList/volume"))
        if integer(root, "volList/count") != len(names) or "" in names:
            raise ValueError(_("its count and its list differ"))
    return names


def split_brick(name: str) -> tuple[str, str]:
    """ "node1:/bricks/d1" → ("node1", "/bricks/d1"); IPv6 hosts hold colons, paths begin at ":/". Raises ValueError."""
    host, found, path = name.partition(":/")
    if not found or not host:
        raise ValueError(_("“{name}” is not a brick").format(name=name))
    return host, "/" + path


def layout_of(replica: int, arbiter: int, disperse: int) -> VolumeType:
    """The kind of sub-volume that the counts of `volume info` describe."""
    if disperse:
        return VolumeType.DISPERSE
    if arbiter:
        return VolumeType.ARBITER
    return VolumeType.REPLICATE if replica > 1 else VolumeType.DISTRIBUTE


def _volume(element: Element) -> Volume:
    bricks = tuple(_brick(brick) for brick in each(element, "bricks/brick"))
    replica, arbiter = number_or(element, "replicaCount", 1), number_or(element, "arbiterCount", 0)
    disperse, redundancy = number_or(element, "disperseCount", 0), number_or(element, "redundancyCount", 0)
    _check_counts(len(bricks), integer(element, "brickCount"), replica, disperse, redundancy)
    status = STATUS.get(integer(element, "status"))
    if status is None:
        raise ValueError(_("the volume status is “{status}”").format(status=optional(element, "statusStr")))
    return Volume(
        name=text(element, "name"),
        uuid=text(element, "id"),
        type=layout_of(replica, arbiter, disperse),
        status=status,
        bricks=bricks,
        replica=max(replica, 1),
        arbiter=arbiter,
        disperse=disperse,
        redundancy=redundancy,
        transport=TRANSPORT.get(optional(element, "transport", "0"), "tcp"),
        options={text(o, "name"): optional(o, "value") for o in element.findall("options/option")},
        snapshot_count=number_or(element, "snapshotCount", 0),
    )


def _check_counts(listed: int, said: int, replica: int, disperse: int, redundancy: int) -> None:
    """The sets are read from the order of the bricks: a count that doesn't fit would group them wrongly."""
    if listed != said:
        raise ValueError(_("it counts {said} bricks but lists {n}").format(said=said, n=listed))
    size = disperse or max(replica, 1)
    if not listed or listed % size or redundancy < 0 or (disperse and not 0 < redundancy < disperse):
        raise ValueError(_("{n} bricks are not whole sets of {size}").format(n=listed, size=size))


def _brick(element: Element) -> Brick:
    host, path = split_brick(optional(element, "name") or (element.text or "").strip())
    uuid = optional(element, "hostUuid") or element.get("uuid", "")
    return Brick(host, path, host_uuid=uuid, arbiter=optional(element, "isArbiter") == "1")
