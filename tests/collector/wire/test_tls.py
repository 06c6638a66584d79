"""Modbus/TCP Security: who is trusted, and what is said where nobody is."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme
from pymodbus.server import ModbusTlsServer
from pymodbus.simulator import DataType, SimData, SimDevice

from collector.wire.client import GatewayClient
from collector.wire.connection_pool import ConnectionPool
from collector.wire.errors import RefusedError, UnreachableError
from collector.wire.read_request import ReadRequest
from tests.collector.device import Device, running

READ = ReadRequest(3, 10, 3)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def folder(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with certificates."""
    home = tmp_path_factory.mktemp("home")
    authority.cert_pem.write_to_path(home / "ca.pem")
    trustme.CA().cert_pem.write_to_path(home / "other-ca.pem")
    for name in ("client", "stranger"):
        pair = (authority if name == "client" else trustme.CA()).issue_cert("workbench.example")
        pair.cert_chain_pems[0].write_to_path(home / f"{name}.pem")
        pair.private_key_pem.write_to_path(home / f"{name}.key")
    both = authority.issue_cert("workbench.example")
    both.private_key_and_cert_chain_pem.write_to_path(home / "both.pem")
    (home / "rubbish.pem").write_text("no certificate\n")
    return home


@asynccontextmanager
async def gateway(certificate: trustme.LeafCert, clients: trustme.CA | None = None) -> AsyncIterator[str]:
    """pymodbus's TLS server; its address without options."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    if clients:
        clients.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    data = [SimData(10, values=[1, 2, 3], datatype=DataType.REGISTERS)]
    server = ModbusTlsServer([SimDevice(3, data)], address=("127.0.0.1", 0), sslctx=context)
    await server.serve_forever(background=True)
    try:
        yield f"tls://127.0.0.1:{server.transport.sockets[0].getsockname()[1]}"
    finally:
        await server.shutdown()


async def refused(url: str, home: Path) -> str:
    """Why a gateway is not read."""
    client = GatewayClient(url, timeout=10, home=home)
    try:
        with pytest.raises(UnreachableError) as caught:
            await client.read(READ, 3)
    finally:
        client.close()
    return str(caught.value)


def test_a_gateway_whose_authority_is_named_is_read(authority: trustme.CA, folder: Path) -> None:
    async def main() -> None:
        async with gateway(authority.issue_cert("127.0.0.1")) as url:
            for ca in ("ca.pem", folder / "ca.pem"):
                client = ConnectionPool(folder).take(f"{url}?ca={ca}")
                assert client.framed_by_id
                assert not client.paced
                for _ in range(3):
                    assert await client.read(READ, 3, timeout=10) == [1, 2, 3]
                with pytest.raises(RefusedError):
                    await client.read(ReadRequest(3, 12, 3), 3, timeout=10)
                assert client.opened == 1
                client.close()

    asyncio.run(main())


def test_certificates_of_a_relative_path_are_in_the_home(
    authority: trustme.CA, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(folder))

    async def main() -> None:
        async with gateway(authority.issue_cert("127.0.0.1")) as url:
            client = GatewayClient(f"{url}?ca=ca.pem", timeout=10)
            assert await client.read(READ, 3) == [1, 2, 3]
            client.close()

    asyncio.run(main())


def test_a_stranger_is_not_asked_anything(authority: trustme.CA, folder: Path) -> None:
    async def main() -> None:
        async with gateway(authority.issue_cert("127.0.0.1")) as url:
            for options in ("", "?ca=other-ca.pem", "?ca=other-ca.pem&verify=chain"):
                assert "its certificate is not trusted" in await refused(url + options, folder)
            client = GatewayClient(f"{url}?verify=none", timeout=10)
            assert await client.read(READ, 3) == [1, 2, 3]
            client.close()

    asyncio.run(main())


def test_a_certificate_in_another_name_is_told_from_an_untrusted_one(authority: trustme.CA, folder: Path) -> None:
    async def main() -> None:
        for name in ("gateway.example", "127.0.0.2"):
            async with gateway(authority.issue_cert(name)) as url:
                assert "its certificate is for another name" in await refused(f"{url}?ca=ca.pem", folder)
                client = GatewayClient(f"{url}?ca=ca.pem&verify=chain", timeout=10, home=folder)
                assert await client.read(READ, 3) == [1, 2, 3]
                client.close()

    asyncio.run(main())


def test_an_expired_certificate_is_told(authority: trustme.CA, folder: Path) -> None:
    async def main() -> None:
        old = authority.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC))
        async with gateway(old) as url:
            assert "is not valid now" in await refused(f"{url}?ca=ca.pem", folder)

    asyncio.run(main())


def test_a_gateway_may_want_a_certificate_of_the_workbench(authority: trustme.CA, folder: Path) -> None:
    async def main() -> None:
        async with gateway(authority.issue_cert("127.0.0.1"), clients=authority) as url:
            # Whether its reason arrives before its reset is a matter of luck.
            assert "want" in (said := await refused(f"{url}?ca=ca.pem", folder))
            assert "a certificate of the workbench" in said
            said = await refused(f"{url}?ca=ca.pem&cert=stranger.pem&key=stranger.key", folder)
            assert "does not trust the workbench's certificate" in said or "that it trusts" in said
            for options in ("cert=client.pem&key=client.key", "cert=both.pem"):
                client = GatewayClient(f"{url}?ca=ca.pem&{options}", timeout=10, home=folder)
                assert await client.read(READ, 3) == [1, 2, 3]
                client.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("ca=nowhere.pem", "there is no {home}/nowhere.pem: the address names it as ca=nowhere.pem"),
        ("ca=rubbish.pem", "holds no certificates in PEM format"),
        ("cert=client.pem&key=gone.key", "there is no {home}/gone.key"),
        ("cert=client.pem", "does not hold a certificate and its key"),
        ("cert=client.pem&key=stranger.key", "does not belong to the certificate"),
        ("cert=client.pem&key=rubbish.pem", "are no certificate and unencrypted key"),
    ],
)
def test_a_file_that_is_missing_or_wrong_is_named(folder: Path, options: str, said: str) -> None:
    message = asyncio.run(refused(f"tls://127.0.0.1:9?{options}", folder))
    assert said.format(home=folder) in message


def test_a_port_without_tls_is_told() -> None:
    async def main() -> None:
        async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(10)
            writer.write(b"220 hello\r\n")
            await reader.read()
            writer.close()

        server = await asyncio.start_server(rude, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        assert "does this port speak TLS" in await refused(f"tls://127.0.0.1:{port}", Path())
        server.close()

    asyncio.run(main())


def test_a_handshake_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.wire.client.CONNECT_SECONDS", 0.2)

    async def main() -> None:
        async with running(Device({})) as device:  # it waits for a question
            assert "no answer in 0.2 s" in await refused(f"tls://127.0.0.1:{device.port}", Path())

    asyncio.run(main())


def test_a_certificate_that_was_renewed_is_used_with_the_next_connection(
    authority: trustme.CA, folder: Path, tmp_path: Path
) -> None:
    async def main() -> None:
        (tmp_path / "ca.pem").write_bytes((folder / "other-ca.pem").read_bytes())
        async with gateway(authority.issue_cert("127.0.0.1")) as url:
            client = GatewayClient(f"{url}?ca=ca.pem", timeout=10, home=tmp_path)
            with pytest.raises(UnreachableError, match="not trusted"):
                await client.read(READ, 3)
            authority.cert_pem.write_to_path(tmp_path / "ca.pem")
            client.retry_now()
            assert await client.read(READ, 3) == [1, 2, 3]
            client.close()

    asyncio.run(main())
