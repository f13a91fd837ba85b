"""What lies where a brick is to be, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import count
from nasclustergui.subsystems.gluster.features.places.model import Site, SiteState
from nasclustergui.subsystems.gluster.model import Volume


def finding(place: Site, volumes: Sequence[Volume]) -> tuple[Severity, str] | None:
    """How bad it is and why, None where a brick can simply be made. `volumes`: the pool's, to name an old one."""
    where = {"node": place.node, "path": place.path, "n": count(place.entries)}
    match place.state:
        case SiteState.LEFTOVER:
            return Severity.WARN, _leftover(place, volumes)
        case SiteState.FILES:
            text = ngettext(
                "{path} on {node} is not empty: {n} name lies in it, which clients would see",
                "{path} on {node} is not empty: {n} names lie in it, which clients would see",
                place.entries,
            )
            return Severity.WARN, text.format(**where)
        case SiteState.MOUNT_POINT:
            text = _("{path} on {node} is itself a mount point: without its disk, files would fill the system disk")
            return Severity.WARN, text.format(**where)
        case SiteState.INSIDE:
            return Severity.CRITICAL, _("{path} on {node} lies inside another volume's brick").format(**where)
        case SiteState.NO_PARENT:
            text = _("{path} on {node}: only the last directory is made, those above it are missing")
            return Severity.CRITICAL, text.format(**where)
        case SiteState.NO_DIRECTORY:
            return Severity.CRITICAL, _("{path} on {node} exists and is no directory").format(**where)
    return None


def refused(place: Site) -> bool:
    """True where no choice but another directory helps."""
    return place.state in (SiteState.INSIDE, SiteState.NO_PARENT, SiteState.NO_DIRECTORY)


def _leftover(place: Site, volumes: Sequence[Volume]) -> str:
    name = next((volume.name for volume in volumes if volume.uuid == place.volume_id), "")
    old = _("volume {name}").format(name=name) if name else _("a volume that is gone")
    text = ngettext(
        "{path} on {node} was a brick of {old}: {n} name is left in it",
        "{path} on {node} was a brick of {old}: {n} names are left in it",
        place.entries,
    )
    return text.format(path=place.path, node=place.node, old=old, n=count(place.entries))
