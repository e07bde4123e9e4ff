"""Workflows as ComfyUI's interface saves them, written by hand."""

from __future__ import annotations

from typing import Any

PORTS = {
    "CheckpointLoaderSimple": ((), ("MODEL", "CLIP", "VAE")),
    "CLIPTextEncode": (("clip",), ("CONDITIONING",)),
    "EmptyLatentImage": ((), ("LATENT",)),
    "KSampler": (("model", "positive", "negative", "latent_image"), ("LATENT",)),
    "VAEDecode": (("samples", "vae"), ("IMAGE",)),
    "SaveImage": (("images",), ()),
    "Reroute": (("",), ("*",)),
    "SetNode": (("LATENT",), ("*",)),
    "GetNode": ((), ("LATENT",)),
}


class Saving:
    """A workflow that grows node by node and link by link."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.links: list[list[Any]] = []

    def node(self, number: int, kind: str, *values: Any, **more: Any) -> None:
        """A node with its widgets in order; `more` goes into the file as it is."""
        inputs, outputs = PORTS.get(kind, ((), ()))
        item = {
            "id": number,
            "type": kind,
            "pos": [number * 300, 0],
            "size": [200, 100],
            "mode": 0,
            "flags": {},
            "inputs": [{"name": name, "type": "X", "link": None} for name in inputs],
            "outputs": [{"name": name, "type": name, "links": []} for name in outputs],
            "widgets_values": list(values),
        }
        self.nodes.append({**item, **more})

    def link(self, origin: int, slot: int, target: int, name: str, widget: bool = False) -> int:
        """A link to the input called so, which is made where it is missing; its number."""
        number = len(self.links) + 1
        inputs = next(node for node in self.nodes if node["id"] == target)["inputs"]
        place = next((at for at, item in enumerate(inputs) if item["name"] == name), len(inputs))
        if place == len(inputs):
            inputs.append({"name": name, "type": "X", **({"widget": {"name": name}} if widget else {})})
        inputs[place]["link"] = number
        self.links.append([number, origin, slot, target, place, "X"])
        return number

    def data(self, **more: Any) -> dict[str, Any]:
        """The parsed file."""
        return {"version": 0.4, "nodes": self.nodes, "links": self.links, "groups": [], "extra": {}, **more}


def text_to_image() -> Saving:
    """The workflow everyone begins with."""
    found = Saving()
    found.node(1, "CheckpointLoaderSimple", "folder\\practice.safetensors")
    found.node(2, "CLIPTextEncode", "a red house")
    found.node(3, "CLIPTextEncode", "fog", title="What not")
    found.node(4, "EmptyLatentImage", 128, 96, 2)
    found.node(5, "KSampler", 42, "randomize", 12, 4.5, "dpmpp_2m", "karras", 1)
    found.node(6, "VAEDecode")
    found.node(7, "SaveImage", "out/house")
    for target, name, origin, slot in (
        (2, "clip", 1, 1), (3, "clip", 1, 1), (5, "model", 1, 0), (5, "positive", 2, 0), (5, "negative", 3, 0),
        (5, "latent_image", 4, 0), (6, "samples", 5, 0), (6, "vae", 1, 2), (7, "images", 6, 0),
    ):  # fmt: skip
        found.link(origin, slot, target, name)
    return found
