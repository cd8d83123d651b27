"""The command line: what a user types, and what they see.

What belongs here: options, output and exit codes. What does not: any work. The analyst's commands
need DuckDB and PyArrow only; the pipeline is imported by the commands that run it.
Exit codes: 0 done, 1 something failed or was held, 2 wrong usage.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from warehouse.client import Client
from warehouse.errors import DatapakhuisError, UsageError
from warehouse.home import (
    CONFIGURATION,
    Home,
    HomeError,
    add_months,
    check_free,
    create_home,
    home_path,
    load_home,
    month_text,
    parse_gemeente,
    parse_month,
    today,
)
from warehouse.publication import DOMAINS, GESLOTEN, current_manifest

if TYPE_CHECKING:
    import pyarrow as pa

    from warehouse.calendar import Due
    from warehouse.ledger import Ledger, Version
    from warehouse.run import Summary

DEMO_GEMEENTE = "GM0479"
#: A demo ends in the last month of which all norms are known, and begins at the earliest here.
DEMO_FROM, DEMO_LAST_MONTH = "2020-01", "2026-06"
ROWS_ON_SCREEN = 50
#: Of so many versions the command that comes next is written out.
NEXT_ON_SCREEN = 5

app = typer.Typer(
    help="The data warehouse of a Dutch gemeente: deliveries in, datasets out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
quarantine_app = typer.Typer(help="The units that broke their contract.", no_args_is_help=True)
app.add_typer(quarantine_app, name="quarantine")
delivery_app = typer.Typer(help="Decisions about a delivery.", no_args_is_help=True)
app.add_typer(delivery_app, name="delivery")

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


class Format(StrEnum):
    """How a table is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The home; else DATAPAKHUIS_HOME, else ./var.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
KnownOption = Annotated[
    datetime | None,
    typer.Option("--as-known-at", formats=["%Y-%m-%d"], help="As published by the end of a day."),
]
FormatOption = Annotated[Format | None, typer.Option("--format", help="The form of the output.")]
DomainOption = Annotated[
    str,
    typer.Option(
        "--domain", help="What persons are published for: gesloten (statistics and policy) or rmc."
    ),
]


def main() -> None:
    """Run the command; turn every error into a sentence and an exit code."""
    try:
        app()
    except DatapakhuisError as error:
        err.print(f"[red]error:[/red] {_plain(str(error))}")
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        err.print("interrupted; run again to go on")
        sys.exit(130)
    except ImportError as error:
        err.print(f"[red]error:[/red] {error.name} is not installed.")
        err.print("Install the pipeline: pip install 'datapakhuis\\[pipeline]'.")
        sys.exit(1)
    except Exception as error:
        # The text of an unforeseen error may hold a value; its class and place do not.
        last = error.__traceback__
        while last and last.tb_next:
            last = last.tb_next
        place = f"{Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last else "?"
        err.print(f"[red]error:[/red] a fault of ours ({type(error).__name__} at {place}).")
        err.print("Nothing was lost. Run again; report it if it stays.")
        sys.exit(1)


def _plain(text: str) -> str:
    return text.replace("[", "\\[")


def _say(text: str) -> None:
    out.print(_plain(text))


def _progress(text: str) -> None:
    """Tell what goes on, but only to a person."""
    if err.is_terminal:
        err.print(f"[dim]… {_plain(text)}[/dim]")


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def _print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=not out.is_terminal)
    for row in rows:
        table.add_row(*("" if value is None else _plain(str(value)) for value in row))
    width = out.width if out.is_terminal else 10_000
    Console(width=width, soft_wrap=True, highlight=False).print(table)


# --- for who runs it --------------------------------------------------------------------------


@app.command()
def init(
    gemeente: Annotated[list[str], typer.Option(help="CBS code; may be given more than once.")],
    first: Annotated[str, typer.Option("--from", help="The first month of delivery, YYYY-MM.")],
    home: HomeOption = None,
) -> None:
    """Make a home: configuration, folders and, if there is none, the key set."""
    made = _make_home(home_path(home), [parse_gemeente(g) for g in gemeente], parse_month(first))
    _say(f"made a datapakhuis at {made.path} for {', '.join(made.gemeenten)}")
    _say(f"its key set is {made.keyset_path}: back it up, apart from the data")
    _say(f"drop deliveries in {made.landing} and type: datapakhuis run")


