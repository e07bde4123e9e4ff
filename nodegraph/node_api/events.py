"""What an engine tells while it runs, as plain frozen messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RunStarted:
    """`steps` are the nodes that will run, `cached` those whose results are available.

    `keys` are pairs of a node, of either kind, and what identifies its results.
    """

    steps: tuple[str, ...]
    cached: tuple[str, ...]
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NodeStarted:
    """A node begins, and why it runs."""

    node: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`step` of `total` is done."""

    node: str
    step: int
    total: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Red, green and blue bytes, row by row."""

    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class Preview:
    """The work so far: uint8 rows x columns x 3, or a function that makes it; a Picture once it has travelled.

    `index` counts a node's previews from 1 where they do not come in order, else it is 0.
    """

    node: str
    picture: Callable[[], Any] | Any
    index: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """Something worth knowing that is no error."""

    node: str
    text: str


@dataclass(frozen=True, slots=True)
class NodeFinished:
    """A node is done; `seconds` of wall time, `bytes` of results."""

    node: str
    seconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class NodeFailed:
    """A node raised: one sentence, and a line for each of its inputs.

    `details` begin with a line of type, message, file and line of the exception; its traceback follows. They are empty
    where no exception of a node is behind the failure.
    """

    node: str
    title: str
    message: str
    inputs: tuple[str, ...] = ()
    details: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that a node has written."""

    node: str
    path: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over: which nodes ran, in order, which were found in the cache, what was written."""

    ok: bool
    ran: tuple[str, ...]
    cached: tuple[str, ...]
    outputs: tuple[Written, ...]
    seconds: float
    cancelled: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer to a look at `node.output` of a document: a picture if it has one, and facts such as shape and range.

    `key` is that of the node whose result it is, empty where it was not run.
    """

    node: str
    output: str
    picture: Picture | None
    facts: tuple[tuple[str, str], ...] = ()
    key: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Channels:
    """An answer to a look at the channels of one item of a latent `node.output`, of `items` it holds.

    `planes` are `width * height` bytes for each channel, row by row: 0 marks what is NaN or infinite, 1 to 255 are
    -span to span, 128 is zero. `stats` of each channel are minimum, maximum, mean and deviation of what is finite,
    the count of what is not, and the span. Without a latent there are none.
    """

    node: str
    output: str
    width: int = 0
    height: int = 0
    item: int = 0
    items: int = 0
    stats: tuple[tuple[float, ...], ...] = ()
    planes: bytes = b""
    document: str = ""


@dataclass(frozen=True, slots=True)
class AtHand:
    """The answer to recall `number`: the nodes of a graph whose results are kept, so that a look finds them.

    `keys` are pairs of a node and its key, of the nodes that were asked about.
    """

    number: int
    nodes: tuple[str, ...]
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Gauge:
    """Bytes: results in memory and their budget, the engine process, the device and its total (0 if none),
    results on disk and their limit (0 if none are kept there)."""

    cache: int
    budget: int
    process: int
    device: int = 0
    device_total: int = 0
    disk: int = 0
    disk_limit: int = 0


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was asked for is written, or `error` says why not."""

    path: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class EngineState:
    """ "starting", "ready", "running", "stopped"; `text` says it for people ("loading torch")."""

    state: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueRead:
    """The node types of the engine, as the JSON of a catalogue."""

    text: str


Event = (
    RunStarted
    | NodeStarted
    | Progress
    | Preview
    | Message
    | NodeFinished
    | NodeFailed
    | RunFinished
    | Shown
    | Channels
    | AtHand
    | Gauge
    | Exported
    | EngineState
    | CatalogueRead
)
