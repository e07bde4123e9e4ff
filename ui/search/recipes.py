"""Recipes: a few nodes, wired, offered where a link is dropped on empty canvas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nodegraph.sockets import fits
from nodegraph.spec import NodeSpec


@dataclass(frozen=True)
class Part:
    """A node of a recipe: `inputs` maps its inputs to `part.output` of the parts before it, or to `in`."""

    name: str
    type: str
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Recipe:
    """Nodes made together. `takes` is the type of link it starts from; parts are listed left to right.

    `passes_on`, a `part.output`, takes over every link that the port has: the recipe is put in between.
    """

    id: str
    title: str
    takes: str
    parts: tuple[Part, ...]
    help: str = ""
    passes_on: str = ""


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "lora",
        "LoRA",
        "Model",
        (Part("lora", "LoraLoader", {"model": "in"}),),
        "A style or subject laid over the model; everything that uses the model then uses it with the LoRA.",
        passes_on="lora.model",
    ),
    Recipe(
        "sample",
        "Sample and decode",
        "Model",
        (
            Part("latent", "EmptyLatent", {}),
            Part("sampler", "KSampler", {"model": "in", "latent": "latent.latent"}),
            Part("decode", "VAEDecode", {"latent": "sampler.latent"}),
        ),
        "An empty latent, a sampler and the decoder after it.",
    ),
    Recipe(
        "prompts",
        "Positive and negative prompt",
        "Clip",
        (Part("positive", "TextEncode", {"clip": "in"}), Part("negative", "TextEncode", {"clip": "in"})),
        "Two prompts from one text encoder.",
    ),
    Recipe(
        "decode_save",
        "Decode and save",
        "Latent",
        (Part("decode", "VAEDecode", {"latent": "in"}), Part("save", "SaveImage", {"image": "decode.image"})),
        "The picture of a latent, saved in the output folder.",
    ),
)
"""What the search offers beside single nodes; those whose node types are missing are left out."""


def offered(specs: Mapping[str, NodeSpec], type_id: str) -> Iterator[Recipe]:
    """The recipes that can start from a link of type `type_id` with the node types there are."""
    for recipe in RECIPES:
        if fits(type_id, recipe.takes) and _possible(recipe, specs):
            yield recipe


def _possible(recipe: Recipe, specs: Mapping[str, NodeSpec]) -> bool:
    types = {"in": recipe.takes}
    for part in recipe.parts:
        spec = specs.get(part.type)
        if spec is None:
            return False
        for name, source in part.inputs.items():
            wanted = spec.input_type(name)
            if wanted is None or source not in types or not fits(types[source], wanted):
                return False
        types.update({f"{part.name}.{output.name}": output.type for output in spec.outputs})
    return True
