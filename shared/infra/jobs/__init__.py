"""Work for later: functions that are put on the list by calling them, and what they are given."""

from shared.infra.jobs.context import Context
from shared.infra.jobs.definitions import (
    AnyJob,
    BadArguments,
    JobDefinition,
    Manner,
    RecurringJob,
    job,
    recurring,
)

__all__ = [
    "AnyJob",
    "BadArguments",
    "Context",
    "JobDefinition",
    "Manner",
    "RecurringJob",
    "job",
    "recurring",
]
