"""Gateways and what is special about each: how long it may take, and how it wants to be asked."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError, Problem
from energy_workbench.domain.fields.gateway_options import OPTIONS
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.registry.checks.addresses import gateway_address
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import RowChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A Modbus endpoint that meters name.

    Attributes
    ----------
    url : str
    options : dict of str to float
        Of `domain.fields.gateway_options.OPTIONS`; what is absent is up to the meter's profile and the kind of
        connection.
    """

    url: str
    options: dict[str, float] = field(default_factory=dict)

    @property
    def revision(self) -> int:
        """What tells one state of its options from another."""
        return zlib.crc32(json.dumps(self.options, sort_keys=True).encode())


def listing(connection: Connection) -> list[Gateway]:
    """Every gateway that a meter named, by address."""
    table = schema.gateways
    rows = connection.execute(select(table.c.url, table.c.options))
    return sorted((Gateway(url=row.url, options=row.options) for row in rows), key=lambda each: natural(each.url))


def set_options(
    connection: Connection, url: str, options: Mapping[str, Any], *, by: str, at: datetime, revision: int | None = None
) -> Gateway:
    """Replace the options of a gateway; what is None or left out is as if it had never been set."""
    table = schema.gateways
    url = _address(url)
    row = connection.execute(select(table.c.options).where(table.c.url == url)).first()
    if row is None:
        raise NotFoundError(f"no meter names the gateway {url!r}: give it to a meter first")
    stored, wanted = Gateway(url=url, options=row.options), Gateway(url=url, options=_check(url, options))
    if revision is not None and revision != stored.revision:
        raise ConflictError(
            f"gateway {url} has been changed meanwhile: read it again and repeat the change",
            stored={"url": url, "options": stored.options, "revision": stored.revision},
            wanted={"url": url, "options": wanted.options, "revision": revision},
        )
    if wanted != stored:
        rows = (RowChange("gateways", (url,), {"options": stored.options}, {"options": wanted.options}),)
        entry = journal.AuditEntry(
            at=at, by=by, action="gateway.update", subject=url, before=stored.options, after=wanted.options, rows=rows
        )
        journal.commit(connection, [entry])
    return wanted


def _address(url: str) -> str:
    try:
        return gateway_address(url)
    except ValueError:
        return url  # no meter names such a one


def _check(url: str, options: Mapping[str, Any]) -> dict[str, float]:
    clean, problems = {}, []
    for name, value in options.items():
        if name not in OPTIONS:
            problems.append(Problem(url, name, str(value)[:60], f"the options are {', '.join(OPTIONS)}"))
            continue
        if value is None:
            continue
        try:
            clean[name] = OPTIONS[name].check(url, value)
        except ValueError as reason:
            problems.append(Problem(url, name, str(value)[:60], str(reason)))
    if problems:
        raise InputError(f"the options of gateway {url} cannot be stored", problems)
    return clean
