"""Commands of healing beyond `gluster.commands`: the list of entries, what kind they are, the daemon's switch."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.answer import PLAIN_FAILURE, Answer, failed, read_plain, unexpected
from nasclustergui.subsystems.gluster.commands.heal import HEALING_MARK, SPLIT_BRAIN_MARK
from nasclustergui.subsystems.gluster.features.heal.model import EntryKind, EntryState, Walk

Listed = tuple[str, EntryState]  # name, as gluster has it, and how it is
Listing = dict[str, tuple[str, list[Listed] | None]]  # brick → (status in gluster's words, entries; None: not told)

BRICK = re.compile(r"^Brick (?=\S+:/)", re.MULTILINE)
TAIL = re.compile(r"^Status: (?P<status>.*)\nNumber of entries: (?P<count>\d{1,15}|-)\s*\Z", re.MULTILINE)
CRAWL = re.compile(r"(?=^Crawl statistics for brick no|^Starting time of crawl)", re.MULTILINE)

# One `find` for all paths: it tells each name again, NUL-terminated, so that nothing depends on their order or bytes.
KIND_SCRIPT = """cd -- "$1" || exit 1
xargs -0 -r -n 500 sh -c 'find "$@" -maxdepth 0 -printf "%y %s %p\\\\0" 2>/dev/null; :' sh
exit 0"""
KINDS = {"f": EntryKind.FILE, "d": EntryKind.DIRECTORY, "l": EntryKind.LINK}


def heal_switch(volume: str, on: bool) -> Command:
    """`heal V enable|disable`: sets the option of the volume's kind. Read by `commands.heal.parse_launch`."""
    words = ("volume", "heal", volume, "enable" if on else "disable")
    return commands.gluster(*words, timeout=commands.CHANGE_TIMEOUT, lock=True)


def parse_listing(answer: Answer) -> Listing | None:
    """`heal V info` without XML: names may be any bytes. None where names with line breaks make it ambiguous."""
    said = read_plain(answer)
    blocks = BRICK.split(said)
    if len(blocks) < 2:
        raise failed(answer) if PLAIN_FAILURE.search(said) else unexpected(answer, _("it names no brick"))
    listing: Listing = {}
    for block in blocks[1:]:
        name, _break, rest = block.partition("\n")
        tail = TAIL.search(rest.rstrip("\n") + "\n")
        if tail is None:
            raise unexpected(answer, _("the part about {brick} has no end").format(brick=name.strip()))
        if tail["count"] == "-":
            listing[name.strip()] = (tail["status"].strip(), None)
            continue
        rows = _rows(rest[: tail.start()])
        if len(rows) != int(tail["count"]):
            return None
        listing[name.strip()] = (tail["status"].strip(), [_listed(row) for row in rows])
    return listing


def _rows(text: str) -> list[str]:
    """One per entry: a line that begins like no entry goes on with the name before it, which has a line break."""
    rows: list[str] = []
    for line in text.split("\n")[:-1]:
        if rows and not line.startswith(("/", "<gfid:")):
            rows[-1] += f"\n{line}"
        else:
            rows.append(line)
    return rows


def _listed(row: str) -> Listed:
    """Gluster writes a blank after every name, before the mark if there is one."""
    if row.endswith(SPLIT_BRAIN_MARK):
        return row.removesuffix(SPLIT_BRAIN_MARK), EntryState.SPLIT_BRAIN
    if row.endswith(HEALING_MARK):
        return row.removesuffix(HEALING_MARK), EntryState.HEALING
    return row.removesuffix(" "), EntryState.WAITS


def kinds(brick: str, names: Sequence[str]) -> Command:
    """What these entries of a brick are. Names are relative to it ("./d/f"). Read by `parse_kinds`."""
    data = "".join(f"{name}\0" for name in names).encode("utf-8", "surrogateescape")
    return Command(("sh", "-c", KIND_SCRIPT, "sh", brick), timeout=60.0, stdin=data)


def parse_kinds(answer: Answer) -> dict[str, tuple[EntryKind, int]]:
    """Name → what it is and its size in bytes; names that this brick doesn't have are left out."""
    if answer.result.status:
        raise failed(answer)
    found = {}
    for record in answer.result.stdout.split("\0")[:-1]:
        match = re.fullmatch(r"(\S) (\d{1,19}) (\./.*)", record, re.DOTALL)
        if match is None:
            raise unexpected(answer, _("a line of it has another form"))
        found[match[3]] = (KINDS.get(match[1], EntryKind.OTHER), int(match[2]))
    return found


def parse_walks(answer: Answer, bricks: Sequence[str]) -> tuple[Walk, ...]:
    """`heal V statistics` with times. `bricks`: names in `volume info` order, which gluster's numbers count."""
    said = read_plain(answer)
    if "unsuccessful" in said or "successful" not in said:
        raise failed(answer) if "unsuccessful" in said else unexpected(answer, _("it doesn't say whether it worked"))
    walks, brick = [], ""
    for block in CRAWL.split(said):
        if match := re.match(r"Crawl statistics for brick no (\d{1,9})", block):
            number = int(match[1])
            brick = bricks[number] if number < len(bricks) else match[1]
        elif block.startswith("Starting time"):
            walks.append(_walk(brick, block))
    return tuple(walks)


def _walk(brick: str, block: str) -> Walk:
    def value(label: str) -> str:
        match = re.search(rf"^{label}: *(.*?)\s*$", block, re.MULTILINE)
        return match[1] if match else ""

    def number(label: str) -> int:
        found = value(label)
        return int(found) if found.isascii() and found.isdigit() else 0

    return Walk(
        brick,
        value("Type of crawl"),
        value("Starting time of crawl"),
        value("Ending time of crawl"),
        number("No. of entries healed"),
        number("No. of entries in split-brain"),
        number("No. of heal failed entries"),
    )
