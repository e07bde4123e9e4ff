from __future__ import annotations

from collections.abc import Mapping

from nodegraph.model.graph import Frame, Graph, Node, Note, Source
from nodegraph.model.spec import NodeSpec, Output, Param, Socket

LOADER = NodeSpec(
    "CheckpointLoader",
    "Load checkpoint",
    "loaders",
    params=(Param("checkpoint", "Text", "", file="checkpoints", choices_from="checkpoints"),),
    outputs=(Output("model", "Model"), Output("clip", "Clip"), Output("vae", "Vae")),
    help="Load a model with its text encoder and VAE from one file.",
    keywords=("model", "safetensors"),
)
PROMPT = NodeSpec(
    "TextEncode",
    "Encode prompt",
    "conditioning",
    sockets=(Socket("clip", "Clip", help="The text encoder."),),
    params=(Param("text", "Text", "", widget="multiline", help="What the picture shows."),),
    outputs=(Output("conditioning", "Conditioning"),),
    help="Turn a prompt into what a sampler is guided by.",
    keywords=("clip", "text"),
)
LATENT = NodeSpec(
    "EmptyLatent",
    "Empty latent",
    "latent",
    params=(Param("width", "Int", 512), Param("height", "Int", 512)),
    outputs=(Output("latent", "Latent"),),
    help="A blank start of a given size.",
)
SAMPLER = NodeSpec(
    "KSampler",
    "KSampler",
    "sampling",
    sockets=(
        Socket("model", "Model"),
        Socket("positive", "Conditioning"),
        Socket("negative", "Conditioning"),
        Socket("latent", "Latent"),
    ),
    params=(
        Param("seed", "Int", 0, widget="seed"),
        Param("steps", "Int", 20, minimum=1, maximum=1000, help="How many times noise is taken away."),
        Param("cfg", "Float", 7.0, minimum=0, maximum=100),
        Param("sampler", "Text", "euler", choices=("euler", "heun")),
    ),
    outputs=(Output("latent", "Latent"),),
    help="Denoise a latent with a diffusion model.",
    keywords=("denoise", "generate"),
)
DECODE = NodeSpec(
    "VAEDecode",
    "VAE decode",
    "latent",
    sockets=(Socket("latent", "Latent"), Socket("vae", "Vae")),
    outputs=(Output("image", "Image"),),
    help="Turn a latent into a picture.",
)
SAVE = NodeSpec(
    "SaveImage",
    "Save picture",
    "output",
    sockets=(Socket("image", "Image"),),
    params=(Param("name", "Text", "picture"),),
    sink=True,
    help="Write a picture to the output folder.",
)
LOAD_IMAGE = NodeSpec(
    "LoadImage",
    "Load picture",
    "image",
    params=(Param("image", "Text", "", widget="file", file="image"),),
    outputs=(Output("image", "Image"), Output("mask", "Mask")),
    help="Read a picture from a file.",
)
LOAD_FOLDER = NodeSpec(
    "LoadImageFolder",
    "Load picture folder",
    "image",
    params=(Param("folder", "Text", "", widget="file", file="image_folder"),),
    outputs=(Output("image", "Image"), Output("mask", "Mask")),
    help="Read the pictures of a folder.",
)
LORA = NodeSpec(
    "LoraLoader",
    "Load LoRA",
    "loaders",
    sockets=(Socket("model", "Model"), Socket("clip", "Clip")),
    params=(
        Param("lora", "Text", "", file="loras", choices_from="loras"),
        Param("strength", "Float", 1.0),
    ),
    outputs=(Output("model", "Model"), Output("clip", "Clip")),
    help="Apply a LoRA to a model and its text encoder.",
)
BATCH = NodeSpec(
    "BatchImages",
    "Batch pictures",
    "image",
    sockets=(Socket("images", "Image", variadic=True),),
    outputs=(Output("image", "Image"),),
)

SPECS: Mapping[str, NodeSpec] = {
    spec.type: spec
    for spec in (LOADER, PROMPT, LATENT, SAMPLER, DECODE, SAVE, LOAD_IMAGE, LOAD_FOLDER, LORA, BATCH)
}


def text_to_picture() -> Graph:
    """The six nodes with which everybody begins."""
    return Graph(
        nodes={
            node.id: node
            for node in (
                Node("checkpoint", "CheckpointLoader", pos=(0, 0)),
                Node(
                    "prompt",
                    "TextEncode",
                    params={"text": "a red house by a lake"},
                    inputs={"clip": (Source("checkpoint", "clip"),)},
                    pos=(320, 0),
                ),
                Node(
                    "negative",
                    "TextEncode",
                    params={"text": "blurry"},
                    inputs={"clip": (Source("checkpoint", "clip"),)},
                    pos=(320, 200),
                ),
                Node("latent", "EmptyLatent", pos=(320, 400)),
                Node(
                    "sampler",
                    "KSampler",
                    params={"seed": 7, "steps": 30},
                    inputs={
                        "model": (Source("checkpoint", "model"),),
                        "positive": (Source("prompt", "conditioning"),),
                        "negative": (Source("negative", "conditioning"),),
                        "latent": (Source("latent", "latent"),),
                    },
                    pos=(640, 100),
                ),
                Node(
                    "decode",
                    "VAEDecode",
                    inputs={"latent": (Source("sampler", "latent"),), "vae": (Source("checkpoint", "vae"),)},
                    pos=(960, 100),
                ),
                Node("save", "SaveImage", inputs={"image": (Source("decode", "image"),)}, pos=(1280, 100)),
            )
        },
        frames={"frame": Frame("frame", "Prompts", ("prompt", "negative"), (300, -40, 280, 400))},
        notes={"note": Note("note", "# First steps\nChange the prompt.", (0, 300))},
    )
