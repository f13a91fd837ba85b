"""The sections of the storage page in their order: the one list of them. Each is loaded when it is first opened."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple, cast

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.page.desk import Desk
from nasclustergui.subsystems.gluster.page.section import Section


class SectionSpec(NamedTuple):
    """A section: its id in action ids ("gluster.options:data"), icon, title, and "module:Class" in this package.

    `for_volumes`: it shows a single volume when asked to, so volumes offer it in their menus.
    """

    id: str
    icon: str
    title: str
    where: str
    for_volumes: bool = True


def volume_sections() -> tuple[SectionSpec, ...]:
    """The subjects of one volume, shown in its own view."""
    return (
        SectionSpec("healing", "heart-pulse", _("Healing"), "healing.section:HealSection"),
        SectionSpec("rebalancing", "arrow-left-right", _("Rebalance"), "rebalance.section:RebalanceSection"),
        SectionSpec("split-brain", "git-compare", _("Split-brain"), "split_brain.section:SplitBrainSection"),
        SectionSpec("options", "sliders-horizontal", _("Options"), "options.section:OptionsSection"),
        SectionSpec("quota", "gauge", _("Quotas"), "quota.section:QuotaSection"),
        SectionSpec("bitrot", "shield-check", _("Bit rot"), "bitrot:BitrotSection"),
        SectionSpec("geo-replication", "send", _("Geo-replication"), "geo_replication:GeoReplicationSection"),
        SectionSpec("clients", "users", _("Clients"), "clients:ClientsSection"),
        SectionSpec("quorum", "scale", _("Quorum"), "quorum:QuorumSection"),
        SectionSpec("performance", "activity", _("Performance"), "performance:PerformanceSection"),
    )


def pool_sections() -> tuple[SectionSpec, ...]:
    """The subjects of the whole pool, tabs beside the volumes."""
    return (
        SectionSpec("peers", "network", _("Peers"), "peers:PeersSection", for_volumes=False),
        SectionSpec("snapshots", "camera", _("Snapshots"), "snapshots:SnapshotsSection"),
        SectionSpec(
            "pool-options", "sliders-horizontal", _("Options"), "options.section:PoolOptionsSection", for_volumes=False
        ),
    )


def make(spec: SectionSpec, desk: Desk) -> Section:
    """The widget of a section."""
    module, _colon, name = spec.where.partition(":")
    return cast(Section, getattr(import_module(f"{__name__}.{module}"), name)(desk))
