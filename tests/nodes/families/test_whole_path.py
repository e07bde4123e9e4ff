"""From a checkpoint to a picture through the engine, on a small model of random weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from nodegraph import Graph, Node, Source
from nodegraph.engine.local import LocalEngine, Options
from nodegraph.node_api.registry import Registry
from nodes import runtime
from tests import models_maker as maker


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    tiny = maker.sd1()
    maker.write_folder(tiny, folder / "checkpoints" / "tiny")
    from diffusers import ControlNetModel

    net = ControlNetModel.from_unet(tiny.unet, conditioning_channels=3)
    for parameter in net.controlnet_mid_block.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    net.save_pretrained(folder / "controlnet" / "edges")
    name = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
    width = tiny.unet.config.block_out_channels[0]
    generator = torch.Generator().manual_seed(1)
    lora = {
        f"{name}.lora_down.weight": torch.randn(4, width, generator=generator),
        f"{name}.lora_up.weight": torch.randn(width, 4, generator=generator),
        f"{name}.alpha": torch.tensor(4.0),
    }
    (folder / "loras").mkdir()
    save_file(lora, folder / "loras" / "style.safetensors")
    return folder


@pytest.fixture
def engine(models: Path, tmp_path: Path) -> Iterator[LocalEngine]:
    library = Registry()
    library.add_package("nodes.definitions")
    options = Options(models=(models,), device="cpu", output=tmp_path / "output")
    with LocalEngine(options=options, library=library, nodes=runtime) as made:
        yield made


def source(text: str) -> Source:
    node, _, output = text.partition(".")
    return Source(node, output)


def make(name: str, kind: str, links: dict[str, str] | None = None, **params: Any) -> Node:
    inputs = {key: (source(text),) for key, text in (links or {}).items()}
    return Node(name, kind, params=params, inputs=inputs)


def text_to_image(**params: object) -> Graph:
    settings = {"steps": 2, "seed": 1} | params
    return Graph.of(
        make("checkpoint", "CheckpointLoader", checkpoint="tiny"),
        make("prompt", "TextEncode", {"clip": "checkpoint.clip"}, text="a (red:1.3) house"),
        make("negative", "TextEncode", {"clip": "checkpoint.clip"}),
        make("size", "EmptyLatent", width=64, height=64),
        make(
            "sampler",
            "KSampler",
            {
                "model": "checkpoint.model",
                "positive": "prompt.conditioning",
                "negative": "negative.conditioning",
                "latent": "size.latent",
            },
            **settings,
        ),
        make("decode", "VAEDecode", {"latent": "sampler.latent", "vae": "checkpoint.vae"}),
        make("save", "SaveImage", {"image": "decode.image"}),
    )


def relinked(graph: Graph, name: str, **links: str) -> Graph:
    node = graph.nodes[name]
    inputs = dict(node.inputs) | {key: (source(text),) for key, text in links.items()}
    return graph.with_nodes([Node(node.id, node.type, params=node.params, inputs=inputs)])


def picture(engine: LocalEngine, graph: Graph) -> torch.Tensor:
    result = engine.run(graph, ["decode"])
    assert result.ok, result.error
    found: torch.Tensor = result.value("decode.image")
    return found


def test_a_picture_is_made_and_only_what_changed_runs_again(engine: LocalEngine) -> None:
    result = engine.run(text_to_image())
    assert result.ok, result.error
    assert [Path(output.path).name for output in result.outputs] == ["picture_00001.png"]
    again = engine.run(text_to_image(seed=2))
    assert again.ran == ["sampler", "decode", "save"]
    back = engine.run(text_to_image(), ["decode"])
    assert back.ran == [] and torch.equal(back.value("decode.image"), result_of(engine))


def result_of(engine: LocalEngine) -> torch.Tensor:
    return picture(engine, text_to_image())


def test_a_lora_changes_the_picture_by_its_strength(engine: LocalEngine) -> None:
    plain = picture(engine, text_to_image())

    def styled(strength: float) -> torch.Tensor:
        links = {"model": "checkpoint.model", "clip": "checkpoint.clip"}
        lora = make("lora", "LoraLoader", links, lora="style.safetensors", strength=strength)
        graph = relinked(text_to_image().with_nodes([lora]), "sampler", model="lora.model")
        return picture(engine, graph)

    assert torch.equal(styled(0.0), plain)
    assert not torch.equal(styled(1.0), plain)
    assert not torch.equal(styled(-1.0), styled(1.0))
    assert torch.equal(picture(engine, text_to_image(seed=1)), plain)


def test_a_controlnet_steers_while_it_is_on(engine: LocalEngine) -> None:
    plain = picture(engine, text_to_image())

    def steered(**params: object) -> torch.Tensor:
        links = {
            "positive": "prompt.conditioning",
            "negative": "negative.conditioning",
            "controlnet": "net.controlnet",
            "image": "edges.image",
        }
        graph = text_to_image().with_nodes(
            [
                make("net", "ControlNetLoader", controlnet="edges"),
                make("edges", "SolidColor", width=64, height=64, color="#ffffff"),
                make("apply", "ControlNetApply", links, **params),
            ]
        )
        graph = relinked(graph, "sampler", positive="apply.positive", negative="apply.negative")
        return picture(engine, graph)

    assert not torch.equal(steered(), plain)
    assert torch.equal(steered(strength=0.0), plain)
    assert torch.allclose(steered(start=0.999, end=1.0), plain, atol=1e-5)
    assert not torch.equal(steered(strength=0.5), steered())


def test_an_image_can_be_redrawn(engine: LocalEngine) -> None:
    graph = text_to_image(denoise=0.3, steps=4).with_nodes(
        [
            make("color", "SolidColor", width=70, height=64, color="#ff0000"),
            make("encode", "VAEEncode", {"image": "color.image", "vae": "checkpoint.vae"}),
        ]
    )
    assert picture(engine, relinked(graph, "sampler", latent="encode.latent")).shape == (1, 64, 64, 3)


@pytest.mark.parametrize(
    ("node", "sentence"),
    [
        (make("checkpoint", "CheckpointLoader", checkpoint="gone"), "gone"),
        (make("checkpoint", "CheckpointLoader", checkpoint=""), "choose one"),
    ],
)
def test_a_missing_model_is_said(engine: LocalEngine, node: Node, sentence: str) -> None:
    from nodegraph import GraphError

    try:
        error = engine.run(text_to_image().with_nodes([node])).error
    except GraphError as refusal:
        error = str(refusal)
    assert sentence in error
