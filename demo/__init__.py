"""The synthetic gemeente: persons who do not exist, in the formats of the registers.

Here lives what invents persons, addresses and incomes and writes them as the registers would
deliver them, with the errors that registers have. Everything follows from the seed: the same seed
gives the same bytes. What does not belong here: reading a delivery, or anything that knows what
the warehouse does with one. Names and amounts are invented; the levels kept to are published
figures (``lives.levels``), and it is no statistic all the same.
"""
