"""What the messages on provisions of the Jeugdwet must look like as a whole."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.deliveries.wmo_berichten import CHECKS

SUITE = Suite(name="levering_jeugd_berichten", subject="jeugd_berichten", checks=CHECKS)
