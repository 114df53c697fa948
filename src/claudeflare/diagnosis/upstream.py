"""Each upstream that accounts are sent to: can it be reached from here, and if not, where does the way end?"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import NamedTuple

from claudeflare.diagnosis.clock import Reading
from claudeflare.diagnosis.finding import Finding, of_error, ok, problem
from claudeflare.diagnosis.tls_trouble import certificate_problem, certificate_words
from claudeflare.diagnosis.upstream_probe import NotHttp, Probe, Reached, Step
from claudeflare.errors import SettingsError
from claudeflare.gateway.origin import parse_upstream
from claudeflare.gateway.tunnel import TunnelRefused
from claudeflare.settings import Settings

CERTIFICATE_SECONDS = 1.0
"""To look at a certificate that was refused."""


class Looked(NamedTuple):
    """What was found, and the upstream's time if it told that."""

    finding: Finding
    reading: Reading | None = None


async def look_at_upstream(url: str, settings: Settings, clock: Callable[[], float], seconds: float) -> Looked:
    """Go the way to one base URL, for `seconds` at most."""
    probe = Probe(settings, parse_upstream(url))
    origin = probe.upstream.origin
    seconds -= CERTIFICATE_SECONDS
    try:
        async with asyncio.timeout(seconds):
            reached = await probe.run()
    except TimeoutError:
        return Looked(_silent(probe, seconds))
    except SettingsError as error:
        return Looked(of_error("upstream", str(error), "SSL_CERT_FILE=/path/to/authorities.pem, or unset it"))
    except NotHttp:
        summary = f"{origin} answers, but not in HTTP."
        return Looked(problem("upstream", summary, "correct scheme and port in CLAUDEFLARE_UPSTREAM_URL"))
    except ssl.SSLCertVerificationError as error:
        return Looked(certificate_problem(error, origin.host, await _shown(probe)))
    except OSError as error:
        return Looked(_failed(probe, error))
    reading = None if reached.date is None else Reading(str(origin), reached.date, clock())
    return Looked(_reached(probe, reached), reading)


def _reached(probe: Probe, reached: Reached) -> Finding:
    way = "" if probe.proxy is None else f" through {probe.proxy}"
    return ok("upstream", f"{probe.upstream.origin} can be reached{way} (it answered {reached.status}).")


def _silent(probe: Probe, seconds: float) -> Finding:
    peer = probe.proxy if probe.proxy is not None and probe.step is not Step.HTTP else probe.upstream.origin
    if probe.step is Step.NAME:
        summary = f"No name server says what {_host(probe)} is: no answer in {seconds:g} s."
        return problem("upstream", summary, f"check the network and /etc/resolv.conf: getent hosts {_host(probe)}")
    summary = f"{peer} does not answer: nothing came in {seconds:g} s ({probe.step.value})."
    return problem("upstream", summary, _way_out(probe))


def _failed(probe: Probe, error: OSError) -> Finding:
    origin = probe.upstream.origin
    reason = error.strerror or str(error) or type(error).__name__
    if probe.step is Step.NAME:
        summary = f"The name {_host(probe)} is not known: {reason}."
        where = "HTTPS_PROXY" if probe.proxy is not None else "CLAUDEFLARE_UPSTREAM_URL"
        return problem("upstream", summary, f"check the network, and the name in {where}: getent hosts {_host(probe)}")
    if isinstance(error, TunnelRefused):
        return problem("upstream", f"{_sentence(str(error))}.", _tunnel_cure(probe, str(error)))
    if probe.proxy is not None and probe.step is Step.CONNECTION:
        return problem("upstream", f"{_sentence(str(error))}.", "correct HTTPS_PROXY, or unset it where none is needed")
    if isinstance(error, ssl.SSLError):
        summary = f"{origin} does not speak TLS as it should: {error.reason or reason}."
        cure = "check scheme and port of CLAUDEFLARE_UPSTREAM_URL; a firewall on the way may cut TLS off"
        return problem("upstream", summary, cure)
    if probe.step is Step.CONNECTION:
        return problem("upstream", f"{origin} cannot be connected to: {reason}.", _way_out(probe))
    return problem("upstream", f"{origin} broke the connection off ({probe.step.value}): {reason}.", _way_out(probe))


def _tunnel_cure(probe: Probe, words: str) -> str:
    assert probe.proxy is not None
    if " 407" in words:
        return f"HTTPS_PROXY=http://USER:PASSWORD@{probe.proxy.host}:{probe.proxy.port}"
    host = probe.upstream.origin.host
    return f"whoever runs the proxy has to allow CONNECT to {host}; where the way is open: NO_PROXY={host}"


def _way_out(probe: Probe) -> str:
    if probe.proxy is not None:
        return f"check HTTPS_PROXY; where the way is open without it: NO_PROXY={probe.upstream.origin.host}"
    if not probe.upstream.origin.tls:
        return "check that it runs, and host and port in CLAUDEFLARE_UPSTREAM_URL"
    return "check network and firewall; where only a proxy leads out: HTTPS_PROXY=http://HOST:PORT"


async def _shown(probe: Probe) -> str | None:
    """What a refused certificate says of itself."""
    try:
        async with asyncio.timeout(CERTIFICATE_SECONDS):
            return certificate_words(await probe.certificate())
    except OSError:  # a timeout is one
        return None


def _host(probe: Probe) -> str:
    return (probe.proxy or probe.upstream.origin).host


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
