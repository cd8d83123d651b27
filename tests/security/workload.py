"""What is delivered to a home that is killed: a month that is published, and files that wait.

What belongs here: deliveries small enough for a run of three seconds, of every kind that takes
another way through the house; and killing a run on them at random moments. What does not: how a
run is done and killed (the driver), and what holds at every moment (the witness).
"""

from dataclasses import dataclass, field

from tests.security.canaries import (
    Register,
    answer,
    brp,
    faulty_answers,
    faulty_persons,
    good_answers,
    good_persons,
    messages,
)
from tests.security.driver import PATIENCE, Driver, Ended, moments
from tests.security.sandbox import assert_no_leak, drop
from tests.security.scan import Scanner
from tests.security.witness import Seen, look_around
from warehouse.contracts import load_contracts
from warehouse.home import Home
from warehouse.ledger import Release
from warehouse.mending import export, look_at, open_export
from warehouse.station import at_work

#: Every so many kills what the killed run left is decoded and scanned too.
SCANNED = 10


@dataclass
class Workload:
    """A home in which much waits, how it was before, and how it is after an undisturbed run."""

    waiting: Home
    before: Seen
    after: Seen
    seconds: float
    moments: int
    register: Register = field(repr=False)


def prepare(driver: Driver) -> Workload:
    """January is published; what waits is told below.

    A correction of it, mended answers, February, and two files that are refused.
    """
    register = Register()
    home = driver.home()
    faulty = faulty_persons(register)
    january = good_persons(register, 6, "January")
    drop(
        home.landing,
        {
            "brp_personen_GM0479_2025-01.csv": brp(january, faulty),
            "suwinet_inkomsten_GM0479_2025-01.zip": messages(
                register, good_answers(register, 4, "January's") + faulty_answers(register), "first"
            ),
        },
    )
    first = driver.run(home)
    assert first.status == 0, first
    drop(
        home.landing,
        {
            # As many persons as before: otherwise they would be held.
            "brp_personen_GM0479_2025-01.csv": brp(
                january, good_persons(register, 1, "late"), faulty
            ),
            "brp_personen_GM0479_2025-02.csv": brp(
                january, good_persons(register, 1, "February"), faulty
            ),
            "suwinet_inkomsten_GM0479_2025-02.zip": messages(
                register, good_answers(register, 9, "February's"), "second"
            ),
            "suwinet_inkomsten_GM0479_2025-03.xml": answer(register, "cut off").encode()[:700],
            f"persoon {register.bsn('in a name')}.csv": brp(good_persons(register, 1, "misnamed")),
            "suwinet_inkomsten_GM0479_2025-01.hersteld.jsonl": _mended(driver, home, register),
        },
    )
    undisturbed = driver.home(like=home)
    whole = driver.run(undisturbed)
    assert whole.status == 0, whole
    before, after = (look_around(place, driver.keyset) for place in (home, undisturbed))
    assert before.published != after.published
    states = sorted(str(state[0]) for state in after.states.values())
    assert states == ["geaccepteerd"] * 6 + ["geweigerd"] * 2, states
    return Workload(home, before, after, whole.seconds, whole.moments, register)


def _mended(driver: Driver, home: Home, register: Register) -> bytes:
    """What is in quarantine of January's answers, of which some lack only their BSN."""
    contracts, plain = load_contracts(), driver.root / "mended.jsonl"
    with at_work(home, contracts) as station:
        (version,) = station.ledger.visible("suwinet_inkomsten")
        sealed = driver.root / "sealed"
        export(station, version.levering_id, sealed, Release("els", "Herstel"), None)
        found = look_at(sealed)
        open_export(found, found.with_keys(station.keys), plain)
    empty = "<Burgerservicenr/>"
    lines = [line for line in plain.read_text().splitlines() if empty in line]
    assert lines
    number = register.bsn("a mended answer")
    filled = f"<Burgerservicenr>{number}</Burgerservicenr>"
    return "".join(f"{line.replace(empty, filled)}\n" for line in lines).encode()


def kill_and_go_on(driver: Driver, workload: Workload, seed: int, number: int) -> None:
    """Kill a run at each of some random moments; each time the next run ends where it should."""
    print(f"seed {seed}, {number} kills, {workload.seconds:.2f} s, {workload.moments} moments")
    whole = Ended(0, workload.seconds, workload.moments, "")
    killed = 0
    for index, moment in enumerate(moments(seed, number, whole)):
        home = driver.home(like=workload.waiting)
        ended = driver.run(home, **moment)
        killed += ended.status == -9
        what = f"seed {seed}, kill {index}, {moment}: {ended}"
        assert ended.status in (-9, 0), what
        check_state(look_around(home, driver.keyset), workload, what)
        if index % SCANNED == 0:
            scan(home, workload)
        check_recovery(driver, home, workload, what)
        driver.remove(home)
    # By the clock a kill may come too late, by the steps it never does.
    print(f"{killed} of {number} runs were killed before they ended")
    assert killed >= number // 2


def check_state(seen: Seen, workload: Workload, what: str) -> None:
    """What was left is the old state or the new one, each whole."""
    assert not seen.broken, (what, seen.broken)
    assert seen.published in (workload.before.published, workload.after.published), what
    assert workload.after.kept <= seen.kept, f"{what}: a delivery is neither in landing nor sealed"


def check_recovery(driver: Driver, home: Home, workload: Workload, what: str) -> None:
    """The next run goes on by itself and ends where an undisturbed one does."""
    again = driver.run(home)
    assert again.status == 0, (what, again)
    assert again.seconds < PATIENCE, (what, again)
    seen = look_around(home, driver.keyset)
    assert not seen.broken, (what, seen.broken)
    assert seen.outcome == workload.after.outcome, what
    assert seen.landing == seen.left_over == seen.open_months == (), what


def scan(home: Home, workload: Workload) -> None:
    """No identifier stands anywhere but in landing."""
    hits = Scanner(workload.register).tree(home.path, lambda path: home.landing in path.parents)
    assert_no_leak(hits)
