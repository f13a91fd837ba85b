"""The only vocabulary of states in the app: icon, colour role and rank of each. Pure data, no Qt."""

from __future__ import annotations

# state -> (Lucide icon, colour role)
STATES = {
    "ok": ("circle-check", "ok"),
    "warn": ("triangle-alert", "warn"),
    "wait": ("hourglass", "warn"),
    "drain": ("log-out", "warn"),
    "critical": ("octagon-x", "critical"),
    "busy": ("refresh-cw", "busy"),
    "maint": ("wrench", "busy"),
    "stopped": ("circle-stop", "unknown"),
    "stale": ("clock-alert", "unknown"),
    "unknown": ("circle-question-mark", "unknown"),
    "info": ("info", "accent_text"),
}
# the lower, the sooner somebody must look
SEVERITY = {
    "critical": 0,
    "warn": 1,
    "wait": 2,
    "drain": 2,
    "stale": 3,
    "unknown": 3,
    "busy": 4,
    "maint": 4,
    "info": 5,
    "ok": 6,
    "stopped": 7,
}
