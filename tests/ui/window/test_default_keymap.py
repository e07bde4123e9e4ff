"""The whole default keymap of the design, line by line: real keys to the real window, and what each does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QNativeGestureEvent, QPixmap, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from nodegraph import fileformat
from nodegraph.edits import Disconnect, Move
from nodegraph.graph import Source
from tests.ui.canvas.hand import ALT, CTRL, LEFT, MIDDLE, NONE, RIGHT, SHIFT
from tests.ui.running.graphs import painting
from tests.ui.window.hand import opened
from tests.ui.window.person import Person
from ui.actions.palette import Palette
from ui.canvas.gestures.inside import Inside
from ui.find.popup import FindPopup
from ui.outline.tree import PartnerPopup
from ui.search.popup import AddNodePopup


@dataclass(frozen=True)
class Line:
    """A line of the keymap and a person who tries it: `True` where it did what the line says."""

    says: str
    tried: Callable[[Person], bool]


def moved(person: Person, do: Callable[[], object]) -> bool:
    """Whether the view panned without zooming."""
    x, y, zoom = person.canvas.camera.place()
    do()
    now = person.canvas.camera.place()
    return (now[0], now[1]) != (x, y) and now[2] == zoom


def zoomed(person: Person, do: Callable[[], object]) -> bool:
    before = person.zoom
    do()
    return person.zoom != before


def empty(person: Person) -> QPointF:
    """A place in view where nothing lies."""
    canvas = person.canvas
    for y in range(20, canvas.height() - 20, 12):
        for x in range(20, canvas.width() - 240, 12):
            if all(canvas.hit(QPointF(x + dx, y + dy)).kind == "empty" for dx in (0, 60) for dy in (0, 40)):
                return canvas.camera.to_scene(QPointF(x, y))
    raise AssertionError("no empty place in view")


def held_drag(person: Person, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    start = empty(person)
    QTest.keyPress(person.canvas, key, modifiers)
    person.hand.drag(start, start + QPointF(60, 40), modifiers=modifiers)
    QTest.keyRelease(person.canvas, key, modifiers)


def wheel(person: Person, angle: int = 0, pixels: QPoint | None = None) -> None:
    at = QPointF(200, 150)
    event = QWheelEvent(
        at,
        person.canvas.mapToGlobal(at),
        pixels or QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(person.canvas, event)


def touch_pan(person: Person) -> None:
    global SCREEN
    SCREEN = SCREEN or QTest.createTouchDevice()
    for shift in (0, 30, 80):
        sequence = QTest.touchEvent(person.canvas, SCREEN, False)
        for finger, x in ((0, 200), (1, 320)):
            at = QPoint(x + shift, 200)
            (sequence.press if shift == 0 else sequence.move)(finger, at, person.canvas)
        sequence.commit()
    sequence = QTest.touchEvent(person.canvas, SCREEN, False)
    sequence.release(0, QPoint(280, 200), person.canvas).release(1, QPoint(400, 200), person.canvas)
    sequence.commit()


SCREEN: QPointingDevice | None = None


def pinch(person: Person) -> None:
    at = QPointF(300, 200)
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        person.canvas.mapToGlobal(at),
        0.3,
        QPointF(),
    )
    QApplication.sendEvent(person.canvas, event)


def boxes(person: Person) -> bool:
    rect = person.canvas.scene.nodes["save"].rect
    person.hand.drag(rect.topLeft() - QPointF(20, 30), rect.bottomRight() + QPointF(20, 20))
    return "save" in person.editor.selection.nodes


def adds(person: Person, ask: Callable[[], object]) -> bool:
    """The search opens, finds while typing, and Enter adds."""
    person.select()
    ask()
    if not person.popup(AddNodePopup):
        return False
    person.write("empty lat")
    person.key("Return")
    return [n.type for n in person.graph.nodes.values()].count("EmptyLatent") == 2


def flag(name: str, keys: str, node: str = "decode") -> Callable[[Person], bool]:
    def tried(person: Person) -> bool:
        person.select(node)
        before = getattr(person.node(node), name)
        person.key(keys)
        there = getattr(person.node(node), name) != before
        person.key(keys)
        return there and bool(getattr(person.node(node), name) == before)

    return tried


def painting_open(person: Person, seconds: float = 0.0) -> None:
    """Open a workflow that the engine of the tests can run."""
    path = person.folder / "painting.json"
    fileformat.save(painting(seconds=seconds), path)
    person.view = opened(person.window, path)
    person.bot.waitUntil(lambda: QApplication.focusWidget() is person.view.widget)
    QTest.qWait(1)
    person.canvas.frame_all()


def runs(person: Person, keys: str) -> bool:
    painting_open(person)
    bench = person.window.bench
    assert bench is not None
    queue = bench.desk.runner.queue
    person.key(keys)
    person.bot.waitUntil(lambda: bool(queue.over), timeout=20_000)
    return queue.over[0].state == "done"


def runs_next(person: Person) -> bool:
    """A job is put before one that waits."""
    painting_open(person, seconds=60.0)
    bench = person.window.bench
    assert bench is not None
    queue = bench.desk.runner.queue
    person.key("Ctrl+Return")
    person.bot.waitUntil(lambda: queue.running is not None, timeout=20_000)
    person.key("Ctrl+Return")
    (first,) = queue.waiting
    person.key("Ctrl+Shift+Return")
    return [job.id == first.id for job in queue.waiting] == [False, True]


def runs_to_here(person: Person) -> bool:
    painting_open(person)
    bench = person.window.bench
    assert bench is not None
    queue = bench.desk.runner.queue
    person.select("paint")
    person.key("Shift+Return")
    person.bot.waitUntil(lambda: bool(queue.over), timeout=20_000)
    return queue.over[0].targets == ("paint",)


def stops(person: Person) -> bool:
    painting_open(person, seconds=60.0)
    bench = person.window.bench
    assert bench is not None
    queue = bench.desk.runner.queue
    person.key("Ctrl+Return")
    person.bot.waitUntil(lambda: queue.running is not None, timeout=20_000)
    person.key("Escape")
    QTest.qWait(30)
    still = queue.running is not None
    person.key("Escape")
    person.bot.waitUntil(lambda: queue.running is None, timeout=20_000)
    return still and queue.over[0].state == "stopped"


def looks(person: Person) -> bool:
    """Ctrl+Shift-click shows the node's picture in the viewer."""
    painting_open(person)
    bench = person.window.bench
    assert bench is not None
    person.key("Ctrl+Return")
    person.bot.waitUntil(lambda: bool(bench.desk.runner.queue.over), timeout=20_000)
    asked: list[str] = []
    person.canvas.view_requested.connect(asked.append)
    person.select("show")
    QTest.qWait(200)
    bench.viewer.show_picture(QImage(), "nothing")
    person.hand.click(person.hand.title("paint"), modifiers=CTRL | SHIFT)
    person.bot.waitUntil(lambda: bench.viewer.title.text() != "nothing", timeout=5000)
    return asked == ["paint"]


