"""A crash leaves the old or the new state, and the next run goes on by itself."""

import hashlib
import os

import dagster as dg
import pytest

from tests.security.driver import PATIENCE, Driver
from tests.security.sandbox import assert_no_leak, drop
from tests.security.stories import Kills
from tests.security.witness import look_around
from tests.security.workload import Workload, check_recovery, check_state, kill_and_go_on, scan

#: How often it is killed, and at how many moments the disk fills up; `make survival` does 200.
KILLS, PARTS = 10, 5


def test_an_undisturbed_run_ends_where_the_same_run_ends_again(
    driver: Driver, workload: Workload
) -> None:
    home = driver.home(like=workload.waiting)

    check_recovery(driver, home, workload, "undisturbed")
    check_recovery(driver, home, workload, "once more")


def test_a_run_killed_at_any_of_random_moments_is_finished_by_the_next(
    driver: Driver, workload: Workload
) -> None:
    kill_and_go_on(driver, workload, int(os.environ.get("DATAPAKHUIS_SEED", "2026")), KILLS)


def test_a_run_that_is_killed_again_and_again_gets_there(
    driver: Driver, workload: Workload
) -> None:
    """Each attempt begins where the one before it was killed, and none of them mends it."""
    home = driver.home(like=workload.waiting)
    for moment in range(20, workload.moments, workload.moments // 6):
        ended = driver.run(home, moment=moment)
        check_state(look_around(home, driver.keyset), workload, f"moment {moment}: {ended}")

    check_recovery(driver, home, workload, "after many kills")


@pytest.mark.parametrize("part", range(PARTS))
def test_a_disk_that_fills_up_leaves_the_old_state_and_the_next_run_goes_on(
    driver: Driver, workload: Workload, part: int
) -> None:
    home = driver.home(like=workload.waiting)
    full = 10 + part * (workload.moments - 10) // PARTS

    ended = driver.run(home, full=full)

    what = f"full at moment {full} of {workload.moments}: {ended}"
    assert ended.status == 1, what
    seen = look_around(home, driver.keyset)
    check_state(seen, workload, what)
    scan(home, workload)
    check_recovery(driver, home, workload, what)


# --- through the command line, by way of Dagster and dbt --------------------------------------


@pytest.mark.parametrize("name", ["in the gate", "while dbt builds", "in the publication"])
def test_after_a_kill_of_the_command_the_home_is_whole(kills: Kills, name: str) -> None:
    assert kills.runs[name].code == -9
    assert kills.seen[name].broken == ()
    # Nothing was published before, and so nothing is until the last run.
    assert kills.seen[name].published == {}
    delivered = {hashlib.sha256(content).hexdigest() for content in kills.delivered.values()}
    assert delivered <= kills.seen[name].kept


def test_a_kill_leaves_nothing_behind_that_tells_of_a_person(kills: Kills) -> None:
    assert_no_leak(kills.hits)


def test_what_was_accepted_before_the_kill_stays_accepted(kills: Kills) -> None:
    """The persons were in when the run was killed on the answers; they were not taken in again."""
    states = [tuple(state[0] for state in seen.states.values()) for seen in kills.seen.values()]

    assert states == [
        ("geaccepteerd", "ontvangen"),
        ("geaccepteerd", "geaccepteerd"),
        ("geaccepteerd", "geaccepteerd"),
        ("geaccepteerd", "geaccepteerd"),
    ]


def test_the_next_command_goes_on_by_itself_within_bounded_time(kills: Kills) -> None:
    last = kills.runs["at last"]

    assert (last.code, last.err) == (0, ""), last
    assert last.seconds < PATIENCE, last
    seen = kills.seen["at last"]
    assert seen.broken == seen.landing == seen.left_over == seen.open_months == ()


def test_a_run_that_was_killed_ends_in_the_same_bytes_as_an_undisturbed_one(
    kills: Kills, driver: Driver
) -> None:
    """The undisturbed one is done without Dagster, dbt and marts, with the same key set."""
    home = driver.home()
    drop(home.landing, kills.delivered)

    ended = driver.run(home)

    assert ended.status == 0, ended
    undisturbed, at_last = look_around(home, driver.keyset), kills.seen["at last"]
    published = {n: files for n, files in at_last.published.items() if n in undisturbed.published}
    assert undisturbed.published == published
    assert undisturbed.outcome[1:] == at_last.outcome[1:]
    months = {name: len(months) for name, months in undisturbed.published.items()}
    assert sum(months[name] for name in ("personen", "inkomsten", "inkomsten_bevraging")) == 5


def test_once_more_there_is_nothing_to_do(kills: Kills) -> None:
    last = kills.runs["once more"]

    assert last.code == 0
    assert "nothing to do" in last.out


def test_dagster_shows_the_killed_runs_as_failed_and_holds_no_slot_for_them(kills: Kills) -> None:
    with dg.DagsterInstance.from_config(str(kills.sandbox.home.dagster)) as instance:
        statuses = [run.status for run in instance.get_runs()]
        (pool,) = instance.event_log_storage.get_concurrency_keys()
        info = instance.event_log_storage.get_concurrency_info(pool)

    assert statuses.count(dg.DagsterRunStatus.FAILURE) == 3
    assert dg.DagsterRunStatus.STARTED not in statuses
    assert (info.active_slot_count, info.pending_step_count) == (0, 0)


def test_dagster_shows_the_months_that_are_published(kills: Kills) -> None:
    with dg.DagsterInstance.from_config(str(kills.sandbox.home.dagster)) as instance:
        shown = {
            name: sorted(instance.get_dynamic_partitions(f"maanden_{name}"))
            for name in kills.seen["at last"].published
        }

    assert shown == {
        name: sorted(months) for name, months in kills.seen["at last"].published.items()
    }
