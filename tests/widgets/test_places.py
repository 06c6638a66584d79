"""No visitor and no token keeps everybody else out of the pages."""

from __future__ import annotations

import pytest

from energy_workbench.widgets.site.places import Holder, Places


def opened(places: Places, asking: list[Holder]) -> list[Holder]:
    """Who has a page once all of them have asked, in this order."""
    held: list[Holder] = []
    for who in asking:
        if places.refusal(held, who) is None:
            held.append(who)
    return held


@pytest.mark.parametrize(("total", "most"), [(40, 20), (11, 5), (6, 3), (4, 4), (1, 1)])
def test_one_browser_gets_half(total: int, most: int) -> None:
    places = Places(total)
    browser = Holder("manager", "v1")
    assert len(opened(places, [browser] * 2 * total)) == most
    if most < total:
        assert places.refusal([browser] * most, browser) == (429, "Too many pages of this browser")


@pytest.mark.parametrize("total", [5, 10, 30, 100])
def test_many_visits_of_one_token_leave_room_for_others(total: int) -> None:
    places = Places(total)
    swarm = [Holder("manager", f"v{number}") for number in range(2 * total)]
    held = opened(places, swarm)
    assert len(held) == total - total // 5
    others = [Holder("asha", f"w{number}") for number in range(total)]
    assert sum(each.token == "asha" for each in opened(places, swarm + others)) == total // 5


def test_all_places_can_be_taken_and_then_no_more() -> None:
    places = Places(30)
    people = [Holder(f"person {number}", f"v{number}") for number in range(31)]
    assert opened(places, people) == people[:30]
    assert places.refusal(people[:30], people[30]) == (503, "All places are taken")
