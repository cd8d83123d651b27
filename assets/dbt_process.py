"""Dbt as a process of its own, as ``datapakhuis-dbt``, which seldom looks for garbage.

What dbt parsed is a large heap that lives as long as the process. Python looks through all of it
again and again for what could be thrown away, which took a tenth of the time of a small build.
"""

import gc

#: Objects, and collections of the younger, before each of the three generations is looked through.
SELDOM = (50_000, 10, 1000)


def main() -> None:
    """Do what ``dbt`` does."""
    gc.set_threshold(*SELDOM)
    from dbt.cli.main import cli

    cli()
