"""Runs a command for as long as its own standard input is open, so that nothing outlives a test run that was killed.

    python held_child.py SIGNAL USER COMMAND …

The command runs as USER (empty: as this process does). When standard input ends, SIGNAL (a number) asks it to end;
after ten seconds it is killed.
"""

from __future__ import annotations

import signal
import subprocess
import sys


def main() -> int:
    # Ctrl-C reaches the whole group; this waits for the end of standard input all the same.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ending, user, *command = sys.argv[1:]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, user=user or None, cwd="/")
    sys.stdin.read()
    child.send_signal(int(ending))
    try:
        return child.wait(10)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


if __name__ == "__main__":
    sys.exit(main())
