"""What can be done with the chosen account, by key or through the footer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.worker import Worker

from claudeflare.client.client import Client
from claudeflare.tui.dialogs.account_settings import AccountSettingsDialog
from claudeflare.tui.dialogs.confirm import ConfirmDialog, Question
from claudeflare.tui.dialogs.prompt import PromptDialog
from claudeflare.tui.screens.account_flows import add_account, log_in
from claudeflare.tui.screens.server_screen import ServerScreen

if TYPE_CHECKING:
    from claudeflare.client.resources import Account

ALWAYS: Final = ("settings", "tier", "rename", "log_in", "remove")
ABOUT_AN_ACCOUNT: Final = {*ALWAYS, "pause", "resume", "clear_limit", "refresh"}


class AccountActions(ServerScreen):
    """Subclasses say which account is `chosen`, and `choose` one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add"),
        Binding("p", "pause", "Pause"),
        Binding("p", "resume", "Resume"),
        Binding("e", "settings", "Settings"),
        Binding("T", "tier", "Tier", show=False),
        Binding("n", "rename", "Rename", show=False),
        Binding("c", "clear_limit", "Clear limit"),
        Binding("f", "refresh", "Renew token"),
        Binding("l", "log_in", "Log in"),
        Binding("d", "remove", "Remove"),
    ]

    @property
    def chosen(self) -> Account | None:
        """The account that actions are about."""
        raise NotImplementedError

    def choose(self, account_id: str) -> None:
        """Put the cursor on an account."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done with the chosen account is in the footer."""
        if action in ABOUT_AN_ACCOUNT:
            return action in self.possible
        return super().check_action(action, parameters)

    @property
    def possible(self) -> tuple[str, ...]:
        """What can be done with the chosen account."""
        if (account := self.chosen) is None:
            return ()
        found = ["resume" if account["paused"] else "pause", *ALWAYS]
        if account["limits"] and not account["paused"]:
            found.append("clear_limit")
        if account["tokenRenewed"]:
            found.append("refresh")
        return tuple(found)

    def action_pause(self) -> None:
        self._change(lambda client, id_: client.pause(id_), "Paused {}: it gets no further requests.")

    def action_resume(self) -> None:
        self._change(lambda client, id_: client.resume(id_), "{} is in use again.")

    def action_clear_limit(self) -> None:
        self._change(lambda client, id_: client.clear_limit(id_), "Forgot what was known of the limits of {}.")

    def action_refresh(self) -> None:
        self._change(lambda client, id_: client.refresh(id_), "Renewed the token of {}.")

    def action_settings(self) -> None:
        self._open_settings("tier")

    def action_tier(self) -> None:
        self._open_settings("tier")

    def action_rename(self) -> None:
        if (account := self.chosen) is not None:
            id_, name = account["id"], account["name"]
            dialog = PromptDialog(f"Rename {name}", "Name", name, lambda client, new: client.rename(id_, new))
            self.ui.push_screen(dialog, lambda changed: self._changed(changed, "It is called {} now."))

    def action_remove(self) -> None:
        self._flow(self._remove)

    def action_add(self) -> None:
        self._flow(self._add)

    def action_log_in(self) -> None:
        self._flow(self._log_in)

    def _flow(self, steps: Callable[[], Coroutine[Any, Any, None]]) -> Worker[None]:
        """Go through dialogs; one such way at a time."""
        return self.run_worker(steps, group="flow", exclusive=True)

    async def _add(self) -> None:
        added = await add_account(self.ui)
        self._changed(added, "{} is added: requests go to it as soon as they come.")
        if added is not None:
            self.choose(added["id"])

    async def _log_in(self) -> None:
        if (account := self.chosen) is not None:
            self._changed(await log_in(self.ui, account), "{} has its new credential.")

    async def _remove(self) -> None:
        if (account := self.chosen) is None:
            return
        name = account["name"]
        text = "Its credential is deleted for good and it gets no further requests. What is on record of it stays."
        if await self.ui.push_screen_wait(ConfirmDialog(Question(f"Remove {name}?", text, "Remove", typed=name))):
            self.ask(lambda client: client.remove_account(name), lambda _: self._removed(account))

    def _removed(self, account: Account) -> None:
        self.ui.link.apply("account-removed", {"id": account["id"], "name": account["name"]})
        self.tell(f"Removed {account['name']}.")

    def _open_settings(self, field: str) -> None:
        if (account := self.chosen) is not None:
            dialog = AccountSettingsDialog(account, field)
            self.ui.push_screen(dialog, lambda changed: self._changed(changed, "Saved {}."))

    def _change(self, action: Callable[[Client, str], Awaitable[Account]], words: str) -> None:
        if (account := self.chosen) is not None:
            id_ = account["id"]
            self.ask(lambda client: action(client, id_), lambda changed: self._changed(changed, words))

    def _changed(self, account: Account | None, words: str) -> None:
        if account is not None:
            self.ui.link.apply("account", account)
            self.ui.draw_changes()
            self.tell(words.format(account["name"]))
