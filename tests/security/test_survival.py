"""The long one: `make survival` kills a run 200 times, at moments that differ each time."""

import os

import pytest

from tests.security.driver import Driver
from tests.security.workload import Workload, kill_and_go_on


@pytest.mark.survival
def test_a_run_killed_at_many_random_moments_is_finished_by_the_next(
    driver: Driver, workload: Workload
) -> None:
    """DATAPAKHUIS_KILLS says how often, DATAPAKHUIS_SEED repeats what failed."""
    seed = int(os.environ.get("DATAPAKHUIS_SEED") or int.from_bytes(os.urandom(4)))

    kill_and_go_on(driver, workload, seed, int(os.environ.get("DATAPAKHUIS_KILLS", "200")))
