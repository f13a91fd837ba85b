"""Plans about quotas."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning, Plan, Risk, Step
from nasclustergui.core.units import count, parse_size, size
from nasclustergui.subsystems.gluster.features.options.commands import volume_reset
from nasclustergui.subsystems.gluster.features.quota.commands import volume_quota
from nasclustergui.subsystems.gluster.features.quota.model import SETTINGS, Limit, Quota, is_enabled
from nasclustergui.subsystems.gluster.model import GlusterState, Volume, VolumeStatus
from nasclustergui.subsystems.gluster.plans.steps import ACCEPTED, DRIVER, chosen_node, lane

ASKED_DISABLE = "Disabling quota will delete all the quota configuration. Do you want to continue?"
LARGEST = 2**63 - 1
TOLD = 10  # limits named in a sentence
ICON = "gauge"
TIME = re.compile(r"\d+(s|sec|m|min|h|hr|d|days|w|wk)?")


@dataclass(frozen=True)
class Target:
    """Which volume a plan is about, and what is known.

    Attributes:
        quota: newest reading; its limits tell the way back.
    """

    volume: Volume
    quota: Quota
    state: GlusterState
    cluster: str


def plan_enable(target: Target) -> Plan:
    """Switch quotas on: gluster then counts all files that are there."""
    volume = target.volume
    _require_started(volume)
    if is_enabled(volume.options):
        raise InvalidInput(_("Quotas of {volume} are on already.").format(volume=volume.name))
    title = _("Enable quotas of {volume}").format(volume=volume.name)
    step = _step(target, title, ("enable",), undo=("disable",), undo_text=_("Undo: disable quotas"), check="quota_off")
    busy = Meaning(
        Severity.BUSY,
        _("Every file is counted first; until that is done usage is shown too low"),
        _("It takes minutes to hours, depending on the number of files, and keeps the bricks busier. Clients go on."),
    )
    slower = Meaning(Severity.INFO, _("Writing gets a little slower: every write is counted"))
    return _plan(target, title, step, (busy, slower), _("Disable quotas again."), _("Quotas are disabled again."), 5.0)


def plan_disable(target: Target) -> Plan:
    """Switch quotas off: all limits are forgotten."""
    volume, limits = target.volume, target.quota.limits
    _require_on(volume)
    title = _("Disable quotas of {volume}").format(volume=volume.name)
    step = _step(
        target,
        title,
        ("disable",),
        undo_text=_("No undo"),
        check="quota_on",
        risk=Risk.DESTRUCTIVE,
        prompt=ASKED_DISABLE,
    )
    lost = ngettext("{n} directory loses its limits", "{n} directories lose their limits", len(limits))
    names = ", ".join(_shown(limit.path) for limit in limits[:TOLD]) + (", …" if len(limits) > TOLD else "")
    meaning = (
        Meaning(Severity.CRITICAL, lost.format(n=count(len(limits))), names),
        Meaning(Severity.WARN, _("Any client can fill the whole volume")),
        Meaning(Severity.INFO, _("Files stay as they are")),
    )
    undo = _("Enable quotas again and set every limit anew; all files are counted again.")
    return _plan(target, title, step, meaning, undo, _("Quotas may be off already."), 5.0)


def plan_limit(target: Target, path: str, amount: str, percent: str = "", objects: bool = False) -> Plan:
    """Limit the size (`amount` like "10GB") or, with `objects`, the number of files and directories below `path`."""
    _require_on(target.volume)
    path = clean_path(path)
    hard = _count(amount) if objects else _size(amount)
    soft = _percent(percent)
    was = _limit_at(target.quota, path, objects)
    words = (
        "limit-objects" if objects else "limit-usage",
        path,
        str(hard),
        *((soft,) if soft else ()),
    )
    what = _number(hard) if objects else size(hard)
    title = _("Limit {path} to {amount}").format(path=_shown(path), amount=what)
    over = was is not None and was.used >= hard
    step = _step(
        target,
        title,
        words,
        undo=_back(target, path, was, objects),
        undo_text=_("Undo: set the old limit") if was else _("Undo: remove the limit"),
        check="quota_on limit_unchanged",
        risk=Risk.CAUTION if over else Risk.SAFE,
        args=_limit_args(path, was, objects),
    )
    return _plan(
        target, title, step, _limit_meaning(target, path, hard, was, objects), _way_back(was, objects), "", 3.0
    )


def plan_remove(target: Target, path: str, objects: bool = False) -> Plan:
    """Take the limit of a directory away."""
    _require_on(target.volume)
    path = clean_path(path)
    was = _limit_at(target.quota, path, objects)
    if target.quota.read_at and was is None:
        raise InvalidInput(_("{path} has no such limit.").format(path=_shown(path)), field="path")
    title = (_("Remove the limit on files of {path}") if objects else _("Remove the limit of {path}")).format(
        path=_shown(path)
    )
    step = _step(
        target,
        title,
        ("remove-objects" if objects else "remove", path),
        undo=_back(target, path, was, objects) if was else (),
        undo_text=_("Undo: set the old limit") if was else _("No undo: the old limit is not known"),
        check="quota_on limit_unchanged",
        args=_limit_args(path, was, objects)
        if was
        else {"path": path, "objects": "yes" if objects else "", "old": "?"},
    )
    text = _("Limits of directories above it still hold.")
    meaning = (Meaning(Severity.INFO, _("The directory may grow until the volume is full"), text),)
    return _plan(target, title, step, meaning, _way_back(was, objects) if was else "", "", 3.0)


def plan_setting(target: Target, setting: str, value: str) -> Plan:
    """One of SETTINGS: default-soft-limit, soft-timeout, hard-timeout, alert-time."""
    _require_on(target.volume)
    value = value.strip()
    option, usual = SETTINGS[setting]
    if setting == "default-soft-limit":
        value = _percent(value) or usual
    elif not TIME.fullmatch(value):
        raise InvalidInput(_("This is no time."), field="value", hint=_("Write it like 30s, 10m, 2h, 1d or 1w."))
    was = target.volume.options.get(option)
    title = _("Set {setting} of {volume} to {value}").format(setting=setting, volume=target.volume.name, value=value)
    step = Step(
        title=title,
        node=chosen_node(target.state),
        command=volume_quota(target.volume.name, setting, value),
        driver=DRIVER,
        undo_text=_("Undo: set {value} again").format(value=was or usual),
        undo=volume_quota(target.volume.name, setting, was) if was else volume_reset(target.volume.name, option),
        check="same_volume volume_started quota_on option_unchanged",
        args={
            "volume": target.volume.name,
            "id": target.volume.uuid,
            "option": option,
            "was_set": "yes" if was is not None else "",
            "old": was or "",
        },
        expect=ACCEPTED,
    )
    return _plan(target, title, step, (_setting_meaning(setting, value),), _("Set the old value again."), "", 2.0)


def clean_path(path: str) -> str:
    """ "/home" for "/home/" and "//home". Raises InvalidInput for what can't be a directory of the volume."""
    if not path.startswith("/"):
        hint = _("Write it from the top of the volume, such as /home.")
        raise InvalidInput(_("The path must begin with “/”."), field="path", hint=hint)
    if ".." in path.split("/") or "\0" in path:
        raise InvalidInput(_("The path must not hold “..”."), field="path")
    return "/" + posixpath.normpath(path).lstrip("/")


