"""The family of errors that a user may meet.

Every error says what is wrong and what to do about it. Its text never holds a value from a
delivery: only codes, file names that were checked, line numbers and remedies.
"""

from __future__ import annotations


class DatapakhuisError(Exception):
    """A mistake or a state that a user can mend; ``remedy`` says how."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}. {self.remedy}" if self.remedy else self.message


class UsageError(DatapakhuisError):
    """The command was given something it cannot use (exit code 2)."""
