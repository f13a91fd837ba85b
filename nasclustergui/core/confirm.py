"""Which name a person must type before a plan runs."""

from __future__ import annotations

from nasclustergui.core.errors import NotConfirmed
from nasclustergui.core.plan import Plan, Risk
from nasclustergui.core.profile import Environment, Profile


def required_confirmation(plan: Plan, profile: Profile) -> str:
    """The name to type, "" if none is asked for.

    Destructive plans ask for it on every cluster, plans that interrupt a service only where a mistake
    hurts most (PROD). It is the plan's own name ("scratch"); the cluster's where the plan has none.
    """
    risky = plan.risk is Risk.DESTRUCTIVE or (plan.risk is Risk.CAUTION and profile.environment is Environment.PROD)
    return (plan.confirm or profile.name) if risky else ""


def is_confirmed(plan: Plan, profile: Profile, typed: str) -> bool:
    """True if nothing must be typed, or exactly that was typed; blanks around it don't count."""
    expected = required_confirmation(plan, profile).strip()
    return not expected or typed.strip() == expected


def check_confirmed(plan: Plan, profile: Profile, typed: str) -> None:
    """Raise NotConfirmed unless the name was typed."""
    if not is_confirmed(plan, profile, typed):
        raise NotConfirmed(required_confirmation(plan, profile))
