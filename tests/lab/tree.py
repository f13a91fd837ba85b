"""Writes files into the upper layer of a node's root file system, before the node boots."""

import os
import shutil
import stat
from pathlib import Path

HOST = Path("/")


class Tree:
    """The upper layer at `upper`; paths are given as the node sees them. `lower` is the file system beneath."""

    def __init__(self, upper: Path, lower: Path = HOST) -> None:
        self.upper = upper
        self.lower = lower

    def path(self, inside: str) -> Path:
        """Where the node's file `inside` lies on the host."""
        return self.upper / inside.lstrip("/")

    def _below(self, inside: str) -> Path:
        return self.lower / inside.lstrip("/")

    def directory(self, inside: str, mode: int | None = None, owner: tuple[int, int] | None = None) -> Path:
        """Make a directory and its parents.

        What exists beneath keeps its mode and owner: the upper layer's would win in the merged view, and a
        /var/tmp nobody may write to is a fine way to lose an hour.
        """
        path = self.path(inside)
        if not path.exists():
            if inside.strip("/"):
                self.directory(str(Path(inside).parent))
            path.mkdir()
            self._adopt(inside, path)
        if mode is not None:
            path.chmod(mode)
        if owner is not None:
            os.chown(path, *owner)
        return path

    def _adopt(self, inside: str, path: Path) -> None:
        try:
            status = self._below(inside).stat()
        except OSError:
            path.chmod(0o755)
            return
        if stat.S_ISDIR(status.st_mode):
            os.chown(path, status.st_uid, status.st_gid)
            path.chmod(stat.S_IMODE(status.st_mode))

    def empty(self, inside: str, mode: int | None = None, owner: tuple[int, int] | None = None) -> Path:
        """Make a directory in which nothing of the host's shows through."""
        path = self.directory(inside, mode, owner)
        os.setxattr(path, "trusted.overlay.opaque", b"y")
        return path

    def write(self, inside: str, text: str, mode: int = 0o644, owner: tuple[int, int] = (0, 0)) -> None:
        """Write a file, in place of whatever the host has there."""
        self.directory(str(Path(inside).parent))
        path = self.path(inside)
        self._clear(path)
        path.touch(mode=mode)
        path.chmod(mode)
        path.write_text(text)
        os.chown(path, *owner)

    def copy(self, source: Path, inside: str, mode: int = 0o644, owner: tuple[int, int] = (0, 0)) -> None:
        """Copy a text file of the host's."""
        self.write(inside, source.read_text(), mode, owner)

    def copy_directory(self, inside: str) -> None:
        """Take a directory of the host's along into one made with `empty`."""
        if self._below(inside).is_dir():
            self.directory(str(Path(inside).parent))
            shutil.copytree(self._below(inside), self.path(inside), symlinks=True, dirs_exist_ok=True)

    def link(self, inside: str, target: str) -> None:
        """Make a symbolic link."""
        self.directory(str(Path(inside).parent))
        path = self.path(inside)
        self._clear(path)
        path.symlink_to(target)

    def hide(self, inside: str) -> None:
        """Make a file of the host's absent in the node."""
        if os.path.lexists(self._below(inside)):
            self.directory(str(Path(inside).parent))
            path = self.path(inside)
            self._clear(path)
            os.mknod(path, stat.S_IFCHR, os.makedev(0, 0))  # overlayfs' sign for "deleted here"

    def enable(self, unit: str, target: str = "multi-user.target") -> None:
        """Have systemd start a unit of /lib/systemd/system, or one written by the lab, at boot."""
        self.link(f"/etc/systemd/system/{target}.wants/{unit}", f"/lib/systemd/system/{unit}")

    @staticmethod
    def _clear(path: Path) -> None:
        if os.path.lexists(path):
            path.unlink()
