"""Making a model file known that lies anywhere, as one that was dropped on the window: linked, never copied."""

from __future__ import annotations

import os
from pathlib import Path

from nodegraph.node_api.model_files import Adopted
from nodegraph.support.errors import LoadError
from nodes.models.architectures.families import families
from nodes.models.detection.detect import recognise
from nodes.models.detection.file_kinds import HOMES
from nodes.models.detection.recognised import Recognised
from nodes.models.files.directory_scanner import scan_directory
from nodes.models.files.folders import ModelFolders
from nodes.models.files.model_dirs import add_place, own_folder, set_places, settings_file


def adopt(files: ModelFolders, path: Path) -> Adopted:
    """What a model file is from now on known as; raises LoadError for what is no model.

    A file that lies in a model folder keeps its name there; another one is linked into this program's own folder.
    """
    path = path.absolute()
    for kind, folders in files.places.items():
        for folder in folders:
            if path.is_relative_to(folder) and files.find(kind, path.relative_to(folder).as_posix()) == path:
                side = _side(recognise(path)) if kind == "checkpoints" else 0
                return Adopted(kind, path.relative_to(folder).as_posix(), side)
    found = recognise(path)
    home = HOMES.get(found.kind)
    if home is None:
        raise LoadError(
            "{name} holds no model that is known here; put it into the folder of its kind yourself.",
            name=path.name,
        )
    return Adopted(home.folder, _linked(path, own_folder() / home.folder), _side(found))


def _side(found: Recognised) -> int:
    family = families().get(found.family)
    return family.side if family is not None else 0


def adopt_folder(files: ModelFolders, folder: Path) -> int:
    """Name a folder in the settings file, so that its models are found from now on; how many those are.

    Raises LoadError for a folder without models, and where the settings cannot be kept.
    """
    folder = folder.absolute()
    count = len(scan_directory(folder).found)
    if not count:
        raise LoadError("{name} holds no model files.", name=folder.name)
    known = {place for places in files.places.values() for place in places}
    if folder not in known.union(set_places()):
        try:
            add_place(folder)
        except OSError as error:
            reason = error.strerror or str(error)
            raise LoadError(
                "The settings file {path} cannot be changed ({reason}); name the folder in NODEGRAPH_MODELS instead.",
                path=settings_file(),
                reason=reason,
            ) from None
    return count


def _linked(path: Path, folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, known in scan_directory(folder).found.items():
            if Path(known).exists() and Path(known).samefile(path):
                return name
        target = _free(folder, path)
        try:
            target.symlink_to(path)
        except OSError:
            # Where links with a target elsewhere need rights, as on Windows, one to the same disk needs none.
            os.link(path, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise LoadError(
            "{name} cannot be linked into {folder} ({reason}); copy it there.",
            name=path.name,
            folder=folder,
            reason=reason,
        ) from None
    return target.name


def _free(folder: Path, path: Path) -> Path:
    """A name that is not taken; a link whose file is gone makes room."""
    number = 1
    target = folder / path.name
    while target.exists():
        number += 1
        target = folder / f"{path.stem} {number}{path.suffix}"
    target.unlink(missing_ok=True)
    return target
