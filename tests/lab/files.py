"""A mounted volume on a node, to write files through as a client would."""

from types import TracebackType

from tests.lab.cluster import Lab

POINT = "/mnt/files"


class Mount:
    """`with Mount(lab, "data") as mount:` the volume lies at POINT on node `n` meanwhile."""

    def __init__(self, lab: Lab, volume: str, n: int = 1) -> None:
        self._lab, self._volume, self._n = lab, volume, n

    def __enter__(self) -> "Mount":
        self._lab.exec(self._n, "mkdir", "-p", POINT)
        self._lab.exec(self._n, "mount", "-t", "glusterfs", f"localhost:/{self._volume}", POINT)
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, trace: TracebackType | None) -> None:
        self._lab.exec(self._n, "umount", "-l", POINT, check=False)

    def write_many(self, count: int, size: int, prefix: str = "f") -> None:
        """Write `count` files of `size` bytes."""
        script = f"for i in $(seq {count}); do head -c {size} /dev/urandom > {POINT}/{prefix}$i || exit 1; done"
        self._lab.sh(self._n, script, timeout=300)

    def count(self) -> int:
        """How many files a client sees."""
        return int(self._lab.sh(self._n, f"ls {POINT} | wc -l").stdout)
