"""Writes the delivery ``jeugd_berichten``: iJw 3.2.

What belongs here: the codes of this law's messages. What does not: the messages (``provisions``).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demo import provisions
from demo.injection import Injection
from demo.lives import Lives
from demo.lives.facts import Law
from demo.provisions import Standard

EXTENSION = "zip"
#: Codes as in COD002-VEKTIS, JZ588 and JZ002: 31 is according to plan here, 35 a cause outside.
#: What ends for no other reason ends in agreement.
STANDARD = Standard(
    law=Law.YOUTH,
    delivery="jeugd_berichten",
    name="ijw",
    prefix="jw",
    codes={301: 436, 302: 437, 305: 438, 307: 440},
    ends={2: "02", 19: "31", 20: "34", 31: "35", 39: "39"},
    changes={2: "02", 4: "04", 5: "05", 7: "07"},
)


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the messages on provisions of the Jeugdwet that were sent in a month."""
    provisions.write(path, lives, month, injection, STANDARD)
