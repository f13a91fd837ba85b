"""What is known of the whole cluster at one moment: the subsystems' states side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nasclustergui.core.disks import Disk, mount_of
from nasclustergui.core.errors import NasError
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Profile
from nasclustergui.subsystems.etcd.model import Drain, EtcdState
from nasclustergui.subsystems.gluster.model import GlusterState, Volume
from nasclustergui.subsystems.nodes.features.machine.model import Reading
from nasclustergui.subsystems.nodes.model import NodesState


@dataclass(frozen=True)
class ClusterState:
    """The last reading of every subsystem; None where there never was one.

    Attributes:
        errors: subsystem id → why the newest reading failed. The older state stays beside it.
        read_at: subsystem id → Unix time of the last good reading.
        etcd_left: nodes that are no members, and on which etcd still runs or has data.
        machines: node → what was seen when it was looked at closely; read seldom, each part with its own time.
    """

    profile: Profile
    nodes: NodesState = field(default_factory=NodesState)
    gluster: GlusterState | None = None
    etcd: EtcdState | None = None
    errors: Mapping[str, NasError] = field(default_factory=dict)
    read_at: Mapping[str, float] = field(default_factory=dict)
    etcd_left: frozenset[str] = frozenset()
    machines: Mapping[str, Reading] = field(default_factory=dict)

    @property
    def leader(self) -> str:
        """The node (or else the member) that leads etcd, "" if nobody does or nobody told."""
        member = self.etcd.leader if self.etcd and "etcd" not in self.errors else None
        return (member.node or member.name) if member else ""

    def etcd_role(self, node: str) -> str:
        """ "leader", "member", "learner", or "" for a node without etcd."""
        for member in self.etcd.members if self.etcd else ():
            if member.node == node:
                return "leader" if member.leader else "learner" if member.learner else "member"
        return ""

    def role(self, node: str) -> str:
        """What the node is to the cluster: profile, else its registration, else the last one, else its membership."""
        profile = self.profile.node(node)
        if profile and profile.role:
            return profile.role
        if registered := self._registered_role(node):
            return registered
        known = self.etcd.last_roles.get(node, "") if self.etcd else ""
        return known or ("manager" if self.etcd_role(node) in ("leader", "member") else "")

    def role_is_old(self, node: str) -> bool:
        """The role is what the node registered with last: now it isn't registered, or nobody can tell."""
        profile = self.profile.node(node)
        if (profile and profile.role) or self.etcd is None:
            return False
        known = bool(self.etcd.last_roles.get(node) or self._registered_role(node))
        return known and ("etcd" in self.errors or not self._registered_role(node))

    def _registered_role(self, node: str) -> str:
        registrations = self.etcd.registrations if self.etcd else ()
        return next((each.role for each in registrations if each.name == node), "")

    def bricks_of(self, node: str) -> tuple[tuple[Volume, int], ...]:
        """(volume, position of the brick) for every brick on the node."""
        volumes = self.gluster.volumes if self.gluster else ()
        return tuple((v, i) for v in volumes for i, brick in enumerate(v.bricks) if (brick.node or brick.host) == node)


def with_volumes(disks: tuple[Disk, ...], state: GlusterState | None) -> tuple[Disk, ...]:
    """The disks, each with the volumes whose bricks lie on it."""
    if state is None:
        return disks
    mounts: dict[str, list[str]] = {}
    for disk in disks:
        mounts.setdefault(disk.node, []).append(disk.mount)
    users: dict[tuple[str, str], list[str]] = {}
    for volume in state.volumes:
        for brick in volume.bricks:
            mount = mount_of(brick.path, mounts.get(brick.node, []))
            if mount is not None:
                users.setdefault((brick.node, mount), []).append(volume.name)
    return tuple(disk.used(tuple(dict.fromkeys(users.get((disk.node, disk.mount), ())))) for disk in disks)


def with_drains(disks: tuple[Disk, ...], drains: Mapping[str, Drain]) -> tuple[Disk, ...]:
    """The disks; those on nodes that are being drained take no new bricks."""
    why = _("its node is being drained")
    return tuple(replace(d, problem=why) if d.node in drains and not d.problem else d for d in disks)
