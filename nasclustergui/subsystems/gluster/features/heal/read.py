"""Reads the list of what waits, the daemons' last crawls, and what the bricks' nodes say. For worker threads."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from nasclustergui.core.errors import NasError
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster import commands
from nasclustergui.subsystems.gluster.commands.answer import Answer
from nasclustergui.subsystems.gluster.commands.heal import parse_heal_info
from nasclustergui.subsystems.gluster.features.heal.commands import (
    Listing,
    kinds,
    parse_kinds,
    parse_listing,
    parse_walks,
)
from nasclustergui.subsystems.gluster.features.heal.model import (
    BrickFacts,
    Entry,
    EntryKind,
    EntryList,
    EntryState,
    NodeFacts,
    Probe,
    Walk,
)
from nasclustergui.subsystems.gluster.features.heal.probing import parse_probe, probe
from nasclustergui.subsystems.gluster.features.pool import Pool
from nasclustergui.subsystems.gluster.features.split_brain.paths import resolve
from nasclustergui.subsystems.gluster.model import Brick, Volume
from nasclustergui.subsystems.gluster.parallel import gather

KINDS_OF = 5000  # entries per brick whose kind is looked up
UNNAMED = re.compile(r"<gfid:([0-9a-f-]{36})>(/.*)?", re.DOTALL)
WORST = (EntryState.SPLIT_BRAIN, EntryState.HEALING, EntryState.WAITS, EntryState.UNKNOWN)


def read_entries(pool: Pool, volume: Volume, job: Job) -> EntryList:
    """What waits, entry by entry. Slow: gluster looks at each of them on every brick. Takes no lock.

    Raises a NasError when gluster can't tell, Cancelled.
    """
    begun = time.monotonic()
    listing = pool.ask(commands.volume_heal_info(volume.name, xml=False), parse_listing, job)
    gfids: dict[tuple[str, str], str] = {}
    marked = listing is not None
    if listing is None:
        listing, gfids = _from_xml(pool, volume, job)
    entries = _merged(volume, listing, gfids)
    entries = _with_kinds(pool, volume, _with_paths(pool, volume, entries, job), job)
    counts = {brick: None if rows is None else len(rows) for brick, (_status, rows) in listing.items()}
    reasons = {brick: status for brick, (status, rows) in listing.items() if rows is None}
    return EntryList(time.time(), time.monotonic() - begun, entries, counts, reasons, marked)


def _from_xml(pool: Pool, volume: Volume, job: Job) -> tuple[Listing, dict[tuple[str, str], str]]:
    """Without marks, but names with line breaks are whole; and the gfid of (brick, name)."""
    bricks = pool.ask(commands.volume_heal_info(volume.name), parse_heal_info, job)
    listing: Listing = {}
    gfids = {}
    for brick in bricks:
        rows = [(name, EntryState.UNKNOWN) for _gfid, name in brick.files] if brick.entries is not None else None
        listing[brick.brick] = ("", rows)
        gfids.update({(brick.brick, name): gfid for gfid, name in brick.files})
    return listing, gfids


def _merged(volume: Volume, listing: Listing, gfids: Mapping[tuple[str, str], str]) -> tuple[Entry, ...]:
    """Each entry once per set, with all bricks that list it and the worst of its marks."""
    found: dict[tuple[int, str], Entry] = {}
    for number, group in enumerate(volume.sets, 1):
        for brick in group:
            for name, state in listing.get(brick.name, ("", None))[1] or ():
                key = (number, name)
                old = found.get(key)
                gfid = gfids.get((brick.name, name), "")
                if old is None:
                    found[key] = Entry(name, number, (brick.name,), state, gfid=gfid or _gfid_in(name))
                else:
                    worst = min(old.state, state, key=WORST.index)
                    found[key] = replace(old, bricks=(*old.bricks, brick.name), state=worst)
    return tuple(found.values())


def _gfid_in(name: str) -> str:
    """ "<gfid:…>" → the gfid; "" for a path, also one that begins with the gfid of its directory."""
    return name[6:-1] if name.startswith("<gfid:") and name.endswith(">") else ""


def _with_paths(pool: Pool, volume: Volume, entries: tuple[Entry, ...], job: Job) -> tuple[Entry, ...]:
    """Asks the bricks for the paths that gluster did not name; what can't be found keeps its gfid."""
    places = {brick.name for brick in volume.bricks if brick.node}
    wanted: dict[str, list[str]] = {}
    for entry in entries:
        asked = next((name for name in entry.bricks if name in places), "")
        if asked and (match := UNNAMED.fullmatch(entry.name)):
            wanted.setdefault(asked, []).append(match[1])
    tasks = {name: partial(resolve, pool, volume, name, gfids, job) for name, gfids in wanted.items()}
    paths: dict[str, str | None] = {}
    for answer in gather(tasks).values():
        if not isinstance(answer, NasError):
            paths |= answer
    return tuple(_with_path(entry, paths) for entry in entries) if paths else entries


