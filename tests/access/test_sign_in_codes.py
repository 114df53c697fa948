from __future__ import annotations

from claudeflare.access.sign_in_codes import CODE_SECONDS, MOST, SignInCodes

NOW = 1_795_000_000.0


def test_a_code_opens_once() -> None:
    codes = SignInCodes()
    code, expires_at = codes.issue(NOW)
    assert expires_at == NOW + CODE_SECONDS
    assert not codes.redeem(code[:-1], NOW)
    assert not codes.redeem("\udc80", NOW)
    assert codes.redeem(code, NOW)
    assert not codes.redeem(code, NOW)


def test_a_code_runs_out() -> None:
    codes = SignInCodes()
    code, expires_at = codes.issue(NOW)
    assert not codes.redeem(code, expires_at)
    later, expires_at = codes.issue(NOW)
    assert codes.redeem(later, expires_at - 0.1)


def test_only_so_many_wait() -> None:
    codes = SignInCodes()
    issued = [codes.issue(NOW)[0] for _ in range(MOST + 1)]
    assert repr(codes) == f"<SignInCodes {MOST} waiting>"
    assert [codes.redeem(code, NOW) for code in issued] == [False] + [True] * MOST


def test_none_holds_after_clear() -> None:
    codes = SignInCodes()
    code, _ = codes.issue(NOW)
    codes.clear()
    assert not codes.redeem(code, NOW)
