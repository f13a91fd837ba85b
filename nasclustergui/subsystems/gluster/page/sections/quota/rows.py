"""Directories with limits as rows, below each other as they lie, and the sentence above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, clock, count, percent, size
from nasclustergui.subsystems.gluster.features.quota.model import SETTINGS, DirectoryQuota, Limit, Quota, Standing
from nasclustergui.ui.cell import Cell, Row
from nasclustergui.ui.tree import Tree, state_width

METER = {Standing.FULL: "critical", Standing.SOFT: "warn"}


def standing_words() -> Mapping[Standing, tuple[str, str]]:
    """State and word."""
    return {
        Standing.FULL: ("critical", _("Full")),
        Standing.SOFT: ("warn", _("Nearly full")),
        Standing.BELOW: ("ok", _("Below limit")),
        Standing.UNKNOWN: ("unknown", _("Unknown")),
    }


def quota_tree() -> Tree:
    """The limits, still empty."""
    width = state_width([word for _state, word in standing_words().values()])
    return Tree(
        [
            (_("Directory"), -1),
            (_("State"), width),
            (_("Used"), 146),
            (_("Holds"), 92),
            (_("Limit"), 92),
            (_("Free"), 92),
            (_("Soft limit"), 86),
            (_("Files"), 146),
        ],
        right=(3, 4, 5, 6),
        drop={6: 980, 7: 900, 5: 800, 3: 700},
        name=_("Directories with limits"),
        severity_first=False,
    )


def quota_rows(quota: Quota, stale: bool = False) -> list[Row]:
    """Each directory below the nearest one above it that has a limit too."""
    below: dict[str, list[DirectoryQuota]] = {}
    paths = {limit.path for limit in quota.limits}
    for limit in quota.limits:
        below.setdefault(_above(limit.path, paths), []).append(limit)
    return [_row(limit, below, stale) for limit in below.get("", [])]


def _above(path: str, paths: set[str]) -> str:
    """The nearest directory above with a limit, "" for none."""
    while path != "/":
        path = path.rsplit("/", 1)[0] or "/"
        if path in paths:
            return path
    return ""


def _row(limit: DirectoryQuota, below: Mapping[str, Sequence[DirectoryQuota]], stale: bool) -> Row:
    state, word = standing_words()[limit.standing]
    bytes_, objects = limit.size, limit.objects
    cells = (
        Cell(
            one_line(limit.path),
            "name",
            "folder",
            strong=limit.standing is not Standing.BELOW,
            tip=one_line(limit.path),
        ),
        Cell(word, "state", state=state, stale=stale),
        _bar(bytes_, stale),
        _number(size(bytes_.used) if bytes_ else DASH, stale),
        _number(size(bytes_.hard) if bytes_ else DASH, stale),
        _number(size(bytes_.available) if bytes_ else DASH, stale),
        _number(percent(bytes_.percent) if bytes_ else DASH, stale),
        _files(objects, stale),
    )
    sort = (limit.path, None, bytes_.share if bytes_ else None)
    children = tuple(_row(child, below, stale) for child in below.get(limit.path, ()))
    return Row(limit.path, cells, children, sort, limit, open=True)


def _bar(limit: Limit | None, stale: bool) -> Cell:
    if limit is None:
        return Cell(DASH, role="text3")
    state = METER.get(limit.standing, "accent")
    tip = _("{used} of {limit} used").format(used=size(limit.used), limit=size(limit.hard))
    return Cell(percent(100 * limit.share), "meter", value=min(limit.share, 1.0), state=state, stale=stale, tip=tip)


def _number(text: str, stale: bool) -> Cell:
    return Cell(text, "num", role="text3" if text == DASH else "", stale=stale)


def _files(limit: Limit | None, stale: bool) -> Cell:
    if limit is None:
        return Cell(DASH, role="text3")
    state = METER.get(limit.standing, "accent")
    tip = _("{used} of {limit} files and directories").format(used=count(limit.used), limit=count(limit.hard))
    return Cell(percent(100 * limit.share), "meter", value=min(limit.share, 1.0), state=state, stale=stale, tip=tip)


def one_line(path: str) -> str:
    """The path as valid text without line breaks."""
    text = path.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def facts(quota: Quota, options: Mapping[str, str]) -> str:
    """ "Read 03:02:17 · soft limit 80% where none is set · usage looked at every 60 s, above …"."""
    values = {word: options.get(option, default) for word, (option, default) in SETTINGS.items()}
    parts = [
        _("read {time}, not again by itself").format(time=clock(quota.read_at)),
        _("soft limit {percent} where none is set").format(percent=values["default-soft-limit"]),
        _("usage looked at every {soft}, above the soft limit every {hard}").format(
            soft=_seconds(values["soft-timeout"]), hard=_seconds(values["hard-timeout"])
        ),
    ]
    if any(one.size is not None and one.size.rough for one in quota.limits):
        parts.append(_("numbers rounded, for a path is not UTF-8"))
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


def _seconds(value: str) -> str:
    return f"{value}\u00a0s" if value.isdigit() else value


class Trouble(NamedTuple):
    """What needs an eye. `daemon`: a daemon is missing and can be started."""

    state: str
    title: str
    text: str
    daemon: bool = False


def trouble(quota: Quota) -> Trouble | None:
    """The worst there is; None if all is well."""
    off = sorted(node for node, found in quota.daemons.items() if found.quotad is False)
    full = [limit for limit in quota.limits if limit.standing is Standing.FULL]
    counting = sorted(node for node, found in quota.daemons.items() if found.crawling)
    if full:
        title = ngettext("{n} directory is full", "{n} directories are full", len(full)).format(n=count(len(full)))
        names = ", ".join(one_line(limit.path) for limit in full[:5]) + (", …" if len(full) > 5 else "")
        return Trouble(
            "critical", title, _("Writing there fails with “disk quota exceeded”: {paths}").format(paths=names)
        )
    if off:
        text = _("Bricks there cannot see what other bricks hold, so limits may be passed.")
        title = _("The quota daemon does not run on {nodes}").format(nodes=", ".join(off))
        return Trouble("warn", title, text, daemon=True)
    if counting:
        text = _("Until that is done usage is shown too low and limits hold too late. Counting runs on {nodes}.")
        return Trouble("busy", _("Files are still being counted"), text.format(nodes=", ".join(counting)))
    return None
