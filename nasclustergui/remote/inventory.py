"""Cluster profiles on this workstation: one TOML file each."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from nasclustergui.core import profile_check
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.profile import Profile
from nasclustergui.remote.files import write_private
from nasclustergui.remote.paths import clusters_dir
from nasclustergui.remote.profile_toml import format_profile, profile_from
from nasclustergui.remote.toml_text import read_toml, shown


@dataclass(frozen=True)
class Stored:
    """A profile's file, with the profile or the reason why it can't be used."""

    path: Path
    profile: Profile | None = None
    error: InvalidInput | None = None


def read(path: Path) -> Profile:
    """The profile in the file, whether its values can work or not. Raises InvalidInput if it can't be understood."""
    return profile_from(read_toml(path), shown(path))


def load(path: Path) -> Profile:
    """The profile in the file, checked. Raises InvalidInput: one sentence that names file and key."""
    profile = read(path)
    for problem in profile_check.problems(profile):
        raise InvalidInput(
            _("{file}: {key}: {problem}").format(file=shown(path), key=problem.field, problem=problem),
            field=problem.field,
            hint=problem.hint,
        )
    return profile


def listing(folder: Path | None = None) -> tuple[Stored, ...]:
    """All profiles of the person, by file name; broken ones with their error."""
    try:
        files = sorted((folder or clusters_dir()).glob("*.toml"))
    except OSError:
        return ()
    return tuple(_stored(path) for path in files)


def _stored(path: Path) -> Stored:
    try:
        return Stored(path, load(path))
    except InvalidInput as error:
        return Stored(path, error=error)


def find(name: str, folder: Path | None = None) -> Path:
    """The file of a cluster. `name` is a path (with a slash, or ending in .toml), a profile's name or its file's.

    Raises InvalidInput if there is none, or more than one of that name.
    """
    if os.sep in name or (os.altsep and os.altsep in name) or name.endswith(".toml"):
        return Path(name).expanduser() if name.startswith("~/") else Path(name)
    stored = listing(folder)
    found = [s for s in stored if s.profile and s.profile.name == name] or [s for s in stored if s.path.stem == name]
    if len(found) == 1:
        return found[0].path
    if found:
        raise InvalidInput(
            _("Several profiles are called “{name}”.").format(name=name),
            field="cluster",
            hint=_("Name its file instead: {files}").format(files=", ".join(shown(s.path) for s in found)),
        )
    names = ", ".join(s.profile.name for s in stored if s.profile)
    raise InvalidInput(
        _("There is no cluster profile “{name}”.").format(name=name),
        field="cluster",
        hint=_("Known are: {names}.").format(names=names)
        if names
        else _("Profiles are kept in {folder}; a path to a file works too.").format(
            folder=shown(folder or clusters_dir())
        ),
    )


def save(profile: Profile, path: Path | None = None, *, folder: Path | None = None) -> Path:
    """Write the profile, to a new file named after it if no `path` is given; returns the file.

    Raises InvalidInput if the profile can't work or the file can't be written; the old file is kept then.
    """
    profile_check.check(profile)
    target = path or _new_file(profile.name, folder or clusters_dir())
    try:
        write_private(target, format_profile(profile))
    except OSError as error:
        raise InvalidInput(
            _("{file} cannot be written: {reason}.").format(file=shown(target), reason=error.strerror or str(error)),
            details=repr(error),
        ) from error
    return target


def _new_file(name: str, folder: Path) -> Path:
    stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "cluster"
    number = 1
    while (path := folder / (f"{stem}.toml" if number == 1 else f"{stem}-{number}.toml")).exists():
        number += 1
    return path


def remove(path: Path) -> None:
    """Delete a profile's file; nothing happens to the cluster. Raises InvalidInput."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidInput(
            _("{file} cannot be deleted: {reason}.").format(file=shown(path), reason=error.strerror or str(error)),
            details=repr(error),
        ) from error
