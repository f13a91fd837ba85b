"""The services a lab can run; a new kind of daemon is one module here and one line in SERVICES."""

from pathlib import Path

from tests.lab.paths import LabError
from tests.lab.service import Context, Service
from tests.lab.services.agent import Agent
from tests.lab.services.etcd import Etcd
from tests.lab.services.gluster import Gluster
from tests.lab.services.ssh import Ssh
from tests.lab.spec import Spec

__all__ = ["BASE_PACKAGES", "SERVICES", "Context", "Service", "check_installed", "of_lab", "of_node"]

# In the order in which `form` is called.
SERVICES: tuple[Service, ...] = (Ssh(), Etcd(), Agent(), Gluster())

BASE_PACKAGES = ("systemd", "dbus", "iproute2", "xfsprogs", "util-linux", "mount", "procps", "hostname")
BASE_PROGRAMS = (
    "/lib/systemd/systemd",
    "/usr/bin/dbus-daemon",
    "/usr/bin/nsenter",
    "/usr/bin/setsid",
    "/usr/bin/unshare",
    "/usr/sbin/ip",
    "/usr/sbin/losetup",
    "/usr/sbin/mkfs.xfs",
)


def of_node(spec: Spec, n: int) -> list[Service]:
    """Services of node `n`."""
    return [service for service in SERVICES if service.runs_on(spec, n)]


def of_lab(spec: Spec) -> list[Service]:
    """Services that at least one node has."""
    return [service for service in SERVICES if any(service.runs_on(spec, n) for n in spec.numbers)]


def check_installed(spec: Spec) -> None:
    """Raise LabError with the command that installs what is missing."""
    wanted = [(BASE_PACKAGES, BASE_PROGRAMS)] + [(s.packages, s.programs) for s in of_lab(spec)]
    missing = [path for _, programs in wanted for path in programs if not Path(path).exists()]
    if missing:
        packages = " ".join(dict.fromkeys(name for names, _ in wanted for name in names))
        raise LabError(f"missing: {', '.join(missing)}\napt-get install -y --no-install-recommends {packages}")
