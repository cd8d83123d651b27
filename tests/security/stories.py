"""Chains of commands through the real command line, each told once and looked at by many tests.

What belongs here: what is delivered, what is run, what is killed, and what was seen meanwhile.
What does not: what should have come of it (the tests).
"""

import json
import os
import re
import shutil
import signal
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.security.canaries import (
    Register,
    answer,
    brp,
    faulty_answers,
    faulty_persons,
    good_answers,
    good_persons,
    messages,
    misnamed,
    orphan,
    refused_answers,
    refused_areas,
    refused_persons,
)
from tests.security.registers import deliveries, only_signals
from tests.security.sandbox import COMMAND, Ran, Sandbox
from tests.security.scan import Hit
from tests.security.witness import Seen, look_around
from warehouse.contracts import CONTRACTS, load_contracts
from warehouse.ledger import Ledger

#: The view that is broken on purpose cannot be read; everything beside it is.
BROKEN_VIEW = Hit("unreadable: InvalidInputException", "home/warehouse.duckdb")
EXTENSIONS = {"brp_personen": "csv", "suwinet_inkomsten": "xml", "cbs_gebieden": "geojson"}
#: Seconds for which dbt outlives the run that was killed: longer than the next one takes to begin.
OUTLIVES = 15.0
#: Every command that shows something, as table and as JSON.
QUESTIONS = (
    ("status",),
    ("status", "--json"),
    ("quarantine", "list"),
    ("quarantine", "list", "--json"),
    ("list",),
    ("list", "--json"),
    ("show", "personen"),
    ("show", "personen", "--json"),
    ("get", "personen", "-o", "personen.parquet"),
    ("get", "inkomsten", "-o", "inkomsten.csv"),
    ("sql", "select * from personen order by all"),
    ("sql", "select * from inkomsten order by all", "--format", "json"),
    ("sql", "select cast(bsn_versleuteld as integer) from personen"),
    ("doctor",),
    ("doctor", "--json"),
)


# --- leaks ------------------------------------------------------------------------------------


@dataclass
class Leaks:
    """Two runs and all questions; what was planted, and what was found of it."""

    sandbox: Sandbox
    register: Register
    first: Ran
    second: Ran
    mended: dict[str, Ran]
    hits: list[Hit] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)


def tell_of_leaks(root: Path, parsed: Path, keyset: Path) -> Leaks:
    """Deliver everything that can be wrong, then break the code itself, and ask everything."""
    sandbox, register = Sandbox(root / "sandbox"), Register()
    sandbox.init(parsed, keyset, "GM0479", "GM0518")
    sandbox.drop(
        {
            "brp_personen_GM0479_2025-01.csv": brp(
                orphan(register), good_persons(register, 10), faulty_persons(register)
            ),
            "suwinet_inkomsten_GM0479_2025-01.zip": messages(
                register, good_answers(register, 6) + faulty_answers(register), "main zip"
            ),
            **misnamed(register),
            **deliveries(register, load_contracts()),
        }
    )
    for name, contents in (
        ("brp_personen", refused_persons(register)),
        ("suwinet_inkomsten", refused_answers(register)),
        ("cbs_gebieden", refused_areas(register)),
    ):
        for number, content in enumerate(contents.values()):
            month = f"{2020 + number // 12}-{number % 12 + 1:02}"
            extension = EXTENSIONS[name]
            if content.startswith(b"PK"):
                extension = "zip"
            sandbox.drop({f"{name}_GM0518_{month}.{extension}": content})
    first = sandbox.run("run")
    mended = _mend(sandbox, register)
    # One gemeente with an answer on which the gate breaks and one on which the step after it does;
    # another with persons of which the checks break and answers that are built: there dbt breaks.
    sandbox.drop(
        {
            "suwinet_inkomsten_GM0479_2025-03.xml": answer(register, "gate breaks").encode(),
            "suwinet_inkomsten_GM0479_2025-02.zip": messages(
                register, good_answers(register, 12, "accept breaks"), "accept breaks"
            ),
            "brp_personen_GM0518_2025-01.csv": brp(good_persons(register, 3, "check breaks")),
            "suwinet_inkomsten_GM0518_2025-01.zip": messages(
                register, good_answers(register, 2, "dbt breaks"), "dbt breaks"
            ),
        }
    )
    second = sandbox.sabotaged(
        ("gate_breaks", "check_breaks", "accept_breaks", "dbt_breaks"),
        "run",
        CANARY=register.bsn("in the text of an exception"),
    )
    for question in QUESTIONS:
        sandbox.run(*question)
    story = Leaks(sandbox, register, first, second, mended)
    story.hits = [hit for hit in sandbox.leaks(register) if hit != BROKEN_VIEW]
    with closing(Ledger(sandbox.home.ledger)) as ledger:
        for version in ledger.versions():
            story.reasons |= {version.reason or "", *ledger.reasons(version.levering_id)}
            story.accepted |= {version.delivery or ""} if version.visible else set()
    return story


