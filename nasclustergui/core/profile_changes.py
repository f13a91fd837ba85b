"""Small changes of a profile that follow from changes of the cluster: pure."""

from __future__ import annotations

from dataclasses import replace

from nasclustergui.core.profile import NodeProfile, Profile


def with_endpoint(profile: Profile, url: str) -> Profile:
    """Ask etcd there too."""
    known = profile.etcd.endpoints
    return profile if url in known else replace(profile, etcd=replace(profile.etcd, endpoints=(*known, url)))


def without_endpoint(profile: Profile, url: str) -> Profile:
    """Ask etcd there no more. The last one stays: without any, the program would believe that there is no etcd."""
    left = tuple(known for known in profile.etcd.endpoints if known != url)
    return replace(profile, etcd=replace(profile.etcd, endpoints=left)) if left else profile


def with_role(profile: Profile, node: str, role: str) -> Profile:
    """State the role of a node."""
    nodes = tuple(replace(each, role=role) if each.name == node else each for each in profile.nodes)
    return replace(profile, nodes=nodes)


def with_node(profile: Profile, node: NodeProfile) -> Profile:
    """One machine more, behind the others."""
    return replace(profile, nodes=(*profile.nodes, node))


def without_node(profile: Profile, name: str) -> Profile:
    """One machine less. Its etcd endpoint is no business of this."""
    return replace(profile, nodes=tuple(each for each in profile.nodes if each.name != name))
