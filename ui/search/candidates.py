"""What the add-node search may offer, as entries that the ranking understands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from PySide6.QtCore import QCoreApplication

from nodegraph.spec import NodeSpec
from ui.search.insert import suits
from ui.search.rank import Entry
from ui.search.recipes import Recipe, offered
from ui.words import shown_category

RECIPE = "recipe:"
"""What the ids of recipes begin with."""


@lru_cache(maxsize=4096)
def node_entry(spec: NodeSpec) -> Entry:
    """A node type: found by its title, its id, its keywords and its category."""
    short = spec.type.rsplit("/", 1)[-1]
    return Entry(spec.type, spec.title, (short,), spec.keywords, shown_category(spec.category))


def recipe_entry(recipe: Recipe) -> Entry:
    """A recipe: found by its title and the node types in it."""
    group = QCoreApplication.translate("Search", "recipe")
    parts = tuple(part.type for part in recipe.parts)
    return Entry(RECIPE + recipe.id, recipe.title, (recipe.name,), parts, group)


def entries(
    specs: Mapping[str, NodeSpec], type_id: str | None = None, from_output: bool = True
) -> list[Entry]:
    """Every node type, or those with a port for a link of `type_id` and the recipes for it."""
    found = [
        node_entry(spec) for spec in specs.values() if type_id is None or suits(spec, type_id, from_output)
    ]
    if type_id is not None and from_output:
        found += map(recipe_entry, offered(specs, type_id))
    return found


def recipe_of(entry: str, recipes: Iterable[Recipe]) -> Recipe | None:
    """The recipe that an entry id stands for."""
    return next((recipe for recipe in recipes if RECIPE + recipe.id == entry), None)
