"""Each node's heartbeat in etcd, in the key layout that the app reads."""

import shlex
from pathlib import Path

from tests.lab.paths import node_address, node_name
from tests.lab.service import Context, Service
from tests.lab.services import etcd
from tests.lab.spec import Spec
from tests.lab.tree import Tree

SCRIPT = Path(__file__).parent.parent / "scripts" / "agent.sh"
UNIT = """\
[Unit]
Description=Registers this node in etcd
After=network.target etcd.service

[Service]
EnvironmentFile=/etc/default/nas-agent
ExecStart=/bin/sh /usr/local/lib/nas-agent.sh
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
"""


class Agent(Service):
    """Writes /cluster/nodes/<name>/… under a lease, so that a lost node vanishes within 15 s."""

    packages = ("etcd-client",)
    programs = ("/usr/bin/etcdctl",)

    def runs_on(self, spec: Spec, n: int) -> bool:
        return spec.etcd

    def lay(self, context: Context, tree: Tree) -> None:
        spec, n = context.spec, context.n
        member = n in spec.etcd_numbers
        if not member:
            etcd.lay_certificates(context, tree, (0, 0))
        if not spec.agent or n not in spec.joined_numbers:
            return
        settings = {
            "ETCDCTL_API": "3",
            "ETCDCTL_ENDPOINTS": ",".join(etcd.endpoints(spec)),
            "ETCDCTL_CACERT": f"{etcd.PKI}/ca.crt",
            "ETCDCTL_CERT": f"{etcd.PKI}/node.crt",
            "ETCDCTL_KEY": f"{etcd.PKI}/node.key",
            "NODE_NAME": node_name(n),
            "NODE_IP": node_address(n),
            "NODE_ROLE": "manager" if member else "worker",
        }
        lines = "".join(f"{key}={shlex.quote(value)}\n" for key, value in settings.items())
        tree.write("/etc/default/nas-agent", lines)
        tree.copy(SCRIPT, "/usr/local/lib/nas-agent.sh", 0o755)
        tree.write("/etc/systemd/system/nas-agent.service", UNIT)
        tree.link("/etc/systemd/system/multi-user.target.wants/nas-agent.service", "../nas-agent.service")
