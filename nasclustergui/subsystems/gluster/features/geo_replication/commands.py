"""The `volume geo-replication` commands, and what their answers mean."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from nasclustergui.core.command import Command
from nasclustergui.core.errors import InvalidInput, NasError
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands import gluster
from nasclustergui.subsystems.gluster.commands.answer import (
    Answer,
    ensure_daemon,
    failed,
    read_xml,
    reading,
)
from nasclustergui.subsystems.gluster.commands.values import each, optional, text
from nasclustergui.subsystems.gluster.features.geo_replication.model import (
    Session,
    Status,
    Target,
    Worker,
    parse_target,
)

CHANGE_TIMEOUT = 120  # seconds: creating a session took 6 to 16
STATUS_TIMEOUT = 30  # it asks gsyncd on every node: 1 to 2 s on small ones
NOT_THERE = re.compile(r"unrecognized (?:word|command): geo-replication")
NO_SESSION = re.compile(r"No active geo-replication sessions")


def gsec_create() -> Command:
    """Make the keys of all nodes of the pool and collect their public parts on the node that is asked."""
    return gluster("system::", "execute", "gsec_create", timeout=CHANGE_TIMEOUT, lock=True, xml=False)


def change(volume: str, target: Target, *words: str) -> Command:
    """`words`: "create", "push-pem" · "start" · "stop" · "pause" · "resume" · "delete" · "config" …"""
    return gluster("volume", "geo-replication", volume, str(target), *words, timeout=CHANGE_TIMEOUT, lock=True)


def status(volume: str, xml: bool = True) -> Command:
    """All sessions of the volume; the XML has the counters of `detail`, too. Where there is none it looks like a
    failure, and the plain text tells. Read by `parse_sessions`, `parse_none`."""
    return gluster("volume", "geo-replication", volume, "status", timeout=STATUS_TIMEOUT, lock=True, xml=xml)


def config(volume: str, target: Target) -> Command:
    """All settings of a session. Read by `parse_config`."""
    return gluster("volume", "geo-replication", volume, str(target), "config", timeout=STATUS_TIMEOUT, lock=True)


def parse_sessions(answer: Answer) -> tuple[Session, ...] | None:
    """None where the answer leaves open whether there is none or something failed: ask again without XML."""
    _ensure_there(answer)
    if answer.result.status and not answer.result.stdout.lstrip().startswith("<"):
        return None
    root = read_xml(answer)
    with reading(answer):
        try:
            return tuple(
                _session(text(volume, "name"), session)
                for volume in each(root, "geoRep/volume")
                for session in volume.findall("sessions/session")
            )
        except InvalidInput as error:
            raise ValueError(str(error)) from error


def parse_none(answer: Answer) -> bool:
    """The plain text where the XML said nothing: True if there are no sessions, False if there are some after all
    (the XML fails so too when somebody else holds the lock). Raises CommandFailed with the reason."""
    _ensure_there(answer)
    if NO_SESSION.search(answer.result.stdout + answer.result.stderr):
        return True
    if answer.result.status == 0 and "PRIMARY NODE" in answer.result.stdout:
        return False
    raise failed(answer)


def parse_config(answer: Answer) -> dict[str, str]:
    """Setting → value."""
    _ensure_there(answer)
    root = read_xml(answer)
    with reading(answer):
        return {entry.tag: (entry.text or "").strip() for entry in each(root, "geoRep/config/*")}


def _ensure_there(answer: Answer) -> None:
    """Raise NotInstalled where gsyncd is missing: the CLI then doesn't know the word at all."""
    ensure_daemon(answer)
    if NOT_THERE.search(answer.result.stdout + answer.result.stderr):
        raise NotInstalled(
            _("{node}: geo-replication is not installed").format(node=answer.node),
            hint=_("Its daemon gsyncd is missing. Install the package glusterfs-geo-replication on all nodes."),
            details=answer.result.stdout,
        )


class NotInstalled(NasError):
    """The node has no gsyncd."""


def _session(volume: str, session: Element) -> Session:
    workers = tuple(_worker(pair) for pair in session.findall("pair"))
    first = session.find("pair")
    if first is None:
        raise ValueError(_("a session has no bricks"))
    target = parse_target(text(first, "secondary"))
    user = optional(first, "secondary_user") or target.user
    return Session(volume, Target(target.host, target.volume, user), workers)


def _worker(pair: Element) -> Worker:
    said = text(pair, "status")
    completed, at = _told(pair, "checkpoint_completed"), _told(pair, "checkpoint_time")
    return Worker(
        node=text(pair, "primary_node"),
        brick=text(pair, "primary_brick"),
        status=next((status for status in Status if status.value == said), Status.UNKNOWN),
        node_id=optional(pair, "primary_node_uuid"),
        secondary_node=_told(pair, "secondary_node"),
        crawl=_told(pair, "crawl_status"),
        last_synced=_told(pair, "last_synced"),
        entry=_count(pair, "entry"),
        data=_count(pair, "data"),
        meta=_count(pair, "meta"),
        failures=_count(pair, "failures"),
        checkpoint=_("{time}, completed: {answer}").format(time=at, answer=completed) if at else "",
        said=said,
    )


def _told(pair: Element, name: str) -> str:
    said = optional(pair, name)
    return "" if said == "N/A" else said


def _count(pair: Element, name: str) -> int | None:
    said = _told(pair, name)
    return int(said) if said.isdigit() else None
