"""Who uses a volume right now: what a person must know before it is stopped or deleted."""

from __future__ import annotations

from dataclasses import dataclass

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.plan import Meaning
from nasclustergui.core.units import count

NAMED = 6  # hosts that a sentence names


@dataclass(frozen=True)
class Audience:
    """The clients of one volume, without the pool's own daemons.

    Attributes:
        hosts: where they are, by name where one is known. clients: mounts and programs.
        unknown: why nobody can say who they are, "" where they are known.
    """

    hosts: tuple[str, ...] = ()
    clients: int = 0
    unknown: str = ""


def audience_meaning(volume: str, audience: Audience | None) -> tuple[Meaning, ...]:
    """What it means for them that the volume goes away; nothing where nobody looked."""
    if audience is None:
        return ()
    if audience.unknown:
        title = _("Who uses {volume} is not known").format(volume=volume)
        return (Meaning(Severity.WARN, title, audience.unknown),)
    if not audience.clients:
        text = _("Machines that are off now and mount it later are not seen.")
        return (Meaning(Severity.OK, _("No client is connected to {volume}").format(volume=volume), text),)
    shown = ", ".join(audience.hosts[:NAMED])
    if rest := len(audience.hosts) - NAMED:
        shown += " " + _("and {n} more").format(n=count(rest)) if rest > 0 else ""
    title = ngettext("{n} client is connected: {hosts}", "{n} clients are connected: {hosts}", audience.clients)
    text = _("Programs there get errors for every open file. Unmount the volume there first.")
    return (Meaning(Severity.CRITICAL, title.format(n=count(audience.clients), hosts=shown), text),)
