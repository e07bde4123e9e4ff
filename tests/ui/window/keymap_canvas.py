"""Lines of the default keymap, tried by real keys: what is done to nodes, links and frames."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from nodegraph.edits import Disconnect, Move
from nodegraph.model.graph import Source
from tests.ui.canvas.hand import ALT, CTRL, LEFT, NONE, RIGHT, SHIFT
from tests.ui.window.person import Person
from ui.canvas.interaction.gestures.inside import Inside
from ui.panels.outline.tree import PartnerPopup
from ui.search.add_node.popup import AddNodePopup
from ui.search.find.popup import FindPopup
from ui.shell.actions.palette import Palette


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