def _make_home(
    path: Path, gemeenten: list[str], first: date, *, keyset: Path | None = None
) -> Home:
    from warehouse.keys import check_location, create_keyset, default_keyset_path, load_keyset
    from warehouse.run import write_dagster_home

    check_free(path)
    keyset_path = (keyset or default_keyset_path()).expanduser().absolute()
    check_location(keyset_path, path)
    keys = load_keyset(keyset_path) if keyset_path.exists() else create_keyset(keyset_path)
    made = create_home(
        path, gemeenten, first, keys.check_value, keyset_path, demo=keyset is not None
    )
    write_dagster_home(made)
    return made


@app.command()
def run(
    month: Annotated[str | None, typer.Option(help="Only this month of delivery.")] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="From this month of delivery.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="Up to this month of delivery.")] = None,
    delivery: Annotated[str | None, typer.Option(help="Only this delivery.")] = None,
    home: HomeOption = None,
) -> None:
    """Take in what landed, and build and publish what it touches."""
    if month and (first or last):
        raise UsageError("--month goes without --from and --to", "Give one or the other.")
    place = load_home(home_path(home))
    begin, end = month or first, month or last
    summary = _run(
        place,
        first=parse_month(begin) if begin else None,
        last=parse_month(end) if end else None,
        delivery=_known_delivery(delivery),
    )
    raise typer.Exit(0 if summary.ok else 1)


def _known_delivery(name: str | None) -> str | None:
    from warehouse.contracts import load_contracts

    if name is not None and name not in (known := load_contracts()):
        raise UsageError(f"{name!r} is not a delivery", f"Choose from {', '.join(known)}.")
    return name


def _run(home: Home, **options: Any) -> Summary:
    from warehouse.run import run as run_it
    from warehouse.run import tell

    summary = run_it(home, say=_progress, **options)
    tell(summary, _say)
    return summary


