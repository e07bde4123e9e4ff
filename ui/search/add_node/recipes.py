"""Recipes: a few nodes, wired, offered where a link is dropped on empty canvas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nodegraph.model.sockets import fits
from nodegraph.model.spec import NodeSpec
from ui.i18n.translate import QT_TRANSLATE_NOOP, tr

BESIDE = "in:"
"""What stands before the type of an output that goes with the link."""


@dataclass(frozen=True)
class Part:
    """A node of a recipe: `inputs` maps its inputs to `part.output` of the parts before it, or to `in`.

    `in:Clip` is the output of type Clip that goes with the link: of its node or of the nearest one before it.
    Where there is none the input stays free.
    """

    name: str
    type: str
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Recipe:
    """Nodes made together. `takes` is the type of link it starts from; parts are listed left to right.

    Each `part.output` in `passes_on` takes over every link that leaves what feeds the part's input of the same
    name: the recipe is put in between.
    """

    id: str
    name: str
    takes: str
    parts: tuple[Part, ...]
    about: str = ""
    passes_on: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name in the user's language."""
        return tr("Recipes", self.name)

    @property
    def help(self) -> str:
        """What it is for, in the user's language."""
        return tr("Recipes", self.about)


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "lora",
        QT_TRANSLATE_NOOP("Recipes", "LoRA"),
        "Model",
        (Part("lora", "LoraLoader", {"model": "in", "clip": "in:Clip"}),),
        QT_TRANSLATE_NOOP(
            "Recipes",
            "A style or subject laid over the model; everything that uses the model then uses it with the LoRA.",
        ),
        passes_on=("lora.model", "lora.clip"),
    ),
    Recipe(
        "sample",
        QT_TRANSLATE_NOOP("Recipes", "Sample and decode"),
        "Model",
        (
            Part("latent", "EmptyLatent", {}),
            Part("sampler", "KSampler", {"model": "in", "latent": "latent.latent"}),
            Part("decode", "VAEDecode", {"latent": "sampler.latent"}),
        ),
        QT_TRANSLATE_NOOP("Recipes", "An empty latent, a sampler and the decoder after it."),
    ),
    Recipe(
        "prompts",
        QT_TRANSLATE_NOOP("Recipes", "Positive and negative prompt"),
        "Clip",
        (Part("positive", "TextEncode", {"clip": "in"}), Part("negative", "TextEncode", {"clip": "in"})),
        QT_TRANSLATE_NOOP("Recipes", "Two prompts from one text encoder."),
    ),
    Recipe(
        "decode_save",
        QT_TRANSLATE_NOOP("Recipes", "Decode and save"),
        "Latent",
        (Part("decode", "VAEDecode", {"latent": "in"}), Part("save", "SaveImage", {"image": "decode.image"})),
        QT_TRANSLATE_NOOP("Recipes", "The picture of a latent, saved in the output folder."),
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
            if source.startswith(BESIDE):
                types[source] = source.removeprefix(BESIDE)
            if wanted is None or source not in types or not fits(types[source], wanted):
                return False
        types.update({f"{part.name}.{output.name}": output.type for output in spec.outputs})
    return True
