"""Dagster assets, thin: wiring from contracts and dbt models to the warehouse.

What belongs here: which assets there are, how they hang together, and how an outcome looks in
Dagster. What does not: any work on data. Nothing here logs a value, and no asset passes data on:
what one writes, the next reads by way of the ledger.
"""