def _mend(sandbox: Sandbox, register: Register) -> dict[str, Ran]:
    """Export a quarantine, open it in landing, offer it again wrong in many ways, and right."""
    with closing(Ledger(sandbox.home.ledger)) as ledger:
        (name,) = (v.levering_id for v in ledger.visible("brp_personen"))
    plain = sandbox.home.landing / "brp_personen_GM0479_2025-01.hersteld.jsonl"
    passphrase = sandbox.keyset.with_name("passphrase")
    passphrase.write_text("een heel lang wachtwoord")
    passphrase.chmod(0o600)
    secret = ("--passphrase-file", str(passphrase))
    why = ("--reason", "Uitgezocht")
    ran = {
        "export": sandbox.run("quarantine", "export", name, "-o", "sealed", *secret, *why),
        "open": sandbox.run("quarantine", "open", "sealed", "-o", str(plain), *secret),
    }
    records = [json.loads(line) for line in plain.read_text().splitlines()]
    number = register.bsn("a mended file: in every wrong way")
    record = next(r for r in records if r["reden"] == "bsn_elfproef")
    wrong = {
        "malformed": f'{{"inhoud": "{number}',
        "another version": json.dumps({**record, "levering_id": number}),
        "no such unit": json.dumps({**record, "regel": int(number)}),
        "two units": json.dumps({**record, "inhoud": record["inhoud"] * 2}),
        "an open quote": json.dumps({**record, "inhoud": f'P;"{number}\n'}),
    }
    for what, line in wrong.items():
        plain.write_text(f"{line}\n")
        ran[what] = sandbox.run("quarantine", "reoffer", name, str(plain), *why)
    mended = {**record, "inhoud": record["inhoud"].replace("999700009", number)}
    plain.write_text(json.dumps(mended) + "\n")
    ran["right"] = sandbox.run("quarantine", "reoffer", name, str(plain), *why)
    return ran


@dataclass
class Leaky:
    """A run that leaks on purpose, and where it was caught."""

    sandbox: Sandbox
    register: Register
    run: Ran
    hits: list[Hit]


def tell_of_a_leaky_run(root: Path, parsed: Path, keyset: Path) -> Leaky:
    """A contract with one wrong word, a print, an error that quotes, and originals in the clear."""
    sandbox, register = Sandbox(root / "sandbox"), Register()
    sandbox.init(parsed, keyset, "GM0479")
    shutil.copytree(CONTRACTS, root / "contracts")
    for name, known in (
        ("brp_personen", r"(name: a_nummer,[^}]*?classification: )direct"),
        ("vroegsignalen", r"(name: achternaam\n[^}]*?classification: )direct"),
    ):
        contract = root / "contracts" / f"{name}.yaml"
        text, changes = re.subn(known, r"\1gewoon", contract.read_text())
        assert changes == 1, "the contract's text is not what this test knows"
        contract.write_text(text)
    sandbox.drop(
        {
            "brp_personen_GM0479_2025-01.csv": brp(good_persons(register, 3)),
            "suwinet_inkomsten_GM0479_2025-01.xml": answer(register, "told").encode(),
            "vroegsignalen_GM0479_2025-01.json": only_signals(register, load_contracts()),
        }
    )
    run = sandbox.sabotaged(
        ("other_contracts", "print_in_gate", "tell_the_row", "keep_in_the_clear"),
        "run",
        CONTRACTS=str(root / "contracts"),
    )
    return Leaky(sandbox, register, run, sandbox.leaks(register))


# --- kills ------------------------------------------------------------------------------------


@dataclass
class Kills:
    """Runs killed one after another on one home, and what stood there after each."""

    sandbox: Sandbox
    runs: dict[str, Ran]
    seen: dict[str, Seen]
    hits: list[Hit]
    delivered: dict[str, bytes]


def tell_of_kills(root: Path, parsed: Path, keyset: Path) -> Kills:
    """Kill a run in the gate, then one while dbt builds, one in the publication; then let be."""
    sandbox, register = Sandbox(root / "sandbox"), Register()
    home = sandbox.init(parsed, keyset, "GM0479")
    flag = root / "flag"
    delivered = {
        "brp_personen_GM0479_2025-01.csv": brp(good_persons(register, 8), faulty_persons(register)),
        "suwinet_inkomsten_GM0479_2025-01.zip": messages(
            register, good_answers(register, 6) + faulty_answers(register), "zip"
        ),
    }
    sandbox.drop(delivered)
    runs: dict[str, Ran] = {}
    seen: dict[str, Seen] = {}

    def killed(name: str, plug: str, **environment: str) -> None:
        flag.unlink(missing_ok=True)
        process = sandbox.start_sabotaged([plug], "run", FLAG=str(flag), **environment)
        runs[name] = sandbox.kill_when(process, flag.exists, name)
        seen[name] = look_around(home, sandbox.keyset)

    # The persons are in, the answers are in the gate.
    killed("in the gate", "pause_in_gate", PAUSED="suwinet_inkomsten")
    hits = sandbox.leaks(register)
    process = sandbox.start(COMMAND, "run")
    builder: list[int] = []

    def builds() -> bool:
        builder.extend(_who_builds(process.pid, home.database))
        return bool(builder)

    # What it started lives on, for as long as a large build takes; the next run meets it.
    runs["while dbt builds"] = sandbox.kill_when(
        process, builds, "while dbt builds", first=lambda: os.kill(builder[0], signal.SIGSTOP)
    )
    seen["while dbt builds"] = look_around(home, sandbox.keyset)
    threading.Timer(OUTLIVES, os.kill, (builder[0], signal.SIGCONT)).start()
    killed("in the publication", "pause_in_publication")
    hits += sandbox.leaks(register)
    runs["at last"] = sandbox.run("run")
    seen["at last"] = look_around(home, sandbox.keyset)
    runs["once more"] = sandbox.run("run")
    hits += sandbox.leaks(register)
    return Kills(sandbox, runs, seen, hits, delivered)


def _who_builds(pid: int, database: Path) -> list[int]:
    """The children of a process that have the working database open."""
    found = []
    for child in _children(pid):
        with suppress(OSError):
            links = Path(f"/proc/{child}/fd")
            if str(database) in [os.readlink(links / name) for name in os.listdir(links)]:
                found.append(child)
    return found


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        threads = Path(f"/proc/{pid}/task")
        return [
            int(child)
            for thread in os.listdir(threads)
            for child in (threads / thread / "children").read_text().split()
        ]
    return []
