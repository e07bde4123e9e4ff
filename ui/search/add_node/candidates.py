"""What the add-node search may offer, as entries that the ranking understands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QCoreApplication

from nodegraph.formats.comfyui.node_mapping import class_names
from nodegraph.model.spec import NodeSpec
from ui.i18n.node_texts import translate_category
from ui.search.add_node.insert import input_for, output_for
from ui.search.add_node.likely import PLACES, by_use
from ui.search.add_node.recipes import Recipe, offered
from ui.search.rank import Entry

RECIPE = "recipe:"
"""What the ids of recipes begin with."""
REROUTE: Final = "link:reroute"
DISCONNECT: Final = "link:disconnect"
"""What can be done with a link in hand beside giving it a node."""


@lru_cache(maxsize=4096)
def node_entry(spec: NodeSpec) -> Entry:
    """A node type: found by its title, its id, its keywords and its category."""
    short = spec.type.rsplit("/", 1)[-1]
    foreign = class_names().get(spec.type, ())
    return Entry(
        spec.type,
        spec.title,
        (short,),
        spec.keywords,
        translate_category(spec.category),
        foreign,
        spec.type in PLACES,
    )


def recipe_entry(recipe: Recipe) -> Entry:
    """A recipe: found by its title and the node types in it."""
    group = QCoreApplication.translate("Search", "recipe")
    parts = tuple(part.type for part in recipe.parts)
    return Entry(RECIPE + recipe.id, recipe.title, (recipe.name,), parts, group)


def link_entries(taken: bool) -> list[Entry]:
    """What can be done with the link itself, that was `taken` from where it led or is a new one."""
    tr, group = QCoreApplication.translate, QCoreApplication.translate("Search", "link")
    bend = Entry(REROUTE, tr("Search", "Reroute point"), (), ("dot", "bend", "via", "corner"), group)
    cut = Entry(DISCONNECT, tr("Search", "Disconnect"), (), ("unlink", "cut", "delete", "remove"), group)
    return [bend, cut] if taken else [bend]


def link_way(entry: str) -> Recipe | None:
    """What the preview says of such an entry, as a recipe of no nodes."""
    tr = QCoreApplication.translate
    told = {
        REROUTE: tr("Search", "The link goes through here and stays in your hand: click where it shall end."),
        DISCONNECT: tr("Search", "Takes the link away."),
    }
    title = next((e.title for e in link_entries(True) if e.id == entry), "")
    return Recipe(entry, title, "", (), told[entry]) if entry in told else None


def entries(
    specs: Mapping[str, NodeSpec], type_id: str | None = None, from_output: bool = True, taken: bool = False
) -> list[Entry]:
    """Every node type, or those with a port for a link of `type_id`, the recipes for it, and what the link can do.

    Node types with a port of just that type stand first, those among them first that need nothing themselves;
    last are those whose port merely takes or gives it. Of equal ones those used most come first.
    """
    listed = [specs[name] for name in by_use(specs)]
    if type_id is None:
        return [node_entry(spec) for spec in listed]
    ranked = [(_distance(spec, type_id, from_output), spec) for spec in listed]
    suiting = [(away, spec) for away, spec in ranked if away is not None]
    suiting.sort(key=lambda item: item[0])
    exact = [node_entry(spec) for away, spec in suiting if not away[0]]
    others = [node_entry(spec) for away, spec in suiting if away[0]]
    recipes = map(recipe_entry, offered(specs, type_id)) if from_output else ()
    return [*exact, *recipes, *link_entries(taken), *others]


def _distance(spec: NodeSpec, type_id: str, from_output: bool) -> tuple[bool, bool] | None:
    """How far from what is wanted a node type is; None where it has no port for the link."""
    if from_output:
        name = input_for(spec, type_id)
        return None if name is None else (spec.input_type(name) != type_id, False)
    output = output_for(spec, type_id)
    given = spec.output(output) if output is not None else None
    return None if given is None else (given.type != type_id, bool(spec.sockets))


def recipe_of(entry: str, recipes: Iterable[Recipe]) -> Recipe | None:
    """The recipe that an entry id stands for."""
    return next((recipe for recipe in recipes if RECIPE + recipe.id == entry), None)
