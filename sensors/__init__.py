"""Sensors, schedules, freshness and alerts belong here, thin: when something runs.

What runs belongs in ``assets``, and what it does in ``warehouse``. Nothing watches landing by
itself yet: `datapakhuis run`, or the job in Dagster, takes in what landed.
"""
