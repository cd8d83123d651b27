"""The synthetic gemeente: persons who do not exist, in the formats of the registers.

Here lives what invents persons, addresses and incomes and writes them as the registers would
deliver them, with a few faults in known places. Everything follows from the seed: the same seed
gives the same bytes. What does not belong here: reading a delivery, or anything that knows what
the warehouse does with one. Names, amounts and shares are invented and are no statistics.
"""
