"""Reads everything about healing: launches, backlogs, lists of files, crawls, split-brain resolutions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.answer import (
    PLAIN_FAILURE,
    Answer,
    ensure_daemon,
    failed,
    read_plain,
    read_xml,
    reading,
    unexpected,
)
from nasclustergui.subsystems.gluster.commands.values import each, optional, optional_integer, text

SPLIT_BRAIN_MARK = " - Is in split-brain"
HEALING_MARK = " - Possibly undergoing heal"
HEALED = re.compile(r"^Healed (.+?)\.?$|^GFID split-brain resolved for file (.+)$", re.MULTILINE)
NOT_HEALED = re.compile(r"^Healing (.+?) failed: ?(.+)$", re.MULTILINE)


@dataclass(frozen=True)
class HealBrick:
    """`heal V info [summary|split-brain]` of one brick. Numbers are None where the brick told nothing (it is down).

    Attributes:
        brick: "node1:/bricks/d1". connected: its entries could be read.
        entries: all; pending, split_brain, healing: of a summary, or counted from marks in the plain form.
        files: (gfid, path) of each entry; gfid "" in the plain form; a path that wasn't found is "<gfid:…>".
    """

    brick: str
    connected: bool
    entries: int | None = None
    pending: int | None = None
    split_brain: int | None = None
    healing: int | None = None
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Crawl:
    """One walk of a self-heal daemon. `kind` is "INDEX" or "FULL"; `running` if it has not ended."""

    brick_number: int
    kind: str
    running: bool
    healed: int
    split_brain: int
    failed: int


@dataclass(frozen=True)
class Resolution:
    """What a split-brain command did: healed names, and (name, why not)."""

    healed: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def parse_launch(answer: Answer) -> str:
    """`heal V [full|enable|disable|granular-entry-heal …]`: gluster's own sentence; it must say that it worked."""
    said = read_plain(answer)
    if PLAIN_FAILURE.search(said):
        raise failed(answer)
    if "successful" not in said:
        raise unexpected(answer, _("it doesn't say whether it worked"))
    return said.strip()


def parse_heal_info(answer: Answer) -> tuple[HealBrick, ...]:
    """`heal V info`, `… summary` or `… split-brain`, as XML.

    A file name that is not UTF-8 makes the CLI print nothing: then ask without `--xml` and use
    `parse_heal_info_plain`.
    """
    root = read_xml(answer)
    with reading(answer):
        return tuple(_heal_brick(element) for element in each(root, "healInfo/bricks/brick"))


def parse_heal_info_plain(answer: Answer) -> tuple[HealBrick, ...]:
    """The same without `--xml`: names may be any bytes (kept by surrogateescape)."""
    said = read_plain(answer)
    blocks = re.split(r"^Brick (?=\S+:/)", said, flags=re.MULTILINE)
    if len(blocks) < 2:
        raise failed(answer) if PLAIN_FAILURE.search(said) else unexpected(answer, _("it names no brick"))
    with reading(answer):
        return tuple(_plain_brick(block.splitlines()) for block in blocks[1:])


def parse_heal_count(answer: Answer) -> Mapping[str, int | None]:
    """`heal V statistics heal-count [replica BRICK]`: brick → entries, None where it is down."""
    said = read_plain(answer)
    if "unsuccessful" in said:
        raise failed(answer)
    counts: dict[str, int | None] = {}
    brick = ""
    for line in said.splitlines():
        if line.startswith("Brick ") and ":/" in line:
            brick = line.removeprefix("Brick ").strip()
            counts[brick] = None
        elif brick and (match := re.match(r"Number of entries: (\d{1,15})\s*$", line)):
            counts[brick] = int(match[1])
    if not counts and "successful" not in said:
        raise unexpected(answer, _("it names no brick"))
    return counts


