"""What holds for every test: nothing of the developer's own set-up gets in, and nothing gets out to the network."""

from __future__ import annotations

import ipaddress
import os
import sys
import tempfile
from typing import Any

import hypothesis
import pytest

from claudeflare.settings_sources import PREFIX, UNPREFIXED

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
WORDS_OF_OTHERS = ("ANTHROPIC_", "SSL_CERT_", *(name.upper() for name in PROXIES), *PROXIES)
"""Variables of clients and libraries; tests give them where they are meant."""


def pytest_configure(config: pytest.Config) -> None:
    """Runs in every worker process before it imports a test; programs that tests start inherit this environment."""
    settings = {name.upper() for name in UNPREFIXED}
    for variable in list(os.environ):
        if variable.startswith((PREFIX, *WORDS_OF_OTHERS)) or variable in settings:
            del os.environ[variable]
    # A test that forgets to name a data directory finds an empty one, not the developer's.
    own = tempfile.TemporaryDirectory(prefix="claudeflare-tests-")
    config.add_cleanup(own.cleanup)
    os.environ["HOME"] = os.environ["XDG_DATA_HOME"] = own.name
    sys.addaudithook(_stay_on_this_machine)
    # Machines that run tests are shared: how long an example takes there says nothing about it.
    # Continuous integration tries the same examples each time: whether a commit lands must not be drawn by lot. New
    # examples are for whoever runs the tests by hand, who can look at what they find.
    hypothesis.settings.register_profile("claudeflare", deadline=None, derandomize="CI" in os.environ)
    hypothesis.settings.load_profile("claudeflare")


def _stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return  # another event, or a Unix socket
    try:
        address = ipaddress.ip_address(str(arguments[1][0]).partition("%")[0])
    except ValueError:
        return  # a name: the address it stands for is seen when it is connected to
    if not (address.is_loopback or address.is_unspecified):
        raise RuntimeError(f"a test tried to reach {address}: tests work without a network")
