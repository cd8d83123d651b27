"""The suites that judge a mart after it was built, over the months it touched.

The bounds come from published figures, named in the reason of each check. What belongs here: a
module of its name per mart, with ``SHAPE``, which says what the profile must measure, and
``SUITE``; what several share is in ``common``, and what marts share with datasets is theirs.
"""

from __future__ import annotations

from expectations.collect import modules

_MODULES = modules(__name__, __path__)
MART_SHAPES = {module.SUITE.subject: module.SHAPE for module in _MODULES}
MART_SUITES = {module.SUITE.subject: module.SUITE for module in _MODULES}
