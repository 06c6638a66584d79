"""HTML of registers: the range as words, and one register as every type in every order."""

from __future__ import annotations

from markupsafe import Markup

from energy_workbench.contract.devices.rows import RawRegister, RawRegisters
from energy_workbench.widgets.setup.registers.model import ORDERS

SHOWN = ("uint16", "int16", "int32", "float32")
"""Columns of the range."""


def table(found: RawRegisters | None, order: str, address: int) -> Markup:
    """The range, a line a register, as usual types in the order that is chosen."""
    if found is None:
        return Markup()
    heads = Markup().join(Markup("<th>{}</th>").format(text) for text in ("Address", "Hex", "Text", *SHOWN))
    lines = Markup().join(_line(row, order, chosen=row["address"] == address) for row in found["registers"])
    return Markup(
        '<div class="ew-scroll"><table class="ew-list ew-raw"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(heads, lines)


def views(row: RawRegister | None) -> Markup:
    """A register as every type in every order."""
    if row is None:
        return Markup('<p class="ew-hint">Choose an address to see it as every type in every order.</p>')
    orders = [order for order in ORDERS if order in row["values"]]
    heads = Markup().join(Markup("<th>{}</th>").format(text) for text in ("Type", *orders))
    lines = Markup().join(
        Markup("<tr><th>{}</th>{}</tr>").format(
            name, Markup().join(Markup("<td>{}</td>").format(_told(row["values"][order], name)) for order in orders)
        )
        for name in row["values"].get("abcd", {})
    )
    return Markup(
        '<h3>Address {} as every type</h3><div class="ew-scroll"><table class="ew-list ew-raw">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(row["address"], heads, lines)


def _line(row: RawRegister, order: str, *, chosen: bool) -> Markup:
    single = {"cdab": "abcd", "dcba": "badc"}.get(order, order)
    values = {**row["values"].get(single, {}), **row["values"].get(order, {})}
    cells = Markup().join(Markup("<td>{}</td>").format(_told(values, name)) for name in SHOWN)
    mark = Markup(' class="ew-chosen"') if chosen else Markup()
    return Markup("<tr{}><th>{}</th><td>{}</td><td>{}</td>{}</tr>").format(
        mark, row["address"], row["hex"] or "–", row["text"], cells
    )


def _told(values: dict[str, int | float | None], name: str) -> str:
    value = values.get(name)
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.10g}"
