"""The plant's gateways: real Modbus TCP servers, one port each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.server import ModbusTcpServer
from pymodbus.server.requesthandler import ServerRequestHandler
from pymodbus.simulator import SimDevice

from collector.plant.device import Device
from collector.plant.faults import Faults
from collector.plant.model import Plant
from collector.plant.readout import Readout
from collector.profile.store import load
from energy_workbench.domain.errors import BusyError
from energy_workbench.domain.time import clock


def _now() -> float:
    return clock.now().timestamp()


class Gateway(ModbusTcpServer):
    """One gateway with its meters; a unit id without a meter is answered by exception 0x0B, as gateways do."""

    def __init__(self, number: int, devices: list[SimDevice], faults: Faults, address: tuple[str, int]) -> None:
        super().__init__(devices, address=address)
        self.number = number
        self.faults = faults
        self.units = {device.id for device in devices}

    @property
    def dropped(self) -> bool:
        """Whether a fault keeps every connection closed now."""
        return self.faults.dropped(self.number, _now())

    def callback_new_connection(self) -> ServerRequestHandler:
        """One line a connection."""
        return Line(self, None, None, None)

    def close_lines(self) -> None:
        """Close every connection; the port keeps listening."""
        for line in list(self.active_connections.values()):
            line.close()


class Line(ServerRequestHandler):
    """One connection of a gateway.

    Each request is answered with its own transaction id. (pymodbus answers with that of the request
    that came last, so a slow answer could be taken for the answer to a later request.)
    """

    server: Gateway

    def callback_connected(self) -> None:
        """Close at once while connections are dropped."""
        super().callback_connected()
        if self.server.dropped:
            self.close()

    def handle_later(self) -> None:
        """Answer the request that has just come."""
        request, self.last_pdu = self.last_pdu, None
        if request and self.is_active():
            task = asyncio.ensure_future(self._answer(request))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _answer(self, request: ModbusPDU) -> None:
        if request.dev_id not in self.server.units:
            response: ModbusPDU = ExceptionResponse(request.function_code, ExcCodes.GATEWAY_NO_RESPONSE)
        else:
            try:
                context: Any = self.server.context
                response = await request.datastore_update(context, request.dev_id)
            except NoSuchIdException:
                return  # silent: the client's time-out is what is wanted
        response.transaction_id, response.dev_id = request.transaction_id, request.dev_id
        if self.is_active():
            self.server_send(response, None)


class PlantServer:
    """All gateways of a plant.

    Parameters
    ----------
    plant : Plant
    faults : Faults, optional
    profiles : iterable of Path
        Folders with the user's own profiles.
    now : callable, optional
        Seconds since 1970; the clock by default.
    """

    def __init__(
        self,
        plant: Plant,
        *,
        faults: Faults | None = None,
        profiles: Iterable[Path] = (),
        now: Callable[[], float] | None = None,
    ) -> None:
        self.plant = plant
        self.faults = faults or Faults()
        self.urls: list[str] = []
        self._gateways: list[Gateway] = []
        self._timers: list[asyncio.TimerHandle] = []
        self.now = now or _now
        folders = tuple(profiles)
        self.devices: dict[int, list[Device]] = {}
        for meter in plant.meters:
            readout = Readout(plant, meter, self.faults)
            device = Device(readout, load(meter.profile, folders), self.faults, self.now)
            self.devices.setdefault(meter.gateway, []).append(device)

    async def start(self, host: str, port: int) -> list[str]:
        """Listen.

        Parameters
        ----------
        host : str
            Address to bind to.
        port : int
            Of the first gateway, the others follow; 0 takes free ports.

        Returns
        -------
        list of str
            Addresses of the gateways, in order.

        Raises
        ------
        BusyError
            If a port is in use.
        """
        # Summing up the past takes a moment: before the first request, not during it.
        day, minute, _ = self.plant.locate(self.now())
        self.plant.segment(day, minute)
        for number in sorted(self.devices):
            at = port + number if port else 0
            gateway = Gateway(number, [d.simulated() for d in self.devices[number]], self.faults, (host, at))
            try:
                await gateway.serve_forever(background=True)
            except RuntimeError:
                await self.stop()
                raise BusyError(
                    f"port {at} on {host} is in use: stop what uses it, or give another --port "
                    f"(the plant needs {len(self.devices)} ports in a row)"
                ) from None
            self._gateways.append(gateway)
            listener: Any = gateway.transport
            bound = listener.sockets[0].getsockname()[1]
            shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104
            self.urls.append(f"tcp://{shown}:{bound}")
            loop = asyncio.get_running_loop()
            for drop in self.faults.drops(number):
                self._timers.append(loop.call_later(max(0.0, drop.start - _now()), gateway.close_lines))
        return self.urls

    async def stop(self) -> None:
        """Close every connection and port."""
        for timer in self._timers:
            timer.cancel()
        for gateway in self._gateways:
            await gateway.shutdown()
        self._gateways, self._timers, self.urls = [], [], []
