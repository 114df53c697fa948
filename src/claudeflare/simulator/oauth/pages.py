"""The pages a browser shows while somebody signs in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_FRAME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} – simulated sign-in</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto 0; padding: 0 1rem }}
button, select, input {{ font: inherit; padding: .4rem .8rem }}
code {{ display: block; overflow-wrap: anywhere; padding: 1rem; border: 1px solid; border-radius: .4rem }}
</style></head>
<body><h1>{title}</h1>
{body}
<p><small>This is a simulator. Nobody is asked for a password, and nothing here opens a real account.</small></p>
</body></html>
"""


def question(client_id: str, scopes: Sequence[str], accounts: Sequence[str], action: str) -> str:
    """May this client act for you?"""
    wanted = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    if accounts:
        options = "".join(f"<option>{escape(name)}</option>" for name in accounts)
        choice = f'<select id="account" name="account">{options}</select>'
    else:
        choice = '<input id="account" name="account" value="someone">'
    return _FRAME.format(
        title="Allow access?",
        body=f"<p>The client <b>{escape(client_id)}</b> asks for:</p><ul>{wanted}</ul>\n"
        f'<form method="post" action="{escape(action)}"><p><label for="account">Account</label> {choice}</p>\n'
        '<p><button type="submit" name="approve" value="1">Allow</button></p></form>',
    )


def code_to_paste(code: str) -> str:
    """What to copy into the program that wants it."""
    return _FRAME.format(
        title="Signed in", body=f'<p>Paste this where you started:</p>\n<code id="code">{escape(code)}</code>'
    )


def refusal(reason: str) -> str:
    """Why there is nothing to allow."""
    return _FRAME.format(title="This does not work", body=f"<p>{escape(reason)}.</p>")
