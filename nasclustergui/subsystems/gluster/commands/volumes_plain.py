"""Reads `volume info` as plain text: the way out when one path that isn't UTF-8 makes the XML of all volumes empty."""

from __future__ import annotations

import re

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands.answer import PLAIN_FAILURE, Answer, failed, read_plain, reading
from nasclustergui.subsystems.gluster.commands.volumes import layout_of, split_brick
from nasclustergui.subsystems.gluster.model import Brick, Volume, VolumeStatus

EMPTY = re.compile(r"^No volumes present\s*$", re.MULTILINE)
# "2 x 3 = 6", "1 x (2 + 1) = 3" (replica and arbiter, or disperse data and redundancy), "4"
COUNTS = re.compile(r"(?:(\d{1,5}) x (?:\((\d{1,5}) \+ (\d{1,5})\)|(\d{1,5})) = )?(\d{1,5})")


def parse_volumes_plain(answer: Answer) -> tuple[Volume, ...]:
    """`volume info` without `--xml`. Bricks carry no node id; names may be any bytes (surrogateescape)."""
    said = read_plain(answer)
    blocks = re.split(r"^Volume Name: ", said, flags=re.MULTILINE)[1:]
    if not blocks and EMPTY.search(said):
        return ()
    if not blocks:
        if PLAIN_FAILURE.search(said) or "does not exist" in said:
            raise failed(answer)
        with reading(answer):
            raise ValueError(_("it names no volume"))
    with reading(answer):
        return tuple(_volume(block) for block in blocks)


def _volume(block: str) -> Volume:
    head, __, options = block.partition("\nOptions Reconfigured:")
    lines = head.splitlines()
    values = {key.strip(): value.strip() for key, __, value in (line.partition(":") for line in lines[1:])}
    kind, sets = values.get("Type", ""), COUNTS.fullmatch(values.get("Number of Bricks", ""))
    if not sets or "Volume ID" not in values:
        raise ValueError(_("volume {name} is incomplete").format(name=lines[0][:80]))
    replica, arbiter, disperse, redundancy = _counts(kind, sets)
    bricks = tuple(_brick(line) for line in lines if re.match(r"Brick\d+: ", line))
    if len(bricks) != int(sets[5]) or not bricks:
        raise ValueError(_("it counts {said} bricks but lists {n}").format(said=sets[5], n=len(bricks)))
    return Volume(
        name=lines[0].strip(),
        uuid=values["Volume ID"],
        type=layout_of(replica, arbiter, disperse),
        status=VolumeStatus(values.get("Status", "")),
        bricks=bricks,
        replica=replica,
        arbiter=arbiter,
        disperse=disperse,
        redundancy=redundancy,
        transport=values.get("Transport-type", "tcp"),
        options={key: value for key, colon, value in (o.partition(": ") for o in options.splitlines()) if colon},
    )


def _counts(kind: str, sets: re.Match[str]) -> tuple[int, int, int, int]:
    """replica, arbiter, disperse, redundancy."""
    data, extra, size = int(sets[2] or 0), int(sets[3] or 0), int(sets[4] or 0)
    if "Disperse" in kind and data:
        return 1, 0, data + extra, extra
    if "Replicate" in kind and (data or size):
        return (data + extra if data else size), extra, 0, 0
    return 1, 0, 0, 0


def _brick(line: str) -> Brick:
    name = line.partition(": ")[2]
    host, path = split_brick(name.removesuffix(" (arbiter)").strip())
    return Brick(host, path, arbiter=name.endswith(" (arbiter)"))
