"""Teach the text encoder to read captions before the denoiser is there.

The encoder predicts what a caption says from its end token and from padding after it, which causal attention
lets see the whole sentence. Takes about 4 minutes on 2 CPU cores.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTextConfig, CLIPTextModel

from training.captions import Caption, caption
from training.loop import HERE, Place, Run, Schedule, arguments, autocast, averaged, options
from training.scene import COLOURS, GROUNDS, KINDS, LIGHTS, POSITIONS, RELATIONS, SIZES, training_scene
from training.tokenizer import POSITIONS as TOKENS
from training.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import CLIPTokenizer

WIDTH = 64
BATCH = 128
VOCABULARY = 49408
END = 49407
TOKENIZER = Path("nodes/practice/model/tokenizer")
SLOTS: dict[str, tuple[str, ...]] = {
    "kind1": KINDS,
    "colour1": COLOURS,
    "size1": SIZES,
    "position1": POSITIONS,
    "kind2": KINDS,
    "colour2": COLOURS,
    "size2": SIZES,
    "relation": RELATIONS,
    "ground": GROUNDS,
    "light": LIGHTS,
}


def make_text_encoder(width: int = WIDTH, layers: int = 4) -> CLIPTextModel:
    """An untrained CLIP text encoder with the whole vocabulary and 77 positions."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=VOCABULARY,
            hidden_size=width,
            intermediate_size=4 * width,
            num_hidden_layers=layers,
            num_attention_heads=4,
            max_position_embeddings=TOKENS,
            projection_dim=width,
            hidden_act="quick_gelu",
            bos_token_id=49406,
            eos_token_id=END,
            pad_token_id=END,
        )
    )


def token_ids(tokenizer: CLIPTokenizer, texts: Sequence[str]) -> Tensor:
    """`[N, 77]` padded with the end token."""
    found = tokenizer(list(texts), padding="max_length", max_length=TOKENS, truncation=True)
    return torch.tensor(found["input_ids"])


def with_strangers(ids: Tensor, rng: random.Random, share: float = 0.1) -> Tensor:
    """A share of the rows with up to three random tokens put in, so that unknown words do little harm."""
    rows = ids.tolist()
    for row in rows:
        if rng.random() < share:
            for _ in range(rng.randint(1, 3)):
                row.insert(rng.randint(1, row.index(END)), rng.randrange(END - 1))
                row.pop()
    return torch.tensor(rows)


class Reader(nn.Module):
    """The text encoder with a linear head for each slot; class 0 of a head is "not said"."""

    def __init__(self, encoder: CLIPTextModel) -> None:
        super().__init__()
        self.encoder = encoder
        encoder.set_attn_implementation("eager")  # the faster backward at this size
        width = encoder.config.hidden_size
        self.heads = nn.ModuleDict(
            {slot: nn.Linear(width, len(values) + 1) for slot, values in SLOTS.items()}
        )

    def forward(self, ids: Tensor, places: Tensor) -> dict[str, Tensor]:
        """Scores of each slot at `places` `[N, P]` (token positions) as `[N * P, classes]`."""
        hidden = self.encoder(input_ids=ids).last_hidden_state
        picked = hidden[torch.arange(len(ids), device=ids.device)[:, None], places].flatten(0, 1)
        return {slot: head(picked) for slot, head in self.heads.items()}


def labels(captions: Sequence[Caption]) -> dict[str, Tensor]:
    """For each slot the class that each caption says."""
    return {
        slot: torch.tensor([values.index(one.said[slot]) + 1 if slot in one.said else 0 for one in captions])
        for slot, values in SLOTS.items()
    }


def ends(ids: Tensor, rng: random.Random, extra: int = 2) -> Tensor:
    """`[N, 1 + extra]`: the end token's position and random ones in the padding after it."""
    first = (ids == END).int().argmax(dim=1)
    rows = [[end, *(rng.randint(end, TOKENS - 1) for _ in range(extra))] for end in first.tolist()]
    return torch.tensor(rows)


def reading_loss(reader: Reader, ids: Tensor, captions: Sequence[Caption], rng: random.Random) -> Tensor:
    """Mean cross-entropy over the slots."""
    places = ends(ids, rng)
    device = next(reader.parameters()).device
    with autocast(device):
        scores = reader(ids.to(device), places.to(device))
    wanted = {
        slot: one.to(device).repeat_interleave(places.shape[1]) for slot, one in labels(captions).items()
    }
    return torch.stack(
        [functional.cross_entropy(scores[slot].float(), wanted[slot]) for slot in SLOTS]
    ).mean()


def train_text(
    runs: Path,
    schedule: Schedule,
    seed: int = 0,
    place: Place = HERE,
    *,
    batch: int = BATCH,
    tokenizer: Path = TOKENIZER,
) -> Run:
    """Train; the result is `text/` under `runs`."""
    torch.manual_seed(seed)
    words, reader = load_tokenizer(tokenizer), place.take(Reader(make_text_encoder()))
    optimizer = torch.optim.AdamW(reader.parameters(), betas=(0.9, 0.99), weight_decay=0.0, fused=True)
    run = Run(runs / "text", reader, optimizer, schedule, seed, decay=0.99)

    def loss_of(step: int) -> Tensor:
        rng = random.Random(f"text/{seed}/{step}")
        captions = [caption(training_scene(rng), rng) for _ in range(batch)]
        ids = with_strangers(token_ids(words, [one.text for one in captions]), rng)
        return reading_loss(reader, ids, captions, rng)

    run.train(loss_of)
    return run


def trained_encoder(runs: Path) -> CLIPTextModel:
    """The text encoder as the first phase left it."""
    reader = Reader(make_text_encoder())
    averaged(runs / "text", reader)
    return reader.encoder


def main() -> None:
    """Command line."""
    chosen = arguments("Teach the practice model's text encoder to read.", 4).parse_args()
    schedule, place = options(chosen, 3e-3)
    train_text(chosen.runs, schedule, chosen.seed, place, batch=chosen.batch or BATCH)


if __name__ == "__main__":
    main()
