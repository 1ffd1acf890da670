# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""A bus as the Python packages smbus2 and smbus show it, for drivers that are written for those."""

from __future__ import annotations

import ctypes
import enum
import errno
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol

from vhost_device._core import Adapter, Address, Read, Write
from vhost_device._linux_errors import as_os_errors
from vhost_device._pec import packet_error_code

__all__ = ["I2cFunc", "I2cMsg", "SMBus"]

# Linux, include/uapi/linux/i2c.h and i2c-dev.h.
_BLOCK_MAX = 32
_RDWR_MAX_MESSAGES = 42
_RDWR_MAX_LENGTH = 8192
_M_RD = 0x0001
_M_TEN = 0x0010
_M_DMA_SAFE = 0x0200

# No descriptor: an ioctl on it fails.
_OPEN = -1


class I2cFunc(enum.IntFlag):
    """What an adapter can do, by smbus2's names."""

    I2C = 0x00000001
    ADDR_10BIT = 0x00000002
    PROTOCOL_MANGLING = 0x00000004
    SMBUS_PEC = 0x00000008
    NOSTART = 0x00000010
    SLAVE = 0x00000020
    SMBUS_BLOCK_PROC_CALL = 0x00008000
    SMBUS_QUICK = 0x00010000
    SMBUS_READ_BYTE = 0x00020000
    SMBUS_WRITE_BYTE = 0x00040000
    SMBUS_READ_BYTE_DATA = 0x00080000
    SMBUS_WRITE_BYTE_DATA = 0x00100000
    SMBUS_READ_WORD_DATA = 0x00200000
    SMBUS_WRITE_WORD_DATA = 0x00400000
    SMBUS_PROC_CALL = 0x00800000
    SMBUS_READ_BLOCK_DATA = 0x01000000
    SMBUS_WRITE_BLOCK_DATA = 0x02000000
    SMBUS_READ_I2C_BLOCK = 0x04000000
    SMBUS_WRITE_I2C_BLOCK = 0x08000000
    SMBUS_HOST_NOTIFY = 0x10000000

    SMBUS_BYTE = SMBUS_READ_BYTE | SMBUS_WRITE_BYTE
    SMBUS_BYTE_DATA = SMBUS_READ_BYTE_DATA | SMBUS_WRITE_BYTE_DATA
    SMBUS_WORD_DATA = SMBUS_READ_WORD_DATA | SMBUS_WRITE_WORD_DATA
    SMBUS_BLOCK_DATA = SMBUS_READ_BLOCK_DATA | SMBUS_WRITE_BLOCK_DATA
    SMBUS_I2C_BLOCK = SMBUS_READ_I2C_BLOCK | SMBUS_WRITE_I2C_BLOCK
    SMBUS_EMUL = (
        SMBUS_QUICK
        | SMBUS_BYTE
        | SMBUS_BYTE_DATA
        | SMBUS_WORD_DATA
        | SMBUS_PROC_CALL
        | SMBUS_WRITE_BLOCK_DATA
        | SMBUS_I2C_BLOCK
        | SMBUS_PEC
    )


_OVER_I2C = I2cFunc.SMBUS_EMUL | I2cFunc.SMBUS_READ_BLOCK_DATA | I2cFunc.SMBUS_BLOCK_PROC_CALL


class I2cMsg(Protocol):
    """A message for i2c_rdwr(): smbus2.i2c_msg, or another structure with these fields."""

    addr: Any
    flags: Any
    len: Any
    buf: Any


