"""JSON as it is sent."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.api.answers import JsonTree

trees = st.recursive(
    st.just([]),
    lambda below: st.lists(
        st.fixed_dictionaries({"id": st.text(max_size=3), "x": st.none() | st.integers(), "children": below}),
        max_size=3,
    ),
    max_leaves=20,
)


@given(trees)
def test_a_tree_is_written_as_any_other_json(tree: list[dict[str, object]]) -> None:
    assert json.loads(JsonTree(tree).body) == tree
