"""The tab "Disks": every disk with what SMART says, the file systems on it, arrays."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from nasclustergui.cluster.nodes.machine.alerts import bricks_on
from nasclustergui.cluster.nodes.machine.facts import Note
from nasclustergui.cluster.nodes.machine.words import health_word, signs, silence_text
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, NB, count, duration, percent, size, size_parts
from nasclustergui.subsystems.nodes.features.machine.model import Array, Device, Facts, Mounted, Reading
from nasclustergui.subsystems.nodes.features.machine.smart import Silence, Smart
from nasclustergui.subsystems.nodes.model import NodeState
from nasclustergui.ui.cell import EMPTY, Cell, Row
from nasclustergui.ui.parts import Panel, Tree, col

HIGH = 85.0  # percent from which a level is a worry
_NOT_HERE = (EMPTY,) * 6


class DisksView(QWidget):
    """A sentence about SMART where there is one to say, and the table."""

    def __init__(self) -> None:
        super().__init__()
        self.note = Note()
        self.tree = Tree(
            [
                (_("Disk or file system"), -1),
                (_("State"), 204),
                (_("Size"), 88),
                (_("Used"), 96),
                (_("Inodes"), 90),
                (_("Reallocated"), 96),
                (_("Pending"), 76),
                (_("Unreadable"), 94),
                (_("Wear"), 60),
                (_("Running"), 88),
                (_("Heat"), 60),
            ],
            right=(2, 5, 6, 7, 8, 9, 10),
            drop={9: 1040, 4: 980, 8: 900},
            name=_("Disks and file systems"),
        )
        self._said: tuple[str, str] = ("", "info")
        self.tree.row_changed.connect(lambda _key: self._say())
        self.setLayout(col(Panel(col(self.note, (self.tree, 1), gap=0, margins=(1, 6, 1, 8)))))

    def _say(self) -> None:
        """About all disks, else the whole sentence of the chosen one, which its cell has no room for."""
        row = self.tree.current_row()
        if self._said[0] or row is None or not row.key.startswith("disk/") or not row.cells[1].sub:
            self.note.say(*self._said)
            return
        shown = row.cells[1]
        self.note.say(
            f"{row.cells[0].text}: {shown.sub}", shown.state if shown.state in ("warn", "critical") else "info"
        )

    def show_reading(self, state: ClusterState, node: NodeState, reading: Reading | None) -> None:
        """Show it, or an empty table."""
        stale = not node.online
        facts = reading.facts if reading is not None else None
        if reading is None or facts is None:
            self._said = ("", "info")
            self.note.say("")
            self.tree.update_rows([])
            return
        self.tree.update_rows(disk_rows(state, node.name, facts, reading.smart, stale))
        self._said = _note(facts, reading.smart)
        self._say()


def _note(facts: Facts, smart: tuple[Smart, ...] | None) -> tuple[str, str]:
    if smart is not None and any(each.silence is Silence.NOT_INSTALLED for each in smart):
        text = silence_text(Silence.NOT_INSTALLED)
        return text + " " + _("Install the package smartmontools to see how they are."), "warn"
    if "lsblk" in facts.missing or "df" in facts.missing:
        return _("The node could not tell all of its disks and file systems."), "warn"
    return "", "info"


def disk_rows(state: ClusterState, node: str, facts: Facts, smart: tuple[Smart, ...] | None, stale: bool) -> list[Row]:
    """Disks with their file systems below them, arrays, then the file systems that lie on none of the disks."""
    told = {each.device: each for each in smart or ()}
    everywhere = told.get("")  # no smartctl: the same of every disk
    mounted = {each.mount: each for each in facts.mounted or ()}
    rows = [_disk(state, node, facts, d, told.get(d.path, everywhere), mounted, stale) for d in facts.devices or ()]
    behind = [each for each in smart or () if " -d " in each.device]
    rows += [_behind(each, stale) for each in behind]
    rows += [_array(array, stale) for array in facts.arrays]
    placed = {mount for device in facts.devices or () for mount in device.mounts}
    rows += [_filesystem(each, stale) for mount, each in mounted.items() if mount not in placed]
    return rows


def _disk(
    state: ClusterState,
    node: str,
    facts: Facts,
    device: Device,
    smart: Smart | None,
    mounted: dict[str, Mounted],
    stale: bool,
) -> Row:
    name = device.path.removeprefix("/dev/")
    bricks = bricks_on(state, node, facts, device.path)
    volumes = ", ".join(dict.fromkeys(volume.name for volume, _brick in bricks))
    model = device.model or (smart.model if smart else "")
    parts = (model, _kind(device), _("bricks of {volumes}").format(volumes=volumes) if volumes else "")
    sub = " · ".join(part for part in parts if part)
    serial = device.serial or (smart.serial if smart else "")
    tip = "\n".join(
        part for part in (device.path, sub, _("Serial number {serial}").format(serial=serial or DASH)) if part
    )
    cells = (
        Cell(name, "name", "hard-drive", sub, strong=True, stale=stale, tip=tip),
        _state(smart, stale),
        Cell(size(device.size), "num", stale=stale),
        EMPTY,
        EMPTY,
        *_smart_cells(smart, stale),
    )
    below = tuple(_filesystem(mounted[mount], stale) for mount in device.mounts if mount in mounted)
    return Row(f"disk/{device.path}", cells, below, (name, None, device.size), device.path, open=True)


def _kind(device: Device) -> str:
    if device.transport == "nvme":
        return "NVMe"
    kind = "" if device.rotating is None else "HDD" if device.rotating else "SSD"
    bus = {"sata": "SATA", "sas": "SAS", "usb": "USB", "ata": "ATA"}.get(device.transport, device.transport)
    virtual = device.path.startswith(("/dev/vd", "/dev/xvd"))
    return _("virtual") if virtual else " ".join(part for part in (bus, kind) if part)


def _state(smart: Smart | None, stale: bool) -> Cell:
    if smart is None:
        return Cell(DASH, role="text3")
    state, word = health_word(smart)
    said = ", ".join(signs(smart)) or silence_text(smart.silence)
    tip = "\n".join(part for part in (said, smart.said) if part)
    sub = "" if smart.silence is Silence.NOT_INSTALLED else said  # the note above the table says it once
    return Cell(word, "state", sub=sub, state="stale" if stale else state, stale=stale, tip=tip)


def _smart_cells(smart: Smart | None, stale: bool) -> tuple[Cell, ...]:
    if smart is None:
        return _NOT_HERE
    heat = DASH if smart.celsius is None else f"{smart.celsius}{NB}°C"
    hours = DASH if smart.hours is None else duration(smart.hours * 3600)
    wear = DASH if smart.wear is None else percent(smart.wear)
    unreadable = smart.uncorrectable if smart.media_errors is None else smart.media_errors
    worry = (smart.reallocated, smart.pending, unreadable)
    counts = tuple(_count(value, stale) for value in worry)
    return (*counts, *(Cell(text, "num", stale=stale, role=_faint(text)) for text in (wear, hours, heat)))


def _count(value: int | None, stale: bool) -> Cell:
    text = DASH if value is None else count(value)
    return Cell(text, "num", role="warn" if value and not stale else _faint(text), stale=stale, strong=bool(value))


def _faint(text: str) -> str:
    return "text3" if text == DASH else ""


def _behind(smart: Smart, stale: bool) -> Row:
    """A disk that the kernel does not show, because a RAID controller keeps it."""
    sub = " · ".join(part for part in (smart.model, _("behind the RAID controller")) if part)
    name = Cell(
        smart.device.partition(" -d ")[2], "name", "hard-drive", sub, strong=True, stale=stale, tip=smart.device
    )
    cells = (name, _state(smart, stale), Cell(DASH, "num", role="text3"), EMPTY, EMPTY, *_smart_cells(smart, stale))
    return Row(f"disk/{smart.device}", cells)


def _array(array: Array, stale: bool) -> Row:
    if array.lacks:
        text = ngettext("{n} disk is missing", "{n} disks are missing", array.lacks).format(n=array.lacks)
        shown = Cell(_("Degraded"), "state", sub=array.progress or text, state="stale" if stale else "warn", tip=text)
    elif array.lacks == 0 or array.state == "ONLINE":
        word, state = (_("Syncing"), "busy") if array.progress else (_("Whole"), "ok")
        shown = Cell(word, "state", sub=array.progress, state="stale" if stale else state)
    elif array.level == "zfs":
        shown = Cell(array.state.capitalize(), "state", state="stale" if stale else "critical")
    else:
        shown = Cell(_("Unknown"), "state", sub=array.state, state="stale" if stale else "unknown")
    sub = " · ".join(part for part in (array.level, ", ".join(array.members)) if part)
    cells = (Cell(array.name, "name", "layers", sub, strong=True, stale=stale), shown, EMPTY, EMPTY, EMPTY, *_NOT_HERE)
    return Row(f"array/{array.name}", cells)


def _filesystem(each: Mounted, stale: bool) -> Row:
    used = each.used_percent
    sub = " · ".join((each.type, each.source))
    if each.read_only:
        shown = Cell(_("Read-only"), "state", state="stale" if stale else "warn")
    else:
        shown = Cell(DASH if each.read_only is None else _("Writable"), role="text3" if stale else "text2", stale=stale)
    cells = (
        Cell(each.mount, "name", "database", sub, stale=stale),
        shown,
        Cell(size(each.size), "num", stale=stale),
        _level(used, stale, _of(each)),
        _level(each.inodes_percent, stale),
        *_NOT_HERE,
    )
    return Row(f"mount/{each.mount}", cells, (), (each.mount, None, each.size))


def _of(each: Mounted) -> str:
    if each.used is None or each.size is None or each.free is None:
        return ""
    used, total = size_parts(each.used, each.size)
    return _("{used} of {size}, {free} free").format(used=used, size=total, free=size(each.free))


def _level(value: float | None, stale: bool, tip: str = "") -> Cell:
    if value is None:
        return Cell(DASH, role="text3")
    state = "warn" if value >= HIGH and not stale else "accent"
    text = percent(value) if value >= 1 or not value else "<" + NB + percent(1)
    return Cell(text, "meter", state=state, value=value / 100, stale=stale, tip=tip)
