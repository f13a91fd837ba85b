"""What an outlook says, in sentences: for the window, the plans and the command line. Pure."""

from __future__ import annotations

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.features.quorum.outlook import Loss, Outlook, ServerQuorum, SetOutlook
from nasclustergui.subsystems.gluster.quorum import Access
from nasclustergui.subsystems.gluster.safety import Reach, VolumeImpact


def reach_word(found: VolumeImpact) -> str:
    """At most 16 characters."""
    if found.reach is Reach.FULL and found.unhealed_lost:
        return _("Unhealed stops")
    words = {
        Reach.FULL: _("Goes on"),
        Reach.READ: _("Only readable"),
        Reach.PARTIAL: _("Part stops"),
        Reach.NONE: _("Stops"),
    }
    return words[found.reach]


def reach_severity(found: VolumeImpact) -> Severity:
    """How bad it is for clients."""
    if found.reach is Reach.FULL:
        return Severity.WARN if found.unhealed_lost else Severity.OK
    return Severity.WARN if found.reach is Reach.READ else Severity.CRITICAL


def reach_text(found: VolumeImpact, outlook: Outlook | None = None) -> str:
    """What clients would notice, one or two sentences."""
    if found.server_quorum_lost:
        return _("Too few peers: glusterd stops all bricks of the volume on the nodes that are left.")
    if found.reach is Reach.NONE:
        return _("Nothing can be read or written.")
    if found.reach is Reach.PARTIAL:
        dead = [s.number for s in found.sets if s.access is Access.NONE]
        text = ngettext(
            "Set {sets} stops: its files are missing from listings, without an error.",
            "Sets {sets} stop: their files are missing from listings, without an error.",
            len(dead),
        )
        return text.format(sets=", ".join(map(str, dead)))
    if found.reach is Reach.READ:
        return _("Files can be read, not written.")
    if found.unhealed_lost:
        n = sum(s.pending or 0 for s in found.sets if s.access > s.unhealed)
        text = ngettext(
            "The volume goes on, but {n} entry that waits for a heal is out of reach or old.",
            "The volume goes on, but {n} entries that wait for a heal are out of reach or old.",
            n,
        )
        return text.format(n=count(n))
    short = [s.number for s in found.sets if s.up < s.bricks]
    if not short:
        return _("Nothing changes for clients.")
    return _("Stays readable and writable. What is written meanwhile must heal afterwards.") if _copies(found) else ""


def _copies(found: VolumeImpact) -> bool:
    return any(s.bricks > 1 for s in found.sets)


def set_word(found: SetOutlook) -> str:
    """At most 16 characters."""
    if found.access is Access.NONE:
        return _("No quorum")
    if found.access is Access.READ:
        return _("Only readable")
    return _("Unhealed files") if found.unhealed < found.access else _("Writable")


def set_severity(found: SetOutlook) -> Severity:
    """How bad it is."""
    if found.access is Access.FULL:
        return Severity.WARN if found.unhealed < found.access else Severity.OK
    return Severity.WARN if found.access is Access.READ else Severity.CRITICAL


def set_count(found: SetOutlook) -> str:
    """ "3 of 3 up, 2 needed"."""
    text = _("{up} of {n} up, {needed} needed")
    if found.needed != found.needed_with_first:
        text = _("{up} of {n} up, {needed} needed, or {fewer} with the first")
    text = text.format(up=found.up, n=len(found.bricks), needed=found.needed, fewer=found.needed_with_first)
    if found.unsure:
        text += " " + _("({n} not known)").format(n=found.unsure)
    return text


def server_text(found: ServerQuorum) -> str:
    """The rule between the peers and where it stands."""
    ratio = found.ratio or "51"
    rule = _(
        "{need} of {n} peers must be connected ({ratio} %). All peers of the pool count, also those without bricks."
    )
    return rule.format(need=found.needed, n=found.peers, ratio=ratio)


def server_word(found: ServerQuorum) -> str:
    """At most 16 characters."""
    if not found.enforced:
        return _("Not enforced")
    if found.spare < 0:
        return _("Lost")
    return _("Held") if found.spare else _("Just held")


def server_spare(found: ServerQuorum) -> str:
    """What may still be lost."""
    if not found.enforced:
        return _("Bricks run on however few nodes see each other.")
    if found.spare < 0:
        return _("{n} are connected: glusterd has stopped the bricks of this volume.").format(n=count(found.connected))
    if not found.spare:
        return _("{n} are connected: the next one that is lost stops the volume.").format(n=count(found.connected))
    text = ngettext("{c} are connected: {n} may be lost.", "{c} are connected: {n} may be lost.", found.spare)
    return text.format(c=count(found.connected), n=count(found.spare))


def loss_title(loss: Loss) -> str:
    """ "If node2 goes"."""
    if loss.gone:
        return _("{name}, which is down already").format(name=loss.what)
    return _("If {name} goes").format(name=loss.what)
