"""Build the standard CLIP tokenizer's files from the published list of byte-pair merges."""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

MERGES = 49152 - 256 - 2
START, END = "<|startoftext|>", "<|endoftext|>"
POSITIONS = 77


def byte_letters() -> list[str]:
    """The 256 letters that stand for bytes, in the order in which the vocabulary lists them.

    Bytes that print stand for themselves; the others take the code points from 256 on.
    """
    printing = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in printing]
    return [chr(byte) for byte in printing] + [chr(256 + index) for index in range(len(hidden))]


def vocabulary(merges: list[tuple[str, str]]) -> dict[str, int]:
    """Token to number: letters, letters that end a word, merges in order, start and end."""
    letters = byte_letters()
    tokens = [
        *letters,
        *(letter + "</w>" for letter in letters),
        *("".join(pair) for pair in merges),
        START,
        END,
    ]
    return {token: number for number, token in enumerate(tokens)}


def read_merges(path: Path) -> list[tuple[str, str]]:
    """The merges of `bpe_simple_vocab_16e6.txt.gz` that CLIP uses."""
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")[1 : MERGES + 1]
    pairs = [tuple(line.split()) for line in lines]
    return [(pair[0], pair[1]) for pair in pairs]


def write_tokenizer(merges_file: Path, folder: Path) -> None:
    """Write `vocab.json`, `merges.txt` and the configuration into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    merges = read_merges(merges_file)
    (folder / "vocab.json").write_text(json.dumps(vocabulary(merges), ensure_ascii=False), "utf-8")
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges), ""]
    (folder / "merges.txt").write_text("\n".join(lines), "utf-8")
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": POSITIONS,
        "bos_token": START,
        "eos_token": END,
        "unk_token": END,
        "pad_token": END,
        "do_lower_case": True,
        "errors": "replace",
        "add_prefix_space": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    special = {name: settings[name] for name in ("bos_token", "eos_token", "unk_token", "pad_token")}
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n", "utf-8")


def load_tokenizer(folder: Path) -> CLIPTokenizer:
    """The tokenizer of a folder."""
    from transformers import CLIPTokenizer

    return CLIPTokenizer.from_pretrained(folder)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Build the tokenizer's files.")
    parser.add_argument("merges", type=Path, help="bpe_simple_vocab_16e6.txt.gz")
    parser.add_argument("--out", type=Path, default=Path("nodes/practice/model/tokenizer"))
    chosen = parser.parse_args()
    write_tokenizer(chosen.merges, chosen.out)


if __name__ == "__main__":
    main()
