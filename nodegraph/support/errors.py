"""What can go wrong, as sentences a person can act on."""

from __future__ import annotations

from nodegraph.support.messages import Phrase, phrase


class NodegraphError(Exception):
    """Base of every failure that is reported as one plain sentence and never as a traceback.

    The sentence is a template with the values that belong into it, so that it can be said in another language;
    without values it may be any text.
    """

    phrase: Phrase

    def __init__(self, sentence: str = "", /, **values: object) -> None:
        self.phrase = phrase(sentence, **values)
        super().__init__(self.phrase)


class EditError(NodegraphError):
    """An edit does not fit the graph; nothing has changed."""


class LoadError(NodegraphError):
    """A file cannot be read as what it claims to be."""


class SaveError(NodegraphError):
    """A file cannot be written; what stood there before still does."""


class DefinitionError(NodegraphError):
    """A node type is declared in a way that cannot work."""


class GraphError(NodegraphError):
    """A graph cannot run as it stands: a cycle, a missing input, an unknown node, a bad value."""


class NodeFailed(NodegraphError):
    """A node's function raised; wrapped once, with the place and a summary of the inputs.

    `node` and `title` say where, `message` is the sentence, `inputs` one line per input.
    The original exception is `__cause__`.
    """

    def __init__(self, node: str, title: str, message: str, inputs: tuple[str, ...] = ()) -> None:
        super().__init__("{title} ({node}): {message}", title=title, node=node, message=message)
        self.node = node
        self.title = title
        self.message = message
        self.inputs = inputs


class Cancelled(BaseException):
    """The run was cancelled."""
