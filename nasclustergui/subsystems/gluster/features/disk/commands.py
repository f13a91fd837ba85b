"""Commands that put another directory, or an empty one, in a brick's place."""

from __future__ import annotations

from nasclustergui.core.command import Command
from nasclustergui.subsystems.gluster.commands import CHANGE_TIMEOUT, gluster


def replace_brick(volume: str, old: str, new: str) -> Command:
    """`commit force` is the only form there is; gluster looks neither at the new disk's size nor whether it is the
    system disk. Read by `other.parse_tree`."""
    words = ("volume", "replace-brick", volume, old, new, "commit", "force")
    return gluster(*words, timeout=CHANGE_TIMEOUT, lock=True)


def reset_brick_start(volume: str, brick: str) -> Command:
    """Stops the brick's process; succeeds on one that is down too. Read by `other.parse_tree`."""
    return gluster("volume", "reset-brick", volume, brick, "start", timeout=CHANGE_TIMEOUT, lock=True)


def reset_brick_commit(volume: str, brick: str) -> Command:
    """The brick must be down. Without "force" gluster itself refuses the system disk and marked directories.
    Read by `other.parse_tree`."""
    return gluster("volume", "reset-brick", volume, brick, brick, "commit", timeout=CHANGE_TIMEOUT, lock=True)
