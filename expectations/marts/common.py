"""Checks that suites of several marts share."""

from __future__ import annotations

from dataclasses import replace

from expectations.bridge import Check, relative_change


def volume(why: str, *, what: str = "rijen", share: float = 0.10, basis: int = 50) -> Check:
    """Rows of a gemeente and month that differ at most ``share`` from the month before.

    Fewer than ``basis`` rows in the month before are not judged.
    """
    return Check(
        name="rijen_per_maand",
        description=f"Per gemeente en maand wijkt het aantal {what} hoogstens {100 * share:g} % af "
        "van de maand ervoor.",
        why=why,
        measure="rijen_per_maand",
        derive=relative_change,
        minimum=-share,
        maximum=share,
        severity="waarschuwing",
        needs_previous=True,
        minimum_basis=basis,
        optional=True,
    )


#: Of a mart whose shape gives no ranges but those of shares, from 0 to 100. An area can be all or
#: nothing: only a share that is none is wrong, and then so is the query.
SHARES_ARE_SHARES = Check(
    name="aandelen_kloppen",
    description="Elk aandeel ligt tussen 0 en 100 %.",
    why="Een aandeel is een deel van wie of wat bekend is; daarbuiten zijn teller en noemer van "
    "elkaar los geraakt.",
    measure="buiten_bereik",
    maximum=0,
)


def share_is_share(part: str) -> Check:
    """The same of one column, in a mart whose shape gives other ranges too."""
    return replace(SHARES_ARE_SHARES, name=f"{part}_klopt", part=part)


#: Of a mart with one row per gemeente and month, and ``pct_in_beeld`` from 50 to 100 in its shape.
MOST_ARE_IN_SIGHT = Check(
    name="aandeel_in_beeld",
    description="Van de 18- tot 23-jarigen zonder startkwalificatie en school is ten minste de "
    "helft in beeld.",
    why="Zoetermeer vond 95 % terug van wie eerder verdwenen was (Platform31, 2019); ook een "
    "eerste nulmeting ziet wie werkt of een uitkering heeft, en dat zijn de meesten. Onder de "
    "helft ontbreekt een levering, of zijn het er te weinig om over te oordelen.",
    measure="buiten_bereik",
    part="pct_in_beeld",
    maximum=0,
    severity="waarschuwing",
)
