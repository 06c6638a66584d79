"""A reader of a page without a browser: it opens the page and speaks to its kernel as the page's scripts do.

What it waits for has arrived at the browser; drawing comes on top, on the reader's own machine.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

CONFIG = re.compile(r'<script id="jupyter-config-data" type="application/json">(.*?)</script>', re.DOTALL)
PATIENCE = 300.0
"""Longest wait for anything [s]."""


class Reader:
    """One open page.

    Parameters
    ----------
    url : str
        Of the server of pages.
    token : str
    assets : sequence of str
        Addresses that a browser which was never here fetches beside the page.
    """

    def __init__(self, url: str, token: str, assets: tuple[str, ...] = ()) -> None:
        self._url, self._token, self._assets = url, token, assets
        self._client = AsyncHTTPClient(force_instance=True, defaults={"request_timeout": PATIENCE})
        self._session = uuid.uuid4().hex
        self._cookies: SimpleCookie = SimpleCookie()
        self._changed = asyncio.Condition()
        self._socket: WebSocketClientConnection
        self._listening: asyncio.Task[None]
        self.kernel = ""
        self.states: dict[str, dict[str, Any]] = {}
        """Widget id → its state, as the browser has it."""
        self.patches: list[tuple[str, str]] = []
        """Widget id and text of each message a widget was sent since it was last looked at."""

    async def open(self, page: str) -> float:
        """Open a page; returns when all of its charts have arrived, with the time that took [s]."""
        begin = time.perf_counter()
        html = (await self._get(f"/{page}", token=self._token)).decode()
        found = CONFIG.search(html)
        assert found, html[-2000:]
        self.kernel = json.loads(found[1])["kernelId"]
        await asyncio.gather(*(self._get(address) for address in self._assets))
        address = self._url.replace("http", "ws", 1) + f"/api/kernels/{self.kernel}/channels?session_id={self._session}"
        self._socket = await websocket_connect(HTTPRequest(address, headers=self._headers()), max_message_size=2**26)
        self._listening = asyncio.create_task(self._listen())
        control = uuid.uuid4().hex
        await self._send("comm_open", comm_id=control, target_name="jupyter.widget.control", data={})
        await self._send("comm_msg", comm_id=control, data={"method": "request_states"})
        await self.until(lambda: bool(self.states))
        await self.say(
            self.widget("place"), kind="here", moved=True, path=f"/{page}", query="", dark=False, visible=True
        )
        await self.until(self._drawn)
        return time.perf_counter() - begin

    async def choose(self, meter: str) -> float:
        """Choose another meter; returns when its chart has arrived, with the time that took [s]."""
        finder = next(key for key, state in self.states.items() if state.get("_model_name") == "ComboboxModel")
        value = next(text for text in self.states[finder]["options"] if text.partition(" ")[0] == meter)
        self.patches.clear()
        begin = time.perf_counter()
        await self._send("comm_msg", comm_id=finder, data={"method": "update", "state": {"value": value}})
        await self.until(lambda: any(f"Energy of {meter} " in text for _, text in self.patches))
        return time.perf_counter() - begin

    async def stay(self) -> None:
        """Say that the page is in front, as it does every 20 s."""
        await self.say(self.widget("place"), kind="here", moved=False, path="/", query="", dark=False, visible=True)

    async def close(self) -> None:
        """Close the page: its kernel ends."""
        headers = {**self._headers(), "X-XSRFToken": self._cookies["_xsrf"].value}
        address = f"{self._url}/voila/api/shutdown/{self.kernel}"
        await self._client.fetch(HTTPRequest(address, "POST", headers, body=""), raise_error=False)
        self._socket.close()
        await self._listening

    def widget(self, name: str) -> str:
        """Id of the widget whose script has that name."""
        return next(key for key, state in self.states.items() if f").{name};" in state.get("_esm", ""))

    async def say(self, widget: str, **content: Any) -> None:
        """Send a widget a message of its own kind."""
        await self._send("comm_msg", comm_id=widget, data={"method": "custom", "content": content})

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until a condition over the states holds."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(holds), PATIENCE)

    def _drawn(self) -> bool:
        charts = [state for state in self.states.values() if ").chart;" in state.get("_esm", "")]
        return bool(charts) and all(state["figure"].get("data") for state in charts)

    async def _get(self, path: str, **asked: str) -> bytes:
        address = self._url + path + ("?" + "&".join(f"{key}={value}" for key, value in asked.items()) if asked else "")
        answer = await self._client.fetch(
            HTTPRequest(address, headers=self._headers(), follow_redirects=False), raise_error=False
        )
        for line in answer.headers.get_list("Set-Cookie"):
            self._cookies.load(line)
        if answer.code == 302:
            return await self._get(path)
        assert answer.code == 200, f"{address}: {answer.code}"
        return answer.body

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{key}={morsel.coded_value}" for key, morsel in self._cookies.items())}

    async def _send(self, kind: str, **content: Any) -> None:
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "session": self._session,
            "username": "",
            "version": "5.2",
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {"version": "1.0.0"},
            "content": content,
            "buffers": [],
        }
        await self._socket.write_message(json.dumps(message | {"channel": "shell"}))

    async def _listen(self) -> None:
        while (frame := await self._socket.read_message()) is not None:
            message = json.loads(frame if isinstance(frame, str) else _first_part(frame))
            if message["header"]["msg_type"] == "comm_msg":
                self._take(message["content"])
                async with self._changed:
                    self._changed.notify_all()

    def _take(self, content: dict[str, Any]) -> None:
        widget, data = content["comm_id"], content["data"]
        if data.get("method") == "update_states":
            self.states = {key: found["state"] for key, found in data["states"].items()}
        elif data.get("method") in ("update", "echo_update"):
            self.states.setdefault(widget, {}).update(data["state"])
            self.patches.append((widget, json.dumps(data["state"])))
        else:
            self.patches.append((widget, json.dumps(data.get("content"))))


def _first_part(frame: bytes) -> bytes:
    """The JSON of a message that carries buffers."""
    offsets = [
        int.from_bytes(frame[at : at + 4], "big") for at in range(4, 4 + 4 * int.from_bytes(frame[:4], "big"), 4)
    ]
    return frame[offsets[0] : offsets[1] if len(offsets) > 1 else None]
