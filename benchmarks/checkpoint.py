"""A full-size Stable Diffusion 1.5 checkpoint of random weights: loading, steps, solvers, LoRA stacks, memory."""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from benchmarks.memory import IMPORTS, measured
from benchmarks.sampler import compared, context, recorded
from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.node_api.runtime import Compute
from nodes import runtime
from nodes.definitions.latents import empty_latent
from nodes.definitions.prompt import text_encode
from nodes.definitions.sampler import ksampler
from nodes.models.detection.detect import recognise
from nodes.types import Clip, Condition, Model, Patch, Source
from tests.full_size import write

EDGE = 256
RANK = 32
ROUNDS = 5
PEAK = """
import json, resource, sys
from pathlib import Path
import nodegraph
from nodegraph import Graph, Node, Source
link = lambda text: (Source(*text.split(".")),)
nodes = [
    Node("model", "CheckpointLoader", params={"checkpoint": "sd1.safetensors"}),
    Node("yes", "TextEncode", params={"text": "a red house by a lake"}, inputs={"clip": link("model.clip")}),
    Node("no", "TextEncode", inputs={"clip": link("model.clip")}),
    Node("latent", "EmptyLatent", params={"width": 256, "height": 256}),
    Node("steps", "KSampler", params={"steps": 1, "cfg": 7.0}, inputs={
        "model": link("model.model"), "positive": link("yes.conditioning"), "negative": link("no.conditioning"),
        "latent": link("latent.latent")}),
    Node("picture", "VAEDecode", inputs={"latent": link("steps.latent"), "vae": link("model.vae")}),
]
options = nodegraph.Options(models=(Path(sys.argv[1]),), device="cpu", output=Path(sys.argv[1]))
with nodegraph.LocalEngine(options=options) as engine:
    result = engine.run(Graph.of(*nodes), [sys.argv[2]])
    assert result.ok, result.error
    held = engine._models.bytes
print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, held]))
"""


def main(argv: list[str]) -> dict[str, object]:
    """Seconds, ratios and megabytes. `--folder` keeps the checkpoint there; sections are measured alone if named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks checkpoint", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, help="a folder of models that has or gets checkpoints/sd1.safetensors"
    )
    parser.add_argument(
        "sections", nargs="*", choices=[*SECTIONS, []], help="what to measure; everything if none"
    )
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as place:
        folder = given.folder or Path(place)
        path = folder / "checkpoints" / "sd1.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file():
            write("sd1", path)
        figures: dict[str, object] = {"file_gb": path.stat().st_size / 1e9}
        pool = runtime.open_models(runtime.open_files([folder]), Fingerprints(), Compute("cpu"))
        for name in given.sections or SECTIONS:
            figures |= SECTIONS[name](pool, Source(str(path), "sd1"))
        return figures


def cold(path: Path) -> None:
    """Take a file out of the system's cache, where that can be asked for."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def once(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def read(path: Path) -> None:
    """Read a file from end to end."""
    buffer = bytearray(1 << 22)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def reading(pool: Any, source: Source) -> dict[str, object]:
    """The header alone, the fingerprint, and the bare file."""
    path = Path(source.path)
    read_cold = []
    for _ in range(3):
        cold(path)
        read_cold.append(once(lambda: read(path)))
    return {
        "recognise_ms": 1e3 * statistics.median(once(lambda: recognise(path)) for _ in range(ROUNDS)),
        "fingerprint_s": statistics.median(once(lambda: Fingerprints().of(path)) for _ in range(3)),
        "read_cold_s": statistics.median(read_cold),
        "read_again_s": statistics.median(once(lambda: read(path)) for _ in range(3)),
    }


