"""Exported keys on this workstation: where backups go by default, writing, reading."""

from __future__ import annotations

import re
import time
from pathlib import Path

from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.units import size
from nasclustergui.remote.etcd_types import printable
from nasclustergui.remote.files import write_private
from nasclustergui.remote.paths import data_dir
from nasclustergui.subsystems.etcd.features.changes.archive import YAML_ENDINGS, Archive, parse, to_json, to_yaml

LARGEST = 1 << 30  # bytes of a file that is read
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def backup_folder() -> Path:
    """Where backups of keys go unless told otherwise."""
    return data_dir() / "backups"


def backup_file(cluster: str, prefix: bytes, at: float | None = None) -> Path:
    """A new name for each second: ".../lab-cluster-config-20261123-031502.json"."""
    return backup_folder() / suggested_name(cluster, prefix, at)


def suggested_name(cluster: str, prefix: bytes, at: float | None = None) -> str:
    """A file name that tells cluster, prefix and time."""
    words = [_UNSAFE.sub("-", part).strip("-.") for part in (cluster, printable(prefix))]
    return "-".join([*(word for word in words if word), time.strftime("%Y%m%d-%H%M%S", time.localtime(at))]) + ".json"


def save(path: Path, archive: Archive) -> int:
    """Write the file whole or not at all, readable by its owner only; its size in bytes. Raises InvalidInput."""
    if path.exists() and not path.is_dir() and not path.is_file():  # root would replace /dev/stdout
        raise InvalidInput(
            _("{file} is no file but a device or a pipe.").format(file=path),
            field="file",
            hint=_("Choose another file. Nothing was changed."),
        )
    text = to_yaml(archive) if path.name.lower().endswith(YAML_ENDINGS) else to_json(archive)
    try:
        write_private(path, text)
    except OSError as error:
        raise InvalidInput(
            _("{file} cannot be written: {reason}.").format(file=path, reason=error.strerror or error),
            field="file",
            hint=_("Choose another file. Nothing was changed."),
            details=repr(error),
        ) from error
    return len(text.encode())


def load(path: Path) -> Archive:
    """Read and check the file. Raises InvalidInput."""
    try:
        if (large := path.stat().st_size) > LARGEST:
            raise InvalidInput(
                _("{file} has {size}; files of exported keys have at most {most}.").format(
                    file=path, size=size(large), most=size(LARGEST)
                ),
                field="file",
            )
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidInput(
            _("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror or error), field="file"
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInput(
            _("This is not a file of exported keys."), field="file", hint=_("It holds no text.")
        ) from error
    return parse(text, path.name)
