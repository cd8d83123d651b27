"""The library of the datapakhuis: the way of a delivery, from landing to publication.

Here live the gate, the keys, the ledger, the quarantine, the working database, the publication,
the analyst's client and the command line. None of it knows Dagster, but for two doors:
``definitions`` assembles what Dagster sees, and the command line's ``run`` imports it when called.
"""
