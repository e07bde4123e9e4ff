"""With the real nodes: embeddings that prompts name, and precisions that a machine was found to prefer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from nodegraph import Graph, Node, Source
from nodegraph.engine.local import LocalEngine, Options
from nodegraph.node_api.registry import Registry
from nodegraph.node_api.runtime import Compute
from nodes import runtime
from nodes.models.files.folders import ModelFolders
from nodes.models.memory import device_facts
from nodes.models.memory.device_facts import Choices
from nodes.text_encoders.tokenizers import files
from tests import models_maker as maker

WIDTH = 32


@pytest.fixture(scope="module")
def library() -> Registry:
    found = Registry()
    found.add_package("nodes.definitions")
    return found


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    maker.write_folder(maker.sd1(), folder / "checkpoints" / "tiny")
    return folder


def embedding(folder: Path, name: str, value: float) -> None:
    path = folder / "embeddings" / f"{name}.safetensors"
    path.parent.mkdir(exist_ok=True)
    save_file({"emb_params": torch.full((2, WIDTH), value)}, path)


def prompts(*texts: str, linked: bool = False) -> Graph:
    """A prompt for each text, over a link or not."""
    nodes = [Node("model", "CheckpointLoader", params={"checkpoint": "tiny"})]
    for at, text in enumerate(texts):
        inputs = {"clip": (Source("model", "clip"),)}
        if linked:
            nodes.append(Node(f"text{at}", "PrimitiveText", params={"value": text}))
            inputs["text"] = (Source(f"text{at}", "text"),)
        params = {} if linked else {"text": text}
        nodes.append(Node(f"prompt{at}", "TextEncode", params=params, inputs=inputs))
    return Graph.of(*nodes)


@pytest.mark.parametrize("linked", [False, True])
def test_an_embedding_overwritten_in_place_is_read_again(
    tiny: Path, library: Registry, tmp_path: Path, linked: bool
) -> None:
    (tmp_path / "checkpoints").symlink_to(tiny / "checkpoints")
    embedding(tmp_path, "ink", 0.1)
    graph = prompts("a cat (embedding:ink, big:1.2)", "a cat", linked=linked)
    options = Options(models=(tmp_path,), device="cpu", cache_dir=tmp_path / "cache", output=tmp_path / "out")

    def said(engine: LocalEngine) -> torch.Tensor:
        found: torch.Tensor = engine.run(graph, ["prompt0", "prompt1"]).value("prompt0")[0].cond
        return found

    with LocalEngine(options=options, library=library, nodes=runtime) as engine:
        first = said(engine)
        embedding(tmp_path, "ink", 0.9)
        result = engine.run(graph, ["prompt0", "prompt1"])
        assert [name for name in result.ran if name.startswith("prompt")][:1] == ["prompt0"]
        assert linked or "prompt1" not in result.ran
        second = said(engine)
        assert not torch.equal(first, second)
        embedding(tmp_path, "ink", 0.1)
        assert torch.equal(said(engine), first)
        (tmp_path / "embeddings" / "ink.safetensors").unlink()
        assert not torch.equal(said(engine), first)
    with LocalEngine(options=options, library=library, nodes=runtime) as engine:
        embedding(tmp_path, "ink", 0.9)
        assert torch.equal(said(engine), second)


WORDS = st.sampled_from(
    ["embedding:", "ink", "style/ink", "wide.safetensors", ",", " ", "\n", "(", ")", ":1.2", "cat", "\\("]
)


@given(st.lists(WORDS, max_size=14).map("".join))
def test_all_that_an_encoder_looks_for_is_in_the_key(text: str) -> None:
    """Every name that reading a prompt asks for is among the mentioned ones."""
    from nodes.text.chunks import prompt_pieces
    from nodes.text_encoders.tokenizers.clip import clip_tokens

    folders = ModelFolders({})
    asked: set[str] = set()
    prompt_pieces(text, clip_tokens, lambda name: asked.add(name))
    assert set(folders.mentioned("embeddings", text)) == asked


def test_every_prompt_says_that_it_mentions_embeddings(library: Registry) -> None:
    """Texts beside a text encoder are read by it."""
    for name, spec in library.items():
        if any(socket.type == "Clip" for socket in spec.sockets):
            for param in spec.params:
                if param.widget == "multiline":
                    assert param.mentions == "embeddings", f"{name}.{param.name} needs Mentions('embeddings')"


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a new process: nothing is known but what a folder remembers."""
    monkeypatch.setattr(device_facts, "_found", {})


