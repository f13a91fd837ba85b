"""Judges whether a machine and the cluster's nodes find and reach each other. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from nasclustergui.cluster.lifecycle.join.model import Check, Finding, Look
from nasclustergui.core.events import Severity
from nasclustergui.core.i18n import _, ngettext
from nasclustergui.subsystems.nodes.features.joining.model import Port

GLUSTERD, BRICK, ETCD_CLIENT, ETCD_PEER = 24007, 49152, 2379, 2380


def is_address(text: str) -> bool:
    """True for an IP address."""
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True


def is_loopback(text: str) -> bool:
    """True for 127.x and ::1."""
    return is_address(text) and ip_address(text.partition("%")[0]).is_loopback


def missing_here(look: Look) -> dict[str, str]:
    """Name → address of the nodes that the machine cannot resolve."""
    return {name: address for name, address in look.hosts.items() if address and look.names_here.get(name) == ()}


def missing_there(look: Look) -> tuple[str, ...]:
    """Nodes that cannot resolve the machine's name."""
    return tuple(node for node, found in look.names_there.items() if not found)


def judge_names(look: Look) -> Iterator[Finding]:
    """Does the machine resolve all nodes, and does each of them resolve it, to the same address?"""
    if look.machine is None or not look.address:
        return
    fix = _("The join adds the names to /etc/hosts there.")
    here, there = missing_here(look), missing_there(look)
    if here:
        text = _("It has no address for {names}").format(names=", ".join(here))
        yield Finding(Check.NAMES, Severity.INFO, text, fix=fix)
    if there:
        text = _("{name} has no address on {nodes}").format(name=look.name, nodes=", ".join(there))
        yield Finding(Check.NAMES, Severity.INFO, text, fix=fix)
    yield from _wrong(look)
    if look.address not in look.machine.addresses:
        text = _("{address} is none of its own addresses ({own})").format(
            address=look.address, own=", ".join(look.machine.addresses) or "—"
        )
        more = _("The other nodes must reach it directly. Name the address that they use.")
        yield Finding(Check.NAMES, Severity.WARN, text, more)
    for node, why in look.unread.items():
        text = _("{node} could not be asked how it sees {name}").format(node=node, name=look.name)
        yield Finding(Check.NAMES, Severity.WARN, text, why)
    wrong = any(True for _finding in _wrong(look))
    if not (here or there or wrong) and look.names_there:
        text = _("It resolves all nodes, and all nodes resolve {name} to {address}")
        yield Finding(Check.NAMES, Severity.OK, text.format(name=look.name, address=look.address))


def _wrong(look: Look) -> Iterator[Finding]:
    more = _("Correct DNS or /etc/hosts there: what stands there now would win over what the join adds.")
    for node, found in look.names_there.items():
        if found and look.address not in found:
            text = _("On {node} the name {name} means {found}, not {address}").format(
                node=node, name=look.name, found=", ".join(found), address=look.address
            )
            yield Finding(Check.NAMES, Severity.CRITICAL, text, more)
    for name, address in look.hosts.items():
        seen = look.names_here.get(name, ())
        if seen and address and address not in seen:
            text = _("There the name {name} means {found}, not {address}").format(
                name=name, found=", ".join(seen), address=address
            )
            yield Finding(Check.NAMES, Severity.CRITICAL, text, more)


def wanted_in(look: Look) -> list[int]:
    """Ports on which the others must reach the machine."""
    ports = [22]
    if look.carries_bricks:
        ports += [GLUSTERD, BRICK]
    if look.role == "manager":
        ports += [ETCD_CLIENT, ETCD_PEER]
    return ports


def wanted_out(look: Look) -> list[tuple[str, int]]:
    """(address, port) that the machine must reach."""
    pairs: list[tuple[str, int]] = []
    if look.carries_bricks:
        pairs += [(address, port) for address in look.hosts.values() if address for port in (GLUSTERD, BRICK)]
    pairs += [(host, port) for host, port in map(_host_port, look.endpoints) if host]
    if look.role == "manager":
        pairs += [(host, ETCD_PEER) for host, _port in map(_host_port, look.endpoints) if host]
    return list(dict.fromkeys(pairs))


