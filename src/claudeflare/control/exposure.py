"""Whether a server that other machines can reach may start: only when clients have to show a key."""

from __future__ import annotations

from claudeflare.errors import SettingsError
from claudeflare.gateway.messages import ControlStart, Snapshot


def refuse_without_client_key(snapshot: Snapshot, start: ControlStart) -> None:
    """Raises `SettingsError` when no client key holds: whoever reaches the port could spend the owner's quota."""
    if not snapshot.client_keys:
        raise SettingsError(
            f"host {start.settings.host} ({start.sources.get('host', 'default')}) can be reached by other machines, "
            "and there is no client key. Make one with `claudeflare keys add NAME`, or name a file of keys with "
            "CLAUDEFLARE_CLIENT_KEY_FILE; or listen on 127.0.0.1, and reach it from elsewhere through a tunnel (ssh -L)"
        )
