"""Answers `gluster volume get|set|reset|options`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from nasclustergui.cli.exit_codes import Exit
from nasclustergui.cli.gluster import carry_out_as, volume_named
from nasclustergui.cli.status import show_table
from nasclustergui.cli.terminal import say, say_json
from nasclustergui.cli.working import work
from nasclustergui.cluster.session import Session
from nasclustergui.core.errors import InvalidInput
from nasclustergui.core.i18n import _
from nasclustergui.core.job import Job
from nasclustergui.core.units import DASH
from nasclustergui.subsystems.gluster.features.options.model import OP_VERSION, POOL, Option, Options
from nasclustergui.subsystems.gluster.features.options.plans import plan_op_version, plan_options, plan_reset_all
from nasclustergui.subsystems.gluster.features.options.read import read_options, read_profiles
from nasclustergui.subsystems.gluster.model import GlusterState, Volume

GROUP = "group"


@dataclass(frozen=True)
class _Known:
    state: GlusterState
    volume: Volume | None
    options: Options


def get(session: Session, options: Namespace) -> Exit:
    """`get NAME [OPTION|all]`: values in force."""
    known = _read(session, options.name)
    if options.option == "all":
        chosen = sorted(known.options, key=lambda option: option.name)
    else:
        chosen = [_option(known.options, options.option)]
    if options.json:
        say_json({option.name: option.value for option in chosen})
    else:
        show_table([(_("Option"), _("Value")), *((option.name, option.value or DASH) for option in chosen)])
    return Exit.OK


def listing(session: Session, options: Namespace) -> Exit:
    """`options NAME [--search TEXT] [--changed]`: value, default and help."""
    known = _read(session, options.name)
    words = options.search.casefold().split()
    chosen = [
        option
        for option in sorted(known.options, key=lambda o: o.name)
        if (option.is_set or not options.changed) and all(word in _text(option) for word in words)
    ]
    if options.json:
        say_json([_data(option) for option in chosen])
        return Exit.OK
    head = (_("Option"), _("Value"), _("Default"), _("Set"))
    show_table([head, *(_row(option) for option in chosen)])
    if len(chosen) == 1 and chosen[0].description:
        say(chosen[0].description)
    return Exit.OK


def set_options(session: Session, options: Namespace) -> Exit:
    """`set NAME OPTION VALUE …` or `set NAME group GROUP`."""
    known = _read(session, options.name)
    title, wanted = _wanted(session, known, options.words)
    if OP_VERSION in wanted and known.volume is None:
        if len(wanted) > 1:
            raise InvalidInput(_("Raise the op-version alone: there is no way back from it."), field="words")
        plan = plan_op_version(wanted[OP_VERSION], known.options, known.state, session.profile.name)
    else:
        plan = plan_options(known.volume, wanted, known.options, known.state, session.profile.name, title)
    return carry_out_as(session, plan, options)


def reset(session: Session, options: Namespace) -> Exit:
    """`reset NAME [OPTION … | all]`."""
    known = _read(session, options.name)
    if options.words and options.words != ["all"]:
        names: Mapping[str, str | None] = {_resettable(known, name): None for name in options.words}
        plan = plan_options(known.volume, names, known.options, known.state, session.profile.name)
    elif known.volume is None:
        raise InvalidInput(_("Name the options of the pool that are to be reset."), field="words")
    else:
        plan = plan_reset_all(known.volume, known.options, known.state, session.profile.name)
    return carry_out_as(session, plan, options)


def _read(session: Session, name: str) -> _Known:
    return work(Job(_("Read the options"), quiet=True), partial(_known, session, name))


def _known(session: Session, name: str, job: Job) -> _Known:
    session.nodes.connect_all()
    pool = session.gluster.pool
    state = pool.now(job)
    volume = None if name == POOL else volume_named(state, name)
    return _Known(state, volume, read_options(pool, name, volume.options if volume else {}, job))


def _wanted(session: Session, known: _Known, words: list[str]) -> tuple[str, dict[str, str]]:
    """The title of the plan, "" for the usual one, and what is to be set."""
    if words[0] == GROUP and len(words) == 2:
        found = work(Job(_("Read the groups"), quiet=True), partial(read_profiles, session.gluster.pool))
        profile = next((profile for profile in found if profile.id == words[1]), None)
        if profile is None:
            names = ", ".join(profile.id for profile in found)
            text = _("There is no group of options “{name}”.").format(name=words[1])
            raise InvalidInput(text, field="words", hint=_("There are: {names}.").format(names=names))
        title = _("Set the options {group} of {volume}").format(group=profile.id, volume=known.options.scope)
        return title, dict(profile.values)
    if len(words) % 2:
        text = _("Each option needs a value: OPTION VALUE [OPTION VALUE …].")
        raise InvalidInput(text, field="words", hint=_("Or: group NAME"))
    return "", {_full(known.options, name): value for name, value in zip(words[::2], words[1::2], strict=True)}


def _full(options: Options, name: str) -> str:
    """The option's full name. Raises InvalidInput if a short one may mean several; unknown ones are left to gluster."""
    found = options.full_name(name)
    if len(found) > 1:
        hint = _("Write one of {names}.").format(names=", ".join(found))
        raise InvalidInput(_("“{name}” is the name of several options.").format(name=name), field="words", hint=hint)
    return found[0] if found else name


def _resettable(known: _Known, name: str) -> str:
    """The full name. Raises InvalidInput for one that nobody set and gluster doesn't list: a typing error."""
    full = _full(known.options, name)
    if known.volume is None or full not in known.volume.options:
        _option(known.options, full)
    return full


def _option(options: Options, name: str) -> Option:
    found = options.get(_full(options, name))
    if found is None:
        text = _("Gluster lists no option “{name}” for {scope}.").format(name=name, scope=options.scope)
        raise InvalidInput(
            text, field="option", hint=_("Look it up: nasclustergui gluster volume options NAME --search WORD")
        )
    return found


def _text(option: Option) -> str:
    return f"{option.name} {option.value} {option.description}".casefold()


def _row(option: Option) -> tuple[str, ...]:
    return option.name, option.value or DASH, option.default or DASH, _("set") if option.is_set else ""


def _data(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "value": option.value,
        "default": option.default,
        "set": option.is_set,
        "help": option.description,
    }
