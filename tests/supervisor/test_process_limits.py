"""The limit, in a process of its own for each case."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

SCRIPT = """
import resource, sys
from claudeflare.supervisor.process_limits import raise_file_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
raised = raise_file_limit()
print(raised, *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def limits_after(soft: int, hard: int) -> list[int]:
    words = [sys.executable, "-c", SCRIPT, str(soft), str(hard)]
    return [int(word) for word in subprocess.run(words, capture_output=True, check=True).stdout.split()]


@pytest.mark.skipif(HARD != resource.RLIM_INFINITY and HARD < 512, reason="the hard limit here is tiny")
def test_the_soft_limit_becomes_the_hard_one() -> None:
    assert limits_after(128, 512) == [512, 512, 512]


def test_a_limit_that_is_high_enough_is_left() -> None:
    assert limits_after(128, 128) == [128, 128, 128]
