"""What dataset `jeugdhulp` must look like."""

from __future__ import annotations

from expectations.bridge import Suite
from expectations.datasets.wmo import CHECKS, SHAPE

__all__ = ["SHAPE", "SUITE"]

SUITE = Suite(name="dataset_jeugdhulp", subject="jeugdhulp", checks=CHECKS)
