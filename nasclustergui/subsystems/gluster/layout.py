"""The layout of a volume before it exists: which bricks form which set, what is wrong or unwise about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.core.units import size
from nasclustergui.subsystems.gluster.model import Brick, GlusterState, PeerState, Volume, VolumeStatus, VolumeType
from nasclustergui.subsystems.gluster.names import check_brick_path, check_host, check_length, check_volume_name

UNEQUAL = 1.10  # sizes within one set that differ by more are worth a word


@dataclass(frozen=True)
class BrickSpec:
    """A brick to be. `host`: as the pool calls the node; `path`: its directory.

    Attributes:
        node, rack: in the profile, "" if unknown.
        mount: mount point of the file system that it lies on, "" if unknown: "/" is the system disk.
        size, free: bytes of that file system, None if unknown.
    """

    host: str
    path: str
    node: str = ""
    rack: str = ""
    mount: str = ""
    size: int | None = None
    free: int | None = None

    @property
    def name(self) -> str:
        """ "node1:/bricks/d1/data", as the CLI takes it."""
        return f"{self.host}:{self.path}"

    @property
    def place(self) -> str:
        """What it shares its fate with: the node."""
        return self.node or self.host


@dataclass(frozen=True)
class VolumeSpec:
    """A volume to be.

    Attributes:
        bricks: consecutive groups of `set_size` form the sets; in an arbiter set the last one is the arbiter.
        set_size: copies per set (arbiter included), or data and redundancy bricks of a dispersed set; 1 if distributed.
        redundancy: bricks of a dispersed set that may be lost.
        force: accept what gluster would refuse: a used directory, a mount point, two bricks of a set on one node.
        start: start it once it is created.
    """

    name: str
    type: VolumeType
    bricks: tuple[BrickSpec, ...]
    set_size: int = 1
    redundancy: int = 0
    transport: str = ""
    force: bool = False
    start: bool = True

    @property
    def sets(self) -> tuple[tuple[BrickSpec, ...], ...]:
        """The groups of bricks."""
        n = max(self.set_size, 1)
        return tuple(self.bricks[i : i + n] for i in range(0, len(self.bricks), n))

    @property
    def replica(self) -> int:
        """Bricks per replica set, 1 if not replicated."""
        return self.set_size if self.type in (VolumeType.REPLICATE, VolumeType.ARBITER) else 1

    @property
    def arbiter(self) -> int:
        """Arbiter bricks per set."""
        return int(self.type is VolumeType.ARBITER)

    @property
    def disperse(self) -> int:
        """Bricks per dispersed set, 0 if not dispersed."""
        return self.set_size if self.type is VolumeType.DISPERSE else 0


@dataclass(frozen=True)
class Finding:
    """Something unwise. `needs_force`: gluster refuses it without "force"."""

    severity: Severity
    text: str
    needs_force: bool = False


def preview(spec: VolumeSpec) -> Volume:
    """The volume as it would be, for `safety.survives`, `Volume.usable` and pictures."""
    bricks = tuple(
        Brick(
            brick.host,
            brick.path,
            node=brick.node,
            arbiter=bool(spec.arbiter) and i % spec.set_size == spec.set_size - 1,
            size=brick.size,
            free=brick.free,
        )
        for i, brick in enumerate(spec.bricks)
    )
    return Volume(
        spec.name,
        "",
        spec.type,
        VolumeStatus.CREATED,
        bricks,
        replica=spec.replica,
        arbiter=spec.arbiter,
        disperse=spec.disperse,
        redundancy=spec.redundancy if spec.disperse else 0,
    )


def check_shape(spec: VolumeSpec) -> None:
    """Raise InvalidInput (field "type" or "bricks") if these numbers make no volume."""
    least = {VolumeType.REPLICATE: 2, VolumeType.ARBITER: 3, VolumeType.DISPERSE: 3}.get(spec.type, 1)
    most = {VolumeType.DISTRIBUTE: 1, VolumeType.ARBITER: 3}.get(spec.type, spec.set_size)
    if not least <= spec.set_size <= most:
        raise InvalidInput(
            _("A set of this kind cannot have {n} bricks.").format(n=spec.set_size),
            field="type",
            hint=_("Replicas need 2 or more, an arbiter set is 2 and the arbiter, dispersed sets need 3 or more."),
        )
    if spec.type is VolumeType.DISPERSE and not 0 < 2 * spec.redundancy < spec.set_size:
        raise InvalidInput(
            _("Of {n} dispersed bricks {r} cannot be redundant.").format(n=spec.set_size, r=spec.redundancy),
            field="type",
            hint=_("The redundancy must be at least 1 and less than half of the bricks."),
        )
    check_whole_sets(len(spec.bricks), spec.set_size)


def check_whole_sets(bricks: int, set_size: int) -> None:
    """Raise InvalidInput (field "bricks") unless they make whole sets."""
    if not bricks or bricks % set_size:
        raise InvalidInput(
            ngettext(
                "{n} brick does not make whole sets of {size}.", "{n} bricks do not make whole sets of {size}.", bricks
            ).format(n=bricks, size=set_size),
            field="bricks",
            hint=_("Give every set all of its bricks."),
        )


def check_bricks(volume: str, bricks: Sequence[BrickSpec], state: GlusterState) -> None:
    """Raise InvalidInput (field "bricks", "host" or "path") for bricks that can't become part of the volume."""
    for brick in bricks:
        check_host(brick.host)
        check_brick_path(brick.path)
        check_length(volume, brick.host, brick.path)
        _check_peer(brick, state)
    for i, brick in enumerate(bricks):
        for other in bricks[:i]:
            if brick.place == other.place and _overlap(brick.path, other.path):
                raise InvalidInput(
                    _("{brick} and {other} overlap.").format(brick=brick.name, other=other.name), field="bricks"
                )
        _check_unused(brick, state)


