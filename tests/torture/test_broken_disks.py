"""The data directory cannot be written for a while: traffic goes on, what is shed is counted, nothing else is lost."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ordeal import Tell, ordeal, under_load

NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
DISK = "4m"


@contextmanager
def mounted(target: Path, *arguments: str) -> Iterator[None]:
    target.mkdir(exist_ok=True)
    subprocess.run(["mount", *arguments, str(target)], check=True)
    try:
        yield
    finally:
        # Lazily: processes of a test that failed may still be in there.
        subprocess.run(["umount", "--lazy", str(target)], check=True)


@contextmanager
def filled(directory: Path) -> Iterator[None]:
    """No byte is free."""
    ballast = directory / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def read_only(directory: Path) -> Iterator[None]:
    """Nothing can be made or removed in there."""
    if os.geteuid() != 0:
        directory.chmod(0o500)
        try:
            yield
        finally:
            directory.chmod(0o700)
        return
    with mounted(directory, "--bind", str(directory)):
        subprocess.run(["mount", "-o", "remount,bind,ro", str(directory)], check=True)
        yield


@NEEDS_ROOT
async def test_a_full_disk(tmp_path: Path, tell: Tell) -> None:
    home = tmp_path / "home"
    with mounted(home, "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs"):
        async with ordeal(home) as this:
            async with under_load(this):
                with filled(home):
                    await this.shedding()
                    await this.ledger.grows(200)
            await this.shedding_is_over()
            # What it had begun to write is closed now; and nothing is counted twice when it is read again.
            await this.kill("gateway")
            await this.kill("control")
            tell(this, await this.parity())


@NEEDS_ROOT
async def test_a_full_disk_and_control_killed(tmp_path: Path, tell: Tell) -> None:
    home = tmp_path / "home"
    with mounted(home, "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs"):
        async with ordeal(home) as this:
            async with under_load(this):
                with filled(home):
                    await this.shedding()
                    await this.kill_unattended("control")
                    await this.ledger.grows(200)
            await this.kill("gateway")
            await this.shedding_is_over()
            tell(this, await this.parity())


async def test_a_limit_of_file_size(tmp_path: Path, tell: Tell) -> None:
    """To the gateway alone it is a full disk, and it needs no root."""
    async with ordeal(tmp_path / "home") as this:
        async with under_load(this):
            gateway = this.server.pid("gateway")
            before = resource.prlimit(gateway, resource.RLIMIT_FSIZE)
            resource.prlimit(gateway, resource.RLIMIT_FSIZE, (4096, before[1]))
            await this.shedding()
            await this.ledger.grows(100)
            resource.prlimit(gateway, resource.RLIMIT_FSIZE, before)
        await this.shedding_is_over()
        await this.kill("gateway")
        tell(this, await this.parity())


async def test_a_journal_that_is_read_only(tmp_path: Path, tell: Tell) -> None:
    async with ordeal(tmp_path / "home") as this:
        async with under_load(this):
            with read_only(this.server.home.journal):
                # Whoever has a segment open goes on writing to it: only its successor finds the door closed.
                await this.kill("gateway")
                await this.shedding()
                await this.kill("control")
                await this.ledger.grows(100)
        await this.shedding_is_over()
        await this.kill("gateway")
        tell(this, await this.parity())
