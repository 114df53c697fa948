"""Which commands there are: a new one needs a line here."""

from __future__ import annotations

from typing import Any, Final

from claudeflare.cli.lazy_commands import Command

PASS_THROUGH: Final[dict[str, Any]] = {"ignore_unknown_options": True, "allow_interspersed_args": False}
"""From the command's name on, every word belongs to the command that is run, options included."""

_SERVER, _ACCOUNTS, _TRAFFIC, _SETTINGS = "Server", "Accounts", "Traffic", "Settings"

COMMANDS: Final = (
    Command("serve", "serve:serve", _SERVER),
    Command("stop", "stop:stop", _SERVER),
    Command("tui", "tui:tui", _SERVER),
    Command("status", "status:status", _SERVER),
    Command("doctor", "doctor:doctor", _SERVER),
    Command("logs", "logs:logs", _SERVER),
    Command("statusline", "statusline:statusline", _SERVER),
    Command("dashboard", "dashboard:dashboard", _SERVER),
    Command("run", "run:run", _SERVER, PASS_THROUGH),
    Command("demo", "demo:demo", _SERVER),
    Command("simulator", "simulator:simulator", _SERVER),
    Command("version", "version:version", _SERVER),
    Command("add", "add:add", _ACCOUNTS),
    Command("list", "list:list_accounts", _ACCOUNTS),
    Command("show", "show:show", _ACCOUNTS),
    Command("remove", "remove:remove", _ACCOUNTS),
    Command("rename", "rename:rename", _ACCOUNTS),
    Command("pause", "pause:pause", _ACCOUNTS),
    Command("resume", "resume:resume", _ACCOUNTS),
    Command("tier", "tier:tier", _ACCOUNTS),
    Command("login", "login:login", _ACCOUNTS),
    Command("clear-limit", "clear_limit:clear_limit", _ACCOUNTS),
    Command("stats", "stats:stats", _TRAFFIC),
    Command("reset-stats", "reset_stats:reset_stats", _TRAFFIC),
    Command("requests", "requests:requests", _TRAFFIC),
    Command("request", "request:request", _TRAFFIC),
    Command("explain", "explain:explain", _TRAFFIC),
    Command("export", "export:export", _TRAFFIC),
    Command("clear-history", "clear_history:clear_history", _TRAFFIC),
    Command("strategy", "strategy:strategy", _SETTINGS),
    Command("simulate", "simulate:simulate", _SETTINGS),
    Command("keys", "keys:keys", _SETTINGS),
    Command("config", "config:config", _SETTINGS),
    Command("token", "token:token", _SETTINGS),
    Command("audit", "audit:audit", _SETTINGS),
    Command("secrets", "secrets:secrets", _SETTINGS),
    Command("analyze", "analyze:analyze", _SETTINGS),
    Command("backup", "backup:backup", _SETTINGS),
    Command("restore", "restore:restore", _SETTINGS),
    Command("import", "import_ccflare:imports", _SETTINGS),
    Command("schema", "schema:schema", _SETTINGS),
    Command("completion", "completion:completion", _SETTINGS),
)
