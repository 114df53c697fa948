"""What a coding session sends: a long stable beginning, marked for the prompt cache, and turns that make it grow."""

from __future__ import annotations

import random
from typing import Any

from claudeflare.demo.cast import MAIN_MODEL, SIDE_MODEL

PROSE = (
    "read the file and explain why this test fails then change the parser so that an empty line ends a block run all "
    "tests again move the helper into its own module keep the public names and write down what you changed"
)
"""Where clients take their words from."""

_CACHED = {"type": "ephemeral"}
# The simulator uses a tool that the question names: these names are no words of `PROSE`, so it answers in text.
_TOOLS = [
    {
        "name": name,
        "description": description,
        "input_schema": {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]},
    }
    for name, description in (("Bash", "Run a command."), ("Grep", "Search in files."))
]
# Characters; the simulator counts four to a token.
_SYSTEM, _TURN = 8_000, (400, 1_600)


class Conversation:
    """One session: its id, and everything said in it."""

    def __init__(self, session: str, generator: random.Random) -> None:
        self.session = session
        self._generator = generator
        self._system = f"Session {session}. {_text(generator, _SYSTEM)}"
        self._messages: list[dict[str, Any]] = []

    def ask(self) -> dict[str, Any]:
        """The body of the next turn: all that was said, and a new question; its end is marked for the cache."""
        self._messages.append(_message("user", _text(self._generator, self._generator.randint(*_TURN))))
        *earlier, last = self._messages
        marked = {**last, "content": [{**last["content"][0], "cache_control": _CACHED}]}
        return {
            "model": MAIN_MODEL,
            "max_tokens": 1024,
            "stream": True,
            "tools": _TOOLS,
            "system": [{"type": "text", "text": self._system, "cache_control": _CACHED}],
            "messages": [*earlier, marked],
        }

    def answered(self, text: str) -> None:
        """Remember the answer to the last question; without one the question is taken back."""
        if text:
            self._messages.append(_message("assistant", text))
        else:
            self._messages.pop()

    def side_request(self) -> dict[str, Any]:
        """A short request to the smaller model beside the conversation, such as one for its title."""
        question = f"Give this a title: {_text(self._generator, self._generator.randint(*_TURN))}"
        return {"model": SIDE_MODEL, "max_tokens": 64, "messages": [_message("user", question)]}

    def __repr__(self) -> str:
        return f"<Conversation {self.session}, {len(self._messages)} messages>"


def _message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


def _text(generator: random.Random, characters: int) -> str:
    words = generator.choices(PROSE.split(), k=characters // 5)
    return " ".join(words).capitalize() + "."