class SMBus:
    """Takes the place of smbus2.SMBus: its methods, arguments, results, and OSError with Linux's numbers.

    `bus` is an adapter. SMBus's protocols are put on it as Linux does on an adapter for plain I2C; each call
    is one transaction. Blocks whose length the chip tells (read_block_data, block_process_call) are read as
    if they had the greatest length, and then cut off: a chip sees more bytes read than it has announced.

    `force` is there for compatibility.
    """

    def __init__(self, bus: Adapter | None = None, force: bool = False) -> None:
        self.fd: int | None = None
        self.funcs = I2cFunc(0)
        self.address: int | None = None
        self.force = force
        self._pec = 0
        self._adapter: Adapter | None = None
        if bus is not None:
            self.open(bus)

    def __enter__(self) -> SMBus:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<SMBus on {self._adapter!r}, {'closed' if self.fd is None else 'open'}>"

    def open(self, bus: Adapter | int | str) -> None:
        """Uses an adapter from now on; a number or a path stands for the one that it had before."""
        if isinstance(bus, Adapter):
            self._adapter = bus
        elif self._adapter is None:
            raise TypeError(f"bus {bus!r}: expected an adapter, as in SMBus(guest)")
        self.fd = _OPEN
        self.funcs = I2cFunc(self._adapter.functionality)
        if self.funcs & I2cFunc.I2C:
            self.funcs |= _OVER_I2C

    def close(self) -> None:
        """Nothing can be transferred until open(). The adapter stays as it is."""
        self.fd = None
        self.address = None
        self._pec = 0

    @property
    def pec(self) -> int:
        """Whether messages have a packet error code: 0 or 1."""
        return self._pec

    @pec.setter
    def pec(self, enable: bool | int) -> None:
        self.enable_pec(bool(enable))

    def enable_pec(self, enable: bool = True) -> None:
        """Adds a packet error code to what is sent, and expects one."""
        if not self.funcs & I2cFunc.SMBUS_PEC:
            raise OSError("SMBUS_PEC is not a feature")
        self._pec = int(enable)

    # ---- protocols (SMBus 3.2, 6.5)

    def write_quick(self, i2c_addr: int, force: bool | None = None) -> None:
        """The address alone. OSError if nobody acknowledges it."""
        self._transfer([Write(self._addressed(i2c_addr))])

    def read_byte(self, i2c_addr: int, force: bool | None = None) -> int:
        """Receive Byte."""
        return self._receive(i2c_addr, None, 1)[0]

    def write_byte(self, i2c_addr: int, value: int, force: bool | None = None) -> None:
        """Send Byte."""
        self._send(i2c_addr, _bytes(value))

    def read_byte_data(self, i2c_addr: int, register: int, force: bool | None = None) -> int:
        """Read Byte."""
        return self._receive(i2c_addr, _bytes(register), 1)[0]

    def write_byte_data(self, i2c_addr: int, register: int, value: int, force: bool | None = None) -> None:
        """Write Byte."""
        self._send(i2c_addr, _bytes(register, value))

    def read_word_data(self, i2c_addr: int, register: int, force: bool | None = None) -> int:
        """Read Word: the low byte comes first."""
        return int.from_bytes(self._receive(i2c_addr, _bytes(register), 2), "little")

    def write_word_data(self, i2c_addr: int, register: int, value: int, force: bool | None = None) -> None:
        """Write Word: the low byte goes first."""
        self._send(i2c_addr, _bytes(register) + _word(value))

    def process_call(self, i2c_addr: int, register: int, value: int, force: bool | None = None) -> int:
        """Process Call: a word there and one back."""
        return int.from_bytes(self._receive(i2c_addr, _bytes(register) + _word(value), 2), "little")

    def read_block_data(self, i2c_addr: int, register: int, force: bool | None = None) -> list[int]:
        """Block Read: the chip tells the length first, up to 32."""
        return self._receive_block(i2c_addr, _bytes(register))

    def write_block_data(
        self, i2c_addr: int, register: int, data: Sequence[int], force: bool | None = None
    ) -> None:
        """Block Write: the length goes first. ValueError for more than 32 bytes."""
        self._send(i2c_addr, _bytes(register, _block_length(len(data)), *data))

    def block_process_call(
        self, i2c_addr: int, register: int, data: Sequence[int], force: bool | None = None
    ) -> list[int]:
        """Block Write-Block Read Process Call. ValueError for more than 32 bytes."""
        return self._receive_block(i2c_addr, _bytes(register, _block_length(len(data)), *data))

    def read_i2c_block_data(
        self, i2c_addr: int, register: int, length: int, force: bool | None = None
    ) -> list[int]:
        """A register number there and up to 32 bytes back, without a length and without PEC."""
        return list(self._received(i2c_addr, _bytes(register), _block_length(length)))

    def write_i2c_block_data(
        self, i2c_addr: int, register: int, data: Sequence[int], force: bool | None = None
    ) -> None:
        """A register number and up to 32 bytes, without a length and without PEC."""
        _block_length(len(data))
        self._transfer([Write(self._addressed(i2c_addr), _bytes(register, *data))])

    def i2c_rdwr(self, *i2c_msgs: I2cMsg) -> None:
        """Plain I2C: all messages in one transaction. What is read is put into their buffers.

        All flags but I2C_M_RD and I2C_M_TEN are an OSError with EOPNOTSUPP.
        """
        if not 0 < len(i2c_msgs) <= _RDWR_MAX_MESSAGES:
            raise OSError(errno.EINVAL, f"{len(i2c_msgs)} messages: expected 1 to {_RDWR_MAX_MESSAGES}")
        received = iter(self._transfer([_to_message(message) for message in i2c_msgs]))
        for message in i2c_msgs:
            if message.flags & _M_RD:
                data = next(received)
                ctypes.memmove(message.buf, data, len(data))

    # ---- inside

    def _addressed(self, i2c_addr: int) -> Address:
        self.address = i2c_addr
        return _to_address(i2c_addr, ten_bit=False)

    def _send(self, i2c_addr: int, data: bytes) -> None:
        address = self._addressed(i2c_addr)
        code = bytes([packet_error_code(bytes([i2c_addr << 1]) + data)]) if self._pec else b""
        self._transfer([Write(address, data + code)])

    def _receive(self, i2c_addr: int, sent: bytes | None, length: int) -> bytes:
        data = self._received(i2c_addr, sent, length + self._pec)
        return self._checked(i2c_addr, sent, data, length)

    def _receive_block(self, i2c_addr: int, sent: bytes) -> list[int]:
        data = self._received(i2c_addr, sent, 1 + _BLOCK_MAX + self._pec)
        if data[0] > _BLOCK_MAX:
            raise OSError(errno.EPROTO, f"{Address(i2c_addr)}: announces a block of {data[0]} bytes")
        return list(self._checked(i2c_addr, sent, data, 1 + data[0])[1:])

    def _received(self, i2c_addr: int, sent: bytes | None, length: int) -> bytes:
        address = self._addressed(i2c_addr)
        messages: list[Read | Write] = [] if sent is None else [Write(address, sent)]
        return self._transfer([*messages, Read(address, length)])[0]

    def _checked(self, i2c_addr: int, sent: bytes | None, data: bytes, length: int) -> bytes:
        """The first `length` bytes, if the code that follows them is right."""
        if self._pec:
            before = b"" if sent is None else bytes([i2c_addr << 1]) + sent
            expected = packet_error_code(before + bytes([i2c_addr << 1 | 1]) + data[:length])
            if data[length] != expected:
                text = f"{Address(i2c_addr)}: PEC {data[length]:#04x} where {expected:#04x} was expected"
                raise OSError(errno.EBADMSG, text)
        return data[:length]

    def _transfer(self, messages: list[Read | Write]) -> list[bytes]:
        if self.fd is None or self._adapter is None:
            raise OSError(errno.EBADF, "the SMBus is not open")
        with as_os_errors():
            return self._adapter.transfer(messages)


