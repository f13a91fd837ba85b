"""Compares machines: versions that differ, clocks that drift apart, kernels that wait for a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nasclustergui.subsystems.nodes.features.joining.model import Clock
from nasclustergui.subsystems.nodes.features.machine.model import Facts, Software
from nasclustergui.subsystems.nodes.features.machine.parse import release_order

SKEW_SECONDS = 0.5  # from here on locks, leases and file times of several machines begin to mislead
HERE = ""  # this workstation, among the names of nodes
SYSTEM, KERNEL = "system", "kernel"  # rows of the comparison that are no packages


@dataclass(frozen=True)
class Versions:
    """One program on all nodes: version → the nodes that have it; "" stands for "not installed"."""

    name: str
    nodes: Mapping[str, tuple[str, ...]]

    @property
    def differs(self) -> bool:
        """Several versions. That some nodes lack a program is no difference: they have other tasks."""
        return len([version for version in self.nodes if version]) > 1


def versions(facts: Mapping[str, Facts]) -> tuple[Versions, ...]:
    """System and kernel first, then the packages by name."""
    by_node = {node: _installed(found.software) for node, found in facts.items()}
    names = sorted({name for installed in by_node.values() for name in installed} - {SYSTEM, KERNEL})
    return tuple(_row(name, by_node) for name in (SYSTEM, KERNEL, *names))


def _installed(software: Software) -> dict[str, str]:
    return {SYSTEM: software.system, KERNEL: software.kernel, **software.packages}


def _row(name: str, by_node: Mapping[str, Mapping[str, str]]) -> Versions:
    found: dict[str, list[str]] = {}
    for node, installed in by_node.items():
        found.setdefault(installed.get(name, ""), []).append(node)
    ordered = sorted(found.items(), key=lambda item: (not item[0], -len(item[1]), item[0]))
    return Versions(name, {version: tuple(nodes) for version, nodes in ordered})


def newer_kernel(software: Software) -> str:
    """A kernel of the same kind that is installed and newer than the one that runs, "" if none is.

    Also an update that kept the release's name: then its package has another version than the one that runs.
    """
    kind = _kind(software.kernel)
    same = [release for release in software.kernels if _kind(release) == kind]
    newest = max(same, key=release_order, default="")
    if newest and release_order(newest) > release_order(software.kernel):
        return newest
    package = software.kernel_packages.get(software.kernel, "")
    if package and software.kernel_version and package != software.kernel_version:
        return f"{software.kernel} ({package})"
    return ""


def _kind(release: str) -> str:
    """ "6.1.0-18-cloud-amd64" → "cloud-amd64"."""
    return "-".join(part for part in release.split("-") if not part[:1].isdigit())


@dataclass(frozen=True)
class Skew:
    """A clock against where most clocks stand. `seconds` ahead (positive), ± `error`; `name` is HERE or a node."""

    name: str
    seconds: float
    error: float

    @property
    def wrong(self) -> bool:
        """Off by more than SKEW_SECONDS even if the measurement was as far off as it can be."""
        return abs(self.seconds) - self.error > SKEW_SECONDS


def skews(clocks: Mapping[str, Clock]) -> tuple[Skew, ...]:
    """Every node's clock and this workstation's against their median: who is wrong, not only that two differ.

    Of an even number the middle one that is nearer to this workstation's counts.
    """
    told = {HERE: Clock(0.0, 0.0), **clocks}
    ordered = sorted(clock.ahead for clock in told.values())
    middle = {ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]}
    median = min(middle, key=abs)
    error = min(clock.error for clock in told.values() if clock.ahead == median)
    return tuple(Skew(name, clock.ahead - median, clock.error + error) for name, clock in told.items())


def spread(clocks: Mapping[str, Clock]) -> tuple[float, float, str, str] | None:
    """The two nodes whose clocks differ most: (seconds, uncertainty, who is ahead, who is behind); None below two."""
    if len(clocks) < 2:
        return None
    ahead = max(clocks, key=lambda name: clocks[name].ahead)
    behind = min(clocks, key=lambda name: clocks[name].ahead)
    first, last = clocks[ahead], clocks[behind]
    return first.ahead - last.ahead, first.error + last.error, ahead, behind