def _with_path(entry: Entry, paths: Mapping[str, str | None]) -> Entry:
    """A directory without a name may stand before the name of what is in it: "<gfid:…>/file"."""
    match = UNNAMED.fullmatch(entry.name)
    found = paths.get(match[1]) if match else None
    if match is None or found is None:
        return entry
    return replace(entry, name=found.rstrip("/") + match[2] if match[2] else found, resolved=True)


def _with_kinds(pool: Pool, volume: Volume, entries: tuple[Entry, ...], job: Job) -> tuple[Entry, ...]:
    """Asks one brick for each entry what it is; what can't be asked stays unknown."""
    bricks = {brick.name: brick for brick in volume.bricks if brick.node}
    wanted: dict[str, list[str]] = {}
    for entry in entries:
        asked = next((name for name in entry.bricks if name in bricks), "")
        if asked and entry.name.startswith("/") and len(wanted.setdefault(asked, [])) < KINDS_OF:
            wanted[asked].append(f".{entry.name}")
    tasks = {name: partial(_kinds, pool, bricks[name], paths, job) for name, paths in wanted.items()}
    known = {name: answer for name, answer in gather(tasks).items() if not isinstance(answer, NasError)}
    return tuple(_with_kind(entry, known) for entry in entries)


def _kinds(pool: Pool, brick: Brick, names: Iterable[str], job: Job) -> dict[str, tuple[EntryKind, int]]:
    command = kinds(brick.path, list(names))
    return parse_kinds(Answer(command, pool.on_node(brick.node, command, job), brick.node))


def _with_kind(entry: Entry, known: Mapping[str, Mapping[str, tuple[EntryKind, int]]]) -> Entry:
    for brick in entry.bricks:
        found = known.get(brick, {}).get(f".{entry.name}")
        if found is not None:
            kind, size = found
            return replace(entry, kind=kind, size=size)
    return entry


def read_walks(pool: Pool, volume: Volume, job: Job) -> tuple[Walk, ...]:
    """The daemons' last crawls. Takes the volume's lock; replicated volumes only."""
    names = [brick.name for brick in volume.bricks]
    return pool.ask(commands.volume_heal_statistics(volume.name), partial(_walks, names), job)


def _walks(names: list[str], answer: Answer) -> tuple[Walk, ...]:
    return parse_walks(answer, names)


def read_probe(pool: Pool, volume: Volume, job: Job) -> Probe:
    """What the bricks' nodes say, all at once; a node that can't be asked is named in `failed`. Takes no lock."""
    nodes = tuple(dict.fromkeys(brick.node for brick in volume.bricks if brick.node))
    answers = gather({node: partial(_ask, pool, volume, node, job) for node in nodes})
    bricks: dict[str, BrickFacts] = {}
    facts: dict[str, NodeFacts] = {}
    failed: dict[str, str] = {}
    for node, answer in answers.items():
        if isinstance(answer, NasError):
            failed[node] = str(answer)
        else:
            bricks |= answer[0]
            facts[node] = answer[1]
    return Probe(time.time(), bricks, facts, failed)


def _ask(pool: Pool, volume: Volume, node: str, job: Job) -> tuple[dict[str, BrickFacts], NodeFacts]:
    command = probe(volume, node)
    return parse_probe(Answer(command, pool.on_node(node, command, job), node), volume, node)
