"""Reads interfaces, routes and bonds: `ip -j`, /sys/class/net, /proc/net/bonding; and compares MTUs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_interface

from nasclustergui.subsystems.nodes.features.machine.model import Bond, Interface
from nasclustergui.subsystems.nodes.features.machine.sections import Row, json_rows, number, text_of


def parse_interfaces(address: str, links: str) -> tuple[Interface, ...]:
    """`ip -j -s -d address` and "NAME|SPEED|DUPLEX|DRIVER|CARRIER" lines; without the loopback. Raises ValueError."""
    known = {line.split("|")[0]: line.split("|")[1:] for line in links.splitlines() if line.count("|") == 4}
    rows = [row for row in json_rows(address) if text_of(row, "link_type") != "loopback" and text_of(row, "ifname")]
    return tuple(_interface(row, known.get(text_of(row, "ifname"), ["", "", "", ""])) for row in rows)


def _interface(row: Row, link: list[str]) -> Interface:
    speed, duplex, driver, carrier = link
    info = row.get("linkinfo")
    duplex = "" if duplex == "unknown" else duplex
    return Interface(
        text_of(row, "ifname"),
        text_of(info, "info_kind") if isinstance(info, dict) else "",
        {"UP": True, "DOWN": False, "LOWERLAYERDOWN": False, "DORMANT": False}.get(text_of(row, "operstate")),
        {"1": True, "0": False}.get(carrier),
        number(row.get("mtu")),
        text_of(row, "address"),
        tuple(_addresses(row)),
        number(speed) or None,  # the kernel writes -1 where it can't tell, some drivers 0
        duplex,
        driver,
        text_of(row, "master"),
        _sum(row, "errors"),
        _sum(row, "dropped"),
        _counter(row, "rx", "bytes"),
        _counter(row, "tx", "bytes"),
    )


def _addresses(row: Row) -> Iterator[str]:
    found = row.get("addr_info")
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict) and text_of(each, "local") and each.get("scope") != "link":
            yield f"{text_of(each, 'local')}/{number(each.get('prefixlen'))}"


def _counter(row: Row, way: str, name: str) -> int | None:
    stats = row.get("stats64") or row.get("stats")
    side = stats.get(way) if isinstance(stats, dict) else None
    return number(side.get(name)) if isinstance(side, dict) else None


def _sum(row: Row, name: str) -> int | None:
    counts = [_counter(row, way, name) for way in ("rx", "tx")]
    return None if None in counts else sum(count for count in counts if count is not None)


def parse_gateways(text: str) -> tuple[str, ...]:
    """`ip -j route show default`: "10.0.0.1 eth0". Raises ValueError."""
    rows = json_rows(text or "[]")
    found = (f"{text_of(row, 'gateway')} {text_of(row, 'dev')}".strip() for row in rows)
    return tuple(gateway for gateway in found if gateway)  # "unreachable default" leads nowhere


def parse_bonds(text: str) -> tuple[Bond, ...]:
    """The files of /proc/net/bonding behind each other, each after a line "@bond NAME"."""
    found: list[Bond] = []
    for block in text.split("@bond ")[1:]:
        name, _newline, rest = block.partition("\n")
        mode = active = slave = ""
        slaves: dict[str, str] = {}
        for line in rest.splitlines():
            key, _colon, value = (part.strip() for part in line.partition(":"))
            if key == "Bonding Mode":
                mode = value
            elif key == "Currently Active Slave":
                active = value
            elif key == "Slave Interface":
                slave = value
                slaves[slave] = ""
            elif key == "MII Status" and slave:
                slaves[slave] = value
        found.append(Bond(name.strip(), mode, "" if active == "None" else active, slaves))
    return tuple(found)


def mtu_differences(nodes: Mapping[str, tuple[Interface, ...]]) -> dict[str, dict[int, tuple[str, ...]]]:
    """Network ("10.77.0.0/24") → MTU → "NODE INTERFACE", for networks in which not all have the same.

    Then large packets vanish between them: connections come up and hang as soon as much is sent.
    """
    found: dict[str, dict[int, list[str]]] = {}
    for node, interfaces in nodes.items():
        for interface in interfaces:
            if interface.mtu is None or interface.up is False:
                continue
            for network in _networks(interface):
                found.setdefault(network, {}).setdefault(interface.mtu, []).append(f"{node} {interface.name}")
    several = {network: by_mtu for network, by_mtu in found.items() if len(by_mtu) > 1}
    return {network: {mtu: tuple(names) for mtu, names in by_mtu.items()} for network, by_mtu in several.items()}


def _networks(interface: Interface) -> set[str]:
    """Those of its addresses that others can be in, too. Docker's and libvirt's own bridges are on every machine."""
    if interface.name.startswith(("docker", "virbr", "br-", "veth", "cni", "lxcbr", "podman")):
        return set()
    found = set()
    for address in interface.addresses:
        try:
            network = ip_interface(address).network
        except ValueError:
            continue
        if network.num_addresses > 1:
            found.add(str(network))
    return found
