"""What happens to the persons of the synthetic gemeente besides where they live.

What belongs here: homes and rents, work and benefits, bijstand, debts, care, schools, provisions
for low incomes: as facts, each with the day it happened and the day a register knew. What does
not: how a register writes them down (the modules of ``demo`` named after the deliveries).
"""

from demo.lives.facts import as_known, phases_known, running
from demo.lives.life import Lives

__all__ = ["Lives", "as_known", "phases_known", "running"]
