"""The stages of the layout."""

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


def test_a_rank_is_the_longest_path_from_the_inputs() -> None:
    ranks = rank_of("fanout")
    assert (ranks["x"], ranks["y"], ranks["mul"], ranks["add"], ranks["z:"]) == (0, 0, 1, 2, 3)


def test_a_part_without_branches_moves_to_its_user() -> None:
    boxes = [Box(name, name, "input") for name in "abx"]
    boxes.append(Box("ab", "×", "op", (InputLine("a"), InputLine("b"))))
    for number, source in enumerate(["x", "f0", "f1"]):
        boxes.append(Box(f"f{number}", "f", "op", (InputLine(source),)))
    boxes.append(Box("end", "+", "op", (InputLine("f2"), InputLine("ab"))))
    ranks = assign_ranks(build_netlist(boxes))
    assert [ranks[number] for number in (3, 0, 1)] == [3, 2, 2]


def test_a_net_passes_a_rank_as_a_single_wire() -> None:
    boxes = SAMPLE_DRAWINGS["softmax"]()
    nets = build_netlist(boxes)
    for rank in layout_items(nets, assign_ranks(nets)):
        passing = [item.net for item in rank if item.box is None]
        assert len(passing) == len(set(passing))


def test_crossings_are_counted_by_pairs_of_lines() -> None:
    left = [LayoutItem(0, [], [], 0), LayoutItem(1, [], [], 1)]
    assert count_crossings(left, [LayoutItem(2, [0], [1], None), LayoutItem(3, [0], [0], None)]) == 1
    assert count_crossings(left, [LayoutItem(2, [0, 1], [0, 1], None)]) == 0


def test_lines_of_a_commutative_box_are_reordered_to_avoid_a_crossing() -> None:
    boxes = SAMPLE_DRAWINGS["square_and_product"]()
    nets = build_netlist(boxes)
    assert min(count for count, _ in candidate_orders(layout_items(nets, assign_ranks(nets)), 4)) == 0


def test_the_height_of_an_item_fits_its_texts() -> None:
    boxes = SAMPLE_DRAWINGS["matrix"]()
    nets = build_netlist(boxes)
    (product,) = [item for rank in layout_items(nets, assign_ranks(nets)) for item in rank if item.box == 2]
    shape = item_shape(nets, product, "full")
    assert (shape.height, shape.ports, shape.output_port) == (14, [3, 10], 6)
    assert item_shape(nets, product, "compact").height == 2


def test_a_chain_is_drawn_straight() -> None:
    boxes = SAMPLE_DRAWINGS["sigmoid"]()
    nets = build_netlist(boxes)
    table = layout_items(nets, assign_ranks(nets))
    shapes = [[item_shape(nets, item, "full") for item in rank] for rank in table]
    _, tops = assign_rows(table, shapes, 1)
    assert len({row[0] + shape[0].output_port for row, shape in zip(tops, shapes, strict=True)}) == 1


def test_a_straight_net_needs_no_vertical_wire() -> None:
    assert build_trunks([(0, 3, [3])]) == []


def test_nets_that_end_and_begin_on_one_row_keep_their_order() -> None:
    first, second = build_trunks([(0, 1, [4]), (1, 4, [7])])
    assert (first.net, second.net) == (0, 1)
    assert second.track < first.track


def test_vertical_wires_apart_share_a_track() -> None:
    assert {trunk.track for trunk in build_trunks([(0, 0, [2]), (1, 6, [8])])} == {0}
    assert {trunk.track for trunk in build_trunks([(0, 0, [2]), (1, 3, [8])])} == {0, 1}


def test_one_of_two_nets_that_change_places_makes_a_detour() -> None:
    pins = [(0, 1, [5]), (1, 5, [1])]
    trunks = build_trunks(pins)
    joints = [trunk.joint_row for trunk in trunks if trunk.joint_row is not None]
    assert len(trunks) == 3
    assert len(joints) == 2
    assert joints[0] == joints[1] not in (1, 5)
    assert count_wire_crossings(trunks, pins) >= 1


def test_a_value_is_centred_above_its_place() -> None:
    scalar = measure_label(("5",), Slot("a"), "full")
    assert (scalar.width, scalar.value_offset, scalar.place_offset, scalar.cell_width) == (7, 3, 0, 6)
    matrix = measure_label(("[1 2]", "[3 4]"), Slot("a", 2, 2), "full")
    assert (matrix.width, matrix.value_offset, matrix.place_offset, matrix.cell_width) == (14, 4, 0, 6)
    wide = measure_label(("[12345678 2]",), Slot("a", 1, 2), "full")
    assert wide.cell_width == 6
    assert wide.width == 14


def test_text_is_measured_in_terminal_cells() -> None:
    assert graphemes("가a") == ["가", WIDE_TAIL, "a"]
    assert graphemes("x̂y") == ["x̂", "y"]
    assert truncate("가나다", 5) == "가나…"
    assert truncate("가나다", 4) == "가…"
    assert truncate("abc", 3) == "abc"
