"""Reads options and profiles; for worker threads. Nothing here takes the lock."""

from __future__ import annotations

import time
from collections.abc import Mapping

from nasclustergui.core.errors import NasError, NodeError, UnexpectedOutput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.subsystems.gluster.commands import volume_set_help
from nasclustergui.subsystems.gluster.commands.other import OptionHelp, parse_option_help
from nasclustergui.subsystems.gluster.features.options.commands import (
    Value,
    group_files,
    parse_groups,
    parse_values,
    volume_values,
)
from nasclustergui.subsystems.gluster.features.options.model import (
    MAX_OP_VERSION,
    OP_VERSION,
    POOL,
    Option,
    Options,
    Profile,
)
from nasclustergui.subsystems.gluster.features.options.profiles import profiles
from nasclustergui.subsystems.gluster.features.pool import Pool


def read_options(pool: Pool, scope: str, given: Mapping[str, str], job: Job) -> Options:
    """All options of a volume or, for POOL, of the pool. `given`: those that `volume info` lists as set.

    Raises what `Pool.ask` raises, CommandFailed if the volume is gone.
    """
    values = pool.ask(volume_values(scope), parse_values, job)
    helps = {entry.name: entry for entry in pool.ask(volume_set_help(), parse_option_help, job)}
    shared = values if scope == POOL else pool.ask(volume_values(POOL), parse_values, job)
    if scope == POOL:
        found = {name: _pool_option(name, value, helps) for name, value in values.items()}
    else:
        names = dict.fromkeys((*values, *helps, *given))
        found = {name: option(name, values, helps, given) for name in names if name not in shared}
    return Options(scope, found, time.time())


def option(name: str, values: Mapping[str, Value], helps: Mapping[str, OptionHelp], given: Mapping[str, str]) -> Option:
    """One option of a volume, from what the three commands say of it."""
    help_ = helps.get(name)
    usual = None if help_ is None else ("" if help_.default == "(null)" else help_.default)
    shown = values.get(name)
    is_set = name in given
    if is_set:
        return Option(name, given[name], usual, True, _clean(help_))
    value = shown.value if shown else (usual or "")
    return Option(name, value, value if shown else usual, False, _clean(help_))


def read_profiles(pool: Pool, job: Job) -> tuple[Profile, ...]:
    """The sets of options for certain purposes: from the group files of a node, else from our own list."""
    for node in pool.client.candidates():
        try:
            return profiles(parse_groups(pool.on_node(node, group_files(), job)), node)
        except (NodeError, UnexpectedOutput):
            job.check()
    return profiles({}, "")


def still_set(pool: Pool, scope: str, name: str, job: Job) -> str | None:
    """The value that somebody gave the option, as of now; None if it has its default. Raises NasError."""
    if scope == POOL:
        value = pool.ask(volume_values(POOL, name), parse_values, job)[name]
        return None if value.is_default else value.value
    volume = pool.now(job).volume(scope)
    if volume is None:
        raise NasError(_("Volume {volume} does not exist any more.").format(volume=scope))
    return volume.options.get(name)


def _pool_option(name: str, value: Value, helps: Mapping[str, OptionHelp]) -> Option:
    help_ = helps.get(name)
    usual = value.value if value.is_default else (help_.default if help_ and help_.default != "(null)" else None)
    is_set = not value.is_default and name not in (OP_VERSION, MAX_OP_VERSION)
    return Option(name, value.value, usual, is_set, _clean(help_))


def _clean(help_: OptionHelp | None) -> str:
    return " ".join(help_.description.split()) if help_ else ""
