from __future__ import annotations

from nodegraph.model.spec import NodeSpec, Output, Param, Socket

EVERYTHING = NodeSpec(
    "Everything",
    "Everything",
    "sampling",
    sockets=(Socket("image", "Image", optional=True, help="What to begin with."),),
    params=(
        Param(
            "steps", "Int", 20, widget="number", minimum=1, maximum=100, help="How often noise is taken away."
        ),
        Param("width", "Int", 512, widget="number", minimum=64, maximum=4096, step=8),
        Param("cfg", "Float", 7.0, widget="number", minimum=0.0, maximum=30.0, step=0.1),
        Param("denoise", "Float", 1.0, widget="slider", minimum=0.0, maximum=1.0, step=0.01),
        Param("seed", "Int", 7, widget="seed", minimum=0, maximum=2**64 - 1),
        Param("sampler", "Text", "euler", widget="choice", choices=("euler", "heun", "dpmpp_2m")),
        Param(
            "checkpoint",
            "Text",
            "practice.safetensors",
            widget="choice",
            choices_from="checkpoints",
            file="model:checkpoints",
        ),
        Param("upscale", "Bool", False, widget="toggle"),
        Param("color", "Text", "#ff8000", widget="color"),
        Param("image_file", "Text", "input.png", widget="file", file="image"),
        Param("name", "Text", "picture", widget="text"),
        Param("prompt", "Text", "a red house by a lake", widget="multiline", help="What the picture shows."),
        Param("linked", "Float", 1.0, widget="number"),
        Param("free", "Float", 0.0, widget="number"),
        Param("eta", "Float", 0.0, widget="number", minimum=0.0, maximum=1.0, advanced=True),
    ),
    outputs=(Output("latent", "Latent", help="The result."),),
    help="Has a row of each kind.\n\nOnly tests need it.",
)
NUMBER = NodeSpec(
    "Number",
    "Number",
    "utility",
    params=(Param("value", "Float", 1.0, widget="number"),),
    outputs=(Output("value", "Float"),),
    help="A number.",
)
CHOICES = NodeSpec(
    "Choices",
    "Choices",
    "conditioning",
    params=(Param("text", "Text", "", widget="multiline", mentions="wildcards"),),
    outputs=(Output("text", "Text"),),
    help="A prompt in which chance chooses.",
)
FOLDER = NodeSpec(
    "Folder",
    "Folder",
    "image",
    params=(Param("place", "Text", "", widget="file", file="image_folder"),),
    outputs=(Output("image", "Image"),),
    help="Reads a folder.",
)
SPECS = {spec.type: spec for spec in (EVERYTHING, NUMBER, CHOICES, FOLDER)}
