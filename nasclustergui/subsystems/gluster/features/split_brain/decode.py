"""Understands what a brick tells about a copy: `stat`, and gluster's extended attributes."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nasclustergui.core.i18n import _
from nasclustergui.subsystems.gluster.features.split_brain.model import Copy, FileType, Kind, Pending
from nasclustergui.subsystems.gluster.model import Brick

NANO = 1_000_000_000
TYPES = {stat.S_IFREG: FileType.FILE, stat.S_IFDIR: FileType.DIRECTORY, stat.S_IFLNK: FileType.SYMLINK}
AFR = "trusted.afr."
DIRTY = "trusted.afr.dirty"


@dataclass(frozen=True)
class Fact:
    """`stat --printf '%f %s %u %g %h %.9Y %.9Z %.9X\\n%U\\n%G'`. Times in nanoseconds since 1970."""

    mode: int
    size: int
    uid: int
    gid: int
    nlink: int
    mtime: int
    ctime: int
    atime: int
    owner: str
    group: str


def copy_of(brick: Brick, row: Sequence[str], ids: Mapping[str, str]) -> Copy:
    """The copy from a row of `commands.parse_inspect`. `ids`: glusterd's name of a brick → the brick's name.

    Raises ValueError when the row holds something else than it should.
    """
    _item, path, said, target, attributes = row
    if not said:
        return Copy(brick.name, brick.node, brick.arbiter)
    fact = _fact(said)
    values = _attributes(attributes)
    gfid = values.get("trusted.gfid", b"")
    if len(gfid) != 16:
        raise ValueError(_("{path} has no gfid").format(path=path or _item))
    times = client_times(values.get("trusted.glusterfs.mdata", b"")) or (fact.mtime, fact.ctime, fact.atime)
    kind = TYPES.get(stat.S_IFMT(fact.mode), FileType.OTHER)
    return Copy(
        brick=brick.name,
        node=brick.node,
        arbiter=brick.arbiter,
        path=path,
        gfid=dashed(gfid),
        type=kind,
        size=fact.size,
        mode=stat.S_IMODE(fact.mode),
        uid=fact.uid,
        gid=fact.gid,
        owner=fact.owner,
        group=fact.group,
        nlink=fact.nlink if kind is FileType.DIRECTORY else fact.nlink - 1,
        mtime=times[0],
        ctime=times[1],
        atime=times[2],
        target=target if kind is FileType.SYMLINK else "",
        blames={
            ids.get(name.removeprefix(AFR), name.removeprefix(AFR)): pending
            for name, value in values.items()
            if name.startswith(AFR) and name != DIRTY and (pending := changelog(value))
        },
        dirty=changelog(values.get(DIRTY, bytes(12))),
    )


def changelog(value: bytes) -> Pending:
    """Three big-endian numbers of four bytes: data, metadata, entry. Raises ValueError for anything else.

    Source: GlusterFS developer documentation, "Automatic File Replication" (`trusted.afr.*`).
    """
    if len(value) != 12:
        raise ValueError(_("a changelog of {n} bytes").format(n=len(value)))
    return Pending(*(int.from_bytes(value[i : i + 4], "big") for i in (0, 4, 8)))


def client_times(value: bytes) -> tuple[int, int, int] | None:
    """(mtime, ctime, atime) in ns of `trusted.glusterfs.mdata`: what clients see. None where the volume keeps none.

    A byte of version, 8 of flags, then ctime, mtime, atime, each as 8 bytes seconds and 8 bytes nanoseconds, big
    endian (posix-metadata-disk.h).
    """
    if len(value) < 57 or value[0] != 1:
        return None
    parts = [int.from_bytes(value[i : i + 8], "big") for i in range(9, 57, 8)]
    ctime, mtime, atime = (parts[i] * NANO + parts[i + 1] for i in (0, 2, 4))
    return mtime, ctime, atime


def kind_of(copies: Sequence[Copy]) -> Kind:
    """What the copies of one gfid disagree about: an aspect in which each of them is blamed by another one."""
    there = [copy for copy in copies if copy.there]
    data, metadata, entry = (_all_blamed(there, aspect) for aspect in ("data", "metadata", "entry"))
    if entry:
        return Kind.NAMES_METADATA if metadata else Kind.NAMES
    if data:
        return Kind.BOTH if metadata else Kind.DATA
    return Kind.METADATA if metadata else Kind.UNCLEAR


def conflict_of(copies: Sequence[Copy]) -> Kind | None:
    """What stands behind one name on several bricks: None if it is the same file wherever there is one."""
    there = [copy for copy in copies if copy.there]
    if len({copy.gfid for copy in there}) < 2:
        return None
    return Kind.GFID if len({copy.type for copy in there}) == 1 else Kind.TYPE


def blaming_each_other(told: Mapping[str, Mapping[str, Mapping[str, bytes]]], ids: Mapping[str, str]) -> list[str]:
    """gfids for which bricks blame each other. `told`: brick → gfid → blamed brick in glusterd's words → changelog.

    Only candidates: the copies themselves say what it is.
    """
    blames: dict[str, set[tuple[str, str]]] = {}
    for brick, gfids in told.items():
        for gfid, values in gfids.items():
            blames.setdefault(gfid, set()).update((brick, ids.get(name, name)) for name, v in values.items() if any(v))
    return [gfid for gfid, pairs in blames.items() if any((b, a) in pairs and a != b for a, b in pairs)]


def dashed(gfid: bytes) -> str:
    """The usual form of a gfid."""
    text = gfid.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _all_blamed(copies: Sequence[Copy], aspect: str) -> bool:
    blamed = {
        brick for copy in copies for brick, pending in copy.blames.items() if brick != copy.brick
        if getattr(pending, aspect)
    }  # fmt: skip
    return len(copies) > 1 and all(copy.brick in blamed for copy in copies)


def _fact(said: str) -> Fact:
    numbers, owner, group = said.split("\n", 2)
    mode, size, uid, gid, nlink, *times = numbers.split(" ")
    mtime, ctime, atime = map(_nanoseconds, times)
    return Fact(int(mode, 16), int(size), int(uid), int(gid), int(nlink), mtime, ctime, atime, owner, group)


def _nanoseconds(text: str) -> int:
    match = re.fullmatch(r"(-?)(\d+)\.(\d{9})", text)
    if match is None:
        raise ValueError(_("“{text}” is no time").format(text=text[:40]))
    value = int(match[2]) * NANO + int(match[3])
    return -value if match[1] else value


def _attributes(text: str) -> dict[str, bytes]:
    """`getfattr -e hex`: name=0x…"""
    pairs = (line.partition("=") for line in text.splitlines())
    return {name: bytes.fromhex(value.removeprefix("0x")) for name, _equals, value in pairs}
