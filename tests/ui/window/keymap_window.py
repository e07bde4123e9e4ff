"""Lines of the default keymap, tried by real keys: moving about, running, and what the window does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.edits import Disconnect
from nodegraph.formats import native
from tests.ui.canvas.hand import CTRL, NONE, SHIFT
from tests.ui.running.graphs import painting
from tests.ui.window.hand import opened
from tests.ui.window.person import Person
from ui.search.add_node.popup import AddNodePopup


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
    native.save(painting(seconds=seconds), path)
    person.view = opened(person.window, path)
    person.bot.waitUntil(lambda: QApplication.focusWidget() is person.view.widget)
    QTest.qWait(1)
    person.canvas.frame_all()


def runs(person: Person, keys: str) -> bool:
    painting_open(person)
    run_panels = person.window.run_panels
    assert run_panels is not None
    queue = run_panels.run_service.runner.queue
    person.key(keys)
    person.bot.waitUntil(lambda: bool(queue.over), timeout=20_000)
    return queue.over[0].state == "done"


def runs_next(person: Person) -> bool:
    """A job is put before one that waits."""
    painting_open(person, seconds=60.0)
    run_panels = person.window.run_panels
    assert run_panels is not None
    queue = run_panels.run_service.runner.queue
    person.key("Ctrl+Return")
    person.bot.waitUntil(lambda: queue.running is not None, timeout=20_000)
    person.key("Ctrl+Return")
    (first,) = queue.waiting
    person.key("Ctrl+Shift+Return")
    return [job.id == first.id for job in queue.waiting] == [False, True]


def runs_to_here(person: Person) -> bool:
    painting_open(person)
    run_panels = person.window.run_panels
    assert run_panels is not None
    queue = run_panels.run_service.runner.queue
    person.select("paint")
    person.key("Shift+Return")
    person.bot.waitUntil(lambda: bool(queue.over), timeout=20_000)
    return queue.over[0].targets == ("paint",)


def stops(person: Person) -> bool:
    painting_open(person, seconds=60.0)
    run_panels = person.window.run_panels
    assert run_panels is not None
    queue = run_panels.run_service.runner.queue
    person.key("Ctrl+Return")
    person.bot.waitUntil(lambda: queue.running is not None, timeout=20_000)
    person.key("Escape")
    person.key("Escape")
    still = queue.running is not None
    person.key("Ctrl+Period")
    person.bot.waitUntil(lambda: queue.running is None, timeout=20_000)
    return still and queue.over[0].state == "stopped"


def looks(person: Person) -> bool:
    """Ctrl+Shift-click shows the node's picture in the viewer."""
    painting_open(person)
    run_panels = person.window.run_panels
    assert run_panels is not None
    person.key("Ctrl+Return")
    person.bot.waitUntil(lambda: bool(run_panels.run_service.runner.queue.over), timeout=20_000)
    asked: list[str] = []
    person.canvas.view_requested.connect(asked.append)
    person.select("show")
    QTest.qWait(200)
    run_panels.viewer.show_picture(QImage(), "nothing")
    person.hand.click(person.hand.title("paint"), modifiers=CTRL | SHIFT)
    person.bot.waitUntil(lambda: run_panels.viewer.title.text() != "nothing", timeout=5000)
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
