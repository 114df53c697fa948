"""Reads a secret: from a hidden prompt, or standard input where there is no terminal. Never an argument."""

from __future__ import annotations

import sys

import typer

from claudeflare.errors import InvalidInput


def read_secret(word: str) -> str:
    """The secret, called `word` in what is said ("API key"). Raises `InvalidInput`, never repeating what came."""
    if sys.stdin.isatty():
        secret: str = typer.prompt(f"{word} (not shown)", hide_input=True, err=True)
    else:
        secret = sys.stdin.read()
    secret = secret.strip()
    if not secret:
        raise InvalidInput(f"No {word} came on standard input. Pipe it in, or run this on a terminal to be asked.")
    if len(secret.split()) > 1:
        article = "An" if word[0] in "aeiouA" else "A"
        raise InvalidInput(f"{article} {word} is one word; standard input held more than that.")
    return secret
