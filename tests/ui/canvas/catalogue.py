"""A catalogue of the usual nodes, for tests of the editor without any node code."""

from __future__ import annotations

from nodegraph.model.spec import NodeSpec, Output, Param, Socket

SAMPLERS = ("euler", "euler_ancestral", "heun", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m_sde", "uni_pc", "lcm")
SCHEDULES = ("normal", "karras", "exponential", "simple", "beta")

MODEL, CLIP, VAE = Socket("model", "Model"), Socket("clip", "Clip"), Socket("vae", "Vae")
SIZE = (
    Param("width", "Int", 512, widget="number", minimum=16, maximum=8192, step=8),
    Param("height", "Int", 512, widget="number", minimum=16, maximum=8192, step=8),
)

_SAMPLER = NodeSpec(
    "KSampler",
    "KSampler",
    "sampling",
    sockets=(
        MODEL,
        Socket("positive", "Conditioning"),
        Socket("negative", "Conditioning"),
        Socket("latent", "Latent"),
    ),
    params=(
        Param("seed", "Int", 0, widget="seed", minimum=0),
        Param("steps", "Int", 20, widget="number", minimum=1, maximum=1000),
        Param("cfg", "Float", 7.0, widget="number", minimum=0, maximum=100, step=0.1),
        Param("sampler", "Text", "euler", widget="choice", choices=SAMPLERS),
        Param("schedule", "Text", "normal", widget="choice", choices=SCHEDULES),
        Param("denoise", "Float", 1.0, widget="slider", minimum=0, maximum=1, step=0.01),
        Param("noise_device", "Text", "cpu", widget="choice", choices=("cpu", "gpu"), advanced=True),
        Param("add_noise", "Bool", True, widget="toggle", advanced=True),
    ),
    outputs=(Output("latent", "Latent"),),
    help="Denoise a latent with a diffusion model.",
)

_ALL = (
    NodeSpec(
        "CheckpointLoader",
        "Load checkpoint",
        "loaders",
        params=(
            Param(
                "checkpoint",
                "Text",
                "practice.safetensors",
                widget="choice",
                choices_from="models/checkpoints",
            ),
        ),
        outputs=(Output("model", "Model"), Output("clip", "Clip"), Output("vae", "Vae")),
    ),
    NodeSpec(
        "LoraLoader",
        "Load LoRA",
        "loaders",
        sockets=(MODEL, CLIP),
        params=(
            Param("lora", "Text", "", widget="choice", choices_from="models/loras"),
            Param("strength_model", "Float", 1.0, widget="slider", minimum=-2, maximum=2, step=0.05),
            Param("strength_clip", "Float", 1.0, widget="slider", minimum=-2, maximum=2, step=0.05),
        ),
        outputs=(Output("model", "Model"), Output("clip", "Clip")),
    ),
    NodeSpec(
        "TextEncode",
        "Prompt",
        "conditioning",
        sockets=(CLIP,),
        params=(Param("text", "Text", "", widget="multiline"),),
        outputs=(Output("conditioning", "Conditioning"),),
    ),
    NodeSpec(
        "ConditioningCombine",
        "Combine conditioning",
        "conditioning",
        sockets=(Socket("first", "Conditioning"), Socket("second", "Conditioning")),
        outputs=(Output("conditioning", "Conditioning"),),
    ),
    NodeSpec(
        "ControlNetLoader",
        "Load ControlNet",
        "loaders",
        params=(Param("control_net", "Text", "canny.safetensors", widget="choice"),),
        outputs=(Output("control_net", "ControlNet"),),
    ),
    NodeSpec(
        "ControlNetApply",
        "Apply ControlNet",
        "control",
        sockets=(
            Socket("conditioning", "Conditioning"),
            Socket("control_net", "ControlNet"),
            Socket("image", "Image"),
        ),
        params=(Param("strength", "Float", 1.0, widget="slider", minimum=0, maximum=2, step=0.05),),
        outputs=(Output("conditioning", "Conditioning"),),
    ),
    NodeSpec(
        "EmptyLatent",
        "Empty latent",
        "latent",
        params=(*SIZE, Param("batch_size", "Int", 1, widget="number", minimum=1, maximum=64)),
        outputs=(Output("latent", "Latent"),),
    ),
    _SAMPLER,
    NodeSpec(
        "VAEDecode",
        "Decode",
        "latent",
        sockets=(Socket("latent", "Latent"), VAE),
        outputs=(Output("image", "Image"),),
    ),
    NodeSpec(
        "VAEEncode",
        "Encode",
        "latent",
        sockets=(Socket("image", "Image"), VAE),
        outputs=(Output("latent", "Latent"),),
    ),
    NodeSpec(
        "LoadImage",
        "Load image",
        "image",
        params=(Param("image", "Text", "input.png", widget="file", file="image"),),
        outputs=(Output("image", "Image"), Output("mask", "Mask")),
    ),
    NodeSpec(
        "SaveImage",
        "Save picture",
        "output",
        sockets=(Socket("image", "Image"),),
        params=(Param("name", "Text", "picture", widget="text"),),
        sink=True,
    ),
    NodeSpec(
        "ImageScale",
        "Scale image",
        "image",
        sockets=(Socket("image", "Image"), Socket("mask", "Mask", optional=True)),
        params=(*SIZE, Param("keep_shape", "Bool", True, widget="toggle")),
        outputs=(Output("image", "Image"),),
    ),
    NodeSpec(
        "ImageBatch",
        "Batch images",
        "image",
        sockets=(Socket("images", "Image", variadic=True),),
        outputs=(Output("image", "Image", many=True),),
    ),
    NodeSpec(
        "Number",
        "Number",
        "utility",
        params=(Param("value", "Float", 1.0, widget="number"),),
        outputs=(Output("value", "Float"),),
    ),
    NodeSpec(
        "MaskInvert",
        "Invert mask",
        "mask",
        sockets=(Socket("mask", "Mask"),),
        outputs=(Output("mask", "Mask"),),
    ),
)

SPECS: dict[str, NodeSpec] = {spec.type: spec for spec in _ALL}
"""Type id -> spec."""
