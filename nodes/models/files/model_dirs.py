"""Which folders hold which kind of model: those of this program, of ComfyUI and of A1111, as they are."""

from __future__ import annotations

import difflib
import errno
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph.node_api.fingerprint import Stamp, stamp
from nodegraph.support.atomic import write_text
from nodegraph.support.messages import Phrase
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
_KINDS_LOWER: Mapping[str, str] = {name.lower(): kind for name, kind in KINDS.items()}
MOST_ALIASES = 100
YAML = "extra_model_paths.yaml"
YAML_LIMIT = 2**20
VARIABLE = "NODEGRAPH_MODELS"


def set_places(remarks: list[Phrase] | None = None) -> list[Path]:
    """The folders and files that the environment variable and then the settings file name.

    What cannot be read of the settings file is added to `remarks`.
    """
    listed = [Path(entry) for entry in os.environ.get(VARIABLE, "").split(os.pathsep) if entry]
    said = [] if remarks is None else remarks
    try:
        named = _settings().get("models", [])
    except OSError as error:
        said.append(
            Phrase("{path} cannot be read: {reason}.", path=settings_file(), reason=error.strerror or error)
        )
        return listed
    except (ValueError, RecursionError) as error:
        said.append(
            Phrase(
                "{path} is not read: it is not JSON ({reason}); mend it or delete it.",
                path=settings_file(),
                reason=error,
            )
        )
        return listed
    if not isinstance(named, list) or not all(isinstance(entry, str) and entry for entry in named):
        said.append(
            Phrase(
                '{path}: "models" must be a list of folders, as in ["/data/models"].', path=settings_file()
            )
        )
        named = [entry for entry in named if isinstance(entry, str)] if isinstance(named, list) else []
    return listed + [Path(entry).expanduser() for entry in named if entry]


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
        raise ValueError("it holds no table of settings")
    return found


def own_folder() -> Path:
    """Where files from elsewhere are linked; beside the editor's own things."""
    return Path(os.environ.get("NODEGRAPH_HOME") or state_folder()) / "models"


def places_of(roots: Iterable[Path], remarks: list[Phrase] | None = None) -> Places:
    """The folders of each kind under roots, in order.

    A root is a folder of model folders, the folder of a program that has one ("models" inside), a folder
    that holds model files itself, or a file like ComfyUI's extra_model_paths.yaml. What is wrong with a root, or is
    not read of it, is added to `remarks`.
    """
    places: Places = {}
    said = [] if remarks is None else remarks
    for root in roots:
        try:
            whole = root.expanduser().absolute()
        except (RuntimeError, ValueError):
            whole = root
        for kind, folder in _under(whole, said):
            known = places.setdefault(kind, [])
            if folder not in known:
                known.append(folder)
    return places


def _under(root: Path, remarks: list[Phrase]) -> Iterator[tuple[str, Path]]:
    if root.suffix.lower() in (".yaml", ".yml"):
        yield from yaml_places(root, remarks)
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
        yield from yaml_places(root / YAML, remarks)
    if not found and root.is_dir():
        yield from ((kind, root) for kind in FOLDERS)
    elif not found:
        what = "is no folder" if root.exists() else "does not exist"
        remarks.append(
            Phrase("The model folder {root} {what}: name one that is there.", root=root, what=Phrase(what))
        )


def yaml_places(path: Path, remarks: list[Phrase] | None = None) -> Iterator[tuple[str, Path]]:
    """The folders that a file like ComfyUI's extra_model_paths.yaml names; those marked default first."""
    said = [] if remarks is None else remarks
    sections = []
    for name, section in _yaml(path, said).items():
        if isinstance(section, dict):
            sections.append(section)
        elif section is not None:
            said.append(
                Phrase(
                    "{path}: {name!r} stands at the beginning of its line and is not read; indent it under a name, "
                    "as under comfyui:.",
                    path=path,
                    name=str(name)[:80],
                )
            )
    lost: dict[Path, None] = {}
    for section in sorted(sections, key=lambda section: not section.get("is_default")):
        base = _expanded(section.get("base_path"), path.parent) or path.parent
        if not base.is_dir():
            said.append(
                Phrase(
                    "{path}: its base_path {base} does not exist; no model of it is found.",
                    path=path,
                    base=base,
                )
            )
            continue
        for name, lines in section.items():
            for kind, folder in _named(path, base, str(name), lines, said):
                if not folder.is_dir():
                    lost[folder] = None
                yield kind, folder
    if lost:
        said.append(
            Phrase(
                "{path} names folders that do not exist: {names}.", path=path, names=", ".join(map(str, lost))
            )
        )


def _named(
    path: Path, base: Path, name: str, lines: Any, remarks: list[Phrase]
) -> Iterator[tuple[str, Path]]:
    """The folders of one line of a section."""
    kind = KINDS.get(name) or _KINDS_LOWER.get(name.lower())
    if name in ("base_path", "is_default"):
        return
    if kind is None:
        near = difflib.get_close_matches(name.lower(), _KINDS_LOWER, 1, 0.8)
        if near:
            remarks.append(
                Phrase(
                    "{path}: there is no kind of model called {name!r}; {near} is meant perhaps.",
                    path=path,
                    name=name[:80],
                    near=near[0],
                )
            )
        return
    if name not in KINDS:
        remarks.append(
            Phrase("{path}: {name!r} is read as {kind}; write it so.", path=path, name=name[:80], kind=kind)
        )
    if isinstance(lines, list) and all(isinstance(line, str) for line in lines):
        remarks.append(
            Phrase(
                "{path}: {name} is a list, read as one folder a line; write the folders behind {name}: | for other "
                "programs.",
                path=path,
                name=name[:80],
            )
        )
        lines = "\n".join(lines)
    if not isinstance(lines, str):
        if lines is not None:
            remarks.append(
                Phrase("{path}: {name} must name folders and is not read.", path=path, name=name[:80])
            )
        return
    for line in lines.splitlines():
        folder = _expanded(line.strip(), base)
        if folder:
            yield kind, folder


def _expanded(text: Any, base: Path) -> Path | None:
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        return None
    try:
        return base / Path(os.path.expandvars(text.strip())).expanduser()
    except RuntimeError:
        # "~name" of somebody who has no home here.
        return base / text.strip()


def _yaml(path: Path, remarks: list[Phrase]) -> dict[Any, Any]:
    """The table in a YAML file; {} for one that cannot be read, which is said."""
    import yaml

    try:
        if path.stat().st_size > YAML_LIMIT:
            remarks.append(Phrase("{path} is not read: it is too large for a list of folders.", path=path))
            return {}
        text = path.read_text(encoding="utf-8")
        if text.count("*") > MOST_ALIASES:
            raise ValueError("it repeats parts of itself too often")
        found = yaml.safe_load(text)
    except OSError as error:
        reason: object = error.strerror or error
        remarks.append(Phrase("{path} cannot be read: {reason}.", path=path, reason=reason))
        return {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        remarks.append(
            Phrase(
                "{path} is not read: line {line} is no YAML ({reason}); indent with blanks, and write paths with / or "
                "without quotes.",
                path=path,
                line=line,
                reason=error.problem or error.context or "",
            )
        )
        return {}
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        reason = str(error).partition("\n")[0]
        remarks.append(Phrase("{path} is not read: it is no YAML ({reason}).", path=path, reason=reason))
        return {}
    if found is not None and not isinstance(found, dict):
        remarks.append(
            Phrase(
                "{path} is not read: it holds no table, as comfyui: with base_path: and loras:.", path=path
            )
        )
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
