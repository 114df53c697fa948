"""The tables of client keys and of what each has cost; part of `tables.metadata`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Named, Table, TypedColumns

from claudeflare.storage.tables import Key, metadata


class ClientKeyColumns(TypedColumns):
    """Keys clients present; `quotas.client_key.ClientKey`. A revoked one stays, for what is on record of it."""

    id: Named[str] = Column(Key, primary_key=True)
    name: Named[str]
    name_key: Named[str] = Column(Key)
    """The name as compared; of the keys that are not revoked, no two have the same."""
    digest: Named[str] = Column(Key, unique=True)
    """SHA-256 of the key, in hexadecimal. The key itself is nowhere."""
    ending: Named[str]
    """The key's last four characters, for its owner to recognize it by."""
    created: Named[float]
    expires_at: Named[float | None]
    revoked_at: Named[float | None]
    limits: Named[str]
    """The rest of `ClientKey` in JSON: nobody searches for it."""


client_keys = Table("client_keys", metadata, ClientKeyColumns, Index(None, "name_key"), Index(None, "created", "id"))


class ClientKeySpendColumns(TypedColumns):
    """What the requests of a key cost that began in one quarter of an hour: zones are apart by whole quarters.

    Kept up in the transaction that writes `requests`, and by nothing else: it outlives records that are deleted.
    """

    name: Named[str] = Column(Key, primary_key=True)
    """The key's. One that is made anew under an old name goes on with what that has spent."""
    quarter: Named[int] = Column(BigInteger, primary_key=True)
    """When it began, in UTC epoch seconds."""
    boot_id: Named[str] = Column(Key, primary_key=True)
    """Which run of a gateway served them: what it holds of a budget is reckoned by that."""
    requests: Named[int] = Column(BigInteger)
    usd: Named[float]


client_key_spend = Table("client_key_spend", metadata, ClientKeySpendColumns, sqlite_with_rowid=False)
