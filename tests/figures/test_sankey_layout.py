"""The layout of a Sankey: order kept, distance kept, nothing outside."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.figures.flows.sankey_layout import centres, heights


@given(
    st.lists(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=12), min_size=1, max_size=5),
    st.data(),
)
def test_nodes_keep_their_order_and_distance_inside_the_drawing(sizes: list[list[float]], data: st.DataObject) -> None:
    columns, values, node = [], {}, 0
    for column in sizes:
        columns.append(list(range(node, node + len(column))))
        values |= dict(zip(columns[-1], column, strict=True))
        node += len(column)
    right = {}
    for here, following in itertools.pairwise(columns):
        for index in here:
            right[index] = data.draw(st.lists(st.sampled_from(following), max_size=3))
    room, gap = 20.0 * max(map(len, columns)), 10.0
    tall = heights(columns, values, room, gap)
    places = centres(columns, right, tall, room, gap)
    for column in columns:
        assert places[column[0]] - tall[column[0]] / 2 >= -1e-6
        assert places[column[-1]] + tall[column[-1]] / 2 <= room + 1e-6
        for before, after in itertools.pairwise(column):
            assert places[after] - places[before] >= (tall[before] + tall[after]) / 2 + gap - 1e-6


def test_a_node_stands_in_the_middle_of_what_it_feeds() -> None:
    places = centres([[0], [1, 2]], {0: [1, 2]}, {0: 10.0, 1: 10.0, 2: 10.0}, 100.0, 10.0)
    assert places[0] == (places[1] + places[2]) / 2
