# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""vhost-user messages on a socket (QEMU docs/interop/vhost-user.rst, "Message Specification").

Written from the specification and apart from the daemon's own code, so that one finds the other's errors.
"""

from __future__ import annotations

import enum
import os
import socket
import struct
from dataclasses import dataclass

_HEADER = struct.Struct("=III")
_U64 = struct.Struct("=Q")
_STATE = struct.Struct("=II")
_VERSION = 1
_VERSION_MASK = 0x3
_REPLY = 1 << 2
_NEED_REPLY = 1 << 3
# More than any message of the protocol has.
_MAX_PAYLOAD = 4096
_MAX_FDS = 16


class Request(enum.IntEnum):
    """Front-end message types; all of the specification, whoever serves them."""

    GET_FEATURES = 1
    SET_FEATURES = 2
    SET_OWNER = 3
    RESET_OWNER = 4
    SET_MEM_TABLE = 5
    SET_LOG_BASE = 6
    SET_LOG_FD = 7
    SET_VRING_NUM = 8
    SET_VRING_ADDR = 9
    SET_VRING_BASE = 10
    GET_VRING_BASE = 11
    SET_VRING_KICK = 12
    SET_VRING_CALL = 13
    SET_VRING_ERR = 14
    GET_PROTOCOL_FEATURES = 15
    SET_PROTOCOL_FEATURES = 16
    GET_QUEUE_NUM = 17
    SET_VRING_ENABLE = 18
    SEND_RARP = 19
    NET_SET_MTU = 20
    SET_BACKEND_REQ_FD = 21
    IOTLB_MSG = 22
    SET_VRING_ENDIAN = 23
    GET_CONFIG = 24
    SET_CONFIG = 25
    CREATE_CRYPTO_SESSION = 26
    CLOSE_CRYPTO_SESSION = 27
    POSTCOPY_ADVISE = 28
    POSTCOPY_LISTEN = 29
    POSTCOPY_END = 30
    GET_INFLIGHT_FD = 31
    SET_INFLIGHT_FD = 32
    GPU_SET_SOCKET = 33
    RESET_DEVICE = 34
    VRING_KICK = 35
    GET_MAX_MEM_SLOTS = 36
    ADD_MEM_REG = 37
    REM_MEM_REG = 38
    SET_STATUS = 39
    GET_STATUS = 40
    GET_SHARED_OBJECT = 41
    SET_DEVICE_STATE_FD = 42
    CHECK_DEVICE_STATE = 43
    GET_SHMEM_CONFIG = 44


# Requests whose reply has a content of its own, of those that a device without special features has.
WITH_REPLY = frozenset(
    {
        Request.GET_FEATURES,
        Request.GET_PROTOCOL_FEATURES,
        Request.GET_QUEUE_NUM,
        Request.GET_VRING_BASE,
        Request.GET_CONFIG,
        Request.GET_MAX_MEM_SLOTS,
    }
)


@dataclass(frozen=True)
class Message:
    """One message of either side. Its descriptors are gone when it is looked at; their number is left."""

    request: int
    flags: int
    payload: bytes
    fd_count: int = 0

    @property
    def name(self) -> str:
        """As in the specification, without VHOST_USER_."""
        return Request(self.request).name if self.request in list(Request) else f"request {self.request}"

    @property
    def is_reply(self) -> bool:
        return bool(self.flags & _REPLY)

    @property
    def needs_reply(self) -> bool:
        return bool(self.flags & _NEED_REPLY)

    @property
    def u64(self) -> int:
        """The payload as "a single 64-bit integer"."""
        return int(_U64.unpack(self.payload)[0])

    @property
    def vring_state(self) -> tuple[int, int]:
        """The payload as "a vring state description": index and number."""
        index, number = _STATE.unpack(self.payload)
        return index, number


class Closed(Exception):
    """The peer closed the connection; `midway` if that cut a message short."""

    def __init__(self, midway: bool) -> None:
        super().__init__("the connection was closed" + (" in the middle of a message" if midway else ""))
        self.midway = midway


def receive(connection: socket.socket) -> tuple[Message, list[int]]:
    """Reads one message and its descriptors, which are the caller's to close. Closed at the end."""
    data, fds, _, _ = socket.recv_fds(connection, _HEADER.size, _MAX_FDS, socket.MSG_CMSG_CLOEXEC)
    if not data:
        raise Closed(midway=False)
    try:
        request, flags, size = _HEADER.unpack(data + _receive_exactly(connection, _HEADER.size - len(data)))
        if flags & _VERSION_MASK != _VERSION or size > _MAX_PAYLOAD:
            raise ValueError(f"no vhost-user message: request {request}, flags {flags:#x}, {size} bytes")
        payload = _receive_exactly(connection, size)
    except BaseException:
        close_all(fds)
        raise
    return Message(request, flags, payload, len(fds)), fds


def send(connection: socket.socket, message: Message, fds: list[int]) -> None:
    """Sends one message as it is."""
    data = _HEADER.pack(message.request, message.flags, len(message.payload)) + message.payload
    sent = socket.send_fds(connection, [data], fds) if fds else connection.send(data)
    connection.sendall(data[sent:])


def close_all(fds: list[int]) -> None:
    for fd in fds:
        os.close(fd)


class FrontEnd:
    """A front-end that asks for one thing at a time."""

    _LIMIT_S = 10.0

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        connection.settimeout(self._LIMIT_S)

    @classmethod
    def connect(cls, path: str | os.PathLike[str]) -> FrontEnd:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(cls._LIMIT_S)
            connection.connect(os.fspath(path))
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    def ask(self, request: Request) -> Message:
        """Sends a request without a payload and returns the reply."""
        send(self._connection, Message(request, _VERSION, b""), [])
        return receive(self._connection)[0]

    def is_closed_by_peer(self) -> bool:
        """Waits until the other side closes the connection; False when it did not."""
        try:
            return self._connection.recv(1) == b""
        except ConnectionError:
            return True
        except socket.timeout:
            return False

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> FrontEnd:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _receive_exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            raise Closed(midway=True)
        data += piece
    return data
