"""One connected cluster: everything that a window or a command needs to read and change it."""

from __future__ import annotations

import getpass
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nasclustergui.cluster.etcd_driver import EtcdDriver
from nasclustergui.cluster.oplock import ClusterGuard
from nasclustergui.cluster.profile_driver import Change, ProfileDriver
from nasclustergui.cluster.state import ClusterState
from nasclustergui.core.command import Secret
from nasclustergui.core.disks import Disk
from nasclustergui.core.errors import Cancelled, InvalidInput, NasError, StoreError
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.profile import Profile
from nasclustergui.remote.credentials import Credentials
from nasclustergui.remote.driver import Driver
from nasclustergui.remote.executor import Executor
from nasclustergui.remote.parallel import gather
from nasclustergui.remote.paths import audit_file
from nasclustergui.remote.profile_edit import change_file
from nasclustergui.remote.sampler import OnSample
from nasclustergui.remote.ssh_nodes import SshNodes
from nasclustergui.subsystems.gluster.manager import GlusterManager
from nasclustergui.subsystems.nodes.manager import NodesManager
from nasclustergui.subsystems.nodes.model import NodesState

if TYPE_CHECKING:
    from nasclustergui.remote.etcd import EtcdClient
    from nasclustergui.remote.etcd_second import SecondLogin
    from nasclustergui.remote.executor import Audit
    from nasclustergui.subsystems.etcd.features import Store
    from nasclustergui.subsystems.etcd.manager import EtcdManager
    from nasclustergui.subsystems.etcd.model import EtcdState

AskEtcd = Callable[[str, str], Secret | None]
CONNECT_SECONDS = 8.0  # a one-shot reading waits so long for the nodes
SAMPLE_GAP = 0.25  # seconds between the two samples of a one-shot reading: CPU is a difference


