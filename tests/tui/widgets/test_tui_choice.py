"""One of a few values in a line."""

from __future__ import annotations

from textual.app import App, ComposeResult

from claudeflare.tui.widgets.choice import Choice
from claudeflare.tui.widgets.field import Field, secret_field, text_field


class ChoiceApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        yield Field("Tier", Choice((("1", "1×"), ("5", "5×"), ("20", "20×")), "5"))
        yield text_field("Name", "name", "work")
        yield secret_field("Key", "key")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"quiet": "#888888"}

    def on_choice_changed(self, event: Choice.Changed) -> None:
        self.told.append(event.value)


async def test_arrows_and_clicks_choose() -> None:
    app = ChoiceApp()
    async with app.run_test(size=(60, 10)) as pilot:
        choice = app.query_one(Choice)
        assert choice.render().plain == "○ 1×   ● 5×   ○ 20×"
        choice.focus()
        await pilot.press("right", "right", "left")
        assert app.told == ["20", "1", "20"]
        await pilot.click(Choice, offset=(1, 0))
        assert choice.value == "1"
        await pilot.click(Choice, offset=(40, 0))
        assert choice.value == "1"