def app_view(person: Person) -> bool:
    person.key("Alt+M")
    shown = person.view.app is not None
    person.key("Alt+M")
    return shown and person.view.app is None


def focus_mode(person: Person) -> bool:
    person.key("F11")
    hidden = not person.window.menuBar().isVisible() and not person.window.docks.shown("outline")
    person.key("F11")
    return hidden and person.window.menuBar().isVisible() and person.window.docks.shown("outline")


def next_problem(person: Person) -> bool:
    person.editor.apply(Disconnect(tuple(person.node("sampler").links())))
    person.select("save")
    person.key("F8")
    return person.editor.selection.nodes != {"save"} and bool(person.editor.selection.nodes)


def modes(keys: str, mode: str) -> Callable[[Person], bool]:
    def tried(person: Person) -> bool:
        person.select("decode")
        person.key(keys)
        there = person.node("decode").mode == mode
        person.key(keys)
        return there and person.node("decode").mode == "run"

    return tried


def previews(person: Person) -> bool:
    state = person.canvas.state
    picture = QPixmap(32, 32)
    picture.fill()
    state.set_preview("decode", picture)
    person.select("decode")
    person.key("Shift+H")
    hidden = state.preview("decode") is None
    person.key("Shift+H")
    return hidden and state.preview("decode") is not None


def lays_out(person: Person) -> bool:
    person.editor.apply(Move({"sampler": (320, 100), "decode": (300, 90)}))
    person.select("sampler", "decode")
    before = {name: node.pos for name, node in person.graph.nodes.items()}
    person.key("L")
    after = {name: node.pos for name, node in person.graph.nodes.items()}
    changed = {name for name in before if before[name] != after[name]}
    return bool(changed) and changed <= {"sampler", "decode"}


def straightens(person: Person) -> bool:
    person.select("sampler", "decode")
    person.key("Q")
    QTest.qWait(400)
    scene = person.canvas.scene.nodes
    return scene["sampler"].port_at("latent", True)[1] == scene["decode"].port_at("latent", False)[1]


def swaps(person: Person) -> bool:
    person.select("latent")
    person.key("Shift+S")
    if not person.popup(AddNodePopup):
        return False
    person.write("noise" if "NoiseLatent" in person.editor.specs else "load picture")
    person.key("Return")
    return person.node("latent").type != "EmptyLatent"


def subgraph(person: Person) -> bool:
    person.select("decode", "save")
    person.key("Ctrl+G")
    writes = isinstance(QApplication.focusWidget(), QLineEdit)
    person.key("Return")
    return writes and "decode" not in person.graph.nodes and bool(person.graph.subgraphs)


