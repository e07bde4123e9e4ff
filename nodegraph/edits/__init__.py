"""Edits as values: `apply(graph) -> graph` raises EditError before anything has changed."""

from nodegraph.edits.appearance import Move, Resize, SetColor, SetFlags, SetTitle, SetView
from nodegraph.edits.base import Edit
from nodegraph.edits.batch import Batch
from nodegraph.edits.frames_and_notes import (
    AddFrame,
    AddNote,
    ChangeFrame,
    ChangeFrames,
    ChangeNote,
    RemoveFrame,
    RemoveFrames,
    RemoveNote,
    RemoveNotes,
    SetFrameMode,
    SetFrameModes,
)
from nodegraph.edits.links import (
    Connect,
    Disconnect,
    MuteLink,
    SetPortal,
    SetPortals,
    SetSources,
    SetVia,
    link_between,
)
from nodegraph.edits.nodes import AddNodes, RemoveNodes, RenameNode, Replace
from nodegraph.edits.values import SetExpression, SetMode, SetParam, SetParams

__all__ = [
    "AddFrame",
    "AddNodes",
    "AddNote",
    "Batch",
    "ChangeFrame",
    "ChangeFrames",
    "ChangeNote",
    "Connect",
    "Disconnect",
    "Edit",
    "Move",
    "MuteLink",
    "RemoveFrame",
    "RemoveFrames",
    "RemoveNodes",
    "RemoveNote",
    "RemoveNotes",
    "RenameNode",
    "Replace",
    "Resize",
    "SetColor",
    "SetExpression",
    "SetFlags",
    "SetFrameMode",
    "SetFrameModes",
    "SetMode",
    "SetParam",
    "SetParams",
    "SetPortal",
    "SetPortals",
    "SetSources",
    "SetTitle",
    "SetVia",
    "SetView",
    "link_between",
]
