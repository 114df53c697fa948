"""In a process of its own: what is forbidden stays so."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import ctypes, resource
from claudeflare.core_dumps import forbid_core_dumps
forbid_core_dumps()
# 3: PR_GET_DUMPABLE
print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) is Linux's")
def test_no_core_file_and_no_collector() -> None:
    printed = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, check=True, text=True).stdout
    assert printed.split() == ["0", "0"]
