"""`volume profile` and `volume top`: builders and parsers. All take the volume's lock."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from nasclustergui.core.command import Command
from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.commands import CHANGE_TIMEOUT, STATUS_TIMEOUT, gluster
from nasclustergui.subsystems.gluster.commands.answer import Answer, read_xml, reading, unexpected
from nasclustergui.subsystems.gluster.commands.values import each, integer, number_or, optional, text
from nasclustergui.subsystems.gluster.features.performance.model import (
    Block,
    BrickProfile,
    Fop,
    Metric,
    TopBrick,
    TopFile,
)

MEASURE_TIMEOUT = 60  # a measurement writes and reads `bs` × `count` bytes on every brick


def profile(volume: str, action: str) -> Command:
    """`action`: start or stop."""
    return gluster("volume", "profile", volume, action, timeout=CHANGE_TIMEOUT, lock=True)


def profile_info(volume: str, what: str = "peek") -> Command:
    """`what`: "peek" leaves the interval of others alone; "", "cumulative", "incremental", "clear" don't all.

    Read by `parse_profile`.
    """
    words = (what,) if what else ()
    return gluster("volume", "profile", volume, "info", *words, timeout=STATUS_TIMEOUT, lock=True)


def top(volume: str, metric: Metric, listed: int, *, block: int = 0, times: int = 0, brick: str = "") -> Command:
    """The files that are used most. `block`, `times`: measure throughput now, by so many blocks of so many bytes.

    Read by `parse_top`.
    """
    measure = ("bs", str(block), "count", str(times)) if block and times else ()
    where = ("brick", brick) if brick else ()
    timeout = MEASURE_TIMEOUT if measure else STATUS_TIMEOUT
    words = ("volume", "top", volume, metric.value, *measure, *where, "list-cnt", str(listed))
    return gluster(*words, timeout=timeout, lock=True)


def top_clear(volume: str) -> Command:
    """Forget the counters. With --xml the command prints nothing and fails (measured with 10.3)."""
    return gluster("volume", "top", volume, "clear", timeout=CHANGE_TIMEOUT, lock=True, xml=False)


def parse_profile(answer: Answer) -> tuple[BrickProfile, ...]:
    """The counters since profiling was started, per brick."""
    root = read_xml(answer)
    with reading(answer):
        bricks = [b for b in each(root, "volProfile/brick") if b.find("cumulativeStats") is not None]
        announced = number_or(_only(root, "volProfile"), "brickCount", 0)
        if announced and not bricks:
            raise unexpected(answer, _("it announces {n} bricks and lists none").format(n=announced))
        return tuple(_brick(brick) for brick in bricks)


def _brick(element: Element) -> BrickProfile:
    stats = _only(element, "cumulativeStats")
    blocks = (
        Block(integer(b, "size"), integer(b, "reads"), integer(b, "writes")) for b in stats.iterfind("blockStats/block")
    )
    return BrickProfile(
        text(element, "brickName"),
        number_or(stats, "duration", 0),
        number_or(stats, "totalRead", 0),
        number_or(stats, "totalWrite", 0),
        tuple(_fop(fop) for fop in stats.iterfind("fopStats/fop")),
        tuple(block for block in blocks if block.reads or block.writes),
    )


def _fop(element: Element) -> Fop:
    average, low, high = (float(text(element, name)) for name in ("avgLatency", "minLatency", "maxLatency"))
    timed = bool(average or high)
    return Fop(
        text(element, "name"),
        integer(element, "hits"),
        average if timed else None,
        low if timed else None,
        high if timed else None,
    )


def parse_top(answer: Answer) -> tuple[TopBrick, ...]:
    """The lists of all bricks."""
    root = read_xml(answer)
    with reading(answer):
        return tuple(_top_brick(brick) for brick in each(root, "volTop/brick"))


def _top_brick(element: Element) -> TopBrick:
    throughput, seconds = optional(element, "throughput"), optional(element, "timeTaken")
    now, most = optional(element, "currentOpen"), optional(element, "maxOpen")
    return TopBrick(
        text(element, "name"),
        tuple(
            TopFile(text(file, "filename"), float(text(file, "count")), optional(file, "time"))
            for file in element.iterfind("file")
        ),
        int(now) if now else None,
        int(most) if most else None,
        optional(element, "maxOpenTime"),
        float(throughput) if throughput else None,
        float(seconds) / 1_000_000 if seconds else None,
    )


def _only(parent: Element, name: str) -> Element:
    found = parent.find(name)
    if found is None:
        raise ValueError(_("<{parent}> has no <{name}>").format(parent=parent.tag, name=name))
    return found
