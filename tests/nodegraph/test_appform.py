from __future__ import annotations

from nodegraph import load
from nodegraph.analysis.starred import opens_as_app, stars
from nodegraph.cli.opening import node_types
from nodegraph.edits import RemoveNodes, RenameNode, SetExpression, SetMode
from nodegraph.edits.app_form import draft, form, opening, reordered, toggled
from nodegraph.formats.native import dumps, loads
from nodegraph.model.graph import Graph, Node
from tests.nodegraph.specs import SPECS

TYPES = node_types()
WORDS = load("workflows/text_to_image.json")


def test_a_draft_has_prompts_model_size_seed_steps_guidance_and_sampler() -> None:
    assert [".".join(key) for key in draft(WORDS, TYPES)] == [
        "prompt.text",
        "negative.text",
        "checkpoint.checkpoint",
        "size.width",
        "size.height",
        "sampler.seed",
        "sampler.steps",
        "sampler.cfg",
        "sampler.sampler",
        "sampler.schedule",
        "size.batch_size",
    ]
    mix = [".".join(key) for key in draft(load("workflows/lora_mix.json"), TYPES)]
    at = mix.index("ink.lora")
    assert mix[at - 1 : at + 4] == [
        "checkpoint.checkpoint",
        "ink.lora",
        "ink.strength",
        "neon.lora",
        "neon.strength",
    ]


def test_a_draft_leaves_out_what_is_computed_or_takes_no_part() -> None:
    computed = SetExpression("size", "height", "width").apply(WORDS)
    assert ("size", "height") not in draft(computed, TYPES)
    muted = SetMode(("negative",), "mute").apply(WORDS)
    assert ("negative", "text") not in draft(muted, TYPES)
    strange = Graph.of(Node("a", "Solid"))
    assert draft(strange, SPECS) == (("a", "color"),)


def test_photos_and_strengths_are_drafted_and_denoise_only_where_it_is_used() -> None:
    keys = draft(load("workflows/image_to_image.json"), TYPES)
    assert ("photo", "image") in keys and ("sampler", "denoise") in keys


def test_stars_make_the_form_in_their_order_and_are_saved() -> None:
    one = toggled(WORDS, ("sampler", "cfg")).apply(WORDS)
    two = toggled(one, ("prompt", "text")).apply(one)
    assert form(two, TYPES) == (("sampler", "cfg"), ("prompt", "text"))
    turned = reordered(two, (("prompt", "text"), ("sampler", "cfg"))).apply(two)
    again = loads(dumps(opening(turned, True).apply(turned)))
    assert form(again, TYPES) == (("prompt", "text"), ("sampler", "cfg")) and opens_as_app(again)
    bare = toggled(one, ("sampler", "cfg")).apply(one)
    assert dict(bare.view) == dict(WORDS.view) and form(bare, TYPES) == draft(WORDS, TYPES)


def test_stars_follow_a_renamed_node_and_go_with_it() -> None:
    one = toggled(WORDS, ("sampler", "cfg")).apply(WORDS)
    assert stars(RenameNode("sampler", "draw").apply(one)) == (("draw", "cfg"),)
    assert stars(RemoveNodes(("sampler",)).apply(one)) == ()


def test_a_strange_view_stars_nothing() -> None:
    for app in (
        None,
        5,
        {"params": 3},
        {"params": [1, "x", ".", "sampler."]},
        {"params": {"a": 1}, "open": 1},
    ):
        odd = Graph(nodes=WORDS.nodes, view={"app": app})
        assert stars(odd) == () and not opens_as_app(odd)
        assert form(odd, TYPES) == draft(WORDS, TYPES)
