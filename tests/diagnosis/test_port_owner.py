from __future__ import annotations

import os
import pwd
import socket
import sys
from pathlib import Path

import pytest

from claudeflare.diagnosis.port_owner import Owner, owner_of

ME = pwd.getpwuid(os.getuid()).pw_name
HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_real_listener(family: socket.AddressFamily) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        try:
            listener.bind(("127.0.0.1" if family == socket.AF_INET else "::1", 0))
        except OSError:
            pytest.skip("no IPv6 here")
        port = listener.getsockname()[1]
        assert owner_of(port) is None  # bound is not listening
        listener.listen()
        found = owner_of(port)
    assert found is not None
    assert (found.pid, found.user) == (os.getpid(), ME)
    assert str(found) == f"{found.program} (process {os.getpid()} of {ME})"


def test_a_process_of_another_user_stays_unknown(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    row = "0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 4242424 0 77 1\n"
    (tmp_path / "net" / "tcp").write_text(HEADER + row)
    (tmp_path / "1").mkdir()  # without a list of descriptors
    assert owner_of(8080, tmp_path) == Owner("4242424")
    assert str(owner_of(8080, tmp_path)) == "a program of user 4242424"
    assert owner_of(8081, tmp_path) is None


def test_a_process_that_goes_while_it_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    row = "0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77 1\n"
    (tmp_path / "net" / "tcp").write_text(HEADER + row)
    (tmp_path / "9" / "fd").mkdir(parents=True)
    (tmp_path / "9" / "fd" / "3").write_text("not a link")
    (tmp_path / "9" / "fd" / "4").symlink_to("socket:[77]")
    assert str(owner_of(8080, tmp_path)) == f"a program (process 9 of {pwd.getpwuid(0).pw_name})"


def test_systems_without_proc(tmp_path: Path) -> None:
    assert owner_of(8080, tmp_path / "none") is None