class Session:
    """Made without any I/O; `start()` begins to connect, `close()` ends everything at once.

    Attributes:
        profile: the cluster. nodes: SSH.
        machines, gluster: the managers; etcd is read with `read_etcd`, where `has_etcd`.
        executor: runs plans. audit: the record of changes. user: who is asking, for audit log and jobs.
        guard: the operation lock, for the executor and for the screen.
        file: where the profile is kept, for changes of the cluster that concern it; None if nowhere.
        on_etcd_change: called from a thread when nodes register or vanish, members come and go; set before `start`.
    """

    def __init__(
        self,
        profile: Profile,
        credentials: Credentials | None = None,
        *,
        audit: Audit | None = None,
        nodes: SshNodes | None = None,
    ) -> None:
        """`nodes`: made before, so that they connect while the rest is still being loaded."""
        from nasclustergui.remote.audit import AuditLog

        self.profile = profile
        self.user = getpass.getuser()
        self.nodes = nodes or SshNodes(profile, credentials)
        self.machines = NodesManager(self.nodes)
        self.gluster = GlusterManager(self.nodes, host_names(profile), profile.name)
        self.has_etcd = bool(profile.etcd.endpoints)
        self.file: Path | None = None
        drivers: dict[str, Driver] = {"gluster": self.gluster, "nodes": self.machines}
        drivers["profile"] = ProfileDriver(self.change_profile)
        if self.has_etcd:
            drivers["etcd"] = EtcdDriver(self.etcd)
        self.guard = ClusterGuard(self.etcd if self.has_etcd else None, self.user)
        self.audit: Audit = audit or AuditLog(audit_file())
        self.executor = Executor(drivers, self.audit, profile, self.guard)
        self._ask_etcd: AskEtcd | None = getattr(credentials, "etcd_password", None)
        self._credentials = credentials
        self._etcd_given = self._etcd_refused = self._etcd_anew = False
        self._etcd_lock = threading.Lock()
        self._etcd: tuple[EtcdClient, EtcdManager] | None = None
        self._second: SecondLogin | None = None  # outlives the client: it stays signed in when that is made anew
        self._closed = self._live = False
        self.on_etcd_change: Callable[[], None] = lambda: None

    def read_etcd(self, job: Job) -> EtcdState:
        """Members, leader and registrations. Asks for etcd's password at the first call, so never in the GUI thread.

        Raises StoreError, InvalidInput for a bad endpoint or file of the profile, Cancelled.
        """
        if self._etcd_anew:
            self._leave_etcd()
        try:
            state = self.etcd().read(job)
        except StoreError as error:
            self._note_login(error.login)
            raise
        self._note_login(state.login_refused)
        self.guard.look(state.leader is not None, job)
        return state

    def ask_etcd_again(self) -> None:
        """If etcd refused the login, the next reading asks for the password anew. Returns at once."""
        self._etcd_anew = self._etcd_refused

    def _note_login(self, refused: bool) -> None:
        """A password that was refused is forgotten, in the keyring too."""
        if refused and self._etcd_given and not self._etcd_refused and self._credentials is not None:
            self._credentials.wrong("etcd_password", self.profile.etcd.user, self.profile.name)
        self._etcd_refused = refused

    def _leave_etcd(self) -> None:
        with self._etcd_lock:
            self._etcd_anew = False
            made, self._etcd = self._etcd, None
        if made is not None:
            made[0].close()

    def etcd(self) -> EtcdManager:
        """The manager, made at the first call: gRPC takes its time to load."""
        with self._etcd_lock:
            if self._closed:
                raise Cancelled
            if self._etcd is None:
                from nasclustergui.remote.etcd import EtcdClient
                from nasclustergui.subsystems.etcd.features.access.expiry_watch import ExpiryWatch, ends_of
                from nasclustergui.subsystems.etcd.manager import EtcdManager

                user = self.profile.etcd.user
                password = self._ask_etcd(user, self.profile.name) if user and self._ask_etcd else None
                self._etcd_given = password is not None
                client = EtcdClient(self.profile.etcd, password)
                expiry = ExpiryWatch(lambda: ends_of(client))
                manager = EtcdManager(client, host_names(self.profile), self.nodes, self._second, expiry)
                self._second = manager.store.login
                self._etcd = (client, manager)
                if self._live:
                    self._etcd[1].watch(lambda: self.on_etcd_change())  # ends with the client
                    self.guard.follow(client, lambda: self.on_etcd_change())  # likewise
            return self._etcd[1]

    def store(self) -> Store:
        """What the features of etcd work with. May ask for etcd's password: never in the GUI thread."""
        if not self.has_etcd:
            raise InvalidInput(
                _("The cluster's profile names no etcd endpoint."),
                hint=_("Add etcd's endpoints in the cluster's settings."),
            )
        return self.etcd().store

    def change_profile(self, change: Change) -> None:
        """Change the profile in use and, if it has one, its file. For worker threads.

        What others wrote into the file meanwhile stays. Raises InvalidInput, with nothing changed, if it can't.
        """
        if self.file is not None:
            change_file(self.file, change)
        self.profile = change(self.profile)
        self.executor.profile = self.profile
        with self._etcd_lock:
            made = self._etcd
        if made is not None and self.profile.etcd.endpoints != made[0].profile.endpoints:
            made[0].use_endpoints(self.profile.etcd.endpoints)

    def start(self, on_sample: OnSample) -> None:
        """Begin to connect and to sample, in the background; `on_sample` is called from a thread."""
        self._live = True
        self.nodes.connect_all()
        self.machines.start(on_sample)

    def disks(self, job: Job | None = None) -> tuple[Disk, ...]:
        """Places for bricks, without the volumes on them: see `cluster.state.with_volumes`."""
        return self.machines.disks(job)

    def read_all(self, job: Job) -> ClusterState:
        """Everything once, in parallel: for the command line. What can't be read is in `errors`."""
        self.nodes.connect_all()
        tasks: dict[str, Callable[[Job], object]] = {"nodes": self._read_nodes, "gluster": self.gluster.read}
        if self.has_etcd:
            tasks["etcd"] = self.read_etcd
        answers = gather(tasks, job)
        good = {name: answer for name, answer in answers.items() if not isinstance(answer, NasError)}
        errors = {name: answer for name, answer in answers.items() if isinstance(answer, NasError)}
        nodes = good.get("nodes")
        return ClusterState(
            self.profile,
            nodes if isinstance(nodes, NodesState) else self.machines.read(),
            good.get("gluster"),  # type: ignore[arg-type]  # by the tasks above
            good.get("etcd"),  # type: ignore[arg-type]
            errors,
            dict.fromkeys(good, time.time()),
        )

    def _read_nodes(self, job: Job) -> NodesState:
        return self.machines.read_once(job, SAMPLE_GAP, CONNECT_SECONDS)

    def close(self) -> None:
        """End connections, streams and threads; waits for nobody."""
        self._closed = True
        self.executor.leave()
        self.gluster.close()
        self.machines.close()
        self.nodes.close()
        made = self._etcd
        if self._second is not None:
            self._second.close()
        if made is not None:
            self.guard.close(made[1].store.held, made[0].close)


def host_names(profile: Profile) -> dict[str, str]:
    """Every address and name of the profile's nodes → the node's name in the profile."""
    return {host: node.name for node in profile.nodes for host in (node.host, node.name)}
