"""The guard against the network notices what is tried, even where the error is swallowed."""

import contextlib
import socket
import threading

import pytest


@pytest.mark.parametrize("host", ["example.org", "localhost.example"])
def test_a_name_is_noticed(offline: list[str], host: str) -> None:
    with contextlib.suppress(OSError):
        socket.create_connection((host, 443), timeout=1)
    assert offline == [f"name {host!r}"]
    offline.clear()


def test_a_number_is_noticed(offline: list[str]) -> None:
    with socket.socket() as opened, pytest.raises(OSError, match="run offline"):
        opened.connect(("192.0.2.1", 80))
    assert offline == ["address ('192.0.2.1', 80)"]
    offline.clear()


def test_this_machine_may_be_spoken_to(offline: list[str]) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        answered = threading.Thread(target=lambda: server.accept()[0].close())
        answered.start()
        with socket.socket() as opened:
            opened.connect(server.getsockname())
        answered.join()
    assert not offline


def test_looking_for_a_model_asks_nobody(offline: list[str]) -> None:
    from nodegraph.support.errors import LoadError
    from nodes.models import create_pool

    with pytest.raises(LoadError):
        create_pool(device="cpu").source("checkpoints", "stabilityai/no-such-model")
    assert not offline
