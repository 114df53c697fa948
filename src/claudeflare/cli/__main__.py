"""The `claudeflare` command, also as `python -m claudeflare.cli`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run what the command line says."""
    # Claude Code runs this after each turn: without the command line's own parser it takes half the time.
    if sys.argv[1:] in (["statusline"], ["statusline", "--json"]):
        from claudeflare.cli.invocation import Invocation
        from claudeflare.cli.statusline_output import print_status_line

        this = Invocation(url=os.environ.get("CLAUDEFLARE_URL") or None)
        print_status_line(this, sys.stdin, json=len(sys.argv) > 2)
    else:
        from claudeflare.cli.main import main as run_command

        run_command()


if __name__ == "__main__":
    main()
