"""A few node types to test with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nodegraph.model.spec import Lazy, NodeSpec, Output, Param, Socket
from nodegraph.node_api.model_files import NoFiles


def _all(*specs: NodeSpec) -> Mapping[str, NodeSpec]:
    return {spec.type: spec for spec in specs}


IMAGE = Output("image", "Image")

SPECS = _all(
    NodeSpec(
        "CheckpointLoader",
        "Load checkpoint",
        "loaders",
        params=(Param("file", "Text", "", choices_from="checkpoints", file="model:checkpoints"),),
        outputs=(Output("model", "Model"), Output("clip", "Clip"), Output("vae", "Vae")),
    ),
    NodeSpec("TextEncode", "Encode text", "text",
             sockets=(Socket("clip", "Clip"),),
             params=(Param("text", "Text", ""),),
             outputs=(Output("conditioning", "Conditioning"),)),
    NodeSpec("EmptyLatent", "Empty latent", "latent",
             params=(Param("width", "Int", 128, minimum=16, maximum=4096), Param("height", "Int", 128)),
             outputs=(Output("latent", "Latent"),)),
    NodeSpec(
        "KSampler",
        "KSampler",
        "sampling",
        version=2,
        sockets=(
            Socket("model", "Model"),
            Socket("positive", "Conditioning"),
            Socket("negative", "Conditioning"),
            Socket("latent", "Latent"),
        ),
        params=(
            Param("seed", "Int", 0, minimum=0, maximum=2**64 - 1),
            Param("steps", "Int", 20, minimum=1, maximum=1000),
            Param("cfg", "Float", 7.0, minimum=0, maximum=100),
            Param("sampler", "Text", "euler", choices=("euler", "heun", "dpmpp_2m")),
            Param("flag", "Bool", False),
        ),
        outputs=(Output("latent", "Latent"),),
    ),
    NodeSpec("VAEDecode", "Decode", "latent", sockets=(Socket("vae", "Vae"), Socket("latent", "Latent")),
             outputs=(IMAGE,)),
    NodeSpec("Invert", "Invert", "images", sockets=(Socket("image", "Image"),), outputs=(IMAGE,)),
    NodeSpec("Solid", "Solid", "images", params=(Param("color", "Text", "#ff8000", "color"),), outputs=(IMAGE,)),
    NodeSpec("Blend", "Blend", "images", sockets=(Socket("a", "Image"), Socket("b", "Image")),
             params=(Param("amount", "Float", 0.5),), outputs=(IMAGE,)),
    NodeSpec("Batch", "Batch", "images", sockets=(Socket("images", "Image", True, True),), outputs=(IMAGE,)),
    NodeSpec("Lora", "LoRA", "loaders", sockets=(Socket("model", "Model"), Socket("clip", "Clip")),
             outputs=(Output("model", "Model"), Output("clip", "Clip"))),
    NodeSpec(
        "Switch",
        "Switch",
        "logic",
        sockets=(Socket("on", "Any", lazy=Lazy("flag", True)), Socket("off", "Any", lazy=Lazy("flag", False))),
        params=(Param("flag", "Bool", True),),
        outputs=(Output("value", "Any"),),
    ),
    NodeSpec("Number", "Number", "values", params=(Param("value", "Int", 0),), outputs=(Output("int", "Int"),)),
    NodeSpec("Save", "Save", "output", sockets=(Socket("image", "Image"),), sink=True),
)  # fmt: skip


class Folder(NoFiles):
    """Model files that exist by name."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def names(self, kind: str) -> Sequence[str]:
        return self._names

    def find(self, kind: str, name: str) -> Path | None:
        return Path(name) if name in self._names else None

    def missing(self, kind: str, name: str) -> str:
        return f"there is no {kind} file {name!r}; put it into the folder {kind}."
