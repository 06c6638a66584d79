"""Static files of the pages go out compressed to who takes it, and as they are to who does not."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, StaticFileHandler

from energy_workbench.widgets.site import compressed, shipped

SCRIPT = b"const words = 'again and again';\n" * 1000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(compressed, "FOLDER", tmp_path / "kept")
    files = tmp_path / "files"
    files.mkdir()
    (files / "a.js").write_bytes(SCRIPT)
    (files / "a.png").write_bytes(SCRIPT)
    return files


def asked(folder: Path, name: str, **headers: str) -> HTTPResponse:
    async def ask() -> HTTPResponse:
        socket, port = bind_unused_port()
        server = HTTPServer(Application([(r"/(.*)", compressed.compressing(StaticFileHandler), {"path": str(folder)})]))
        server.add_socket(socket)
        try:
            url = f"http://127.0.0.1:{port}/{name}"
            return await AsyncHTTPClient().fetch(url, headers=headers, decompress_response=False, raise_error=False)
        finally:
            server.stop()

    return asyncio.run(ask())


def test_who_takes_gzip_gets_the_prepared_file(folder: Path) -> None:
    assert compressed.prepare(iter([folder / "a.js"])) == 1
    answer = asked(folder, "a.js", **{"Accept-Encoding": "gzip, deflate, br"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"] == asked(folder, "a.js").headers["Content-Type"]
    assert len(answer.body) < len(SCRIPT) / 20
    assert gzip.decompress(answer.body) == SCRIPT


def test_who_does_not_take_it_or_wants_a_part_gets_the_file(folder: Path) -> None:
    compressed.prepare(iter([folder / "a.js"]))
    plain = asked(folder, "a.js")
    assert (plain.headers.get("Content-Encoding"), plain.body) == (None, SCRIPT)
    part = asked(folder, "a.js", Range="bytes=0-9", **{"Accept-Encoding": "gzip"})
    assert (part.code, part.body) == (206, SCRIPT[:10])


@pytest.mark.parametrize("name", ["a.png", "a.js"])
def test_what_is_not_prepared_goes_out_as_it_is(folder: Path, name: str) -> None:
    answer = asked(folder, name, **{"Accept-Encoding": "gzip"})
    assert (answer.headers.get("Content-Encoding"), answer.body) == (None, SCRIPT)


def test_a_file_that_changed_is_never_the_old_one(folder: Path) -> None:
    compressed.prepare(iter([folder / "a.js"]))
    (folder / "a.js").write_bytes(SCRIPT + b"new")
    answer = asked(folder, "a.js", **{"Accept-Encoding": "gzip"})
    assert answer.body == SCRIPT + b"new"
    assert compressed.prepare(iter([folder / "a.js"])) == 1
    assert gzip.decompress(asked(folder, "a.js", **{"Accept-Encoding": "gzip"}).body) == SCRIPT + b"new"
    assert len(list(compressed.FOLDER.iterdir())) == 1


def test_a_file_outside_is_no_file(folder: Path) -> None:
    assert asked(folder, "../kept/x.gz").code in (403, 404)


def test_all_that_a_page_loads_gets_much_smaller() -> None:
    files = list(shipped.files())
    assert {"widgets.js", "workbench.css", "plotly.min.js", "voila.js"} <= {file.name for file in files}


def test_a_folder_that_cannot_be_written_is_no_reason_to_fail(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "taken").write_text("")
    monkeypatch.setattr(compressed, "FOLDER", folder / "taken")
    assert compressed.prepare(iter([folder / "a.js"])) == 0
    assert "uncompressed" in caplog.text
