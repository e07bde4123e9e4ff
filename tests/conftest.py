"""Every test runs offline: a name looked up or a connection to another machine fails the test that made it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long anything takes says nothing on a machine with much else to do; what must be fast is in benchmarks/.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")

attempts: list[str] = []
"""Where this process tried to go, since the last test that was blamed for it."""

_connect = socket.socket.connect
_connect_and_tell = socket.socket.connect_ex


def pytest_configure() -> None:
    """Block from the start, so that imports and collection are watched too."""
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        setattr(socket, name, _refuse)
    for name, guarded in (("connect", _guarded_connect), ("connect_ex", _guarded_connect_ex)):
        setattr(socket.socket, name, guarded)


def _refuse(host: Any, *_: Any, **__: Any) -> Any:
    attempts.append(f"name {host!r}")
    raise OSError(f"Tests run offline: {host!r} was looked up.")


def _guarded_connect(self: socket.socket, address: Any) -> None:
    _check(self, address)
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    _check(self, address)
    return _connect_and_tell(self, address)


def _check(opened: socket.socket, address: Any) -> None:
    """Processes of this machine may speak to each other."""
    here = opened.family not in (socket.AF_INET, socket.AF_INET6) or address[0] in ("127.0.0.1", "::1")
    if not here:
        attempts.append(f"address {address!r}")
        raise OSError(f"Tests run offline: a connection to {address!r} was tried.")


@pytest.fixture(autouse=True)
def offline() -> Iterator[list[str]]:
    """Fail the test in which, or before which, something was tried; a test may look and clear the list."""
    yield attempts
    found = list(attempts)
    attempts.clear()
    assert not found, f"tried to reach {', '.join(found)}"