def _step(
    target: Target,
    title: str,
    words: tuple[str, ...],
    *,
    check: str,
    undo_text: str,
    undo: tuple[str, ...] = (),
    risk: Risk = Risk.SAFE,
    prompt: str = "",
    args: dict[str, str] | None = None,
) -> Step:
    volume = target.volume
    return Step(
        title=title,
        node=chosen_node(target.state),
        command=volume_quota(volume.name, *words),
        driver=DRIVER,
        risk=risk,
        undo_text=undo_text,
        undo=volume_quota(volume.name, *undo) if undo else None,
        check=f"same_volume volume_started {check}",
        prompts=(prompt,) if prompt else (),
        args={"volume": volume.name, "id": volume.uuid, **(args or {})},
        expect=ACCEPTED,
    )


def _plan(
    target: Target, title: str, step: Step, meaning: tuple[Meaning, ...], undo: str, cancel: str, seconds: float
) -> Plan:
    return Plan(
        title=title,
        cluster=target.cluster,
        steps=(step,),
        meaning=meaning,
        undo=undo,
        confirm=target.volume.name,
        lane=lane(target.volume.name),
        seconds=seconds,
        cancel_effect=cancel or _("The limits may have changed already."),
        icon=ICON,
    )


def _limit_meaning(target: Target, path: str, hard: int, was: Limit | None, objects: bool) -> tuple[Meaning, ...]:
    said = []
    if was is not None and was.used >= hard:
        used = _number(was.used) if objects else size(was.used)
        title = _("Clients cannot write below {path} any more: it holds {used} already")
        text = _("Programs get “disk quota exceeded”. What is there stays.")
        said.append(Meaning(Severity.CRITICAL, title.format(path=_shown(path), used=used), text))
    volume = target.volume
    if not objects and path != "/" and volume.usable is not None and hard > volume.usable:
        title = _("The limit is larger than the whole volume ({size})").format(size=size(volume.usable))
        said.append(Meaning(Severity.WARN, title))
    if _not_utf8(path):
        title = _("The path is not UTF-8: gluster then lists all limits with rounded numbers only")
        said.append(Meaning(Severity.WARN, title))
    text = _("Below the soft limit gluster looks every {time} only: fast writers get past the limit meanwhile.")
    every = volume.options.get("features.soft-timeout", _("60 s"))
    said.append(Meaning(Severity.INFO, _("Gluster enforces limits with a delay"), text.format(time=every)))
    return tuple(said)


