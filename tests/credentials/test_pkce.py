from __future__ import annotations

from claudeflare.credentials.pkce import challenge_of, new_verifier
from claudeflare.simulator.oauth.pkce import is_challenge, verifies


def test_the_example_of_the_standard() -> None:
    # RFC 7636, appendix B.
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_each_verifier_is_new_and_of_the_right_form() -> None:
    verifiers = {new_verifier() for _ in range(100)}
    assert len(verifiers) == 100
    for verifier in verifiers:
        assert is_challenge(challenge_of(verifier))
        assert verifies(verifier, challenge_of(verifier))
