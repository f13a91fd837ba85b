"""The `snapshot` commands of the gluster CLI, and what their answers mean.

Written after GlusterFS 10.3. `info`, `list` and showing the `config` take no lock; `status` does.
"""

from __future__ import annotations

from datetime import datetime
from xml.etree.ElementTree import Element

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands import CHANGE_TIMEOUT, STATUS_TIMEOUT, gluster
from nasclustergui.subsystems.gluster.commands.answer import Answer, read_xml, reading
from nasclustergui.subsystems.gluster.commands.values import each, integer, optional, text
from nasclustergui.subsystems.gluster.features.snapshots.model import Config, Limits, SnapBrick, Snapshot

SNAPSHOT_TIMEOUT = 180  # seconds: every brick's file system is frozen and copied on write


def _change(*words: str, timeout: int = CHANGE_TIMEOUT) -> Command:
    return gluster("snapshot", *words, timeout=timeout, lock=True)


def info() -> Command:
    """All snapshots. Read by `parse_info`."""
    return gluster("snapshot", "info")


def config() -> Command:
    """The limits of the pool and of all volumes. Read by `parse_config`."""
    return gluster("snapshot", "config")


def status(snapshot: str) -> Command:
    """The bricks of one snapshot; takes the lock. Read by `parse_status`."""
    return gluster("snapshot", "status", snapshot, timeout=STATUS_TIMEOUT, lock=True)


def create(name: str, volume: str, description: str = "") -> Command:
    """Under exactly this name, without gluster's own time stamp behind it. An empty description is refused."""
    words = ("description", description) if description else ()
    return _change("create", name, volume, "no-timestamp", *words, timeout=SNAPSHOT_TIMEOUT)


def activate(name: str) -> Command:
    """Mount and serve its bricks."""
    return _change("activate", name)


def deactivate(name: str) -> Command:
    """Unmount them."""
    return _change("deactivate", name)


def clone(volume: str, name: str) -> Command:
    """A new volume, writable, from an active snapshot."""
    return _change("clone", volume, name, timeout=SNAPSHOT_TIMEOUT)


def restore(name: str) -> Command:
    """Put the snapshot in its volume's place; the volume must be stopped, the snapshot active."""
    return _change("restore", name, timeout=SNAPSHOT_TIMEOUT)


def delete(name: str) -> Command:
    """One snapshot."""
    return _change("delete", name)


def delete_of(volume: str) -> Command:
    """All snapshots of a volume, one after another."""
    return _change("delete", "volume", volume, timeout=SNAPSHOT_TIMEOUT)


def set_config(volume: str, *words: str) -> Command:
    """`words`: "snap-max-hard-limit", "10" …; `volume` "" for the whole pool."""
    return _change("config", *((volume,) if volume else ()), *words)


def parse_info(answer: Answer) -> tuple[Snapshot, ...]:
    """All snapshots, as gluster orders them."""
    root = read_xml(answer)
    with reading(answer):
        there = root.find("snapInfo")
        if there is None:
            raise ValueError(_("<{parent}> has no <{name}>").format(parent=root.tag, name="snapInfo"))
        found = tuple(_snapshot(entry) for entry in each(there, "snapshots/snapshot"))
        if integer(there, "count") != len(found):
            raise ValueError(_("it counts other snapshots than it lists"))
        return found


def _snapshot(entry: Element) -> Snapshot:
    inner = entry.find("snapVolume")
    if inner is None:
        raise ValueError(_("<{parent}> has no <{name}>").format(parent=entry.tag, name="snapVolume"))
    origin = inner.find("originVolume")
    if origin is None:
        raise ValueError(_("<{parent}> has no <{name}>").format(parent=inner.tag, name="originVolume"))
    return Snapshot(
        name=optional(entry, "name"),  # gluster 10 takes snapshots without a name
        uuid=text(entry, "uuid"),
        volume=text(origin, "name"),
        active=text(inner, "status") == "Started",
        created=_time(optional(entry, "createTime")),
        description=optional(entry, "description"),
    )


def _time(said: str) -> float | None:
    try:
        return datetime.strptime(said, "%Y-%m-%d %H:%M:%S %z").timestamp()
    except ValueError:
        return None


def parse_config(answer: Answer) -> Config:
    """The limits; a volume that is listed twice (glusterd does so after a restore that failed) counts once."""
    root = read_xml(answer)
    with reading(answer):
        pool = root.find("snapConfig/systemConfig")
        if pool is None:
            raise ValueError(_("<{parent}> has no <{name}>").format(parent=root.tag, name="systemConfig"))
        return Config(
            hard_limit=integer(pool, "hardLimit"),
            soft_percent=int(text(pool, "softLimit").removesuffix("%")),
            auto_delete=text(pool, "autoDelete") == "enable",
            activate_on_create=text(pool, "activateOnCreate") == "enable",
            volumes={
                text(entry, "name"): Limits(
                    integer(entry, "hardLimit"), integer(entry, "effectiveHardLimit"), integer(entry, "softLimit")
                )
                for entry in root.findall("snapConfig/volumeConfig/volume")
            },
        )


def parse_status(answer: Answer) -> tuple[SnapBrick, ...]:
    """The bricks of the snapshots asked for; a snapshot that is not there has none."""
    root = read_xml(answer)
    with reading(answer):
        return tuple(
            SnapBrick(
                text(brick, "path"),
                text(brick, "brick_running") == "Yes",
                _told(brick, "volumeGroup"),
                _told(brick, "data_percentage"),
                _told(brick, "lvSize"),
            )
            for brick in root.findall("snapStatus/snapshots/snapshot/volume/brick")
        )


def _told(brick: Element, name: str) -> str:
    said = optional(brick, name)
    return "" if said.startswith("N/A") else said
