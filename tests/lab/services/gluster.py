"""glusterd on every node, joined to one pool."""

from pathlib import Path

from tests.lab.inside import in_node
from tests.lab.paths import LabError, node_name
from tests.lab.procs import wait_until
from tests.lab.service import Context, Service
from tests.lab.spec import Spec
from tests.lab.tree import Tree

STAND_IN_LVM = Path(__file__).parents[1] / "scripts/stand_in_lvm.py"
GSYNCD = "/usr/lib/x86_64-linux-gnu/glusterfs/gsyncd"


class Gluster(Service):
    """GlusterFS from Debian's own unit, with an empty pool of its own."""

    packages = ("glusterfs-server", "glusterfs-client", "attr")
    programs = ("/usr/sbin/glusterd", "/usr/sbin/gluster", "/usr/sbin/glusterfs", "/usr/bin/getfattr")

    def runs_on(self, spec: Spec, n: int) -> bool:
        return True

    def lay(self, context: Context, tree: Tree) -> None:
        tree.empty("/var/lib/glusterd")
        for shipped in ("groups", "hooks"):
            tree.copy_directory(f"/var/lib/glusterd/{shipped}")
        tree.empty("/var/log/glusterfs", 0o755)
        if context.spec.snap:
            text = STAND_IN_LVM.read_text().replace("@LAB@", context.spec.name)
            for program in ("lvs", "lvcreate", "lvremove", "lvchange"):
                tree.write(f"/usr/sbin/{program}", text, 0o755)
        # glusterd's first start runs gsyncd a dozen times to set up geo-replication: 5 s without it being wanted.
        if not context.spec.georep:
            tree.hide(GSYNCD)
        tree.enable("glusterd.service")

    def ready(self, root: Path, n: int) -> bool:
        return (root / "run/glusterd.socket").exists()

    def healthy(self, spec: Spec) -> bool:
        return not spec.peer or all(_connected(spec, n) for n in spec.joined_numbers)

    def form(self, spec: Spec) -> None:
        if spec.peer and len(spec.joined_numbers) > 1:
            _probe(spec)
            if not wait_until(lambda: self.healthy(spec), 30, pause=0.05):
                raise LabError("the GlusterFS nodes did not connect: " + _pool(spec, 1))


def _probe(spec: Spec) -> None:
    probe = ("gluster", "--mode=script", "peer", "probe")
    in_node(spec, 1, *probe, node_name(2))
    # The others know node1 by its address only, unless one of them calls it by name, and best before they exist.
    in_node(spec, 2, *probe, node_name(1))
    others = " ".join(node_name(n) for n in spec.joined_numbers if n > 2)
    in_node(spec, 1, "sh", "-c", f"for peer in {others}; do {' '.join(probe)} $peer || exit; done")


def _pool(spec: Spec, n: int) -> str:
    return in_node(spec, n, "gluster", "pool", "list", check=False).stdout


def _connected(spec: Spec, n: int) -> bool:
    return _pool(spec, n).count("Connected") == len(spec.joined_numbers)
