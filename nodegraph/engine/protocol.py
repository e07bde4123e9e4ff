"""Events and requests as bytes: a JSON head and raw pixels, nothing that could run code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import IO, Any

from nodegraph.node_api import events
from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase

MARK = b"\x89ngf"
"""Begins every frame: what else comes is known at once, not after as many bytes as it seems to announce."""
MAX_FRAME = 1 << 28
RAW = ("picture", "planes")
"""Fields that travel beside the JSON."""
KINDS: Mapping[str, type[Any]] = {kind.__name__: kind for kind in events.Event.__args__}


def name_of(event: events.Event) -> str:
    """`NodeStarted` is "node_started"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(event).__name__).lower()


def to_json(event: events.Event) -> dict[str, Any]:
    """Plain data with the event's name first; pixels are left out."""
    data: dict[str, Any] = {"event": name_of(event)}
    for item in fields(event):
        if item.name not in RAW:
            data[item.name] = _plain(getattr(event, item.name))
    return data


def _plain(value: object) -> object:
    if isinstance(value, events.Written):
        return {"node": value.node, "path": value.path}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value


def picture_of(value: Any) -> events.Picture:
    """A Picture of uint8 rows x columns x 3 (an array or tensor); called with a function, of what it returns."""
    value = value() if callable(value) else value
    if isinstance(value, events.Picture):
        return value
    array = value.cpu().numpy() if hasattr(value, "cpu") else value
    height, width = int(array.shape[0]), int(array.shape[1])
    return events.Picture(width, height, array.tobytes())


def pack(head: Mapping[str, Any], payload: bytes = b"") -> bytes:
    """One frame: its mark, length of the whole, length of the head, the head as JSON, the payload."""
    text = json.dumps(head).encode()
    sizes = (len(text) + len(payload) + 4).to_bytes(4, "big") + len(text).to_bytes(4, "big")
    return MARK + sizes + text + payload


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None at the end; raises LoadError for anything that is no frame."""
    mark = stream.read(len(MARK))
    if not mark:
        return None
    head = stream.read(4) if mark == MARK else b""
    size = int.from_bytes(head, "big")
    if len(head) < 4 or not 4 <= size <= MAX_FRAME:
        raise LoadError("The engine sent something that is no message.")
    body = stream.read(size)
    length = int.from_bytes(body[:4], "big")
    if len(body) < size or length > size - 4:
        raise LoadError("The engine's message breaks off.")
    try:
        data = json.loads(body[4 : 4 + length])
    except (ValueError, RecursionError):
        raise LoadError("The engine sent a message that cannot be read.") from None
    if not isinstance(data, dict):
        raise LoadError("The engine sent a message of no known kind.")
    return data, body[4 + length :]


def pack_event(event: events.Event) -> bytes:
    """An event as a frame; its pixels travel as raw bytes."""
    data = {item.name: _told(getattr(event, item.name)) for item in fields(event) if item.name not in RAW}
    if isinstance(event, events.Channels):
        return pack({"kind": type(event).__name__, "data": data}, event.planes)
    picture = getattr(event, "picture", None)
    if picture is None:
        return pack({"kind": type(event).__name__, "data": data})
    found = picture_of(picture)
    size = {"width": found.width, "height": found.height}
    return pack({"kind": type(event).__name__, "data": data, "picture": size}, found.pixels)


def unpack_event(head: Mapping[str, Any], payload: bytes) -> events.Event:
    """The event of a frame; raises LoadError."""
    try:
        kind = KINDS[head["kind"]]
        data = {key: _tupled(key, value) for key, value in head["data"].items()}
        if "picture" in {item.name for item in fields(kind)}:
            size = head.get("picture")
            data["picture"] = _picture(size, payload) if size else None
        if kind is events.Channels:
            data["planes"] = _planes(data, payload)
        found: events.Event = kind(**data)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise LoadError(f"The engine sent a message of no known kind ({error}).") from None
    return found


def _picture(size: Mapping[str, int], payload: bytes) -> events.Picture:
    width, height = int(size["width"]), int(size["height"])
    if width < 1 or height < 1 or width * height * 3 != len(payload):
        raise ValueError("a picture of another size than it says")
    return events.Picture(width, height, payload)


def _planes(data: Mapping[str, Any], payload: bytes) -> bytes:
    width, height, stats = int(data["width"]), int(data["height"]), data["stats"]
    if width < 0 or height < 0 or width * height * len(stats) != len(payload):
        raise ValueError("channels of another size than they say")
    if any(len(row) != 6 or not all(isinstance(x, int | float) for x in row) for row in stats):
        raise ValueError("channels without their figures")
    return payload


def _told(value: object) -> object:
    """A field as it travels: a phrase with what it was made of, so that the editor can say it in its language."""
    if isinstance(value, Phrase):
        data = {"template": value.template, "values": {k: _part(v) for k, v in value.values.items()}}
        return data if _arrives(data, value) else str(value)
    if isinstance(value, tuple):
        return [_told(item) for item in value]
    return _plain(value)


def _arrives(data: Mapping[str, Any], text: str) -> bool:
    """Whether it says the same at the other end, where values are only what JSON can hold."""
    try:
        return _phrase(data) == text
    except (LookupError, TypeError, ValueError, AttributeError):
        return False


def _part(value: object) -> object:
    """What stands in a phrase, as JSON can hold it; all else is only shown."""
    if isinstance(value, Phrase):
        return _told(value)
    return value if isinstance(value, int | float | str) else str(value)


def _phrase(data: Mapping[str, Any]) -> Phrase:
    values = {k: _phrase(v) if isinstance(v, dict) else v for k, v in data["values"].items()}
    return Phrase(str(data["template"]), **values)


def _tupled(name: str, value: Any) -> Any:
    if isinstance(value, dict) and "template" in value:
        return _phrase(value)
    if name == "outputs":
        return tuple(events.Written(str(item["node"]), str(item["path"])) for item in value)
    if isinstance(value, list):
        return tuple(tuple(item) if isinstance(item, list) else item for item in value)
    return value