def _bytes(*values: int) -> bytes:
    # Linux takes the low bits, and so do drivers that pass a negative number.
    return bytes(value & 0xFF for value in values)


def _word(value: int) -> bytes:
    return (value & 0xFFFF).to_bytes(2, "little")


def _block_length(length: int) -> int:
    if length > _BLOCK_MAX:
        raise ValueError(f"a block of {length} bytes: expected at most {_BLOCK_MAX}")
    return length


def _to_address(value: int, *, ten_bit: bool) -> Address:
    try:
        return Address.ten_bit(value) if ten_bit else Address(value)
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from None


def _to_message(message: I2cMsg) -> Read | Write:
    if message.flags & ~(_M_RD | _M_TEN | _M_DMA_SAFE):
        raise OSError(errno.EOPNOTSUPP, f"flags {message.flags:#06x} of a message")
    if message.len > _RDWR_MAX_LENGTH:
        raise OSError(errno.EINVAL, f"{message.len} bytes: expected at most {_RDWR_MAX_LENGTH}")
    if message.len > 0 and not message.buf:
        raise OSError(errno.EFAULT, f"{message.len} bytes: the message has no buffer for them")
    address = _to_address(message.addr, ten_bit=bool(message.flags & _M_TEN))
    if message.flags & _M_RD:
        return Read(address, message.len)
    return Write(address, ctypes.string_at(message.buf, message.len))
