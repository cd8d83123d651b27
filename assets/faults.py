"""What happens when a step fails: retried when it was the machine, told in a sentence otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from assets.storage import patient_storage
from warehouse.errors import DatapakhuisError
from warehouse.lock import LockError

RETRIES = 2
#: A step that another writer keeps waiting is tried again for an hour, each time without its slot.
TURNS, SECONDS_BETWEEN_TURNS = 360, 5


@contextmanager
def faults(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Try again after a fault of disk or network; show every other error once, without its chain.

    A step whose turn it is not yet is tried again too: while it waits it holds no slot of the pool,
    which the process that writes may need to get done.

    A chain could carry a value. An error that nobody foresaw is told by its class alone.
    """
    try:
        with patient_storage():
            yield
    except OSError as error:
        code = type(error).__name__
        context.log.warning(f"a fault of disk or network ({code})")
        if context.retry_number < RETRIES:
            raise dg.RetryRequested(max_retries=RETRIES, seconds_to_wait=5) from None
        raise dg.Failure(description=f"a fault of disk or network ({code})") from None
    except dg.Failure:
        raise
    except LockError as error:
        context.log.info("another process writes; this step waits for its turn")
        if context.retry_number < TURNS:
            raise dg.RetryRequested(TURNS, SECONDS_BETWEEN_TURNS) from None
        raise dg.Failure(description=str(error), allow_retries=False) from None
    except DatapakhuisError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from None
    except Exception as error:
        code = type(error).__name__
        raise dg.Failure(description=f"a fault of ours ({code})", allow_retries=False) from None
