"""Modbus/TCP Security: certificates of the gateways and of the workbench."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from collector.wire.errors import UnreachableError


@dataclass(frozen=True, slots=True)
class Security:
    """What an address says of TLS (MODBUS/TCP Security Protocol Specification V21).

    Attributes
    ----------
    ca : str
        File of the authority that must have signed the gateway's certificate; empty for those of the system.
    cert, key : str
        Files of the workbench's own certificate and key, for gateways that ask for one.
    verify : str
        `full`; `chain`: signed by the authority, in whatever name; `none`.
    """

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: str = "full"

    @classmethod
    def of(cls, url: str) -> Security | None:
        """What an address says; None for one without TLS."""
        parts = urlsplit(url)
        return cls(**dict(parse_qsl(parts.query))) if parts.scheme == "tls" else None

    def context(self, home: Path) -> ssl.SSLContext:
        """Made again for each connection, so that renewed certificates are used.

        Parameters
        ----------
        home : Path
            Folder from which relative paths go.

        Raises
        ------
        UnreachableError
            If a file is missing or not what it should be.
        """
        ca, cert, key = (_file(home, name, getattr(self, name)) for name in ("ca", "cert", "key"))
        try:
            context = ssl.create_default_context(cafile=ca)
        except (OSError, ssl.SSLError):
            raise UnreachableError(f"ca={ca} holds no certificates in PEM format") from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = self.verify == "full"
        if self.verify == "none":
            context.verify_mode = ssl.CERT_NONE
        if cert:
            try:
                # A key with a password would be asked for on the terminal.
                context.load_cert_chain(cert, key, password=lambda: "")
            except (OSError, ssl.SSLError) as error:
                raise UnreachableError(_pair_trouble(cert, key, error)) from None
        return context


def _file(home: Path, name: str, given: str) -> str | None:
    if not given:
        return None
    path = home / Path(given).expanduser()
    if not path.is_file():
        raise UnreachableError(f"there is no {path}: the address names it as {name}={given}")
    try:
        path.open("rb").close()
    except OSError as error:
        raise UnreachableError(f"{name}={path} cannot be read: {(error.strerror or '').lower()}") from None
    return str(path)


def _pair_trouble(cert: str, key: str | None, error: OSError) -> str:
    reason = getattr(error, "reason", "")
    if reason == "KEY_VALUES_MISMATCH":
        return f"the key in {key or cert} does not belong to the certificate in {cert}"
    if key is None:
        return f"cert={cert} does not hold a certificate and its key in PEM format: name the key's file with key="
    return f"cert={cert} and key={key} are no certificate and unencrypted key in PEM format"


def tls_trouble(error: OSError | str) -> str:
    """Why a gateway and the workbench do not trust each other, in words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _NAME_CODES:
            return f"its certificate is for another name ({error.verify_message}): use that name, or verify=chain"
        if error.verify_code in _DATE_CODES:
            return f"its certificate is not valid now ({error.verify_message}): check both clocks"
        return f"its certificate is not trusted ({error.verify_message}): name its authority's file with ca="
    text = str(error)
    if any(alert in text for alert in ("UNKNOWN_CA", "BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN", "CERTIFICATE_EXPIRED")):
        return "it does not trust the workbench's certificate"
    if "CERTIFICATE_REQUIRED" in text:
        return "it wants a certificate of the workbench: name it with cert= and key="
    if isinstance(error, ssl.SSLError):
        return f"TLS fails ({error.reason or text}): does this port speak TLS?"
    return "it may want a certificate of the workbench that it trusts: name it with cert= and key="


_NAME_CODES = (62, 64)
"""X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH (OpenSSL, x509_vfy.h)."""
_DATE_CODES = (9, 10)
"""X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED."""
