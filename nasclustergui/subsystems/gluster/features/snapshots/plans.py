"""Every change of snapshots as a plan. Pure; raises InvalidInput for what gluster would refuse or get wrong."""

from nasclustergui.subsystems.gluster.features.snapshots.changes import (
    plan_activate,
    plan_clone,
    plan_deactivate,
    plan_delete,
    plan_delete_all,
)
from nasclustergui.subsystems.gluster.features.snapshots.create import plan_create
from nasclustergui.subsystems.gluster.features.snapshots.limits import Wish, plan_config
from nasclustergui.subsystems.gluster.features.snapshots.restore import plan_restore
from nasclustergui.subsystems.gluster.features.snapshots.scheduling import plan_schedule, plan_unschedule

__all__ = [
    "Wish",
    "plan_activate",
    "plan_clone",
    "plan_config",
    "plan_create",
    "plan_deactivate",
    "plan_delete",
    "plan_delete_all",
    "plan_restore",
    "plan_schedule",
    "plan_unschedule",
]
