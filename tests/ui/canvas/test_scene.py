from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from nodegraph.edits import Connect, Disconnect, Edit, Move, RemoveNodes, SetFlags, SetParam
from nodegraph.model.graph import Graph, Link, Node, Source
from nodegraph.support.errors import EditError
from tests.ui.canvas.catalogue import SPECS
from tests.ui.canvas.worlds import default_workflow, graph_of, link
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.index import GridIndex
from ui.canvas.scene.metrics import Metrics
from ui.canvas.scene.scene import Scene

NAMES = [node.id for node in default_workflow()]


def scene_of(graph: Graph) -> Scene:
    scene = Scene(SPECS, Metrics())
    scene.update(graph)
    return scene


def described(scene: Scene) -> object:
    """All that a scene says, for comparison."""
    nodes = {
        n: (b.bounds(), b.rect, b.linked_in, b.linked_out, b.node, b.known) for n, b in scene.nodes.items()
    }
    return nodes, {key: (k.points, k.type, k.source) for key, k in scene.links.items()}


@st.composite
def edited(draw: st.DrawFn) -> list[Graph]:
    graph = graph_of(default_workflow())
    found = [graph]
    for _ in range(draw(st.integers(1, 8))):
        names = sorted(graph.nodes)
        if not names:
            break
        name = draw(st.sampled_from(names))
        links = list(graph.links())
        edits: list[Edit] = [
            Move({name: (draw(st.integers(-900, 900)), draw(st.integers(-900, 900)))}),
            RemoveNodes((name,)),
            SetFlags((name,), collapsed=draw(st.booleans()), hide_unlinked=draw(st.booleans())),
            SetParam(name, "steps", draw(st.integers(1, 90))),
            Connect(Source(draw(st.sampled_from(names)), "latent"), name, "latent"),
        ]
        if links:
            edits.append(Disconnect((draw(st.sampled_from(links)),)))
        try:
            graph = draw(st.sampled_from(edits)).apply(graph)
        except EditError:
            continue
        found.append(graph)
    return found


@settings(max_examples=60, deadline=None)
@given(edited())
def test_an_updated_scene_equals_one_made_anew(graphs: list[Graph]) -> None:
    scene = scene_of(graphs[0])
    for graph in [*graphs[1:], *reversed(graphs)]:
        scene.links_in(QRectF(0, 0, 100, 100))
        scene.update(graph)
        assert described(scene) == described(scene_of(graph))
        everything = scene.bounds().adjusted(-500, -500, 500, 500)
        assert {k.key for k in scene.links_in(everything)} == set(scene.links)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 40),
        st.tuples(st.floats(-2e3, 2e3), st.floats(-2e3, 2e3), st.floats(0, 5e3), st.floats(0, 900)),
        max_size=30,
    ),
    st.tuples(st.floats(-2e3, 2e3), st.floats(-2e3, 2e3), st.floats(0, 3e3), st.floats(0, 3e3)),
)
def test_the_index_misses_nothing(
    rects: dict[int, tuple[float, float, float, float]], asked: tuple[float, float, float, float]
) -> None:
    index: GridIndex[int] = GridIndex(512.0, most=8)
    for key, rect in rects.items():
        index.put(key, rect)
        index.put(key, rect)
    x, y, w, h = asked
    meeting = {
        key for key, (a, b, c, d) in rects.items() if a <= x + w and a + c >= x and b <= y + h and b + d >= y
    }
    assert meeting <= index.query(asked)
    for key in rects:
        index.remove(key)
    assert not index.query(asked) and len(index) == 0


def test_a_long_link_is_seen_where_both_its_ends_are_not() -> None:
    nodes = [Node("a", "LoadImage"), Node("b", "SaveImage", inputs={"image": link("a.image")}, pos=(9000, 0))]
    scene = scene_of(graph_of([*nodes, Node("c", "LoadImage", pos=(0, 4000))]))
    assert [k.key.target for k in scene.links_in(QRectF(4000, -100, 400, 300))] == ["b"]
    assert not scene.nodes_in(QRectF(4000, -100, 400, 300))


def test_an_unknown_type_keeps_its_values_and_its_links() -> None:
    nodes = [
        Node("a", "pack/Strange", params={"amount": 3}, inputs={"thing": link("b.latent")}),
        Node("b", "EmptyLatent"),
        Node("c", "VAEDecode", inputs={"latent": link("a.result")}),
    ]
    scene = scene_of(graph_of(nodes))
    box = scene.nodes["a"]
    assert not box.known and box.spec.title == "pack/Strange"
    assert {(p.name, p.output) for p in box.layout.ports} == {
        ("thing", False),
        ("amount", False),
        ("result", True),
    }
    assert scene.links[LinkKey("c", "latent", 0)].points[0] == box.port_at("result", True)


def test_a_hidden_port_is_gone_and_a_collapsed_node_is_its_title() -> None:
    nodes = default_workflow()
    scene = scene_of(graph_of(nodes))
    full = scene.nodes["sampler"].height
    scene.update(SetFlags(("sampler",), collapsed=True).apply(scene.graph))
    assert scene.nodes["sampler"].height == scene.nodes["sampler"].layout.title < full
    link_end = scene.links[LinkKey("sampler", "model", 0)].points[-1]
    assert link_end == scene.nodes["sampler"].port_at("model", False)


def test_a_pan_shows_the_same_scene_point_under_the_hand() -> None:
    from ui.canvas.scene.camera import Camera

    camera = Camera()
    camera.size = QRectF(0, 0, 800, 600).size()
    camera.zoom_at(QPointF(200, 100), 1.7)
    under = camera.to_scene(QPointF(300, 300))
    camera.pan(QPointF(50, -20))
    assert (camera.to_view(under) - QPointF(350, 280)).manhattanLength() < 1.1
    camera.zoom_at(QPointF(350, 280), 2.0)
    assert (camera.to_view(under) - QPointF(350, 280)).manhattanLength() < 2.1


def test_link_ends_are_ports() -> None:
    scene = scene_of(graph_of(default_workflow()))
    for found in scene.graph.links():
        assert isinstance(found, Link)
        box = scene.links[LinkKey(found.target, found.input, found.index)]
        assert box.points[-1] == scene.nodes[found.target].port_at(found.input, False, found.index)
