"""What was read of a machine, in words: SMART, clocks, updates, kernels. For the window and the command line."""

from __future__ import annotations

from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import DASH, clock, count, decimal, duration
from nasclustergui.subsystems.nodes.features.joining.model import Clock
from nasclustergui.subsystems.nodes.features.machine.compare import KERNEL, SYSTEM, Skew, newer_kernel
from nasclustergui.subsystems.nodes.features.machine.model import Facts, Hardware, TimeKeeping, Updates
from nasclustergui.subsystems.nodes.features.machine.smart import Health, Silence, Smart

OLD_LISTS = 3 * 86400.0  # seconds; older package lists can't say that nothing is pending


def health_word(smart: Smart) -> tuple[str, str]:
    """(state of the theme, word)."""
    if smart.silence is Silence.NO_ANSWER:
        return "warn", _("No answer")
    return {
        Health.GOOD: ("ok", _("Healthy")),
        Health.WATCH: ("warn", _("Watch it")),
        Health.FAILING: ("critical", _("Failing")),
        Health.UNKNOWN: ("unknown", _("Unknown")),
    }[smart.health]


def silence_text(silence: Silence) -> str:
    """Why SMART says nothing, one sentence; "" where it does."""
    return {
        Silence.NONE: "",
        Silence.NOT_INSTALLED: _("smartctl is not installed on this node: nobody watches its disks."),
        Silence.TOO_OLD: _("smartctl is too old: 7.0 or later is needed."),
        Silence.NO_PERMISSION: _("The login may not ask the disk: root is needed."),
        Silence.VIRTUAL: _("A virtual disk has no SMART: look at the host's disks."),
        Silence.USB_BRIDGE: _("The USB adapter does not pass SMART on."),
        Silence.UNSUPPORTED: _("The disk gives no verdict of its own."),
        Silence.OFF: _("SMART is switched off in the disk."),
        Silence.ASLEEP: _("The disk sleeps and was not woken up."),
        Silence.NO_ANSWER: _("The disk did not answer within 10 s: it may be dying."),
        Silence.UNREADABLE: _("smartctl gave an answer that this program cannot read."),
    }[silence]


def signs(smart: Smart) -> list[str]:
    """What worries, worst first, with numbers."""
    found = []
    if smart.passed is False:
        found.append(_("own check failed"))
    if n := smart.uncorrectable:
        found.append(ngettext("{n} sector cannot be read", "{n} sectors cannot be read", n).format(n=count(n)))
    if n := smart.pending:
        text = ngettext("{n} sector waits for reallocation", "{n} sectors wait for reallocation", n)
        found.append(text.format(n=count(n)))
    if n := smart.media_errors:
        found.append(ngettext("{n} media error", "{n} media errors", n).format(n=count(n)))
    if n := smart.reallocated:
        found.append(ngettext("{n} sector was reallocated", "{n} sectors were reallocated", n).format(n=count(n)))
    if smart.wear is not None and smart.wear >= 90:
        found.append(_("{n} percent of its guaranteed life is used up").format(n=smart.wear))
    if smart.spare is not None and smart.spare_limit is not None and smart.spare <= smart.spare_limit:
        found.append(_("its spare blocks are down to {n} percent").format(n=smart.spare))
    return found


def seconds_text(value: float, error: float) -> str:
    """ "+2.1 s ± 0.03 s": with no more digits than the uncertainty leaves."""
    digits = 0 if error >= 0.5 else 1 if error >= 0.05 else 2 if error >= 0.005 else 3
    rounded = decimal(abs(value), digits)
    sign = "" if not float(f"{value:.{digits}f}") else "+" if value > 0 else "\N{MINUS SIGN}"
    return f"{sign}{rounded}\u00a0s ± {decimal(max(error, 10**-digits / 2), max(digits, 1))}\u00a0s"


def skew_text(told: Clock | None) -> str:
    """A clock against this workstation's."""
    return DASH if told is None else seconds_text(told.ahead, told.error)


def skew_sentence(skew: Skew) -> str:
    """ "2.1 s ahead (± 0.1 s)"."""
    text = _("{seconds} ahead") if skew.seconds > 0 else _("{seconds} behind")
    how = seconds_text(abs(skew.seconds), skew.error).lstrip("+")
    return text.format(seconds=how)


def keeping_text(time: TimeKeeping) -> str:
    """Who keeps the clock, and whether it is in step."""
    service = time.service or _("No time service runs")
    if time.synchronised is None:
        return service
    return f"{service}, " + (_("in step") if time.synchronised else _("not in step"))


def updates_text(updates: Updates | None) -> tuple[str, str]:
    """(sentence, state). Never "none" where the lists are too old to tell."""
    if updates is None:
        return DASH, "unknown"
    if updates.updates is None:
        return _("Not known: {reason}").format(reason=updates.error or _("apt gave no answer")), "unknown"
    if updates.lists_age is None:
        return _("Not known: this node has no package lists"), "unknown"
    n, security = len(updates.updates), updates.security or 0
    old = updates.lists_age > OLD_LISTS
    if n:
        text = ngettext("{n} update", "{n} updates", n).format(n=count(n))
        text += ", " + ngettext("{n} of them for security", "{n} of them for security", security).format(n=security)
        return (_("At least {updates}").format(updates=text) if old else text), "warn" if security else "busy"
    if old:
        return _("Not known: the package lists are too old"), "unknown"
    return _("None pending"), "ok"


def lists_text(updates: Updates | None) -> str:
    """How old the package lists are."""
    age = updates.lists_age if updates is not None else None
    return DASH if age is None else _("Fetched {age} ago").format(age=duration(round(age)))


def reboot_text(facts: Facts) -> tuple[str, str]:
    """(sentence, state): whether a restart is needed, and why."""
    software = facts.software
    why = []
    if newer := newer_kernel(software):
        why.append(_("kernel {release} is installed").format(release=newer))
    if software.reboot:
        packages = ", ".join(software.reboot_for[:4])
        why.append(_("asked for by {packages}").format(packages=packages) if packages else _("the system asks for it"))
    if why:
        return _("Needed: {reasons}").format(reasons=", ".join(why)), "warn"
    if not software.kernel:
        return DASH, "unknown"
    return _("Not asked for"), "ok"


def kind_text(hardware: Hardware) -> str:
    """Bare metal or what it runs in."""
    if not hardware.virtual:
        return DASH
    if hardware.virtual == "none":
        return _("Bare metal")
    containers = ("lxc", "docker", "podman", "container-other", "systemd-nspawn", "openvz", "wsl")
    if hardware.virtual in containers:
        return _("Container ({kind})").format(kind=hardware.virtual)
    return _("Virtual machine ({kind})").format(kind=hardware.virtual)


def program(name: str) -> str:
    """A row of the comparison of versions."""
    return {SYSTEM: _("System"), KERNEL: _("Kernel, running")}.get(name, name)


def read_at(at: float | None) -> str:
    """ "Read 03:02:17"."""
    return _("Read {time}").format(time=clock(at)) if at else ""
