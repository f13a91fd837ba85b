"""`gluster snapshot …`: the words, in gluster's own order, and `schedule`, which gluster itself does not have."""

from __future__ import annotations

from nasclustergui.cli.gluster_features.words import Words
from nasclustergui.core.i18n import _

PERIODS = ("hourly", "daily", "weekly")


def add(words: Words) -> None:
    """The words after `gluster snapshot`."""
    _looks(words)
    create = words.kind("snapshot", "create", _("take a snapshot, named exactly so"), "snapshot_run:create")
    create.add_argument("snapshot", metavar="NAME")
    create.add_argument("volume", metavar="VOLUME")
    create.add_argument(
        "rest", nargs="*", metavar="[VOLUME …] [no-timestamp] [description TEXT]", help=_("no-timestamp is implied")
    )
    for name, text in (
        ("activate", _("serve a snapshot to clients")),
        ("deactivate", _("stop serving it")),
    ):
        words.kind("snapshot", name, text, f"snapshot_run:{name}").add_argument("snapshot", metavar="NAME")
    clone = words.kind("snapshot", "clone", _("make a new volume of a snapshot"), "snapshot_run:clone")
    clone.add_argument("volume", metavar="VOLUME")
    clone.add_argument("snapshot", metavar="NAME")
    restore = words.kind("snapshot", "restore", _("put a snapshot in its volume's place"), "snapshot_run:restore")
    restore.add_argument("snapshot", metavar="NAME")
    restore.add_argument("--keep", default="", metavar="NAME", help=_("snapshot the present state as NAME first"))
    delete = words.kind("snapshot", "delete", _("delete one, or all of a volume"), "snapshot_run:delete")
    delete.add_argument("words", nargs="+", metavar="NAME | volume VOLUME")
    config = words.kind("snapshot", "config", _("set limits"), "snapshot_run:config")
    config.add_argument(
        "words",
        nargs="+",
        metavar="[VOLUME] OPTION VALUE",
        help="snap-max-hard-limit N, snap-max-soft-limit PERCENT, auto-delete on|off, activate-on-create on|off",
    )
    schedule = words.kind("snapshot", "schedule", _("take them on schedule"), "snapshot_run:schedule")
    schedule.add_argument("volume", metavar="VOLUME")
    schedule.add_argument("period", choices=PERIODS)
    schedule.add_argument("what", nargs="?", choices=["remove"], help=_("take the schedule away"))
    schedule.add_argument("--keep", type=int, metavar="N", help=_("how many of its snapshots stay"))
    schedule.add_argument("--at", default="", metavar="HH:MM", help=_("by the nodes' clocks; hourly: only MM counts"))
    schedule.add_argument("--day", default="", metavar="MON", help=_("weekly: the day"))


def _looks(words: Words) -> None:
    list_ = words.kind("snapshot", "list", _("show snapshots"), "snapshot_run:show_list", change=False)
    list_.add_argument("volume", nargs="?", default="", metavar="VOLUME")
    info = words.kind(
        "snapshot", "info", _("show limits, and where snapshots are possible"), "snapshot_run:show_info", change=False
    )
    info.add_argument("volume", nargs="?", default="", metavar="VOLUME")
    status = words.kind("snapshot", "status", _("show a snapshot's bricks"), "snapshot_run:show_status", change=False)
    status.add_argument("snapshot", metavar="NAME")
    words.kind("snapshot", "schedules", _("show the schedules"), "snapshot_run:show_schedules", change=False)
