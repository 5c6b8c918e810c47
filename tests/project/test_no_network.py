"""The suite itself cannot reach a network, so a test that passes needs none."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

# An address that is set aside for documentation and belongs to nobody.
NOBODY = ("192.0.2.1", 80)


def test_a_connection_out_is_refused():
    said = pytest.warns(UserWarning, match=NOBODY[0])
    with said, pytest.raises(SocketConnectBlockedError), socket.socket() as door:
        door.connect(NOBODY)


def test_a_connection_on_this_machine_is_allowed():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            pass