def test_a_choice_is_remembered_for_every_later_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgetful: None
) -> None:
    measured = Choices("cpu", bfloat16=True, channels_last=("bfloat16",))
    monkeypatch.setattr(device_facts, "_measured", lambda device: measured)
    compute = Compute("cpu", remember=tmp_path)
    unknown = runtime.facts(compute)
    assert runtime.facts(compute, settle=True) == runtime.facts(compute) != unknown
    monkeypatch.setattr(device_facts, "_found", {})
    monkeypatch.setattr(device_facts, "_measured", lambda device: Choices("cpu"))
    assert (
        device_facts.measured_choices("cpu", tmp_path)
        == device_facts.remembered_choices("cpu", tmp_path)
        == measured
    )


@settings(max_examples=40)
@given(st.binary(max_size=40) | st.sampled_from([b"{}", b"[]", b"null", b'{"x": 1}', b"{" * 2000]))
def test_a_spoiled_memory_is_measured_anew(spoiled: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(device_facts, "_found", {})
        patch.setattr(device_facts, "_measured", lambda device: Choices("cpu", bfloat16=True))
        (Path(place) / device_facts.MEMORY).write_bytes(spoiled)
        assert device_facts.remembered_choices("cpu", Path(place)) is None
        assert device_facts.measured_choices("cpu", Path(place)).bfloat16


def test_a_machine_is_measured_in_a_moment(forgetful: None) -> None:
    found = device_facts.measured_choices("cpu", None)
    assert found.device == "cpu" and found == device_facts.measured_choices("cpu", None)


def test_facts_need_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from nodes import runtime; "
        "from nodegraph.node_api.runtime import Compute; "
        f"runtime.facts(Compute('auto', remember=Path({str(tmp_path)!r}))); "
        "runtime.open_files([]).mentioned('embeddings', 'a embedding:cat'); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("name", ["qwen3.tokenizer.json", "tokenizer.json", "tokenizer/tokenizer.json"])
def test_a_tokenizer_overwritten_in_place_is_read_again(
    name: str, linked: bool, library: Registry, tmp_path: Path
) -> None:
    file = tmp_path / "text_encoders" / "qwen.safetensors"
    maker.write_encoder(maker.z_image(), 0, file)
    tokenizer = file.parent / name
    tokenizer.parent.mkdir(exist_ok=True)
    (file.parent / "qwen3.tokenizer.json").rename(tokenizer)
    before = tokenizer.read_text(encoding="utf-8")
    table = json.loads(before)
    words = table["model"]["vocab"]
    one, other = list(words)[-2:]
    words[one], words[other] = words[other], words[one]
    for at, word in enumerate(words):
        words[word] = (at * 7 + 3) % len(words)
    params = {"kind": "z_image"} | ({} if linked else {"file": file.name})
    inputs = {"file": (Source("name", "text"),)} if linked else {}
    graph = Graph.of(
        Node("name", "PrimitiveText", params={"value": file.name}),
        Node("clip", "ClipLoader", params=params, inputs=inputs),
        Node("prompt", "TextEncode", params={"text": "a cat"}, inputs={"clip": (Source("clip", "clip"),)}),
    )
    options = Options(models=(tmp_path,), device="cpu", output=tmp_path / "out")
    with LocalEngine(options=options, library=library, nodes=runtime) as engine:
        first = engine.run(graph, ["prompt"]).value("prompt")[0].cond
        assert "prompt" not in engine.run(graph, ["prompt"]).ran
        tokenizer.write_text(json.dumps(table), encoding="utf-8")
        changed = engine.run(graph, ["prompt"])
        assert changed.ok and "prompt" in changed.ran
        assert not torch.equal(changed.value("prompt")[0].cond, first)
        tokenizer.write_text(before, encoding="utf-8")
        assert torch.equal(engine.run(graph, ["prompt"]).value("prompt")[0].cond, first)


@pytest.mark.parametrize("kind", files.TITLES)
def test_all_that_a_tokenizer_may_be_read_from_is_in_the_key(kind: str, tmp_path: Path) -> None:
    """Every place that is looked at, for an encoder in a file and in a diffusers folder."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "model_index.json").write_text("{}")
    for encoder in (
        tmp_path / "encoder.safetensors",
        tmp_path / "whole" / "text_encoder" / "model.safetensors",
    ):
        encoder.parent.mkdir(exist_ok=True)
        save_file({"a": torch.ones(1)}, encoder)
        places = files.candidates(encoder, kind)
        for folder in {path.parent for path in places}:
            places += [folder / name for name in (*files.PAIR, "tokenizer.model")]
        for path in places:
            path.parent.mkdir(exist_ok=True)
            path.write_text("")
        folder = encoder.parent
        seen = (
            {path for path in folder.rglob("*") if path.is_file()} if folder.name == "text_encoder" else set()
        )
        at = folder if folder.name == "text_encoder" else encoder
        assert set(places) <= seen | set(files.beside(at))
