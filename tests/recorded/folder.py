"""Reads a folder of recordings: NAME.txt says what ran, NAME.xml or NAME.out is what it printed, INDEX.tsv lists them.

NAME.txt    command: gluster --mode=script --xml volume info
            node: node1
            exit: 0
            seconds: 0.02
            stderr:
            … the rest of the file
"""

from __future__ import annotations

import csv
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nasclustergui.core.command import Command, Result

OUTPUTS = (".xml", ".out", ".stdout", ".json")


@dataclass(frozen=True)
class Recording:
    """One command and its answer. `listed` is its line of INDEX.tsv, {} without one."""

    name: str
    command: Command
    result: Result
    node: str
    listed: dict[str, str]


def recordings(folder: Path) -> Iterator[Recording]:
    """All recordings of the folder, in the order of INDEX.tsv, then those that it doesn't list, by name."""
    index = _index(folder)
    found = {path.stem for path in folder.iterdir() if path.suffix in (".txt", *OUTPUTS)}
    for name in (*(name for name in index if name in found), *sorted(found - index.keys())):
        yield _recording(folder, name, index.get(name, {}))


def recording(folder: Path, name: str) -> Recording:
    """The recording of that name. Raises FileNotFoundError."""
    if not any((folder / f"{name}{suffix}").exists() for suffix in (".txt", *OUTPUTS)):
        raise FileNotFoundError(folder / name)
    return _recording(folder, name, {})


def _index(folder: Path) -> dict[str, dict[str, str]]:
    path = folder / "INDEX.tsv"
    if not path.exists():
        return {}
    lines = _read(path).splitlines()
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["name"]: {k: v or "" for k, v in row.items() if k} for row in rows if row.get("name")}


def _recording(folder: Path, name: str, listed: dict[str, str]) -> Recording:
    header, stderr = _facts(folder / f"{name}.txt")
    line = header.get("command") or listed.get("command", "")
    status = header.get("exit") or listed.get("exit") or "0"
    output = next((p for p in (folder / f"{name}{suffix}" for suffix in OUTPUTS) if p.exists()), None)
    result = Result(
        status=int(status) if status.lstrip("-").isdigit() else 1,
        stdout=_read(output) if output else "",
        stderr=stderr,
    )
    return Recording(name, Command(words(line)), result, header.get("node", "gluster"), listed)


def _facts(path: Path) -> tuple[dict[str, str], str]:
    """The header's values and the stderr that follows it."""
    if not path.exists():
        return {}, ""
    head, __, stderr = _read(path).partition("\nstderr:")
    pairs = (line.partition(":") for line in head.splitlines())
    return {key.strip(): value.strip() for key, colon, value in pairs if colon}, stderr.removeprefix("\n")


def words(line: str) -> tuple[str, ...]:
    """The words of a command line; of a sentence with a quoted gluster command, those of the command."""
    try:
        found = shlex.split(line)
    except ValueError:
        found = line.split()
    quoted = next((word for word in found if word.startswith("gluster ")), "")
    if quoted and "gluster" not in found:
        found = quoted.split()
    if "gluster" in found:
        found = found[found.index("gluster") :]
    return tuple(found) or ("",)


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")
