"""What a node itself must do for its etcd: stop, start, set its data aside, be told other settings.

Nothing is ever deleted: directories and files get another name, with the time in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from nasclustergui.core.command import Command

_START_SECONDS = 180.0  # systemd waits for etcd to be ready, and a large database takes its time
_COPY_SECONDS = 1800.0
_MOVE = 'if [ -e "$0" ] || [ -L "$0" ]; then mv -T -- "$0" "$1"; fi'
_BACK = f'{_MOVE}; if [ -e "$2" ]; then mv -T -- "$2" "$0"; fi'
_EMPTY = f'{_MOVE} && install -d -m 700 -o "$2" -- "$0"'


def stop() -> Command:
    """Stop etcd; fine if it doesn't run."""
    return Command(("systemctl", "stop", "etcd"), timeout=_START_SECONDS)


def start() -> Command:
    """Start etcd, and wait until it says that it is ready."""
    return Command(("systemctl", "start", "etcd"), timeout=_START_SECONDS)


def restart() -> Command:
    """Stop and start it."""
    return Command(("systemctl", "restart", "etcd"), timeout=_START_SECONDS)


def set_aside(data_dir: str, aside: str, user: str) -> Command:
    """Give the data directory another name, if it is there, and make an empty one for the service's user."""
    return Command(("sh", "-c", _EMPTY, data_dir, aside, user or "root"))


def put_back(data_dir: str, aside: str) -> Command:
    """Undo `set_aside`: the new directory is set aside in turn."""
    return Command(("sh", "-c", _BACK, data_dir, f"{aside}.new", aside))


def copy_aside(data_dir: str, aside: str) -> Command:
    """Copy the data directory."""
    return Command(("cp", "-a", "-T", "--", data_dir, aside), timeout=_COPY_SECONDS)


def change_settings(file: str, values: Mapping[str, str], suffix: str) -> Command:
    """Set variables in the settings file; the file as it was stays beside it, under its name and `suffix`."""
    words: list[str] = []
    for name, value in values.items():
        words += ["-e", f"$a{name}={value}"]
    for name in values:
        words += ["-e", f"/^{name}=/d"]
    return Command(("sed", f"-i{suffix}", *words, "--", file))


def settings_back(file: str, suffix: str) -> Command:
    """The settings as they were."""
    return Command(("mv", "-fT", "--", f"{file}{suffix}", file))
