"""The suites that judge a delivery before it becomes current: a module of its name per delivery.

Every bound carries its reason. A bound that compares does so with the newest delivery of the three
months before; a correction of a first full state is compared with the state whose place it takes,
and to any other first delivery the bound does not apply.

What belongs here: per delivery a module with ``SUITE``; what several share is in ``common``.
"""

from __future__ import annotations

from expectations.collect import modules

DELIVERY_SUITES = {module.SUITE.subject: module.SUITE for module in modules(__name__, __path__)}
