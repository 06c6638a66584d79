"""Delivery by webhook: JSON by POST, signed with HMAC-SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from urllib.request import getproxies, proxy_bypass

from energy_workbench.domain.errors import DeliveryError
from energy_workbench.domain.fields.network_address import trouble
from energy_workbench.domain.time import clock
from energy_workbench.runtime.outward import address_of

if TYPE_CHECKING:
    import httpx

SECONDS: Final = 10.0
"""Longest wait for any word of the other system [s]."""
LATER: Final = (408, 425, 429)
"""Refusals after which trying again makes sense, beside those of 5xx."""
SIGNATURE, TIMESTAMP = "X-Energy-Workbench-Signature", "X-Energy-Workbench-Timestamp"


def post(address: str, secret: str, event: Mapping[str, Any], *, seconds: float = SECONDS) -> None:
    """Send an event.

    Parameters
    ----------
    secret : str
        Key of the signature, which `signature` describes.

    Raises
    ------
    DeliveryError
        If it was not accepted (2xx).
    """
    import httpx

    content = json.dumps(event, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    at = str(int(clock.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "energy-workbench",
        TIMESTAMP: at,
        SIGNATURE: signature(secret, at, content),
    }
    host = httpx.URL(address).host
    try:
        client, request = _to(address, seconds, content, headers)
        # The answer's body is not read: it says nothing that is needed, and need not come to an end.
        with client, closing(client.send(request, stream=True)) as answer:
            status, phrase = answer.status_code, answer.reason_phrase
    except PermissionError as error:
        raise DeliveryError(f"the webhook at {host} is not called: {error}", temporary=False) from None
    except httpx.TimeoutException:
        raise DeliveryError(f"the webhook at {host} did not answer within {seconds:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise DeliveryError(f"the webhook at {host} cannot be reached: {error or type(error).__name__}") from None
    if not 200 <= status < 300:
        raise DeliveryError(
            f"the webhook at {host} answered {status} {phrase}".rstrip(), temporary=status >= 500 or status in LATER
        )


def _to(address: str, seconds: float, content: bytes, headers: dict[str, str]) -> tuple[httpx.Client, httpx.Request]:
    """What sends a call, and the call: by the proxy of the environment, or to the very address that was looked at."""
    import httpx

    url = httpx.URL(address)
    if reason := trouble(url.host):
        raise PermissionError(reason)
    if getproxies().get(url.scheme) and not proxy_bypass(url.host):
        client = httpx.Client(timeout=seconds)
        return client, client.build_request("POST", url, content=content, headers=headers)
    there = url.copy_with(host=address_of(url.host, url.port or (443 if url.scheme == "https" else 80)))
    client = httpx.Client(timeout=seconds, trust_env=False, transport=httpx.HTTPTransport())
    # The name stands in the head, and the certificate must be the name's.
    named = {**headers, "Host": url.netloc.decode("ascii")}
    extensions = {"sni_hostname": url.host}
    return client, client.build_request("POST", there, content=content, headers=named, extensions=extensions)


def signature(secret: str, timestamp: str, content: bytes) -> str:
    """`sha256=` and the hexadecimal HMAC-SHA-256 (RFC 2104) of timestamp, a full stop and the body.

    The timestamp is signed too, so that nobody can play an old call again.
    """
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + content, hashlib.sha256).hexdigest()