def unpacks(person: Person) -> bool:
    subgraph(person)
    person.key("Ctrl+Alt+G")
    types = [node.type for node in person.graph.nodes.values()]
    return not any(kind.startswith("subgraph/") for kind in types) and "VAEDecode" in types


def goes_in_and_out(person: Person) -> bool:
    subgraph(person)
    person.key("Tab")
    inside = bool(person.view.levels.inner)
    person.key("Escape")
    return inside and not person.view.levels.inner


def frames(person: Person) -> bool:
    person.select("decode", "save")
    person.key("Ctrl+J")
    person.write("Ending")
    person.key("Return")
    return any(
        f.title == "Ending" and set(f.members) == {"decode", "save"} for f in person.graph.frames.values()
    )


def notes(person: Person) -> bool:
    person.select()
    person.key("N")
    person.write("remember")
    person.key("Ctrl+Return")
    return any(note.text == "remember" for note in person.graph.notes.values())


def duplicates(keys: str, linked: bool) -> Callable[[Person], bool]:
    def tried(person: Person) -> bool:
        person.select("decode")
        before = set(person.graph.nodes)
        person.key(keys)
        (new,) = set(person.graph.nodes) - before
        return bool(person.node(new).inputs) is linked

    return tried


def crosses(person: Person, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> Source | None:
    """A line drawn across the link from the decoder to the saver; that link afterwards."""
    hand = person.hand
    middle = hand.along("save", "image", 0.5)
    hand.drag(middle - QPointF(0, 40), middle + QPointF(3, 40), button, modifiers)
    return next(iter(person.node("save").inputs.get("image", ())), None)


def y_cuts(person: Person) -> bool:
    QTest.keyPress(person.canvas, Qt.Key.Key_Y)
    left = crosses(person, LEFT, NONE)
    QTest.keyRelease(person.canvas, Qt.Key.Key_Y)
    return left is None and person.canvas.gesture is None


def muted_link(person: Person) -> bool:
    found = crosses(person, RIGHT, CTRL | ALT)
    return found is not None and found.muted


def bent_link(person: Person) -> bool:
    found = crosses(person, RIGHT, SHIFT)
    return found is not None and len(found.via) == 1


def bookmark(number: int) -> Callable[[Person], bool]:
    def tried(person: Person) -> bool:
        person.select("decode")
        person.key(f"Ctrl+{number}")
        person.select("checkpoint")
        person.canvas.frame_selected()
        person.key(str(number))
        return person.editor.selection.nodes == {"decode"}

    return tried


def walks(person: Person) -> bool:
    person.select("checkpoint")
    person.key("Right")
    first = person.editor.selection.active
    person.key("Left")
    return first != "checkpoint" and person.editor.selection.active == "checkpoint"


def follows(person: Person) -> bool:
    person.select("decode")
    person.key("Ctrl+Right")
    after = person.editor.selection.active
    person.key("Ctrl+Left")
    return after == "save" and person.editor.selection.active == "decode"


def inside(person: Person) -> bool:
    """Enter goes in, arrows walk, Del unlinks the port and keeps the node, Esc comes out."""
    person.select("decode")
    person.key("Return")
    gone_in = isinstance(person.canvas.gesture, Inside)
    person.key("Delete")
    unlinked = "decode" in person.graph.nodes and not person.node("decode").inputs.get("latent")
    person.key("Escape")
    return gone_in and unlinked and person.canvas.gesture is None


def links_by_name(person: Person) -> bool:
    person.editor.apply(Disconnect(tuple(k for k in person.node("decode").links() if k.input == "latent")))
    person.select("decode")
    person.key("Return")
    person.key("Return")
    if not person.popup(PartnerPopup):
        return False
    person.write("ksampler")
    person.key("Return")
    return person.node("decode").inputs["latent"][0].node == "sampler"


def nudges(person: Person) -> bool:
    person.select("decode")
    x, y = person.node("decode").pos
    person.key("Alt+Right")
    person.key("Alt+Down")
    person.key("Alt+Down")
    return person.node("decode").pos == (x + 8, y + 16)


def frames_selected(person: Person) -> bool:
    person.select("save")
    person.key("F")
    return person.canvas.camera.visible().center().x() > 1200


def frames_all(keys: str) -> Callable[[Person], bool]:
    def tried(person: Person) -> bool:
        person.key(keys)
        return person.canvas.camera.visible().contains(person.canvas.scene.bounds())

    return tried


def finds(person: Person) -> bool:
    person.key("Ctrl+F")
    if not person.popup(FindPopup):
        return False
    person.write("type:KSampler steps>20")
    person.key("Return")
    return person.editor.selection.nodes == {"sampler"}


def palette(person: Person) -> bool:
    person.key("Ctrl+P")
    if not person.popup(Palette):
        return False
    person.write("select all")
    person.key("Return")
    return person.editor.selection.nodes == set(person.graph.nodes)


def helps(person: Person) -> bool:
    person.select("decode")
    person.key("F1")
    return person.window.docks.shown("help")


def add_alone(person: Person) -> bool:
    """Enter wires the new node to the selected one, Ctrl+Enter does not."""
    made = []
    for keys in ("Return", "Ctrl+Return"):
        person.select("latent")
        before = set(person.graph.nodes)
        person.key("Tab")
        person.write("ksampler")
        person.key(keys)
        (new,) = set(person.graph.nodes) - before
        made.append(person.node(new).inputs.get("latent", ()))
    return [source.node for source in made[0]] == ["latent"] and not made[1]


LINES: tuple[Line, ...] = (
    Line("middle button pans", lambda p: moved(p, lambda: p.hand.drag((200, 200), (280, 240), MIDDLE))),
    Line("space and drag pans", lambda p: moved(p, lambda: held_drag(p, Qt.Key.Key_Space))),
    Line("two fingers pan", lambda p: moved(p, lambda: touch_pan(p))),
    Line("two fingers on a trackpad pan", lambda p: moved(p, lambda: wheel(p, pixels=QPoint(30, 40)))),
    Line("wheel zooms", lambda p: zoomed(p, lambda: wheel(p, 120))),
    Line("pinch zooms", lambda p: zoomed(p, lambda: pinch(p))),
    Line("Ctrl+Space and drag zooms", lambda p: zoomed(p, lambda: held_drag(p, Qt.Key.Key_Space, CTRL))),
    Line("Z and drag zooms", lambda p: zoomed(p, lambda: held_drag(p, Qt.Key.Key_Z))),
    Line("left drag on empty ground selects a box", boxes),
    Line("Tab adds", lambda p: adds(p, lambda: p.key("Tab"))),
    Line("Shift+A adds", lambda p: adds(p, lambda: p.key("Shift+A"))),
    Line("double-click adds", lambda p: adds(p, lambda: p.hand.double_click(empty(p)))),
    Line("Enter wires, Ctrl+Enter does not", add_alone),
    Line("Ctrl+Enter runs", lambda p: runs(p, "Ctrl+Return")),
    Line("Ctrl+Enter of the number block runs", lambda p: runs(p, "Ctrl+Enter")),
    Line("Ctrl+Shift+Enter runs next", runs_next),
    Line("Shift+Enter runs to here", runs_to_here),
    Line("Esc Esc stops", stops),
    Line("F frames the selection", frames_selected),
    Line("A frames all", frames_all("A")),
    Line("Home frames all", frames_all("Home")),
    Line("Ctrl+F finds", finds),
    Line("Ctrl+P palette", palette),
    Line("F1 helps", helps),
    Line("F8 next problem", next_problem),
    Line("Alt+M app view", app_view),
    Line("F11 focus mode", focus_mode),
    Line("M mutes", modes("M", "mute")),
    Line("B bypasses", modes("B", "bypass")),
    Line("H collapses", flag("collapsed", "H")),
    Line("Ctrl+H hides unlinked ports", flag("hide_unlinked", "Ctrl+H")),
    Line("Shift+H previews", previews),
    Line("P pins", flag("pinned", "P")),
    Line("L lays out", lays_out),
    Line("Q straightens", straightens),
    Line("Shift+S swaps the type", swaps),
    Line("Ctrl+G subgraph", subgraph),
    Line("Tab goes in, Esc comes out", goes_in_and_out),
    Line("Ctrl+Alt+G unpacks", unpacks),
    Line("Ctrl+J frames", frames),
    Line("N notes", notes),
    Line("Ctrl+D duplicates", duplicates("Ctrl+D", False)),
    Line("Ctrl+Shift+D keeps inputs", duplicates("Ctrl+Shift+D", True)),
    Line("Ctrl and right drag cuts", lambda p: crosses(p, RIGHT, CTRL) is None),
    Line("Y and drag cuts", y_cuts),
    Line("Ctrl+Alt and right drag mutes links", muted_link),
    Line("Shift and right drag reroutes", bent_link),
    Line("Ctrl+Shift-click views", looks),
    *(Line(f"Ctrl+{number} sets, {number} recalls", bookmark(number)) for number in range(1, 10)),
    Line("arrows move the focus", walks),
    Line("Ctrl and arrows follow links", follows),
    Line("Enter goes inside a node", inside),
    Line("Enter on a port links by name", links_by_name),
    Line("Alt and arrows move nodes", nudges),
)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.says)
def test_the_keymap_does_what_it_says(person: Person, line: Line) -> None:
    assert line.tried(person)
