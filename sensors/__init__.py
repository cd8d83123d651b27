"""Sensors, schedules and alerts belong here, thin: when something runs, and who is told.

What runs belongs in ``assets``, and what it does in ``warehouse``. Each is described, with the
reason, in docs/reference/automation.md. Freshness is the calendar's (``warehouse.calendar``): a
freshness policy of Dagster knows no partitions.
"""