def _setting_meaning(setting: str, value: str) -> Meaning:
    texts = {
        "default-soft-limit": _("Directories without a soft limit of their own count as nearly full from there."),
        "soft-timeout": _("How often usage is looked at below the soft limit. Shorter is more exact and slower."),
        "hard-timeout": _("How often usage is looked at above the soft limit. Shorter is more exact and slower."),
        "alert-time": _("How often gluster writes to its logs that a directory is above its soft limit."),
    }
    return Meaning(Severity.INFO, _("{setting} becomes {value}").format(setting=setting, value=value), texts[setting])


def _limit_args(path: str, was: Limit | None, objects: bool) -> dict[str, str]:
    """`old`: the hard limit and the soft percent as read, "" for no limit."""
    old = f"{was.hard} {was.percent}" if was is not None and not was.rough else "?" if was is not None else ""
    return {"path": path, "objects": "yes" if objects else "", "old": old}


def _limit_at(quota: Quota, path: str, objects: bool) -> Limit | None:
    found = quota.at(path)
    return None if found is None else found.objects if objects else found.size


def _back(target: Target, path: str, was: Limit | None, objects: bool) -> tuple[str, ...]:
    if was is None:
        return ("remove-objects" if objects else "remove", path)
    usual = target.volume.options.get("features.default-soft-limit", SETTINGS["default-soft-limit"][1])
    own = () if f"{was.percent}%" == usual else (f"{was.percent}%",)  # else it would no longer follow the default
    return ("limit-objects" if objects else "limit-usage", path, str(was.hard), *own)


def _way_back(was: Limit | None, objects: bool) -> str:
    if was is None:
        return _("Remove the limit again.")
    amount = _number(was.hard) if objects else size(was.hard)
    return _("Set the old limit again: {amount}.").format(amount=amount)


def _size(text: str) -> int:
    try:
        found = parse_size(text)
    except ValueError:
        found = 0
    if not 0 < found <= LARGEST:
        raise InvalidInput(_("This is no size."), field="amount", hint=_("Write it like 500MB, 10GB or 1.5TB."))
    return found


def _count(text: str) -> int:
    cleaned = text.strip().replace(",", "")
    if not cleaned.isdigit() or not 0 < int(cleaned) <= LARGEST:
        raise InvalidInput(_("This is no number of files."), field="amount", hint=_("Write it like 100000."))
    return int(cleaned)


def _percent(text: str) -> str:
    """ "80" or "80%" → "80%", "" for nothing. Raises InvalidInput."""
    cleaned = text.strip().removesuffix("%").strip()
    if not cleaned:
        return ""
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", cleaned) or not 0 < float(cleaned) <= 100:
        raise InvalidInput(_("The soft limit is a percentage from 1 to 100."), field="percent")
    return f"{cleaned}%"


def _number(n: int) -> str:
    return ngettext("{n} file", "{n} files", n).format(n=count(n))


def _shown(path: str) -> str:
    """The path as one line of valid text."""
    text = path.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _not_utf8(path: str) -> bool:
    return any(0xDC80 <= ord(c) <= 0xDCFF for c in path)


def _require_started(volume: Volume) -> None:
    if volume.status is not VolumeStatus.STARTED:
        text = _("Volume {volume} is not started.").format(volume=volume.name)
        raise InvalidInput(text, hint=_("Start it first: gluster changes no quotas of a stopped volume."))


def _require_on(volume: Volume) -> None:
    _require_started(volume)
    if not is_enabled(volume.options):
        text = _("Quotas of {volume} are off.").format(volume=volume.name)
        raise InvalidInput(text, hint=_("Enable them first."))
