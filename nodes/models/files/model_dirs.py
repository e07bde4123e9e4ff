"""Which folders hold which kind of model: those of this program, of ComfyUI and of A1111, as they are."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph.node_api.fingerprint import Stamp, stamp
from nodegraph.support.atomic import write_text
from nodegraph.support.user_dirs import config_folder, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Places = dict[str, list[Path]]

FOLDERS: Mapping[str, tuple[str, ...]] = {
    "checkpoints": ("checkpoints", "Stable-diffusion", "diffusers"),
    "diffusion_models": ("diffusion_models", "unet"),
    "text_encoders": ("text_encoders", "clip"),
    "vae": ("vae", "VAE"),
    "loras": ("loras", "Lora", "LyCORIS"),
    "controlnet": ("controlnet", "ControlNet", "t2i_adapter"),
    "embeddings": ("embeddings",),
    "upscale_models": ("upscale_models", "ESRGAN", "RealESRGAN", "SwinIR"),
    "clip_vision": ("clip_vision",),
    "style_models": ("style_models",),
    "vae_approx": ("vae_approx", "VAE-approx"),
    "model_patches": ("model_patches",),
    "ipadapter": ("ipadapter", "ip_adapter"),
    "wildcards": (
        "wildcards",
        "extensions/sd-dynamic-prompts/wildcards",
        "extensions/stable-diffusion-webui-wildcards/wildcards",
        "custom_nodes/ComfyUI-Impact-Pack/wildcards",
    ),
}
"""Each kind of model with the names of the sub-folders that hold it."""

KINDS: Mapping[str, str] = {name: kind for kind, names in FOLDERS.items() for name in (kind, *names)}
YAML = "extra_model_paths.yaml"
YAML_LIMIT = 2**20
VARIABLE = "NODEGRAPH_MODELS"


def set_places() -> list[Path]:
    """The folders and files that the environment variable and then the settings file name."""
    listed = [Path(entry) for entry in os.environ.get(VARIABLE, "").split(os.pathsep) if entry]
    try:
        named = _settings().get("models", ())
    except (OSError, ValueError, RecursionError):
        named = ()
    if not isinstance(named, list):
        return listed
    return listed + [Path(entry).expanduser() for entry in named if isinstance(entry, str)]


def settings_file() -> Path:
    """Where folders of models are set."""
    return config_folder() / "models.json"


def settings_stamp() -> Stamp | None:
    """What differs once the settings file has changed; None where there is none."""
    try:
        return stamp(settings_file())
    except OSError:
        return None


def add_place(folder: Path) -> None:
    """Name a folder in the settings file, after those that are there; raises OSError and changes nothing."""
    try:
        settings = _settings()
    except (ValueError, RecursionError):
        raise OSError(errno.EINVAL, "it is not JSON") from None
    named = settings.get("models", [])
    if not isinstance(named, list):
        raise OSError(errno.EINVAL, "its 'models' is no list")
    write_text(settings_file(), json.dumps({**settings, "models": [*named, str(folder)]}, indent=1) + "\n")


def _settings() -> dict[str, Any]:
    path = settings_file()
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError
    return found


def own_folder() -> Path:
    """Where files from elsewhere are linked; beside the editor's own things."""
    return Path(os.environ.get("NODEGRAPH_HOME") or state_folder()) / "models"


def places_of(roots: Iterable[Path]) -> Places:
    """The folders of each kind under roots, in order.

    A root is a folder of model folders, the folder of a program that has one ("models" inside), a folder
    that holds model files itself, or a file like ComfyUI's extra_model_paths.yaml.
    """
    places: Places = {}
    for root in roots:
        for kind, folder in _under(root.expanduser().absolute()):
            known = places.setdefault(kind, [])
            if folder not in known:
                known.append(folder)
    return places


def _under(root: Path) -> Iterator[tuple[str, Path]]:
    if root.suffix.lower() in (".yaml", ".yml"):
        yield from yaml_places(root)
        return
    found = False
    for base in (root, root / "models"):
        for kind, names in FOLDERS.items():
            for name in dict.fromkeys(names):
                if (base / name).is_dir():
                    found = True
                    yield kind, base / name
    if (root / YAML).is_file():
        found = True
        yield from yaml_places(root / YAML)
    if not found and root.is_dir():
        yield from ((kind, root) for kind in FOLDERS)


def yaml_places(path: Path) -> Iterator[tuple[str, Path]]:
    """The folders that a file like ComfyUI's extra_model_paths.yaml names; those marked default first."""
    sections = [section for section in _yaml(path).values() if isinstance(section, dict)]
    for section in sorted(sections, key=lambda section: not section.get("is_default")):
        base = _expanded(section.get("base_path"), path.parent) or path.parent
        for name, lines in section.items():
            kind = KINDS.get(str(name))
            if kind and isinstance(lines, str):
                for line in lines.splitlines():
                    folder = _expanded(line.strip(), base)
                    if folder:
                        yield kind, folder


def _expanded(text: Any, base: Path) -> Path | None:
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        return None
    return base / Path(os.path.expandvars(text.strip())).expanduser()


def _yaml(path: Path) -> dict[Any, Any]:
    import yaml

    try:
        if path.stat().st_size > YAML_LIMIT:
            return {}
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}


def hub_cache() -> Iterator[tuple[str, Path]]:
    """The pipelines in the cache of the Hugging Face hub, by repository name: the newest snapshot of each."""
    home = os.environ.get("HF_HOME") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "huggingface"
    )
    cache = Path(os.environ.get("HF_HUB_CACHE") or os.path.join(home, "hub"))
    for repository in sorted(cache.glob("models--*--*")):
        snapshots = [path.parent for path in repository.glob("snapshots/*/model_index.json")]
        if snapshots:
            newest = max(snapshots, key=lambda path: path.stat().st_mtime)
            yield repository.name.removeprefix("models--").replace("--", "/"), newest