def check_spec(spec: VolumeSpec, state: GlusterState) -> None:
    """Raise InvalidInput for everything about the spec that gluster would refuse or misunderstand."""
    check_volume_name(spec.name)
    if state.volume(spec.name):
        raise InvalidInput(
            _("There is a volume {volume} already.").format(volume=spec.name),
            field="name",
            hint=_("Choose another name."),
        )
    check_shape(spec)
    check_bricks(spec.name, spec.bricks, state)
    for finding in findings(spec):
        if finding.needs_force and not spec.force:
            raise InvalidInput(finding.text, field="bricks", hint=_("Choose other bricks, or accept it with “force”."))


def findings(spec: VolumeSpec) -> tuple[Finding, ...]:
    """What is unwise about the layout, worst first. `check_shape` must hold."""
    found: list[Finding] = []
    for number, group in enumerate(spec.sets, 1):
        found += _set_findings(spec, number, group)
    for brick in spec.bricks:
        found += _place_findings(brick)
    if spec.type is VolumeType.REPLICATE and spec.set_size == 2:
        text = _("Two copies without an arbiter can end in split-brain when the nodes lose touch.")
        found.append(Finding(Severity.WARN, text))
    return tuple(sorted(found, key=lambda f: -f.severity))


def _set_findings(spec: VolumeSpec, number: int, group: Sequence[BrickSpec]) -> list[Finding]:
    if spec.type is VolumeType.DISTRIBUTE:
        return []
    found = []
    places = [brick.place for brick in group]
    for node in dict.fromkeys(places):
        if places.count(node) > 1:
            text = _("Set {set} has {n} bricks on {node}: losing that node takes them all.")
            found.append(Finding(Severity.WARN, text.format(set=number, n=places.count(node), node=node), True))
    data = [brick for i, brick in enumerate(group) if not (spec.arbiter and i == spec.set_size - 1)]
    sizes = [brick.size for brick in data if brick.size]
    if sizes and max(sizes) > UNEQUAL * min(sizes):
        text = _("The bricks of set {set} differ in size: only {size} of each can be used.")
        found.append(Finding(Severity.INFO, text.format(set=number, size=size(min(sizes)))))
    return found


def _place_findings(brick: BrickSpec) -> list[Finding]:
    if brick.mount and brick.path.rstrip("/") == brick.mount.rstrip("/"):
        text = _("{brick} is itself a mount point: if the disk were not mounted, files would land on the system disk.")
        return [Finding(Severity.WARN, text.format(brick=brick.name), True)]
    if brick.mount == "/":
        text = _("{brick} lies on the system disk: when it is full, the node stops.")
        return [Finding(Severity.WARN, text.format(brick=brick.name), True)]
    return []


def _check_peer(brick: BrickSpec, state: GlusterState) -> None:
    peer = next((p for p in state.peers if brick.host in p.hostnames), None)
    if peer is None:
        raise InvalidInput(
            _("{host} is no member of the pool.").format(host=brick.host),
            field="host",
            hint=_("Write the host as the pool calls it, or add the node to the pool first."),
        )
    if peer.state is not PeerState.CONNECTED:
        raise InvalidInput(
            _("Peer {host} is not connected, so it cannot take a brick now.").format(host=brick.host),
            field="host",
            hint=_("Bring the node back, or use bricks of other nodes."),
        )


def _check_unused(brick: BrickSpec, state: GlusterState) -> None:
    uuid = next((peer.uuid for peer in state.peers if brick.host in peer.hostnames), "")
    for volume in state.volumes:
        for other in volume.bricks:
            same_node = other.host_uuid == uuid if other.host_uuid and uuid else other.host == brick.host
            if same_node and _overlap(brick.path, other.path):
                raise InvalidInput(
                    _("{brick} is, contains or lies inside a brick of volume {volume}.").format(
                        brick=brick.name, volume=volume.name
                    ),
                    field="bricks",
                    hint=_("Choose another directory."),
                )


def _overlap(a: str, b: str) -> bool:
    first, second = a.rstrip("/") + "/", b.rstrip("/") + "/"
    return first.startswith(second) or second.startswith(first)


def normalised(spec: VolumeSpec) -> VolumeSpec:
    """The spec with its paths as gluster will write them: without a slash at the end."""
    bricks = tuple(replace(b, path=b.path.rstrip("/") if len(b.path) > 1 else b.path) for b in spec.bricks)
    return replace(spec, bricks=bricks)
