"""The `volume bitrot` commands. All answer in plain text; with `--xml` the status and every refusal print nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands import CHANGE_TIMEOUT, STATUS_TIMEOUT, gluster
from nasclustergui.subsystems.gluster.commands.answer import Answer, read_plain, unexpected
from nasclustergui.subsystems.gluster.features.bitrot.model import Corrupted, NodeScrub, Scrub

_OBJECT = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s+==>\s+BRICK: (/.*)")


def change(volume: str, *words: str) -> Command:
    """`words`: "enable", "scrub pause", "scrub-frequency daily" … as single words."""
    return gluster("volume", "bitrot", volume, *words, timeout=CHANGE_TIMEOUT, lock=True, xml=False)


def scrub_status(volume: str) -> Command:
    """Takes the volume's lock. Read by `parse_scrub`."""
    words = ("volume", "bitrot", volume, "scrub", "status")
    return gluster(*words, timeout=STATUS_TIMEOUT, lock=True, xml=False)


def parse_scrub(answer: Answer) -> Scrub:
    """The whole text; a part that lacks a line makes it unreadable. `brick` is only a path here, `node` a host."""
    said = read_plain(answer)
    head, *parts = re.split(r"^=+\s*$", said, flags=re.MULTILINE)
    known = _pairs(head)
    state = known.get("State of scrub", "")
    if "Volume name" not in known or not state:
        raise unexpected(answer, _("it does not tell the state of the scrubber"))
    nodes = tuple(_node(answer, part) for part in parts if part.strip())
    return Scrub(
        running="progress" in state.lower(),
        paused=state.lower().startswith("pause"),
        throttle=known.get("Scrub impact", ""),
        frequency=known.get("Scrub frequency", ""),
        nodes=nodes,
    )


def _pairs(part: str) -> dict[str, str]:
    lines = (line.partition(": ") for line in part.splitlines())
    return {name.strip(): value.strip() for name, colon, value in lines if colon}


def _node(answer: Answer, part: str) -> NodeScrub:
    head, _mark, listed = part.partition("Corrupted object's [GFID]:")
    known = _pairs(head)
    try:
        node, errors = known["Node"], int(known["Error count"])
        scrubbed, skipped = int(known["Number of Scrubbed files"]), int(known["Number of Skipped files"])
        last, took = known.get("Last completed scrub time", ""), known.get("Duration of last scrub (D:M:H:M:S)", "")
    except (KeyError, ValueError) as error:
        raise unexpected(answer, _("a node's part of it is not whole ({what})").format(what=error)) from error
    found = _objects(listed.splitlines())
    return NodeScrub(node, scrubbed, skipped, errors, _time(last), _seconds(took), found)


def _objects(lines: Sequence[str]) -> tuple[Corrupted, ...]:
    """Without the paths that gluster 10 puts below: two names of one file stand there with a colon between."""
    matches = (_OBJECT.fullmatch(line.strip()) for line in lines)
    return tuple(Corrupted(match[1], match[2]) for match in matches if match)


def _time(said: str) -> float | None:
    try:
        return datetime.strptime(said, "%Y-%m-%d %H:%M:%S %z").timestamp()
    except ValueError:
        return None


def _seconds(said: str) -> float:
    """ "0:0:0:2" is days, hours, minutes, seconds, whatever its heading says."""
    numbers = [int(part) for part in said.split(":") if part.isdigit()]
    if len(numbers) != 4:
        return 0.0
    days, hours, minutes, seconds = numbers
    return ((days * 24.0 + hours) * 60 + minutes) * 60 + seconds
