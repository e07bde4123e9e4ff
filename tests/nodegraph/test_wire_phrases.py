"""What the engine says travels with what it was made of."""

from __future__ import annotations

import io

from nodegraph.engine.protocol import pack_event, read_frame, to_json, unpack_event
from nodegraph.node_api import events
from nodegraph.support.messages import Phrase, joined, translated

WHY = joined(
    [Phrase("{name} set to {value}", name="steps", value=30), Phrase("file of {name} changed", name="image")],
    "{first}, {next}",
)


def travelled(event: events.Event) -> events.Event:
    frame = read_frame(io.BytesIO(pack_event(event)))
    assert frame is not None
    return unpack_event(*frame)


def test_a_phrase_arrives_as_a_phrase_and_can_be_said_otherwise() -> None:
    event = events.NodeStarted("a", "A", WHY)
    found = travelled(event)
    assert found == event and isinstance(found, events.NodeStarted)
    assert found.reason == "steps set to 30, file of image changed"
    said = translated(
        found.reason, lambda text: text.replace("set to", "ist jetzt").replace("changed", "neu")
    )
    assert said == "steps ist jetzt 30, file of image neu"


def test_a_value_that_json_cannot_hold_is_shown() -> None:
    event = events.NodeFailed("a", "A", Phrase("{path} is gone", path=io.StringIO), ("x",))
    found = travelled(event)
    assert isinstance(found, events.NodeFailed) and str(found.message) == str(event.message)


def test_other_programs_get_plain_text() -> None:
    assert to_json(events.NodeStarted("a", "A", WHY))["reason"] == str(WHY)
