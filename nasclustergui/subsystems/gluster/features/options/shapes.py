"""What a value of an option looks like: derived from its default, its help text, and what the measured refusals say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from nasclustergui.core.i18n import _
from nasclustergui.core.units import parse_size
from nasclustergui.subsystems.gluster.features.options.model import Option

TRUE = ("on", "enable", "true", "yes", "1")
FALSE = ("off", "disable", "false", "no", "0")
LEVELS = ("DEBUG", "TRACE", "INFO", "WARNING", "ERROR", "CRITICAL", "NONE")


class Kind(StrEnum):
    """What a value is."""

    SWITCH = "switch"
    CHOICE = "choice"
    NUMBER = "number"
    SIZE = "size"
    PERCENT = "percent"
    TEXT = "text"


@dataclass(frozen=True)
class Shape:
    """What an option takes.

    Attributes:
        choices: to offer; of kind CHOICE these are all there are.
        low, high: range of a number, None where it isn't known.
    """

    kind: Kind
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None


CHOICES: Mapping[str, tuple[str, ...]] = {
    "cluster.quorum-type": ("auto", "fixed", "none"),
    "cluster.server-quorum-type": ("none", "server"),
    "cluster.data-self-heal-algorithm": ("full", "diff"),
    "cluster.data-self-heal": ("on", "off", "open"),
    "cluster.favorite-child-policy": ("none", "size", "ctime", "mtime", "majority"),
    "cluster.locking-scheme": ("full", "granular"),
    "cluster.lookup-unhashed": ("on", "off", "auto"),
    "cluster.rebal-throttle": ("lazy", "normal", "aggressive"),
    "disperse.cpu-extensions": ("none", "auto", "x64", "sse", "avx"),
    "disperse.read-policy": ("round-robin", "gfid-hash"),
    "features.retention-mode": ("relax", "enterprise"),
    "locks.mandatory-locking": ("off", "file", "forced", "optimal"),
    "config.transport": ("tcp", "rdma", "tcp,rdma"),
    "diagnostics.brick-logger": ("gluster-log", "syslog"),
    "diagnostics.client-logger": ("gluster-log", "syslog"),
    "diagnostics.brick-log-format": ("no-msg-id", "with-msg-id"),
    "diagnostics.client-log-format": ("no-msg-id", "with-msg-id"),
    "storage.batch-fsync-mode": ("reverse-fsync", "syncfs", "syncfs-single-fsync", "syncfs-reverse-fsync", "none"),
    "transport.address-family": ("inet", "inet6"),
}
RANGES: Mapping[str, tuple[int, int]] = {  # from gluster's refusals
    "network.ping-timeout": (0, 1013),
    "cluster.read-hash-mode": (0, 5),
    "cluster.server-quorum-ratio": (0, 100),
    "features.default-soft-limit": (0, 100),
    "features.hard-timeout": (0, 60),
    "cluster.min-free-disk": (0, 100),
}
_PERCENTS = frozenset(
    {"storage.reserve", "cluster.min-free-disk", "cluster.min-free-inodes", "cluster.server-quorum-ratio"}
)
_SIZE = re.compile(r"\d+(\.\d+)? ?(B|[KMGTP]i?B)", re.IGNORECASE)
_RANGE = re.compile(r"[Mm]inimum value is (-?\d+),? (?:and )?maximum value is (-?\d+)")


def shape_of(option: Option) -> Shape:
    """What the option takes. A guess where gluster doesn't say: used to help with typing, never to refuse a value."""
    name, usual = option.name, (option.default or option.value).strip()
    if name.endswith("log-level"):
        return Shape(Kind.CHOICE, LEVELS)
    if name in CHOICES:
        return Shape(Kind.CHOICE, CHOICES[name])
    low, high = _range(option)
    if name in _PERCENTS or usual.endswith("%"):
        return Shape(Kind.PERCENT, (), low, high)
    if usual.lower() in (*TRUE[:-1], *FALSE[:-1]):
        return Shape(Kind.SWITCH, _pair(usual.lower()))
    if _SIZE.fullmatch(usual):
        return Shape(Kind.SIZE)
    if re.fullmatch(r"-?\d+", usual):
        return Shape(Kind.NUMBER, (), low, high)
    return Shape(Kind.TEXT)


def hint(shape: Shape) -> str:
    """What to type, one sentence; "" where anything goes."""
    if shape.kind is Kind.SIZE:
        return _("A size such as 64MB or 1GB; a bare number is bytes.")
    if shape.kind is Kind.PERCENT:
        return _("A percentage such as 10%, for some options also a size.")
    if shape.kind is Kind.NUMBER and shape.low is not None:
        return _("A number from {low} to {high}.").format(low=shape.low, high=shape.high)
    if shape.kind is Kind.NUMBER:
        return _("A number.")
    return ""


def doubt(shape: Shape, value: str) -> str:
    """Why gluster will hardly take this value, one sentence; "" if nothing is known against it."""
    text = value.strip()
    if shape.kind is Kind.SWITCH and text.lower() not in (*TRUE, *FALSE):
        return _("This option is on or off, as far as is known.")
    if shape.kind is Kind.CHOICE and text not in shape.choices:
        return _("Known values are {values}.").format(values=", ".join(shape.choices))
    if shape.kind in (Kind.NUMBER, Kind.PERCENT):
        return _doubt_number(shape, text)
    if shape.kind is Kind.SIZE:
        try:
            parse_size(text)
        except ValueError:
            return _("This is no size.")
    return ""


def _doubt_number(shape: Shape, text: str) -> str:
    try:
        number = float(text.removesuffix("%")) if shape.kind is Kind.PERCENT else int(text)
    except ValueError:
        return "" if shape.kind is Kind.PERCENT and _SIZE.fullmatch(text) else _("This is no number.")
    if shape.low is not None and shape.high is not None and not shape.low <= number <= shape.high:
        return _("It should be from {low} to {high}.").format(low=shape.low, high=shape.high)
    return ""


def is_on(value: str) -> bool:
    """True for what gluster takes as "on"."""
    return value.strip().lower() in TRUE


def _pair(usual: str) -> tuple[str, str]:
    """Both words of a switch, in the option's own language."""
    place = TRUE.index(usual) if usual in TRUE else FALSE.index(usual)
    return TRUE[place], FALSE[place]


def _range(option: Option) -> tuple[int | None, int | None]:
    if option.name in RANGES:
        return RANGES[option.name]
    found = _RANGE.search(option.description)
    return (int(found[1]), int(found[2])) if found else (None, None)
