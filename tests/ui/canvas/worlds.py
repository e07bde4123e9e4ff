"""Graphs for tests and screenshots: the usual workflow, and any number of it."""

from __future__ import annotations

from nodegraph.model.graph import Frame, Graph, Node, Note, Point, Source
from nodegraph.model.spec import Scalar

PROMPT = (
    "a lighthouse on a cliff in the evening, long soft light over the sea, "
    "fine brush strokes, warm window, flock of birds far away"
)


def link(text: str) -> tuple[Source, ...]:
    """`node.output` as the sources of an input."""
    node, output = text.split(".")
    return (Source(node, output),)


def default_workflow(at: Point = (0.0, 0.0), prefix: str = "") -> list[Node]:
    """Checkpoint, two prompts, latent, sampler, decode, save."""

    def node(name: str, type_id: str, x: float, y: float, inputs: dict[str, str], **values: Scalar) -> Node:
        return Node(
            prefix + name,
            type_id,
            params={k: v for k, v in values.items() if not k.startswith("_")},
            inputs={key: link(prefix + source) for key, source in inputs.items()},
            pos=(at[0] + x, at[1] + y),
            title=str(values.get("_title", "")),
        )

    return [
        node("checkpoint", "CheckpointLoader", 0, 120, {}),
        node(
            "prompt",
            "TextEncode",
            352,
            0,
            {"clip": "checkpoint.clip"},
            text=PROMPT,
            _title="What to paint",
        ),
        node(
            "avoid",
            "TextEncode",
            352,
            208,
            {"clip": "checkpoint.clip"},
            text="blurry, text",
            _title="What to avoid",
        ),
        node("latent", "EmptyLatent", 352, 416, {}, width=768),
        node(
            "sampler",
            "KSampler",
            704,
            48,
            {
                "model": "checkpoint.model",
                "positive": "prompt.conditioning",
                "negative": "avoid.conditioning",
                "latent": "latent.latent",
            },
            seed=1234567,
            steps=24,
            cfg=6.5,
            sampler="dpmpp_2m",
            schedule="karras",
        ),
        node("decode", "VAEDecode", 1016, 48, {"latent": "sampler.latent", "vae": "checkpoint.vae"}),
        node("save", "SaveImage", 1016, 176, {"image": "decode.image"}),
    ]


def graph_of(nodes: list[Node], frames: tuple[Frame, ...] = (), notes: tuple[Note, ...] = ()) -> Graph:
    """A graph of nodes, frames and notes."""
    return Graph(
        nodes={n.id: n for n in nodes},
        frames={f.id: f for f in frames},
        notes={n.id: n for n in notes},
    )


def many(number: int) -> Graph:
    """About `number` nodes: framed copies of the usual workflow, their pictures joined."""
    nodes: list[Node] = []
    frames: list[Frame] = []
    for index in range(number // 7):
        x, y = (index % 6) * 1400.0, (index // 6) * 720.0
        group = default_workflow((x, y), f"g{index}_")
        nodes += group
        if index % 3 != 2:
            rect = (x - 32, y - 56, 1336.0, 640.0)
            title = f"Variation {index + 1}"
            color = ("", "#7a6a9f", "#4f8a8b", "#9a7a4f")[index % 4]
            frames.append(Frame(f"f{index}", title, tuple(n.id for n in group), rect, color))
    return graph_of(nodes, tuple(frames))
