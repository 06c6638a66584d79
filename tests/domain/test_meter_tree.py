"""The tree of the meters."""

from __future__ import annotations

from energy_workbench.domain.meter_tree import nested, with_depth


def test_a_tree_is_nested_whatever_the_order_and_the_depth() -> None:
    rows = [{"id": str(i), "parent_id": str(i - 1) if i else None} for i in range(3000)]
    for given in (rows, rows[::-1]):
        (root,) = nested(given)
        assert [(depth, meter["id"]) for depth, meter in with_depth([root])] == [(i, str(i)) for i in range(3000)]
    assert all("children" not in row for row in rows)


def test_siblings_keep_their_order_and_a_meter_without_its_parent_is_a_root() -> None:
    pairs = [("a", None), ("b", "a"), ("x", "gone"), ("c", "a"), ("d", "b")]
    roots = nested({"id": name, "parent_id": parent} for name, parent in pairs)
    assert [(depth, meter["id"]) for depth, meter in with_depth(roots)] == [
        (0, "a"), (1, "b"), (2, "d"), (1, "c"), (0, "x"),
    ]  # fmt: skip
