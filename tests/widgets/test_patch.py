"""Patches: applying what changed gives exactly the new figure."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.widgets.browser.patch import changes

leaves = st.one_of(st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=3))
trees = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), leaves, max_size=3),
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from("abcd"), st.one_of(leaves, inner), max_size=4), st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)


def apply(figure: Any, found: list[Any]) -> Any:
    """What `put` of widgets.js does."""
    for path, value in found:
        holder = figure
        for key in path[:-1]:
            holder = holder[key]
        if value is None and isinstance(holder, dict):
            holder.pop(path[-1], None)
        else:
            holder[path[-1]] = value
    return figure


@given(trees, trees)
def test_a_patch_turns_the_old_into_the_new(old: Any, new: Any) -> None:
    found = changes(old, new)
    if found is not None:
        assert apply(copy.deepcopy(old), found) == new


def test_only_what_changed_is_in_a_patch() -> None:
    old = {"data": [{"type": "sankey", "node": {"label": ["a"], "x": [0.1]}}], "layout": {"font": {"size": 12}}}
    new = copy.deepcopy(old)
    new["data"][0]["node"]["label"] = ["b"]
    assert changes(old, new) == [(["data", 0, "node", "label"], ["b"])]


def test_a_trace_more_replaces_the_traces() -> None:
    assert changes({"data": [{"a": 1}]}, {"data": [{"a": 1}, {"a": 2}]}) == [(["data"], [{"a": 1}, {"a": 2}])]
