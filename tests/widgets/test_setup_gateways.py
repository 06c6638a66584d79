"""The gateways panel: what is shown, checked, stored, and refused."""

from __future__ import annotations

import pytest

from energy_workbench.domain.errors import ServiceError
from energy_workbench.widgets.background import AtOnce
from energy_workbench.widgets.parts import HIDDEN
from energy_workbench.widgets.setup.gateways.model import GatewaysModel
from energy_workbench.widgets.setup.gateways.view import GatewaysView, table
from energy_workbench.widgets.setup.long_list import SHOWN
from energy_workbench.widgets.setup.parts import SetupParts
from tests.widgets.setup_stand_in import SetupStandIn

TCP, BUS = "tcp://127.0.0.1:5020", "rtu:///dev/ttyUSB0?baudrate=9600"


class Page:
    def __init__(self) -> None:
        self.stand_in, self.said, self.closed = SetupStandIn(5), [], []
        self.model = GatewaysModel(self.stand_in, AtOnce(), lambda said, key: self.said.append((said, key)))
        guard = lambda handler: handler  # noqa: E731
        self.view = GatewaysView(self.model, SetupParts(guard), lambda: self.closed.append(True), guard)
        self.model.ask()


@pytest.fixture
def page() -> Page:
    return Page()


def test_every_gateway_is_shown_with_what_holds_for_it(page: Page) -> None:
    assert TCP in page.view.table.value
    assert "8 of 9" in page.view.table.value
    assert "Timeout [ms]" in page.view.table.value
    assert "mostly 1000" in page.view.table.value
    assert HIDDEN in page.view.form._dom_classes


def test_an_option_is_stored_as_it_was_typed_and_the_table_follows(page: Page) -> None:
    page.view.pick.value = TCP
    assert HIDDEN not in page.view.form._dom_classes
    page.view.inputs["timeout_ms"].value = " 800 "
    page.view.inputs["connections"].value = "4"
    page.view.save.click()
    sent = {"timeout_ms": 800.0, "pause_ms": None, "retries": None, "connections": 4.0}
    assert page.stand_in.calls == [("gateway", TCP, sent, 1)]
    assert "<td>800</td>" in page.view.table.value
    assert TCP in page.said[0][0]
    assert page.view.pick.value == ""


def test_what_is_not_possible_is_said_beside_it_and_not_sent(page: Page) -> None:
    page.model.begin(BUS)
    page.view.inputs["connections"].value = "2"
    page.view.inputs["timeout_ms"].value = "soon"
    assert "only 1 is possible" in page.view.notes["connections"].value
    assert "10 to 60000 ms" in page.view.notes["timeout_ms"].value
    assert page.view.save.disabled
    page.model.save()
    assert page.stand_in.calls == []


def test_a_change_by_somebody_else_is_not_overwritten(page: Page) -> None:
    page.model.begin(TCP)
    page.stand_in.gates[TCP]["revision"] = 7
    page.model.set("retries", "2")
    page.model.save()
    assert "changed meanwhile" in page.model.failure
    assert page.said == []
    assert page.model.url == TCP


def test_a_service_that_is_away_is_told(page: Page) -> None:
    page.model.begin(TCP)

    def away(*_: object, **__: object) -> None:
        raise ServiceError("gone")

    page.stand_in.set_gateway = away
    page.model.save()
    assert "does not answer" in page.view.failure.value
    assert not page.model.busy


def test_an_address_is_text_and_never_markup() -> None:
    row = {"url": "tcp://<b>:1", "options": {}, "meters": 1, "online": 0}
    assert "<b>" not in table([row])
    assert "No meter names a gateway" in table([])


def test_of_very_many_gateways_the_first_are_listed_and_any_is_found(page: Page) -> None:
    one = page.model.rows[0]
    page.model.rows = [one | {"url": f"tcp://10.0.{nth // 250}.{nth % 250}:502"} for nth in range(1000)]
    assert page.view.table.value.count("ew-address") == SHOWN
    assert "The first 200 of 1,000 are listed" in page.view.table.value
    assert len(page.view.pick.options) == SHOWN + 1
    assert HIDDEN not in page.view.search._dom_classes
    page.view.search.value = "10.0.3.249"
    assert page.view.table.value.count("ew-address") == 1
    page.view.pick.value = "tcp://10.0.3.249:502"
    assert page.model.url == "tcp://10.0.3.249:502"
    # The one that is edited stays in the menu.
    page.view.search.value = "10.0.0.1:"
    assert page.view.pick.value == "tcp://10.0.3.249:502"
    page.view.search.value = "nowhere"
    assert "No gateway has that" in page.view.table.value
