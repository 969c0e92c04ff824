"""What benchmarks measure with."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from shared.entrypoints.cli.benchmarks.servers import processor_of


def test_the_processors_time_is_told_finer_than_in_ticks() -> None:
    """A piece of a measurement is some milliseconds; the kernel's ticks are ten."""
    before, used = processor_of(os.getpid()), time.process_time()
    while time.process_time() < used + 0.002:
        pass
    told = processor_of(os.getpid()) - before
    assert told == pytest.approx(time.process_time() - used, abs=0.001)


def test_a_process_that_has_ended_has_none() -> None:
    """Benchmarks read the processes of a database, which come and go."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    with pytest.raises(ProcessLookupError):
        processor_of(ended.pid)