def parse_indices(answer: Answer, count: int) -> tuple[int | None, ...]:
    """`heal_indices` of `count` bricks: entries, None where the index isn't there (disk not mounted)."""
    lines = answer.result.stdout.split()
    if answer.result.status:
        raise failed(answer)
    if len(lines) != count or not all(re.fullmatch(r"\d{1,15}|-", line) for line in lines):
        raise unexpected(answer, _("{n} lines were expected").format(n=count))
    return tuple(None if line == "-" else int(line) for line in lines)


def parse_crawls(answer: Answer) -> tuple[Crawl, ...]:
    """`heal V statistics`: the last crawls of every brick's self-heal daemon, oldest first per brick."""
    said = read_plain(answer)
    if "unsuccessful" in said:
        raise failed(answer)
    crawls: list[Crawl] = []
    brick = 0
    for block in re.split(r"(?=^Crawl statistics for brick no|^Starting time of crawl)", said, flags=re.MULTILINE):
        if match := re.match(r"Crawl statistics for brick no (\d{1,9})", block):
            brick = int(match[1])
        elif block.startswith("Starting time"):
            crawls.append(_crawl(brick, block))
    return tuple(crawls)


def parse_resolution(answer: Answer) -> Resolution:
    """`heal V split-brain …`. Healing nothing while something failed is a refusal, whatever the exit status."""
    refused = NOT_HEALED.search(answer.result.stdout)
    if answer.result.status and refused:  # lines before it only tell what was tried
        ensure_daemon(answer)
        raise failed(answer, refused[0])
    said = read_plain(answer)
    healed = tuple(a or b for a, b in HEALED.findall(said))
    not_healed = tuple((name, why.strip()) for name, why in NOT_HEALED.findall(said))
    if not healed and (not_healed or PLAIN_FAILURE.search(said)):
        raise failed(answer)
    if not healed and "Number of healed entries" not in said:
        raise unexpected(answer, _("it doesn't say what was healed"))
    return Resolution(healed, not_healed)


def _heal_brick(element: Element) -> HealBrick:
    status = optional(element, "status")
    files = tuple((file.get("gfid", ""), file.text or "") for file in element.findall("file"))
    pending = optional_integer(element, "numberOfEntriesInHealPending")
    entries = optional_integer(element, "numberOfEntries")
    return HealBrick(
        brick=text(element, "name"),
        connected=status == "Connected",
        entries=optional_integer(element, "totalNumberOfEntries") if entries is None else entries,
        pending=pending,
        split_brain=optional_integer(element, "numberOfEntriesInSplitBrain"),
        healing=optional_integer(element, "numberOfEntriesPossiblyHealing"),
        files=files,
    )


def _plain_brick(lines: list[str]) -> HealBrick:
    values = {key: value.strip() for key, colon, value in (line.partition(": ") for line in lines[1:]) if colon}
    said = values.get("Number of entries", values.get("Total Number of entries", "-"))
    rows = [
        line for line in lines[1:] if line.strip() and not re.match(r"(Status|(Total )?Number of entries.*): ", line)
    ]
    names = [row.removesuffix(SPLIT_BRAIN_MARK).removesuffix(HEALING_MARK).removesuffix(" ") for row in rows]
    known = said.isascii() and said.isdigit()
    return HealBrick(
        brick=lines[0].strip(),
        connected=values.get("Status") == "Connected",
        entries=int(said) if known else None,
        split_brain=sum(row.endswith(SPLIT_BRAIN_MARK) for row in rows) if known else None,
        healing=sum(row.endswith(HEALING_MARK) for row in rows) if known else None,
        files=tuple(("", name) for name in names),
    )


def _crawl(brick: int, block: str) -> Crawl:
    def number(label: str) -> int:
        match = re.search(rf"{label}: (\d{{1,15}})", block)
        return int(match[1]) if match else 0

    kind = re.search(r"Type of crawl: (\S+)", block)
    return Crawl(
        brick,
        kind[1] if kind else "",
        "Ending time of crawl" not in block,
        number("entries healed"),
        number("entries in split-brain"),
        number("heal failed entries"),
    )
