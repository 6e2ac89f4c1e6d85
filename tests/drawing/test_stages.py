"""The stages of the layout, one by one."""

from __future__ import annotations

from tests.drawing.named import NAMED
from tutor.drawing import Box, Line, Slot
from tutor.drawing.cells import BEHIND, clusters, shorten
from tutor.drawing.columns import block
from tutor.drawing.nets import Item, items, netlist
from tutor.drawing.order import lines_crossing, orders
from tutor.drawing.ports import shape
from tutor.drawing.ranks import ranks
from tutor.drawing.rows import rows
from tutor.drawing.tracks import crossings, trunks


def rank_of(name: str) -> dict[str, int]:
    boxes = NAMED[name]()
    return dict(zip([box.id for box in boxes], ranks(netlist(boxes)), strict=True))


def test_a_rank_is_the_longest_way_from_the_inputs() -> None:
    found = rank_of("fanout")
    assert (found["x"], found["y"], found["mul"], found["add"], found["z:"]) == (0, 0, 1, 2, 3)


def test_a_part_that_hangs_on_its_own_inputs_moves_to_its_user() -> None:
    boxes = [Box(name, name, "input") for name in "abx"]
    boxes.append(Box("ab", "×", "op", (Line("a"), Line("b"))))
    for number, source in enumerate(["x", "f0", "f1"]):
        boxes.append(Box(f"f{number}", "f", "op", (Line(source),)))
    boxes.append(Box("end", "+", "op", (Line("f2"), Line("ab"))))
    found = ranks(netlist(boxes))
    assert [found[number] for number in (3, 0, 1)] == [3, 2, 2]


def test_a_net_passes_a_rank_as_one_wire() -> None:
    boxes = NAMED["softmax"]()
    nets = netlist(boxes)
    for rank in items(nets, ranks(nets)):
        passing = [item.net for item in rank if item.box is None]
        assert len(passing) == len(set(passing))


def test_crossings_between_two_ranks_are_counted_by_pairs_of_lines() -> None:
    left = [Item(0, [], [], 0), Item(1, [], [], 1)]
    assert lines_crossing(left, [Item(2, [0], [1], None), Item(3, [0], [0], None)]) == 1
    assert lines_crossing(left, [Item(2, [0, 1], [0, 1], None)]) == 0


def test_lines_of_a_swappable_box_are_turned_where_that_avoids_a_crossing() -> None:
    boxes = NAMED["square_and_product"]()
    nets = netlist(boxes)
    assert min(count for count, _ in orders(items(nets, ranks(nets)), 4)) == 0


def test_an_item_is_as_high_as_its_texts() -> None:
    boxes = NAMED["matrix"]()
    nets = netlist(boxes)
    (product,) = [item for rank in items(nets, ranks(nets)) for item in rank if item.box == 2]
    found = shape(nets, product, "full")
    assert (found.height, found.ports, found.out) == (14, [3, 10], 6)
    assert shape(nets, product, "compact").height == 2


def test_a_chain_runs_straight() -> None:
    boxes = NAMED["sigmoid"]()
    nets = netlist(boxes)
    table = items(nets, ranks(nets))
    shapes = [[shape(nets, item, "full") for item in rank] for rank in table]
    _, tops = rows(table, shapes, 1)
    assert len({row[0] + found[0].out for row, found in zip(tops, shapes, strict=True)}) == 1


def test_a_straight_net_needs_no_vertical_wire() -> None:
    assert trunks([(0, 3, [3])]) == []


def test_a_net_that_ends_on_a_row_stands_right_of_the_one_that_begins_there() -> None:
    first, second = trunks([(0, 1, [4]), (1, 4, [7])])
    assert (first.net, second.net) == (0, 1)
    assert second.track < first.track


def test_vertical_wires_share_a_track_where_they_do_not_meet() -> None:
    assert {trunk.track for trunk in trunks([(0, 0, [2]), (1, 6, [8])])} == {0}
    assert {trunk.track for trunk in trunks([(0, 0, [2]), (1, 3, [8])])} == {0, 1}


def test_two_nets_that_change_places_are_told_apart_by_a_detour() -> None:
    pins = [(0, 1, [5]), (1, 5, [1])]
    found = trunks(pins)
    joints = [trunk.joint for trunk in found if trunk.joint is not None]
    assert len(found) == 3 and len(joints) == 2 and joints[0] == joints[1] not in (1, 5)
    assert crossings(found, pins) >= 1


def test_a_value_and_its_place_stand_over_each_other() -> None:
    scalar = block(("5",), Slot("a"), "full")
    assert (scalar.width, scalar.value, scalar.place, scalar.cell) == (7, 3, 0, 6)
    matrix = block(("[1 2]", "[3 4]"), Slot("a", 2, 2), "full")
    assert (matrix.width, matrix.value, matrix.place, matrix.cell) == (14, 4, 0, 6)
    wide = block(("[12345678 2]",), Slot("a", 1, 2), "full")
    assert wide.cell == 6 and wide.width == 14


def test_texts_are_measured_in_cells() -> None:
    assert clusters("가a") == ["가", BEHIND, "a"]
    assert clusters("x̂y") == ["x̂", "y"]
    assert shorten("가나다", 5) == "가나…"
    assert shorten("가나다", 4) == "가…"
    assert shorten("abc", 3) == "abc"
