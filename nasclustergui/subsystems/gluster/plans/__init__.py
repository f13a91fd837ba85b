"""Every change of the pool as a plan: exact commands, their meaning, the questions they skip, the way back.

All functions are pure; they raise InvalidInput for what gluster would refuse or misunderstand.
"""

from nasclustergui.subsystems.gluster.plans.create import plan_add_brick, plan_create_volume
from nasclustergui.subsystems.gluster.plans.lifecycle import plan_delete, plan_start, plan_stop
from nasclustergui.subsystems.gluster.plans.upkeep import plan_heal, plan_rebalance, plan_rebalance_stop

__all__ = [
    "plan_add_brick",
    "plan_create_volume",
    "plan_delete",
    "plan_heal",
    "plan_rebalance",
    "plan_rebalance_stop",
    "plan_start",
    "plan_stop",
]
