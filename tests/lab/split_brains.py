"""Makes split-brains as they come about in earnest: each brick is away while clients write to the other one."""

import time

from tests.lab.cluster import Lab

POINT = "/mnt/split"
GLUSTER = "gluster --mode=script volume"


class Splitter:
    """A replica 2 volume without client quorum on nodes 1 and 2, mounted at POINT on node 1.

    The self-heal daemon is off until `daemon(True)`, so that nothing heals between the two failures.
    """

    def __init__(self, lab: Lab, volume: str, disk: int) -> None:
        self.lab, self.volume = lab, volume
        self.path = f"/bricks/d{disk}/{volume}"
        self.bricks = [f"node{n}:{self.path}" for n in (1, 2)]
        lab.sh(1, f"{GLUSTER} create {volume} replica 2 {' '.join(self.bricks)} force")
        for option in ("cluster.quorum-type none", "cluster.self-heal-daemon off", "cluster.heal-timeout 5"):
            lab.sh(1, f"{GLUSTER} set {volume} {option}")
        lab.sh(1, f"{GLUSTER} start {volume}")
        lab.sh(1, f"mkdir -p {POINT} && mount -t glusterfs localhost:/{volume} {POINT}")

    def write(self, script: str) -> None:
        """Run a script in the mounted volume, and wait until it is on the bricks."""
        self.lab.sh(1, f"cd {POINT} && set -e\n{script}\nsync")

    def split(self, one: str, two: str) -> None:
        """`one` is written while only node1's brick runs, `two` while only node2's does. Both run afterwards."""
        for away, script in ((2, one), (1, two)):
            self.kill(away)
            self._wait(away, connected=False)
            self.write(script)
            self.revive()
            self._wait(away, connected=True)

    def kill(self, n: int) -> None:
        """The brick of node `n` dies."""
        self.lab.sh(n, f"kill -9 $(cat /var/run/gluster/vols/{self.volume}/node{n}-*.pid)")

    def revive(self) -> None:
        """Start what is dead."""
        self.lab.sh(1, f"{GLUSTER} start {self.volume} force")

    def daemon(self, on: bool) -> None:
        """Switch the volume's self-heal daemon."""
        self.lab.sh(1, f"{GLUSTER} set {self.volume} cluster.self-heal-daemon {'on' if on else 'off'}")

    def content(self, path: str) -> list[bytes]:
        """What each brick holds under this path."""
        return [self._read(n, f"{self.path}/{path}") for n in (1, 2)]

    def seen(self, path: str) -> bytes:
        """What a client reads: a fresh mount each time, for the old one keeps what it knew."""
        point = f"{POINT}-fresh"
        self.lab.sh(1, f"mkdir -p {point} && mount -t glusterfs localhost:/{self.volume} {point}")
        try:
            return self._read(1, f"{point}/{path}")
        finally:
            self.lab.sh(1, f"umount -l {point}")

    def modes(self, path: str) -> list[str]:
        """Permissions and owner on each brick."""
        return [self.lab.exec(n, "stat", "-c", "%a %u:%g", f"{self.path}/{path}").stdout.strip() for n in (1, 2)]

    def listed(self) -> int:
        """Entries that gluster lists as in split-brain on node1's brick."""
        told = self.lab.sh(1, f"{GLUSTER} heal {self.volume} info split-brain").stdout
        return int(told.split("Number of entries in split-brain: ")[1].split()[0])

    def _read(self, n: int, path: str) -> bytes:
        return bytes.fromhex(self.lab.exec(n, "od", "-An", "-v", "-tx1", path).stdout.replace("\n", ""))

    def _wait(self, n: int, connected: bool) -> None:
        """Until the mounted client knows."""
        state = f"{POINT}/.meta/graphs/active/{self.volume}-client-{n - 1}/private"
        end = time.monotonic() + 40
        while f"connected = {int(connected)}" not in self.lab.sh(1, f"cat {state}").stdout:
            assert time.monotonic() < end, f"the client never saw brick {n} {'up' if connected else 'down'}"
            time.sleep(0.1)
