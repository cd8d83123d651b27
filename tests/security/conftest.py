"""The stories that these tests look at: long chains of commands, told once, side by side.

A run through Dagster takes 15 seconds, so each is looked at by many tests. The chains do not touch
each other; two run at the same time, as soon as a test that was selected needs them.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.security import stories
from tests.security.driver import Driver
from tests.security.workload import Workload, prepare

Told = dict[str, "Future[Any]"]


@pytest.fixture(scope="module", autouse=True)
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, keyset_file: Path
) -> Iterator[Told]:
    """Every story that a selected test of a file asks for, begun with the first of its tests.

    Of a file, not of all: beside this process another may have the other files.
    """
    tellers: dict[str, Callable[[Path, Path, Path], Any]] = {
        "kills": stories.tell_of_kills,
        "leaks": stories.tell_of_leaks,
        "leaky": stories.tell_of_a_leaky_run,
    }
    wanted = {
        name
        for item in request.session.items
        if item.path == request.path
        for name in getattr(item, "fixturenames", ())
    }
    begun = [name for name in tellers if name in wanted]
    parsed = request.getfixturevalue("parsed") if begun else Path()
    with ThreadPoolExecutor(2) as pool:
        yield {
            name: pool.submit(tellers[name], tmp_path_factory.mktemp(name), parsed, keyset_file)
            for name in begun
        }


@pytest.fixture(scope="module")
def leaks(told: Told) -> stories.Leaks:
    """Runs on input that provokes every error, and on code that breaks."""
    story: stories.Leaks = told["leaks"].result()
    return story


@pytest.fixture(scope="module")
def leaky(told: Told) -> stories.Leaky:
    """A run that leaks on purpose."""
    story: stories.Leaky = told["leaky"].result()
    return story


@pytest.fixture(scope="module")
def kills(told: Told) -> stories.Kills:
    """Runs that were killed in the gate, in dbt and in the publication."""
    story: stories.Kills = told["kills"].result()
    return story


@pytest.fixture(scope="session")
def driver(
    tmp_path_factory: pytest.TempPathFactory, parsed: Path, keyset_file: Path
) -> Iterator[Driver]:
    """Runs of the same steps without Dagster, to be killed by the dozen."""
    with Driver(tmp_path_factory.mktemp("driver"), parsed, keyset_file) as driver:
        yield driver


@pytest.fixture(scope="session")
def workload(driver: Driver) -> Workload:
    """A home in which much waits."""
    return prepare(driver)
