"""What mart `armoede_gemeente` must look like.

The ranges lie around what was published of whole gemeenten (domain 1.1 and 1.10), wide enough for
every definition in the table. A gemeente of a few hundred households may lie outside by chance, so
these checks only warn.
"""

from __future__ import annotations

from expectations.bridge import Check, Suite
from expectations.datasets.common import UNIQUE_KEY
from warehouse.profile import Shape

#: Per share the lowest and highest that is credible.
RANGES: dict[str, tuple[float, float]] = {
    "pct_huishoudens_bekend": (50, 100),
    "pct_huishoudens_arm": (1, 30),
    "pct_kinderen_arm": (1, 33),
    "pct_huishoudens_met_kinderen_arm": (1, 33),
    "pct_huishoudens_langdurig_arm": (0.5, 15),
    "pct_huishoudens_werkend_arm": (0, 10),
    "pct_huishoudens_verborgen_arm": (0, 50),
}
SHAPE = Shape(key=("gemeente", "maand", "armoede_definitie"), ranges=RANGES)


def _within(part: str, what: str, why: str) -> Check:
    lowest, highest = RANGES[part]
    return Check(
        name=part.removeprefix("pct_"),
        description=f"{what} ligt tussen {lowest:g} en {highest:g} %.".replace("0.5", "0,5"),
        why=why,
        measure="buiten_bereik",
        part=part,
        maximum=0,
        severity="waarschuwing",
    )


SUITE = Suite(
    name="mart_armoede_gemeente",
    subject="armoede_gemeente",
    checks=(
        UNIQUE_KEY,
        _within(
            "pct_huishoudens_bekend",
            "Het aandeel huishoudens waarvan bekend is of zij arm zijn",
            "Wie alleen bij de bijstand naar inkomen vraagt, kent bijna alleen arme huishoudens. "
            "De laatste twee maanden zijn nog niet volledig en vallen eronder.",
        ),
        _within(
            "pct_huishoudens_arm",
            "Het aandeel arme huishoudens",
            "Vlaardingen 13,1 % tot en met 110 %, landelijk 11 % (2019); onder de "
            "lage-inkomensgrens landelijk 6,8 % (2020). Met een voorziening: bijstand alleen zo'n "
            "5 %, een ruime stadspas (130 %) enkele malen zoveel.",
        ),
        _within(
            "pct_kinderen_arm",
            "Het aandeel kinderen in arme huishoudens",
            "Vlaardingen bijna 1 op 6, landelijk 1 op 10 (2019), landelijk onder de "
            "lage-inkomensgrens 5,2 % (2022).",
        ),
        _within(
            "pct_huishoudens_met_kinderen_arm",
            "Het aandeel arme huishoudens van die met kinderen",
            "Rotterdam 21 %, Den Haag en Amsterdam 19 % (2014). Meer dan een derde was er alleen "
            "in een wijk als de Schildersbuurt (bijna 4 op 10).",
        ),
        _within(
            "pct_huishoudens_langdurig_arm",
            "Het aandeel langdurig arme huishoudens",
            "Landelijk 5,7 %, Vlaardingen 6,9 % (2019), onder de lage-inkomensgrens landelijk "
            "3,3 % (2018). Alleen wie vier jaar bleef telt mee, en blijvers zijn vaker langdurig "
            "arm.",
        ),
        _within(
            "pct_huishoudens_werkend_arm",
            "Het aandeel arme huishoudens van die met loon als voornaamste bron",
            "In de MVS-gemeenten 5.200 werkende armen (zwakke bron): enkele procenten van de "
            "werkenden. Meer wijst op loonopgaven die ontbreken.",
        ),
        _within(
            "pct_huishoudens_verborgen_arm",
            "Het aandeel verborgen van de arme huishoudens",
            "De MVS-gemeenten vonden de groep tot 110 % goed in beeld; Leiden bereikte 63 % van de "
            "doelgroep (2015). Meer dan de helft verborgen wijst op een register dat ontbreekt.",
        ),
    ),
)
