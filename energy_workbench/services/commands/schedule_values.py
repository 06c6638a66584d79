"""Values of the fields of a schedule as a form, a call or a command line gives them, to those that `Schedule` holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from energy_workbench.domain.fields import kinds
from energy_workbench.domain.fields.mail_address import mail_address
from energy_workbench.domain.fields.web_address import web_address
from energy_workbench.domain.schedules import Recipient
from energy_workbench.domain.time import crontab
from energy_workbench.registry.checks import conversions

Convert = Callable[[Any], Any]


def converter(kind: kinds.Kind) -> Convert:
    """What converts a value of that kind, or raises ValueError with what would be one.

    Raises
    ------
    TypeError
        If such a value is none by itself: what a report is asked with depends on the report.
    """
    match kind:
        case kinds.ScheduleName(longest):
            return lambda value: _name(_text(value, longest))
        case kinds.Cron(longest):
            return lambda value: _unless_empty(crontab.check, _text(value, longest))
        case kinds.PeriodRule(longest):
            return lambda value: _period(_text(value, longest))
        case kinds.WebAddress(longest):
            return lambda value: _unless_empty(web_address, _text(value, longest))
        case kinds.Addressee(longest):
            return lambda value: _unless_empty(_addressee, _text(value, longest))
        case kinds.Several(words):
            return lambda value: _several(_listed(value), words)
        case kinds.Recipients():
            return lambda value: _recipients(_listed(value), kind)
    return conversions.converter(kind)


def _text(value: Any, longest: int) -> str:
    return str(conversions.text_of(longest)(value))


def _unless_empty(check: Callable[[str], str], text: str) -> str:
    return check(text) if text else ""


def _name(text: str) -> str:
    if re.fullmatch(r"sch_[0-9a-f]+", text, re.IGNORECASE):
        raise ValueError("it looks like an id (sch_…): choose another name")
    return text


def _period(text: str) -> str:
    if not text:
        raise ValueError("is needed, such as last month")
    return text


def _addressee(text: str) -> str:
    return web_address(text) if text.startswith(("http:", "https:")) else mail_address(text)


def _several(listed: Sequence[Any], words: tuple[str, ...]) -> tuple[str, ...]:
    wanted = [str(each).strip().lower() for each in listed if str(each).strip()]
    if unknown := [each for each in wanted if each not in words]:
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(words)}")
    if not wanted:
        raise ValueError(f"choose of {', '.join(words)}")
    return tuple(each for each in words if each in wanted)


def _recipients(listed: Sequence[Any], kind: kinds.Recipients) -> tuple[Recipient, ...]:
    """Objects of `address` and `language`, or texts such as `anna@example.com de`."""
    by_address: dict[str, Recipient] = {}
    for each in listed:
        if isinstance(each, Mapping):
            address, language = str(each.get("address", "")).strip(), str(each.get("language") or "en").strip()
        else:
            address, _, language = re.sub(r"[ :]+", " ", str(each).strip(" ")).partition(" ")
        if not address and not language:
            continue
        address, language = mail_address(address), language.strip().lower() or "en"
        if language not in kind.languages:
            raise ValueError(f"{address}: the language {language!r} is none of {', '.join(kind.languages)}")
        by_address.setdefault(address.lower(), Recipient(address=address, language=language))
    if len(by_address) > kind.most:
        raise ValueError(f"at most {kind.most} recipients: give a mailing list its address")
    return tuple(by_address.values())


def _listed(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    if isinstance(value, str):
        return re.split(r"[,;\n]", value)
    if isinstance(value, Sequence):
        return value
    raise ValueError("a list is needed")
