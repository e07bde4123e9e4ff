from __future__ import annotations

from dataclasses import dataclass

import pytest

from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.sockets import fits
from tests.ui.catalogue import SPECS, text_to_picture
from ui.search.add_node.candidates import entries
from ui.search.add_node.insert import insert_beside, insert_node, insert_recipe, port_type
from ui.search.add_node.recipes import RECIPES, offered


@dataclass(frozen=True)
class Ref:
    node: str
    name: str
    output: bool


def test_a_node_dropped_off_an_output_takes_it() -> None:
    graph = text_to_picture()
    made = insert_node(SPECS["LoraLoader"], graph, SPECS, (10, 20), Ref("checkpoint", "clip", True))
    node = made.edit.apply(graph).nodes[made.nodes[0]]
    assert (node.id, node.pos) == ("lora_loader", (10, 20))
    assert node.inputs == {"clip": (Source("checkpoint", "clip"),)}


def test_a_node_dropped_off_an_input_feeds_it() -> None:
    graph = text_to_picture()
    made = insert_node(SPECS["VAEDecode"], graph, SPECS, (0, 0), Ref("save", "image", False))
    after = made.edit.apply(graph)
    assert after.nodes["save"].inputs["image"] == (Source("vae_decode", "image"),)
    assert made.edit.title == "Add VAEDecode"


def test_a_node_dropped_off_a_variadic_input_is_one_more() -> None:
    graph = Graph.of(
        Node("a", "LoadImage"), Node("b", "BatchImages", inputs={"images": (Source("a", "image"),)})
    )
    made = insert_node(SPECS["LoadImage"], graph, SPECS, (0, 0), Ref("b", "images", False))
    assert len(made.edit.apply(graph).nodes["b"].inputs["images"]) == 2


def test_enter_wires_to_the_selected_node() -> None:
    graph = Graph.of(Node("checkpoint", "CheckpointLoader", pos=(0, 50)))
    made = insert_beside(SPECS["LoraLoader"], graph, SPECS, "checkpoint")
    node = made.edit.apply(graph).nodes["lora_loader"]
    assert node.inputs == {"model": (Source("checkpoint", "model"),), "clip": (Source("checkpoint", "clip"),)}
    assert node.pos[0] > 240
    assert node.pos[1] == 50


def test_what_can_only_feed_the_selected_node_goes_to_its_left() -> None:
    graph = Graph.of(Node("sampler", "KSampler"))
    made = insert_beside(SPECS["EmptyLatent"], graph, SPECS, "sampler")
    after = made.edit.apply(graph)
    assert after.nodes["sampler"].inputs == {"latent": (Source("empty_latent", "latent"),)}
    assert after.nodes["empty_latent"].pos[0] < 0


@pytest.mark.parametrize("recipe", [recipe for recipe in RECIPES if any(offered(SPECS, recipe.takes))])
def test_every_recipe_makes_linked_nodes_that_fit(recipe: object) -> None:
    source = {
        "Model": ("checkpoint", "model"),
        "Clip": ("checkpoint", "clip"),
        "Latent": ("latent", "latent"),
    }
    chosen = next(r for r in RECIPES if r is recipe)
    graph = text_to_picture()
    made = insert_recipe(chosen, graph, SPECS, (0, 0), Ref(*source[chosen.takes], True))
    after = made.edit.apply(graph)
    assert len(made.nodes) == len(chosen.parts)
    for link in (link for name in made.nodes for link in after.nodes[name].links()):
        given = port_type(after, SPECS, Ref(link.source.node, link.source.output, True))
        wanted = port_type(after, SPECS, Ref(link.target, link.input, False))
        assert given is not None
        assert wanted is not None
        assert fits(given, wanted)
    places = [after.nodes[name].pos for name in made.nodes]
    assert len(set(places)) == len(places)


def test_a_link_is_only_offered_what_takes_it() -> None:
    off_model = {entry.id for entry in entries(SPECS, "Model", True)}
    assert off_model == {"KSampler", "LoraLoader", "recipe:lora", "recipe:sample", "link:reroute"}
    into_image = {entry.id for entry in entries(SPECS, "Image", False)}
    assert into_image == {"VAEDecode", "LoadImage", "LoadImageFolder", "BatchImages", "link:reroute"}
    assert len(entries(SPECS)) == len(SPECS)
