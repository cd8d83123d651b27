"""What a delivery or a dataset must look like as a whole before anyone builds on it.

Here live the suites (``deliveries``, ``datasets``): per check a bound and the reason for it, and
the one ``bridge`` from a suite to outcomes, through Great Expectations. What does not belong here:
rules for a single row (the contracts, applied at the gate), measuring (``warehouse.profile``), and
what a hold does (the ledger and the assets). Nothing here knows Dagster.
"""