def _host_port(url: str) -> tuple[str, int]:
    """ "https://10.0.0.1:2379" → host and port; ("", 0) if it is none."""
    host, _colon, port = url.rpartition("://")[2].rstrip("/").rpartition(":")
    return (host.strip("[]"), int(port)) if host and port.isdigit() else ("", 0)


def judge_ports(look: Look) -> Iterator[Finding]:
    """Both ways, between the machines themselves. A port where nobody listens yet must at least be answered."""
    if not look.ports_in and not look.ports_out:
        return
    names = {address: name for name, address in look.hosts.items()}
    out = {_PORTS.get(port, str(port)): _who(look.ports_out, port, names) for port in _numbers(look.ports_out)}
    yield from _blocked(look, out, outward=True)
    into: dict[str, dict[str, Port]] = {}
    for node, found in look.ports_in.items():
        for (_host, port), state in found.items():
            into.setdefault(_PORTS.get(port, str(port)), {})[node] = state
    yield from _blocked(look, into, outward=False)
    states = [state for found in (*out.values(), *into.values()) for state in found.values()]
    untested = sum(state is Port.UNTESTED for state in states)
    if untested:
        text = ngettext("{n} way was not tested", "{n} ways were not tested", untested).format(n=untested)
        yield Finding(Check.PORTS, Severity.UNKNOWN, text, _("Neither bash nor nc is there to try it with."))
    bad = [state for state in states if state in (Port.SILENT, Port.UNREACHABLE)]
    if states and not bad and untested < len(states):
        yield Finding(Check.PORTS, Severity.OK, _("No firewall is between it and the other nodes, both ways"))


_PORTS = {22: "22", GLUSTERD: "24007", BRICK: "49152", ETCD_CLIENT: "2379", ETCD_PEER: "2380"}


def _numbers(found: Mapping[tuple[str, int], Port]) -> list[int]:
    return list(dict.fromkeys(port for _host, port in found))


def _who(found: Mapping[tuple[str, int], Port], port: int, names: Mapping[str, str]) -> dict[str, Port]:
    return {names.get(host, host): state for (host, number), state in found.items() if number == port}


def _blocked(look: Look, found: Mapping[str, Mapping[str, Port]], outward: bool) -> Iterator[Finding]:
    """One line per port: who is cut off, and who does not listen where somebody must."""
    more = _("Open it between the nodes: bricks use 49152 and up, glusterd 24007, etcd 2379 and 2380.")
    for port, states in found.items():
        silent = [node for node, state in states.items() if state in (Port.SILENT, Port.UNREACHABLE)]
        if silent:
            text = (
                _("It gets no answer on port {port} of {nodes}")
                if outward
                else _("{nodes} get no answer on its port {port}")
            )
            grave = (
                Severity.WARN if port == "22" or (port == "2379" and len(silent) < len(states)) else Severity.CRITICAL
            )
            yield Finding(Check.PORTS, grave, text.format(port=port, nodes=", ".join(silent)), more)
        closed = [node for node, state in states.items() if state is Port.REFUSED]
        if closed and outward and port in ("24007", "2379"):
            text = _("Nothing listens on port {port} of {nodes}").format(port=port, nodes=", ".join(closed))
            grave = Severity.CRITICAL if len(closed) == len(states) else Severity.WARN
            yield Finding(Check.PORTS, grave, text, _("Start the service there."))
        if closed and not outward and port == "24007" and look.machine and look.machine.runs("glusterd"):
            text = _("glusterd there does not listen for {nodes}").format(nodes=", ".join(closed))
            yield Finding(Check.PORTS, Severity.CRITICAL, text, _("See transport.socket.bind-address in glusterd.vol."))
