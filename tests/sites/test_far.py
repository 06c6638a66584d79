"""A far workbench of one of several sites answers as the near one."""

from __future__ import annotations

import pytest

import energy_workbench as ew
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.domain.errors import NotFoundError, SiteError
from energy_workbench.runtime.settings import Settings
from tests.workbench.served import served


def test_the_same_answers_near_and_far(measured: Settings) -> None:
    token = tokens_of(measured).editor
    with served(measured) as url:
        for slug in ("berlin", "kolkata"):
            near, far = ew.open(site=slug), ew.open(url, token=token, site=slug)
            assert far.site() == near.site()
            assert far.meters().rows == near.meters().rows
            assert far.sites() == near.sites()
            assert far.fleet("yesterday") == near.fleet("yesterday")
            assert (
                far.consumption("MAIN", "today", every="1h").rows == near.consumption("MAIN", "today", every="1h").rows
            )
            assert len(far.readings("MAIN", "yesterday").rows) == 96
            assert far.export_meters() == near.export_meters()
            assert far.sql("select count(*) as n from meters")["n"][0] == 2
            assert far.record("LINE", [{"ts": "2026-10-12T10:00:30+00:00", "values": {"frequency": 50.0}}])
            far.close()
        with pytest.raises(SiteError, match="berlin, kolkata"):
            ew.open(url, token=token).meters()
        with pytest.raises(NotFoundError, match="berlin, kolkata"):
            ew.open(url, token=token, site="paris").meters()
        assert len(ew.open(url, token=token).sites()) == 2
