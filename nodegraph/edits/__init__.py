"""Edits as values: `apply(graph) -> graph` raises EditError before anything has changed."""

from nodegraph.edits.base import Edit
from nodegraph.edits.batch import Batch
from nodegraph.edits.boxes import (
    AddFrame,
    AddNote,
    ChangeFrame,
    ChangeNote,
    RemoveFrame,
    RemoveNote,
    SetFrameMode,
)
from nodegraph.edits.links import Connect, Disconnect, MuteLink, SetPortal, SetSources, SetVia, link_between
from nodegraph.edits.looks import Move, Resize, SetColor, SetFlags, SetTitle, SetView
from nodegraph.edits.nodes import AddNodes, RemoveNodes, RenameNode, Replace
from nodegraph.edits.values import SetExpression, SetMode, SetParam, SetParams

__all__ = [
    "AddFrame",
    "AddNodes",
    "AddNote",
    "Batch",
    "ChangeFrame",
    "ChangeNote",
    "Connect",
    "Disconnect",
    "Edit",
    "Move",
    "MuteLink",
    "RemoveFrame",
    "RemoveNodes",
    "RemoveNote",
    "RenameNode",
    "Replace",
    "Resize",
    "SetColor",
    "SetExpression",
    "SetFlags",
    "SetFrameMode",
    "SetMode",
    "SetParam",
    "SetParams",
    "SetPortal",
    "SetSources",
    "SetTitle",
    "SetVia",
    "SetView",
    "link_between",
]
