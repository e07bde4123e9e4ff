from __future__ import annotations

from nodegraph.model.graph import Graph, Node
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.worlds import many
from ui.canvas.interaction.link_insertion import LinkInsertion


def test_what_is_kept_for_a_drag_gives_the_same_link_as_looking_anew(make_hand: MakeHand) -> None:
    graph = many(60)
    graph = Graph.of(*graph.nodes.values(), Node("free", "ImageScale", pos=(0.0, 0.0)))
    scene = make_hand(graph).canvas.scene
    box = scene.nodes["free"]
    kept, found = LinkInsertion(scene, box), set()
    middle = box.rect.center()
    for link in scene.links.values():
        if link.type == "Image":
            at = link.path().pointAtPercent(0.5) - middle
            for step in range(-12, 13):
                by = (at.x() + 19.0 * step, at.y() + 5.0 * step)
                link_under = kept.under(by)
                assert link_under == LinkInsertion(scene, box).under(by)
                found.add(link_under)
    assert len(found) > 3
