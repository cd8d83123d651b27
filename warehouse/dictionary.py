"""The dictionary: a page per mart, made of what the dbt project says of it.

What belongs here: turning an entry of the catalogue into text for who reads. What does not: any
fact about a mart; each stands beside its model, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from warehouse.catalogue import PUBLIC_VALUES, Entry

FOLDER = Path("docs") / "reference" / "marts"


def marts(catalogue: Mapping[str, Entry]) -> list[Entry]:
    """The marts of a catalogue, by name."""
    return [entry for _, entry in sorted(catalogue.items()) if entry.spec.schema == "marts"]


def write(catalogue: Mapping[str, Entry], folder: Path) -> None:
    """Write the page of every mart and their table of contents; a page of none goes away."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = pages_of(catalogue)
    for left in folder.glob("*.md"):
        if left.name not in pages:
            left.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


def pages_of(catalogue: Mapping[str, Entry]) -> dict[str, str]:
    """Every page by its file's name."""
    entries = marts(catalogue)
    return {
        "README.md": _contents(entries),
        **{f"{entry.spec.name}.md": page(entry) for entry in entries},
    }


def _contents(entries: list[Entry]) -> str:
    lines = [
        "# Marts",
        "",
        "Each page is made by `make docs` from what stands beside the model in `dbt_project`;",
        "change it there. The descriptions are in Dutch, as are the columns. How to ask stands in",
        "[query as an analyst](../../how-to/query-as-analyst.md).",
        "",
        "| mart | thema | domein | vraagt om antwoord op |",
        "|---|---|---|---|",
    ]
    for entry in entries:
        spec = entry.spec
        question = entry.examples[0].words
        lines.append(
            f"| [{spec.name}]({spec.name}.md) | {spec.theme} | {spec.domein} | {_cell(question)} |"
        )
    return "\n".join([*lines, ""])


def page(entry: Entry) -> str:
    """What one may know of a mart: what it answers, what not, its columns and how to ask."""
    spec = entry.spec
    window = f"{entry.window} maanden" if entry.window > 1 else "de maand zelf"
    lines = [
        f"# {spec.name}",
        "",
        spec.description,
        "",
        "## Wat het niet zegt",
        "",
        *(f"- {limit}" for limit in entry.limits),
        "",
        "## Vragen",
        "",
    ]
    domain = "" if spec.domein == "gesloten" else f" --domain {spec.domein}"
    figures = ", ".join(f"`{name}`" for name in entry.parameters)
    for example in entry.examples:
        lines += [f"{example.words}", "", "```sql", example.sql.strip(), "```", ""]
    lines += [
        f'Met `datapakhuis sql{domain} "…"`, of in `{spec.domein}.duckdb`.',
        "",
        "## Kolommen",
        "",
        "| kolom | type | betekenis |",
        "|---|---|---|",
        *(f"| `{c.name}` | {c.type.lower()} | {_cell(c.description)} |" for c in spec.columns),
        "",
        f"Sleutel: {', '.join(f'`{name}`' for name in spec.key)}.",
        "",
        "## Verantwoording",
        "",
        "| | |",
        "|---|---|",
        f"| Doelen | {', '.join(spec.doelen)} |",
        f"| Grondslag | {_cell(spec.grondslag)} |",
        f"| Bewaartermijn | {spec.bewaartermijn_jaren} jaar |",
        f"| Eigenaar | {spec.eigenaar} |",
        f"| Openheid | {spec.openheid}, gepubliceerd in het domein {spec.domein} |",
        f"| Gemaakt van | {', '.join(f'`{name}`' for name in entry.deliveries)} |",
        f"| Bedragen en grenzen | {figures or 'geen'} |",
        f"| Een rij berust op | {window} |",
        "",
        "## Publieke waarden",
        "",
        "| waarde | gewogen |",
        "|---|---|",
        *(
            f"| {value.replace('_', ' ').capitalize()} | {_cell(entry.public_values[value])} |"
            for value in PUBLIC_VALUES
        ),
    ]
    return "\n".join([*lines, ""])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
