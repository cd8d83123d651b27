"""What mart `rmc_voortgang` must look like."""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import UNIQUE_KEY
from expectations.marts.common import share_is_share
from warehouse.profile import Shape

_SHARES = ("pct_in_beeld", "pct_in_beeld_nulmeting", "pct_teruggevonden")

SHAPE = Shape(
    key=("gemeente", "peildatum", "maand"),
    ranges={**dict.fromkeys(_SHARES, (0, 100)), "nu_weg": (0, 10)},
)

SUITE = Suite(
    name="mart_rmc_voortgang",
    subject="rmc_voortgang",
    checks=(
        UNIQUE_KEY,
        *(share_is_share(share) for share in _SHARES),
        Check(
            name="weg_zonder_spoor",
            description="Hoogstens tien jongeren zijn weg zonder dat de BRP zegt waardoor.",
            why="Een vertrek of overlijden staat met zijn datum in de BRP, tenzij die onvolledig "
            "is. Tot tien is een groep te klein om iets over te zeggen (domein 6.2); meer wijst op "
            "een levering zonder wie vertrokken is.",
            measure="buiten_bereik",
            part="nu_weg",
            maximum=0,
            severity="waarschuwing",
        ),
    ),
)
