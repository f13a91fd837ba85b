"""Command line of the lab: ``python -m tests.lab up``, ``down``, ``ssh 1 …``; see docs/lab.md."""

import argparse
import dataclasses
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.lab import inside, profile
from tests.lab.cluster import Lab, take_down
from tests.lab.paths import NAME_VARIABLE, LabError, default_name
from tests.lab.shell import clean_environment
from tests.lab.spec import Spec

FAULTS: dict[str, tuple[str, Callable[[Lab, int], None]]] = {
    "poweroff": ("cut a node's power", Lab.poweroff),
    "poweron": ("boot a node again, and wait for it", Lab.poweron),
    "unplug": ("pull a node's network cable", Lab.unplug),
    "plug": ("put a node's network cable back", Lab.plug),
    "freeze": ("stop all processes of a node where they are", Lab.freeze),
    "thaw": ("let them go on", Lab.thaw),
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    _add_up(_command(commands, "up", "start a lab", _up))
    _command(commands, "down", "take a lab down, whatever is left of it", _down)
    _command(commands, "status", "show the nodes", _status).add_argument("--json", action="store_true")
    for name, text, action in (
        ("ssh", "run a command on a node over SSH (a shell without CMD)", _ssh),
        ("exec", "run a command inside a node without SSH", _exec),
    ):
        sub = _command(commands, name, text, action)
        sub.add_argument("node", type=int)
        sub.add_argument("words", metavar="CMD", nargs=argparse.REMAINDER)
    hub = _command(commands, "hub", "run a command on the lab's workstation", _hub)
    hub.add_argument("words", metavar="CMD", nargs=argparse.REMAINDER)
    for name, (text, _) in FAULTS.items():
        _command(commands, name, text, _fault).add_argument("node", type=int)
    return top


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    action: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    sub = commands.add_parser(name, help=text, description=text)
    sub.add_argument("--name", default=default_name(), help=f"which lab (default: ${NAME_VARIABLE} or “lab”)")
    sub.set_defaults(action=action)
    return sub


def _add_up(up: argparse.ArgumentParser) -> None:
    fields = {field.name: field.default for field in dataclasses.fields(Spec)}
    up.add_argument("-n", "--nodes", type=int, default=fields["nodes"])
    up.add_argument("--disks", type=int, default=fields["disks"], help="brick disks per node")
    up.add_argument("--disk-mb", type=int, default=fields["disk_mb"], help="size of each, MiB; sparse files")
    up.add_argument("--memory-mb", type=int, default=fields["memory_mb"], help="what a node may write elsewhere, MiB")
    up.add_argument("--profile", type=Path, metavar="FILE", help="also write the app's cluster profile here")
    up.add_argument("--no-etcd", dest="etcd", action="store_false")
    up.add_argument("--etcd-auth", action="store_true", help="etcd asks for users")
    up.add_argument("--snap", action="store_true", help="a stand-in for thin LVM, so that snapshots can be taken")
    up.add_argument("--georep", action="store_true", help="with gsyncd, and root may log in from node to node")
    up.add_argument("--joined", type=int, default=0, metavar="N", help="nodes in the cluster; the rest is new")
    up.add_argument("--no-agent", dest="agent", action="store_false", help="no heartbeat in etcd by the lab itself")
    up.add_argument("--no-peer", dest="peer", action="store_false", help="leave the GlusterFS nodes unconnected")


def _up(args: argparse.Namespace) -> int:
    # What a CI runner sends when it loses patience: leave through the clean-up, as with Ctrl+C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    began = time.monotonic()
    options = {field.name: getattr(args, field.name) for field in dataclasses.fields(Spec)}
    lab = Lab.up(**options)
    if args.profile:
        args.profile.write_text(profile.text(lab.spec))
    parts = ", ".join(f"{what} {seconds:.2f}" for what, seconds in lab.timings.items())
    print(f"lab “{lab.name}”: {lab.spec.nodes} nodes up in {time.monotonic() - began:.1f} s ({parts})")
    print(f"profile: {lab.profile_path}")
    return 0


def _down(args: argparse.Namespace) -> int:
    began = time.monotonic()
    take_down(args.name)
    print(f"lab “{args.name}” is down ({time.monotonic() - began:.1f} s)")
    return 0


def _status(args: argparse.Namespace) -> int:
    lab = Lab.open(args.name)
    nodes = lab.status()
    if args.json:
        facts = {
            "name": lab.name,
            "profile": str(lab.profile_path),
            "ssh_key": str(lab.ssh_key),
            "credentials": lab.credentials,
            "nodes": [dataclasses.asdict(status) for status in nodes],
        }
        print(json.dumps(facts, indent=1))
        return 0
    for status in nodes:
        words = ["on" if status.on else "off", "plugged" if status.plugged else "unplugged"]
        words += ["frozen"] if status.frozen else []
        print(f"{status.name}  {status.address}  {', '.join(words)}" + (f"  pid {status.pid}" if status.pid else ""))
    return 0


def _words(args: argparse.Namespace) -> list[str]:
    words: list[str] = args.words
    return words[1:] if words[:1] == ["--"] else words


def _become(argv: list[str], environment: dict[str, str]) -> int:
    """Turn into the command, so that its exit code, signals and terminal are the person's own."""
    sys.stdout.flush()
    os.execvpe(argv[0], argv, environment)


def _ssh(args: argparse.Namespace) -> int:
    lab = Lab.open(args.name)
    return _become(inside.ssh_command(lab.spec, args.node, _words(args)), clean_environment())


def _exec(args: argparse.Namespace) -> int:
    lab = Lab.open(args.name)
    return _become(inside.node_command(lab.spec, args.node, _words(args) or ["/bin/bash", "-l"]), clean_environment())


def _hub(args: argparse.Namespace) -> int:
    lab = Lab.open(args.name)
    environment = os.environ | {NAME_VARIABLE: lab.name, "NAS_LAB_PROFILE": str(lab.profile_path)}
    return _become(inside.hub_command(lab.paths, _words(args) or ["/bin/bash"]), environment)


def _fault(args: argparse.Namespace) -> int:
    FAULTS[args.command][1](Lab.open(args.name), args.node)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 1 and a sentence on standard error when it cannot be done."""
    args = parser().parse_args(argv)
    try:
        code: int = args.action(args)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