@app.command()
def status(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """What was delivered and what became of it; what is published and how fresh it is."""
    from warehouse.calendar import gaps
    from warehouse.contracts import load_contracts
    from warehouse.intake import mended_waiting
    from warehouse.ledger import Ledger

    place = load_home(home_path(home))
    ledger = Ledger(place.ledger)
    deliveries = _delivery_rows(ledger)
    missing = _missing(place, ledger)
    datasets = _dataset_rows(place)
    checks = [
        {"onderwerp": subject, **vars(check)}
        for subject in [v.levering_id for v in ledger.versions()] + ledger.checked_datasets()
        for check in ledger.checks(subject)
        if check.outcome in ("gezakt", "fout")
    ]
    open_months = [month_text(month) for month in ledger.open_months()]
    ledger.close()
    waiting = [file.path.name for file in mended_waiting(place, load_contracts())]
    if as_json:
        _print_json(
            {
                "leveringen": deliveries,
                "datasets": datasets,
                "controles": checks,
                "open_maanden": open_months,
                "hersteld_wacht": waiting,
                "ontbrekend": [
                    {
                        "levering": row.delivery,
                        "gemeente": row.gemeente,
                        "levermaand": row.period,
                        "uiterlijk": str(row.due),
                        "staat": row.state,
                    }
                    for row in missing
                ],
            }
        )
        return
    if not deliveries:
        _say(f"nothing was delivered yet; drop a file in {place.landing}")
    else:
        _print_dicts(deliveries)
        out.print()
    if datasets:
        _print_dicts(datasets)
    for check in checks:
        _say(
            f"\n{check['onderwerp']}: {check['check']} {check['outcome']}"
            f" ({check['severity']}): {check['description']} {check['counts']}"
        )
    if open_months:
        _say(f"\nopen months, to be built by the next run: {', '.join(open_months)}")
    for name in waiting:
        _say(
            f"\nmended rows wait in landing: {name}. Offer them again: datapakhuis quarantine"
            ' reoffer LEVERING_ID FILE --reason "…", or heraanbieden_omdat in Dagster'
        )
    if missing:
        _say("\nmissing, and its day has passed:")
        for gap in gaps(missing):
            _say(f"  {gap}")


def _missing(home: Home, ledger: Ledger) -> list[Due]:
    """What should have been here by now."""
    from warehouse.calendar import expected
    from warehouse.contracts import load_contracts

    rows = expected(load_contracts(), home, ledger.versions(), today())
    return [row for row in rows if row.overdue]


def _print_dicts(rows: Sequence[dict[str, Any]]) -> None:
    words = {True: "ja", False: "nee"}
    _print_table(
        list(rows[0]),
        [[words[v] if isinstance(v, bool) else v for v in row.values()] for row in rows],
    )


def _delivery_rows(ledger: Ledger) -> list[dict[str, Any]]:
    numbers: dict[object, int] = {}
    rows = []
    for version in ledger.versions():
        key = (version.delivery, version.gemeente, version.month)
        numbers[key] = numbers.get(key, 0) + 1
        rows.append(_delivery_row(ledger, version, numbers[key]))
    return rows


def _delivery_row(ledger: Ledger, version: Version, number: int) -> dict[str, Any]:
    counts = version.counts
    checks = ledger.checks(version.levering_id)
    failed = [check.check for check in checks if check.outcome in ("gezakt", "fout")]
    return {
        "levering": version.delivery or version.file,
        "gemeente": version.gemeente,
        "levermaand": month_text(version.month) if version.month else None,
        "versie": number,
        "levering_id": version.levering_id,
        "aanvulling_op": version.supplements,
        "staat": str(version.state),
        "actueel": version.visible,
        "bekend_vanaf": version.current_from[:16] if version.current_from else None,
        "bron": counts.source if counts else None,
        "geaccepteerd": counts.accepted if counts else None,
        "quarantaine": counts.quarantined if counts else None,
        "dubbel": counts.duplicate if counts else None,
        "nagekomen": version.late,
        "controles": ", ".join(failed) if failed else (f"{len(checks)} in orde" if checks else ""),
        "reden": version.reason,
        "plaats": version.place,
    }


def _dataset_rows(home: Home) -> list[dict[str, Any]]:
    manifests = [current_manifest(home.publication, domain) for domain in DOMAINS]
    return [
        {
            "dataset": name,
            "thema": entry.spec.theme,
            "openheid": entry.spec.openheid,
            "maanden": len(entry.months),
            "van": month_text(min(entry.months)) if entry.months else None,
            "tot": month_text(max(entry.months)) if entry.months else None,
            "rijen": entry.rows,
            "gepubliceerd": f"{manifest.known_from:%Y-%m-%d %H:%M} UTC",
        }
        for manifest in manifests
        if manifest
        for name, entry in sorted(manifest.datasets.items())
    ]


@delivery_app.command("release")
def delivery_release(
    levering_id: Annotated[str, typer.Argument(help="The levering_id, from `status`.")],
    reason: Annotated[str, typer.Option(help="Why it is right; kept in the ledger.")],
    home: HomeOption = None,
) -> None:
    """Let a held delivery through; who did so and why is kept."""
    from warehouse.contracts import load_contracts
    from warehouse.ledger import Release
    from warehouse.station import at_work

    with at_work(load_home(home_path(home)), load_contracts()) as station:
        version = station.intake.release(levering_id, Release(getpass.getuser(), reason))
    _say(f"{version.delivery} {version.gemeente} {levering_id}: {version.state}")
    _say("the next `datapakhuis run` builds what it touches")


@quarantine_app.command("list")
def quarantine_list(
    delivery: Annotated[str | None, typer.Option(help="Only this delivery.")] = None,
    month: Annotated[str | None, typer.Option(help="Only this month of delivery.")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """The units that were set apart: where they stand and why, never what they hold."""
    from warehouse.ledger import Ledger, State
    from warehouse.reasons import reason

    ledger = Ledger(load_home(home_path(home)).ledger)
    wanted = parse_month(month) if month else None
    versions = [
        version
        for version in ledger.versions()
        if delivery in (None, version.delivery) and wanted in (None, version.month)
        # What was mended and what was not stands in the version that took its place.
        if not any(o.visible and o.order > version.order for o in ledger.family(version))
    ]
    rows: list[dict[str, Any]] = [
        {
            "levering": version.delivery,
            "gemeente": version.gemeente,
            "levermaand": month_text(version.month) if version.month else None,
            "levering_id": version.levering_id,
            "bericht": unit.message,
            "regel": unit.line,
            "reden": unit.reason,
            "veld": unit.field,
            "uitleg": reason(unit.reason).text,
            "herstel": reason(unit.reason).remedy,
        }
        for version in versions
        for unit in ledger.quarantined(version.levering_id)
    ]
    ledger.close()
    if as_json:
        _print_json(rows)
    elif not rows:
        _say("nothing is in quarantine")
    else:
        shown = ("levering", "gemeente", "levermaand", "bericht", "regel", "reden", "veld")
        _print_table(shown, ([row[name] for name in shown] for row in rows[:ROWS_ON_SCREEN]))
        for code in sorted({row["reden"] for row in rows}):
            number = sum(row["reden"] == code for row in rows)
            _say(f"{number} x {code}: {reason(code).text}. {reason(code).remedy}")
        if len(rows) > ROWS_ON_SCREEN:
            _say(f"… and {len(rows) - ROWS_ON_SCREEN} more; --json prints all")
        _say_how_to_mend([v for v in versions if v.visible or v.state is State.HELD], rows)


def _say_how_to_mend(versions: Sequence[Version], rows: Sequence[dict[str, Any]]) -> None:
    """The command that comes next, for versions whose units can still take their place."""
    apart = {row["levering_id"] for row in rows}
    mendable = [version for version in versions if version.levering_id in apart]
    if mendable:
        _say("\nto see and mend them, for who may (docs/how-to/mend-quarantined-rows.md):")
    for version in mendable[:NEXT_ON_SCREEN]:
        _say(
            f'  datapakhuis quarantine export {version.levering_id} -o FILE --reason "…"'
            f"   # {version.delivery} {version.gemeente} {version.month:%Y-%m}"
        )
    if len(mendable) > NEXT_ON_SCREEN:
        _say(f"  … and so for {len(mendable) - NEXT_ON_SCREEN} more")


PassphraseOption = Annotated[
    Path | None,
    typer.Option(help="A private file whose first line is the passphrase.", show_default=False),
]


@quarantine_app.command("export")
def quarantine_export(
    levering_id: Annotated[str, typer.Argument(help="The levering_id, from `quarantine list`.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The sealed file to write.")],
    reason: Annotated[str, typer.Option(help="Why it is needed; kept in the ledger.")],
    passphrase_file: PassphraseOption = None,
    for_home: Annotated[
        bool, typer.Option("--for-home", help="Seal it for this home's key set: no passphrase.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Write what was set apart to a sealed file, for who may mend it; who and why is kept."""
    from warehouse import mending
    from warehouse.contracts import load_contracts
    from warehouse.keys import new_passphrase
    from warehouse.ledger import Release
    from warehouse.station import at_work

    if for_home and passphrase_file:
        raise UsageError("--for-home goes without --passphrase-file", "Give one or the other.")
    given = mending.read_passphrase(passphrase_file) if passphrase_file else None
    passphrase = None if for_home else given or new_passphrase()
    why = Release(getpass.getuser(), reason)
    with at_work(load_home(home_path(home)), load_contracts()) as station:
        units = mending.export(station, levering_id, output, why, passphrase)
    _say(f"wrote {units} units of {levering_id}, sealed, to {output}")
    if passphrase and not given:
        err.print(f"its passphrase, shown once: {_plain(passphrase)}")
        err.print("Give it to who may open the file by another way than the file itself.")
    _say(f"to open it: datapakhuis quarantine open {shlex.quote(str(output))} -o OUT.jsonl")


@quarantine_app.command("open")
def quarantine_open(
    file: Annotated[Path, typer.Argument(help="What `quarantine export` wrote.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The plain file to write.")],
    passphrase_file: PassphraseOption = None,
    home: HomeOption = None,
) -> None:
    """Make plain JSON lines of an export; they hold identifiers, and only you may read them."""
    from warehouse import mending
    from warehouse.contracts import load_contracts
    from warehouse.station import at_work

    exported = mending.look_at(file)
    mending.check_plain(output)
    if exported.by_passphrase:
        given = mending.read_passphrase(passphrase_file) if passphrase_file else _asked_passphrase()
        units = mending.open_export(exported, exported.with_passphrase(given), output)
    else:
        if passphrase_file:
            raise UsageError(
                f"{file} was sealed for the key set of its home", "Leave out --passphrase-file."
            )
        with at_work(load_home(home_path(home)), load_contracts()) as station:
            data_key = exported.with_keys(station.keys)
            mending.log_opened(station, exported, getpass.getuser())
            units = mending.open_export(exported, data_key, output)
    _say(f"wrote {units} units of {exported.levering_id} to {output}; they hold identifiers")
    _say("mend the text of `inhoud`, leave out what you do not mend, and offer the rest again:")
    _say(
        f"  datapakhuis quarantine reoffer {exported.levering_id} {shlex.quote(str(output))}"
        ' --reason "…"'
    )


def _asked_passphrase() -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask a passphrase on", "Give it with --passphrase-file."
        )
    return getpass.getpass("passphrase: ").strip()


@quarantine_app.command("reoffer")
def quarantine_reoffer(
    levering_id: Annotated[str, typer.Argument(help="The levering_id, as it was exported.")],
    file: Annotated[Path, typer.Argument(help="The mended JSON lines.")],
    reason: Annotated[str, typer.Option(help="What was mended and why; kept in the ledger.")],
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the mended file, which holds identifiers.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Offer mended units again, in their own places; who did so and why is kept."""
    from warehouse import mending
    from warehouse.contracts import load_contracts
    from warehouse.ledger import Release
    from warehouse.station import at_work

    why = Release(getpass.getuser(), reason)
    with at_work(load_home(home_path(home)), load_contracts()) as station:
        done = mending.reoffer(station, levering_id, file, why, keep=keep)
    version = done.version
    what = f"{version.delivery} {version.gemeente}"
    if done.new:
        _say(f"{what}: {done.units} mended units go in as {version.levering_id}")
        _say("the next `datapakhuis run` takes it in and builds what it touches")
    else:
        _say(
            f"{what}: these mended units were offered before; nothing changes"
            f" (it is {version.levering_id}, {version.state})"
        )
    if not keep:
        _say(f"removed {file}, which held identifiers")


@app.command()
def reopen(
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    first: Annotated[str | None, typer.Option("--from", help="From this month.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Up to this month.")] = None,
    home: HomeOption = None,
) -> None:
    """Have months built and published anew, as when a figure was confirmed."""
    from warehouse.ledger import Ledger, Release

    why = Release(getpass.getuser(), reason)
    begin = parse_month(first) if first else date.min
    end = parse_month(last) if last else date.max
    with closing(Ledger(load_home(home_path(home)).ledger)) as ledger:
        months = [month for month in ledger.known_months() if begin <= month <= end]
        if not months:
            raise UsageError(
                "no delivery describes a month of those", "See `datapakhuis status` for which do."
            )
        ledger.open(months, why)
    _say(f"open again: {', '.join(map(month_text, months))}")
    _say("the next `datapakhuis run` builds them, with the later months that rest on them")


@app.command()
def doctor(as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Check paths, rights, versions, keys, the ledger, what is published, and the disk."""
    from warehouse.doctor import examine

    findings = examine(load_home(home_path(home)))
    if as_json:
        _print_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            mark = "[green]ok[/green]  " if finding.ok else "[red]mend[/red]"
            remedy = "" if finding.ok else f" {finding.remedy}"
            out.print(f"{mark} {_plain(f'{finding.subject}: {finding.text}.{remedy}')}")
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


# --- for who asks -----------------------------------------------------------------------------


@app.command("list")
def list_datasets(
    as_json: JsonOption = False, domain: DomainOption = GESLOTEN, home: HomeOption = None
) -> None:
    """The published datasets."""
    infos = Client(home_path(home), domain).datasets()
    rows: list[dict[str, Any]] = [
        {
            "dataset": info.name,
            "thema": info.theme,
            "openheid": info.openheid,
            "maanden": len(info.months),
            "van": month_text(min(info.months)) if info.months else None,
            "tot": month_text(max(info.months)) if info.months else None,
            "rijen": info.rows,
            "omschrijving": info.description,
        }
        for info in infos
    ]
    if as_json:
        _print_json(rows)
    else:
        _print_dicts([{**row, "omschrijving": _short(row["omschrijving"])} for row in rows])


def _short(text: str) -> str:
    return text.split(". ")[0].rstrip(".") + "."


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A dataset.")],
    known: KnownOption = None,
    as_json: JsonOption = False,
    domain: DomainOption = GESLOTEN,
    home: HomeOption = None,
) -> None:
    """One dataset: what it is, what for, its columns and its months."""
    info = Client(home_path(home), domain).show(name, as_known_at=known.date() if known else None)
    if as_json:
        _print_json(
            {
                "dataset": info.name,
                "thema": info.theme,
                "omschrijving": info.description,
                "openheid": info.openheid,
                "doelen": list(info.doelen),
                "grondslag": info.grondslag,
                "bewaartermijn_jaren": info.bewaartermijn_jaren,
                "eigenaar": info.eigenaar,
                "sleutel": list(info.key),
                "kolommen": [
                    {"naam": c.name, "type": c.type, "omschrijving": c.description}
                    for c in info.columns
                ],
                "maanden": {month_text(month): rows for month, rows in info.months.items()},
            }
        )
        return
    out.print(f"[bold]{info.name}[/bold] ({info.theme}, {info.openheid})")
    _say(info.description)
    _say(f"\ndoelen: {', '.join(info.doelen)}\ngrondslag: {info.grondslag}")
    _say(f"bewaartermijn: {info.bewaartermijn_jaren} jaar\neigenaar: {info.eigenaar}")
    _say(f"sleutel: {', '.join(info.key)}\n")
    _print_table(
        ("kolom", "type", "omschrijving"),
        [(c.name, c.type, c.description) for c in info.columns],
    )
    out.print()
    _print_table(("maand", "rijen"), [(month_text(m), n) for m, n in info.months.items()])


@app.command()
def get(
    name: Annotated[str, typer.Argument(help="A dataset.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    month: Annotated[list[str] | None, typer.Option(help="Only this month; repeatable.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="From this month.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Up to this month.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="Only this column; repeatable.")] = None,
    form: FormatOption = None,
    known: KnownOption = None,
    domain: DomainOption = GESLOTEN,
    home: HomeOption = None,
) -> None:
    """Write a dataset to a file; its extension says how, unless --format does."""
    written = form or _format_of(output)
    client = Client(home_path(home), domain)
    table = client.get(
        name,
        months=[month_text(parse_month(m)) for m in month] if month else None,
        columns=column or None,
        as_known_at=known.date() if known else None,
        from_month=parse_month(first) if first else None,
        to_month=parse_month(last) if last else None,
    )
    client.write(table, output, written)
    _say(f"wrote {table.num_rows} rows to {output}")


def _format_of(output: Path) -> str:
    try:
        form = Format(output.suffix.lstrip(".").lower())
    except ValueError:
        form = Format.TABLE
    if form is Format.TABLE:
        raise UsageError(
            f"{output.name} does not say in what form to write",
            "End it in .csv, .json or .parquet, or give --format.",
        )
    return form


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="One select.")],
    form: FormatOption = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write to a file.")] = None,
    known: KnownOption = None,
    domain: DomainOption = GESLOTEN,
    home: HomeOption = None,
) -> None:
    """Ask; every published dataset is a view under its own name."""
    client = Client(home_path(home), domain)
    table = client.sql(query, as_known_at=known.date() if known else None)
    if output:
        client.write(table, output, form or _format_of(output))
        _say(f"wrote {table.num_rows} rows to {output}")
    elif form is None or form is Format.TABLE:
        _show_rows(table)
    elif form is Format.PARQUET:
        raise UsageError("parquet is not for a screen", "Give a file with -o.")
    else:
        with tempfile.TemporaryDirectory(prefix="datapakhuis-") as folder:
            target = Path(folder) / "result"
            client.write(table, target, form)
            sys.stdout.write(target.read_text(encoding="utf-8"))


def _show_rows(table: pa.Table) -> None:
    shown = table.slice(0, ROWS_ON_SCREEN).to_pylist()
    _print_table(table.column_names, [list(row.values()) for row in shown])
    if table.num_rows > ROWS_ON_SCREEN:
        _say(f"… and {table.num_rows - ROWS_ON_SCREEN} more rows; --format csv prints all")


# --- to try it --------------------------------------------------------------------------------


@app.command()
def generate(
    to: Annotated[Path, typer.Option(help="The folder to write to.")],
    persons: Annotated[int, typer.Option(min=100, help="Persons in the gemeente.")] = 1000,
    months: Annotated[int, typer.Option(min=1, help="Months of delivery.")] = 6,
    gemeente: Annotated[str, typer.Option(help="CBS code.")] = DEMO_GEMEENTE,
    first: Annotated[
        str | None,
        typer.Option("--from", help="The first month; else so many before 2026-07."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, another gemeente.")] = 1,
) -> None:
    """Write the deliveries of a synthetic gemeente, some broken rows included."""
    from demo.generate import generate as write

    to.mkdir(parents=True, exist_ok=True)
    paths = write(
        to,
        persons=persons,
        months=months,
        gemeente=parse_gemeente(gemeente),
        first_month=month_text(parse_month(first)) if first else _demo_begin(months),
        seed=seed,
    )
    _say(f"wrote {len(paths)} files to {to}")


@app.command()
def demo(
    persons: Annotated[int, typer.Option(min=100, help="Persons in the gemeente.")] = 20_000,
    months: Annotated[int, typer.Option(min=1, max=78, help="Months of delivery.")] = 6,
    home: HomeOption = None,
) -> None:
    """Make a synthetic gemeente, take in all its deliveries, and answer three questions."""
    place = _demo_home(home_path(home))
    option = "" if home is None else f" --home {shlex.quote(str(home))}"
    first = _demo_begin(months)
    _say(f"a synthetic gemeente of {persons} persons, from {first}, {months} months: {place.path}")
    _generate_into(place, persons=persons, months=months, first_month=first)
    summary = _run(place)
    rows = _dataset_rows(place)
    if rows:
        out.print()
        _print_dicts(rows)
        _answer(place, option)
    _where_to_look(option)
    raise typer.Exit(0 if summary.ok else 1)


def _demo_begin(months: int) -> str:
    return month_text(add_months(parse_month(DEMO_LAST_MONTH), 1 - months))


def _demo_home(path: Path) -> Home:
    from warehouse.keys import default_keyset_path

    if not (path / CONFIGURATION).exists():
        given = os.environ.get("DATAPAKHUIS_KEYSET")
        name = f"demo-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}.json"
        keyset = Path(given) if given else default_keyset_path().with_name(name)
        return _make_home(path, [DEMO_GEMEENTE], parse_month(DEMO_FROM), keyset=keyset)
    place = load_home(path)
    if not place.demo:
        raise HomeError(
            f"{path} holds a real datapakhuis", "Give the demo a folder of its own with --home."
        )
    return place


def _generate_into(home: Home, **facts: Any) -> None:
    """Write deliveries apart, then drop them in landing at once, as a supplier would."""
    from demo.generate import iter_deliveries

    with tempfile.TemporaryDirectory(dir=home.work) as folder:
        for path in iter_deliveries(Path(folder), gemeente=DEMO_GEMEENTE, **facts):
            _progress(f"generated {path.name}")
        for path in sorted(Path(folder).iterdir()):
            shutil.move(path, home.landing / path.name)


def _program() -> str:
    """How the command line was called, as it can be called again."""
    return "datapakhuis" if shutil.which("datapakhuis") else os.path.relpath(sys.argv[0])


def _answer(home: Home, option: str) -> None:
    """Three questions, each with its query and what came of it."""
    from demo.questions import QUESTIONS

    client = Client(home.path)
    for number, question in enumerate(QUESTIONS, 1):
        answer = client.sql(question.sql)
        _say(f"\n{number}. {question.words}")
        _say(f'   {_program()} sql{option} "{" ".join(question.sql.split())}"')
        _print_table(answer.column_names, [tuple(row.values()) for row in answer.to_pylist()])


def _where_to_look(option: str) -> None:
    program = _program()
    _say("\nlook around:")
    _say(f"  {program} status{option}")
    _say(f"  {program} quarantine list{option}")
    _say(f"  {program} list{option}")
    _say("  make dev        the Dagster UI: assets, checks, what is held and why")
