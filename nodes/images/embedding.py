"""What a saved picture carries besides its pixels: workflow, origin (IPTC), a text of settings, a colour profile."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from nodegraph import loads
from nodegraph.subgraphs.expand import flatten
from nodegraph.support.errors import NodegraphError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nodegraph import Graph, Node

ORIGINS = ("automatic", "generated", "edited", "none")
"""What the workflow says, drawn by a model, a picture changed by one, or nothing said."""

_SOURCE_TYPES = {
    "generated": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    "edited": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
}
"""IPTC's controlled vocabulary of digital source types."""

_DRAWING = frozenset({"UpscaleImage"})
_READING = frozenset({"LoadImage", "LoadImageFolder"})

PROFILES = ("srgb", "none")
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Embedded:
    """What goes into a file: the workflow's JSON, a text of settings as other programs write it, an XMP packet, an ICC
    profile, and the record of nodegraph/made_with.py; what is empty is left out."""

    workflow: str = ""
    settings: str = ""
    xmp: str = ""
    profile: bytes = b""
    made_with: str = ""


def xmp_packet(origin: str) -> str:
    """An XMP packet that says where a picture comes from; empty for "none".

    It holds `Iptc4xmpExt:DigitalSourceType` (IPTC Photo Metadata Standard) and nothing else.
    """
    if origin not in _SOURCE_TYPES:
        return ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<Iptc4xmpExt:DigitalSourceType>{escape(_SOURCE_TYPES[origin])}</Iptc4xmpExt:DigitalSourceType>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )


@cache
def icc_profile(name: str) -> bytes:
    """The ICC profile called `name`, one of PROFILES; empty for "none"."""
    from PIL import ImageCms

    if name != "srgb":
        return b""
    out = io.BytesIO()
    out.write(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    return out.getvalue()


def origin_of(workflow: str, node: str) -> str:
    """One of ORIGINS but the first, for a node's picture, by the nodes that it comes from.

    "generated" where a network drew it, "edited" where one changed or enlarged a picture from a file, "none" where no
    network had a part. A workflow that cannot be read counts as "generated": better said once too often.
    """
    graph = _graph(workflow)
    if graph is None:
        return "generated"
    before = [*_before(graph, node)] if node in graph.nodes else [*graph.nodes.values()]
    kinds = {found.type for found in before}
    if not any(kind in _DRAWING or kind.startswith(("VAEDecode", "comfyui/")) for kind in kinds):
        return "none"
    return "edited" if kinds & _READING else "generated"


def _graph(workflow: str) -> Graph | None:
    """The graph of a workflow with its subgraphs unfolded; None where the text is not a valid workflow."""
    try:
        return flatten(loads(workflow)) if workflow else None
    except NodegraphError:
        return None


def settings_text(workflow: str, node: str, size: tuple[int, int]) -> str:
    """Prompt and sampler settings that led to a node's picture, in the lines that A1111's interface writes.

    Sites that show how a picture was made read these. Empty where no sampler stands before the node.
    """
    graph = _graph(workflow)
    if graph is None or node not in graph.nodes:
        return ""
    sampler = next((n for n in _before(graph, node) if {"seed", "steps", "cfg"} <= n.params.keys()), None)
    if sampler is None:
        return ""
    params = sampler.params
    model = next(
        (m for m in _before(graph, sampler.id) if m.type in ("CheckpointLoader", "DiffusionModelLoader")),
        None,
    )
    facts = {
        "Steps": params["steps"],
        "Sampler": params.get("sampler"),
        "Schedule type": params.get("schedule"),
        "CFG scale": params["cfg"],
        "Seed": params["seed"],
        "Size": f"{size[0]}x{size[1]}",
        "Model": model and (model.params.get("checkpoint") or model.params.get("file")),
        "Denoising strength": params.get("denoise") if params.get("denoise") != 1 else None,
        "Version": "nodegraph",
    }
    lines = [_prompt(graph, sampler, "positive")]
    if negative := _prompt(graph, sampler, "negative"):
        lines.append(f"Negative prompt: {negative}")
    lines.append(", ".join(f"{name}: {_short(value)}" for name, value in facts.items() if value is not None))
    return "\n".join(lines)


def _short(value: object) -> str:
    """A value that cannot be taken for the beginning of the next fact."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return f'"{text}"' if "," in text or ":" in text else text


def _before(graph: Graph, node: str) -> Iterator[Node]:
    """The nodes that a node's inputs come from, the nearest first."""
    seen, waiting = {node}, [node]
    while waiting:
        current = graph.nodes.get(waiting.pop(0))
        if current is None:
            continue
        if current.id != node:
            yield current
        for sources in current.inputs.values():
            for source in sources:
                if source.node not in seen:
                    seen.add(source.node)
                    waiting.append(source.node)


def _prompt(graph: Graph, sampler: Node, side: str) -> str:
    """The text of the first node with one that a side of the sampler comes from."""
    for source in sampler.inputs.get(side, ()):
        first = graph.nodes.get(source.node)
        for node in [*([first] if first else []), *_before(graph, source.node)]:
            text = node.params.get("text")
            if isinstance(text, str):
                return _UNWRITABLE.sub("", " ".join(text.split("\n")))
    return ""
