"""Writes the delivery ``wmo_berichten``: iWmo 3.2.

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
#: Codes as in COD002-VEKTIS, WMO588 and WMO002. What ends for no other reason ends in agreement.
STANDARD = Standard(
    law=Law.WMO,
    delivery="wmo_berichten",
    name="iwmo",
    prefix="wmo",
    codes={301: 414, 302: 415, 305: 418, 307: 420},
    ends={2: "02", 19: "19", 20: "23", 31: "31", 39: "39"},
    changes={2: "02", 4: "04", 5: "05", 7: "07"},
)


def write(path: Path, lives: Lives, month: np.datetime64, injection: Injection) -> None:
    """Write the messages on provisions of the Wmo that were sent in a month."""
    provisions.write(path, lives, month, injection, STANDARD)
