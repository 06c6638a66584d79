"""A Modbus read request: function code, first address, number of registers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """One read.

    Attributes
    ----------
    function_code : int
        3 (holding) or 4 (input).
    address, count : int
        First PDU address and number of words.
    """

    function_code: int
    address: int
    count: int
