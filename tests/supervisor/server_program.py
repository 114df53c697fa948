"""`claudeflare serve` with the children's commands given: python server_program.py GATEWAY-JSON CONTROL-JSON."""

from __future__ import annotations

import asyncio
import json
import os
import sys

from claudeflare.core_dumps import forbid_core_dumps
from claudeflare.errors import ClaudeflareError
from claudeflare.logs import configure_logging
from claudeflare.settings_sources import load_settings
from claudeflare.supervisor.process_limits import raise_file_limit
from claudeflare.supervisor.serve import run_server
from claudeflare.supervisor.supervisor import Commands


def main() -> int:
    loaded = load_settings(os.environ)
    configure_logging("debug", "pretty", process="supervisor")
    raise_file_limit()
    forbid_core_dumps()
    commands = Commands(gateway=tuple(json.loads(sys.argv[1])), control=tuple(json.loads(sys.argv[2])))
    try:
        return asyncio.run(run_server(loaded.settings, loaded.sources, commands))
    except ClaudeflareError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
