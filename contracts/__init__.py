"""The contracts: one YAML per delivery, in the shape of the Open Data Contract Standard v3.

What belongs here: all that is agreed with who delivers and may be used by whom: the fields and
their source names, types, patterns and code lists, identification classes, the unit that is
counted, leverwijze, cadence, theme, purposes, legal ground, retention and owner. Names and
descriptions are Dutch, because a data steward must be able to read and correct them.

What does not: code (``warehouse.contracts`` reads these files), rules about a delivery as a whole
(``expectations/``), what datasets make of the fields (``dbt_project/``), and data. A code list of
the nation that changes, or an amount or limit that depends on the year, is a dated table in dbt.
"""