def loading(pool: Any, source: Source) -> dict[str, object]:
    """From nothing in memory to the end of the first step, prompts included; libraries are loaded before."""
    x = torch.randn(1, 4, EDGE // 8, EDGE // 8)

    def run() -> float:
        encoder = pool.get(Clip((source,)))
        prompts = [encoder.encode(text)[0] for text in ("a red house by a lake", "")]
        denoiser = pool.get(Model(source))
        loaded = once(denoiser._network)
        denoiser.x0(x, torch.tensor([5.0]), prompts)
        return loaded

    run()
    path = Path(source.path)
    figures: dict[str, list[float]] = {
        "load_to_first_step_s": [],
        "beyond_reading_s": [],
        "network_load_s": [],
    }
    for warm in (False, True) * 3:
        pool.clear()
        if not warm:
            cold(path)
        spent = once(lambda: figures["network_load_s"].append(run()))
        if warm:
            figures["load_to_first_step_s"].append(spent)
        else:
            cold(path)
            figures["beyond_reading_s"].append(spent - once(partial(read, path)))
    return {name: statistics.median(values) for name, values in figures.items()}


def stepping(pool: Any, source: Source) -> dict[str, object]:
    """One step with CFG against the bare call it makes, and three solvers against theirs."""
    ctx, model = context(pool), Model(source)
    positive, negative = (text_encode(ctx, Clip((source,)), text=text) for text in ("a red house", ""))
    latent = empty_latent(width=EDGE, height=EDGE)
    denoiser = pool.get(model)
    x, sigma = torch.randn(1, 4, EDGE // 8, EDGE // 8), torch.tensor([5.0])
    sides: list[Condition] = [positive[0], negative[0]]
    figures: dict[str, object] = {"dtype": str(denoiser.dtype).removeprefix("torch.")}

    def step() -> None:
        denoiser.x0(x, sigma, sides)

    ratios, wholes = compared(step, recorded(ctx, model, step, 1), 9)
    figures |= {"step_s": statistics.median(wholes), "step_over_bare_network": statistics.median(ratios)}
    figures["step_over_time_in_network"] = inside(step, denoiser._network())
    for sampler in ("euler", "dpmpp_2m", "euler_ancestral"):

        def whole(sampler: str = sampler) -> None:
            ksampler(ctx, model, positive, negative, latent, seed=1, steps=4, cfg=7.0, sampler=sampler)

        figures[f"{sampler}_over_time_in_network"] = inside(whole, denoiser._network())
    return figures


def inside(work: Callable[[], object], network: torch.nn.Module) -> float:
    """How much longer work takes than the network's calls in it: without the noise between two measurements."""
    moments: list[float] = []
    hooks = [
        network.register_forward_pre_hook(lambda *_: moments.append(time.perf_counter())),
        network.register_forward_hook(lambda *_: moments.append(time.perf_counter())),
    ]
    found = []
    for _ in range(ROUNDS):
        moments.clear()
        whole = once(work)
        found.append(whole / sum(end - start for start, end in zip(moments[::2], moments[1::2], strict=True)))
    for hook in hooks:
        hook.remove()
    return statistics.median(found)


def lora(path: Path, network: torch.nn.Module, seed: int) -> Source:
    """A LoRA over every attention of a network."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.Linear) and ".attn" in name:
            lead = f"lora_unet_{name.replace('.', '_')}"
            shape = module.weight.shape
            tensors[f"{lead}.lora_down.weight"] = torch.randn(RANK, shape[1], generator=generator).half()
            tensors[f"{lead}.lora_up.weight"] = torch.randn(shape[0], RANK, generator=generator).half() / 100
    save_file(tensors, path)
    return Source(str(path), path.name)


def patching(pool: Any, source: Source) -> dict[str, object]:
    """Two stacks over one network: what making them costs, what changing between them costs, and how exact they are."""
    denoiser = pool.get(Model(source))
    network = denoiser._network()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    place = tempfile.TemporaryDirectory()
    files = [lora(Path(place.name) / f"{seed}.safetensors", network, seed) for seed in (1, 2, 3)]
    stacks = [pool.get(Model(source, patches=(Patch(files[0]), Patch(file, 0.5)))) for file in files[1:]]
    made = [once(stack._network) for stack in stacks]
    changes = [once(stack._network) for _ in range(20) for stack in stacks]
    error, rounding = rounding_errors(pool, denoiser, source, files[0])
    plain = denoiser._network().state_dict()
    place.cleanup()
    return {
        "lora_stack_made_s": statistics.median(made),
        "lora_stacks_alternate_ms": 1e3 * statistics.median(changes),
        "merge_error_over_own_rounding": error / rounding,
        "off_is_bit_exact": all(torch.equal(plain[name], tensor) for name, tensor in before.items()),
    }


def rounding_errors(pool: Any, denoiser: Any, source: Source, file: Source) -> tuple[float, float]:
    """The root mean square by which a merged weight misses its exact value, and by which the nearest number of its
    precision would."""
    [name] = [
        n
        for n in denoiser._part.pieces
        if n.endswith("mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight")
    ]
    from safetensors import safe_open

    spelled = f"lora_unet_{name.removesuffix('.weight').replace('.', '_')}"
    with safe_open(file.path, "pt") as opened:
        up, down = (opened.get_tensor(f"{spelled}.lora_{side}.weight").double() for side in ("up", "down"))
    with safe_open(source.path, "pt") as opened:
        own = opened.get_tensor(denoiser._part.pieces[name].name).double()
    exact = own + up @ down
    merged = pool.get(Model(source, patches=(Patch(file),)))._network().state_dict()[name]
    nearest = exact.float().to(merged.dtype).double()
    return float((merged.double() - exact).square().mean().sqrt()), float(
        (nearest - exact).square().mean().sqrt()
    )


def peaks(pool: Any, source: Source) -> dict[str, object]:
    """The most memory of a whole process, above what its libraries take, over the weights that it holds at the end."""
    pool.clear()
    folder = Path(source.path).parents[1]
    libraries, _ = measured(IMPORTS)
    figures: dict[str, object] = {"libraries_mb": libraries / 1e6}
    for name, target in (("one_step", "steps"), ("picture", "picture")):
        peak, held = measured(PEAK, str(folder), target)
        figures |= {f"{name}_peak_mb": peak / 1e6, f"{name}_weights_mb": held / 1e6}
        figures[f"{name}_peak_over_weights"] = (peak - libraries) / held
    return figures


SECTIONS: dict[str, Callable[[Any, Source], dict[str, object]]] = {
    "reading": reading,
    "loading": loading,
    "stepping": stepping,
    "patching": patching,
    "peaks": peaks,
}
