"""The suites that judge a standardised dataset after it was built, over the months it touched.

Volume only warns here: a lawful correction may empty a month, and that month must not hold up
everything for ever.

What belongs here: a module of its name per dataset, with ``SHAPE``, which says what the profile
must measure, and ``SUITE``; what several share is in ``common``.
"""

from __future__ import annotations

from expectations.collect import modules

_MODULES = modules(__name__, __path__)
DATASET_SHAPES = {module.SUITE.subject: module.SHAPE for module in _MODULES}
DATASET_SUITES = {module.SUITE.subject: module.SUITE for module in _MODULES}
