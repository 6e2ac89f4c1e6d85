"""The stages of the layout, one by one."""

from __future__ import annotations

from tests.support.sample_drawings import SAMPLE_DRAWINGS
from tutor.drawing.cell_width import WIDE_TAIL, graphemes, truncate
from tutor.drawing.layout.columns import measure_label
from tutor.drawing.layout.netlist import LayoutItem, build_netlist, layout_items
from tutor.drawing.layout.ordering import candidate_orders, count_crossings
from tutor.drawing.layout.ports import item_shape
from tutor.drawing.layout.ranks import assign_ranks
from tutor.drawing.layout.rows import assign_rows
from tutor.drawing.layout.tracks import build_trunks, count_wire_crossings
from tutor.drawing.model import Box, InputLine, Slot


def rank_of(name: str) -> dict[str, int]:
    boxes = SAMPLE_DRAWINGS[name]()
    return dict(zip([box.id for box in boxes], assign_ranks(build_netlist(boxes)), strict=True))


def test_a_rank_is_the_longest_way_from_the_inputs() -> None:
    found = rank_of("fanout")
    assert (found["x"], found["y"], found["mul"], found["add"], found["z:"]) == (0, 0, 1, 2, 3)


def test_a_part_that_hangs_on_its_own_inputs_moves_to_its_user() -> None:
    boxes = [Box(name, name, "input") for name in "abx"]
    boxes.append(Box("ab", "×", "op", (InputLine("a"), InputLine("b"))))
    for number, source in enumerate(["x", "f0", "f1"]):
        boxes.append(Box(f"f{number}", "f", "op", (InputLine(source),)))
    boxes.append(Box("end", "+", "op", (InputLine("f2"), InputLine("ab"))))
    found = assign_ranks(build_netlist(boxes))
    assert [found[number] for number in (3, 0, 1)] == [3, 2, 2]


def test_a_net_passes_a_rank_as_one_wire() -> None:
    boxes = SAMPLE_DRAWINGS["softmax"]()
    nets = build_netlist(boxes)
    for rank in layout_items(nets, assign_ranks(nets)):
        passing = [item.net for item in rank if item.box is None]
        assert len(passing) == len(set(passing))


def test_crossings_between_two_ranks_are_counted_by_pairs_of_lines() -> None:
    left = [LayoutItem(0, [], [], 0), LayoutItem(1, [], [], 1)]
    assert count_crossings(left, [LayoutItem(2, [0], [1], None), LayoutItem(3, [0], [0], None)]) == 1
    assert count_crossings(left, [LayoutItem(2, [0, 1], [0, 1], None)]) == 0


def test_lines_of_a_swappable_box_are_turned_where_that_avoids_a_crossing() -> None:
    boxes = SAMPLE_DRAWINGS["square_and_product"]()
    nets = build_netlist(boxes)
    assert min(count for count, _ in candidate_orders(layout_items(nets, assign_ranks(nets)), 4)) == 0


def test_an_item_is_as_high_as_its_texts() -> None:
    boxes = SAMPLE_DRAWINGS["matrix"]()
    nets = build_netlist(boxes)
    (product,) = [item for rank in layout_items(nets, assign_ranks(nets)) for item in rank if item.box == 2]
    found = item_shape(nets, product, "full")
    assert (found.height, found.ports, found.output_port) == (14, [3, 10], 6)
    assert item_shape(nets, product, "compact").height == 2


def test_a_chain_runs_straight() -> None:
    boxes = SAMPLE_DRAWINGS["sigmoid"]()
    nets = build_netlist(boxes)
    table = layout_items(nets, assign_ranks(nets))
    shapes = [[item_shape(nets, item, "full") for item in rank] for rank in table]
    _, tops = assign_rows(table, shapes, 1)
    assert len({row[0] + found[0].output_port for row, found in zip(tops, shapes, strict=True)}) == 1


def test_a_straight_net_needs_no_vertical_wire() -> None:
    assert build_trunks([(0, 3, [3])]) == []


def test_a_net_that_ends_on_a_row_stands_right_of_the_one_that_begins_there() -> None:
    first, second = build_trunks([(0, 1, [4]), (1, 4, [7])])
    assert (first.net, second.net) == (0, 1)
    assert second.track < first.track


def test_vertical_wires_share_a_track_where_they_do_not_meet() -> None:
    assert {trunk.track for trunk in build_trunks([(0, 0, [2]), (1, 6, [8])])} == {0}
    assert {trunk.track for trunk in build_trunks([(0, 0, [2]), (1, 3, [8])])} == {0, 1}


def test_two_nets_that_change_places_are_told_apart_by_a_detour() -> None:
    pins = [(0, 1, [5]), (1, 5, [1])]
    found = build_trunks(pins)
    joints = [trunk.joint_row for trunk in found if trunk.joint_row is not None]
    assert len(found) == 3
    assert len(joints) == 2
    assert joints[0] == joints[1] not in (1, 5)
    assert count_wire_crossings(found, pins) >= 1


def test_a_value_and_its_place_stand_over_each_other() -> None:
    scalar = measure_label(("5",), Slot("a"), "full")
    assert (scalar.width, scalar.value_offset, scalar.place_offset, scalar.cell_width) == (7, 3, 0, 6)
    matrix = measure_label(("[1 2]", "[3 4]"), Slot("a", 2, 2), "full")
    assert (matrix.width, matrix.value_offset, matrix.place_offset, matrix.cell_width) == (14, 4, 0, 6)
    wide = measure_label(("[12345678 2]",), Slot("a", 1, 2), "full")
    assert wide.cell_width == 6
    assert wide.width == 14


def test_texts_are_measured_in_cells() -> None:
    assert graphemes("가a") == ["가", WIDE_TAIL, "a"]
    assert graphemes("x̂y") == ["x̂", "y"]
    assert truncate("가나다", 5) == "가나…"
    assert truncate("가나다", 4) == "가…"
    assert truncate("abc", 3) == "abc"
