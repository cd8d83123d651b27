"""What dbt finds: the months that are built again when some are open."""

from datetime import date

import pytest

from warehouse.home import add_months
from warehouse.workspace import window

JANUARY = date(2026, 1, 1)
YEAR = [add_months(JANUARY, n) for n in range(12)]


@pytest.mark.parametrize(
    ("opened", "reach", "built"),
    [
        ([0], 1, [0]),
        ([0], 3, [0, 1, 2]),
        ([0, 2], 2, [0, 1, 2, 3]),
        ([11], 48, [11]),
        ([9], 48, [9, 10, 11]),
        ([], 48, []),
    ],
)
def test_what_rests_on_an_open_month_is_built_again_as_far_as_there_are_months(
    opened, reach, built
):
    months = [YEAR[n] for n in opened]

    assert window(months, YEAR, reach) == [YEAR[n] for n in built]


def test_a_month_that_nothing_describes_is_not_built():
    assert window([YEAR[0]], [YEAR[0], YEAR[2]], 3) == [YEAR[0], YEAR[2]]
