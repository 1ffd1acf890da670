# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""
The part of vhost_device that is written in C++.
"""
from __future__ import annotations
import collections.abc
import enum
import os
import pathlib
import typing
__all__: list[str] = ['Adapter', 'Address', 'At24', 'At24Data', 'Bus', 'Clock', 'Device', 'Direction', 'I2cDev', 'InProcessGuest', 'Level', 'Lm75', 'MAX_SOCKETS', 'ManualClock', 'Read', 'RealClock', 'Router', 'ScriptSupervisor', 'Server', 'Write', 'end_scripts', 'flush_log', 'list_adapters', 'log']
class Address:
    """
    The address of a chip. One of 7 bits is equal to its number, and an int is taken wherever
    an address is wanted; one of 10 bits is an address of its own.
    """
    @staticmethod
    def ten_bit(value: int) -> Address:
        """
        One of 10 bits. ValueError above 0x3ff.
        """
    def __eq__(self, other: object) -> bool:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int | Address) -> None:
        """
        One of 7 bits. ValueError above 0x7f.
        """
    def __int__(self) -> int:
        ...
    def __repr__(self) -> str:
        ...
    def __str__(self) -> str:
        ...
    @property
    def is_reserved(self) -> bool:
        """
        Whether the specification keeps it for something else than a chip: 0x00 to 0x07 and 0x78 to 0x7f.
        """
    @property
    def is_ten_bit(self) -> bool:
        ...
    @property
    def value(self) -> int:
        ...
class Read:
    """
    A message that reads `length` bytes.
    """
    def __init__(self, address: int | Address, length: int) -> None:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def address(self) -> Address:
        ...
    @property
    def length(self) -> int:
        ...
class Write:
    """
    A message that writes bytes; without any, the address alone.
    """
    def __init__(self, address: int | Address, data: collections.abc.Iterable[int] = b'') -> None:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def address(self) -> Address:
        ...
    @property
    def data(self) -> bytes:
        ...
class Adapter:
    """
    A bus that transactions can be put on, real or simulated. Thread-safe.
    """
    def transfer(self, messages: collections.abc.Sequence[Read | Write]) -> list[bytes]:
        """
        Puts one transaction on the bus: START, the messages joined by repeated STARTs, STOP.

        Returns what each Read brought. Raises a TransferError: AddressNack, DataNack, ...
        """
    @property
    def functionality(self) -> int:
        """
        What the wire can do: the bits of Linux's I2C_FUNC_*.
        """
class Clock:
    """
    A bus's time, all that its chips know.
    """
    def advance(self, *, seconds: float = 0.0, milliseconds: float = 0.0) -> None:
        """
        Lets time pass. TypeError for a clock that shows real time.
        """
    @property
    def now(self) -> float:
        """
        In seconds since an arbitrary start.
        """
class RealClock(Clock):
    """
    The time of the host.
    """
    def __init__(self) -> None:
        ...
class ManualClock(Clock):
    """
    Time that passes only when it is told to.
    """
    def __init__(self) -> None:
        ...
    def advance(self, *, seconds: float = 0.0, milliseconds: float = 0.0) -> None:
        """
        Lets time pass. ValueError if it would go back.
        """
class Direction(enum.Enum):
    """
    Of a message.
    """
    read = ...
    write = ...
class Level(enum.Enum):
    """
    A digital pin at a moment, as a probe on it would see it.
    """
    high = ...
    low = ...
class ScriptSupervisor:
    """
    What a bus does about the scripts on it.
    """
    def __init__(self, on_error: collections.abc.Callable[[typing.Any, str, typing.Any], None]) -> None:
        ...
    @property
    def limit_ms(self) -> int:
        ...
    @limit_ms.setter
    def limit_ms(self, arg1: int) -> None:
        ...
class Device:
    """
    A chip on a simulated bus.

    A subclass is a chip of its own. It is written by the message, with read() and write(), or by the
    byte, with read_byte() and write_byte(); start() and stop() go with both. The bus calls these
    methods, one transaction at a time, on the thread of the guest that reads or writes. What is not
    overridden does what an open bus does: the address is acknowledged, data is refused, and 0xff is
    read.

    Raising Nack refuses. Any other exception is a NACK on the bus too; it is logged with its traceback
    and kept in the bus's script_errors. So is ScriptTimeout, raised in a method that takes longer than
    the bus's script_limit_ms.

    A method may use other chips of its bus, but should use none of another bus: where two buses wait for
    each other like that, RuntimeError is raised in one of the chips that do. It may fork, but the child
    must not return: it is ended if it does.
    """
    def __init__(self, address: int | Address | collections.abc.Sequence[int | Address], *, name: str | None = None) -> None:
        """
        A chip at one address or several. Its name is the class's if there is none.
        """
    def __repr__(self) -> str:
        ...
    def read(self, length: int) -> bytes:
        """
        The whole of a message to the controller: exactly `length` bytes.
        """
    def read_byte(self) -> int:
        """
        One byte for the controller: 0 to 255.
        """
    def start(self, direction: Direction) -> None:
        """
        A message begins. Raising Nack refuses the address.
        """
    def stop(self) -> None:
        """
        A transaction is over, in which the chip was addressed.
        """
    def write(self, data: bytes) -> None:
        """
        The whole of a message from the controller. Without data it is the address alone, and
        raising Nack refuses that.
        """
    def write_byte(self, value: int) -> None:
        """
        One byte from the controller. Raising Nack refuses it.
        """
    @property
    def address(self) -> Address:
        """
        The address, or the first of several.
        """
    @property
    def addresses(self) -> list[Address]:
        """
        Every address that the chip answers at.
        """
    @property
    def name(self) -> str:
        """
        What is printed on the part.
        """
    @property
    def selected_address(self) -> Address:
        """
        The address of the message under way, or of the last one.
        """
class At24Data:
    """
    An EEPROM's contents, live: like a bytearray that keeps its size. Each access has the bus to itself.
    """
    __hash__: typing.ClassVar[None]  # type: ignore[assignment]
    def __bytes__(self) -> bytes:
        ...
    def __contains__(self, value: object) -> bool:
        ...
    def __eq__(self, other: object) -> bool:
        ...
    @typing.overload
    def __getitem__(self, index: int) -> int:
        ...
    @typing.overload
    def __getitem__(self, index: slice) -> bytes:
        ...
    def __iter__(self) -> collections.abc.Iterator[int]:
        """
        Over the contents as they are now.
        """
    def __len__(self) -> int:
        ...
    def __repr__(self) -> str:
        ...
    @typing.overload
    def __setitem__(self, index: int, value: int) -> None:
        ...
    @typing.overload
    def __setitem__(self, index: slice, value: collections.abc.Iterable[int]) -> None:
        ...
class At24(Device):
    """
    A serial EEPROM of the 24Cxx family, 24c01 to 24cm02.
    """
    def __init__(self, part: str, address: int | Address, *, write_cycle_ms: int | None = None, image: os.PathLike[str] | str | bytes | None = None, save: bool = False) -> None:
        """
        `image` is a file with the initial contents; with `save`, it follows the contents, and need not
        be there at first. `write_cycle_ms` is the datasheet's if not given.

        ValueError for an unknown part and for an address that it cannot have, ImageError for an image
        that cannot be used.
        """
    def load_image(self, path: os.PathLike[str] | str | bytes) -> None:
        """
        Fills the start of the contents from a file. ImageError if that does not work.
        """
    def save_to(self, path: os.PathLike[str] | str | bytes) -> None:
        """
        Writes the contents to a file, and every change from now on. ImageError if that does not work
        at first; for failures later on there is last_error.
        """
    @property
    def busy(self) -> bool:
        """
        Whether a write cycle is running: nothing is acknowledged meanwhile.
        """
    @property
    def data(self) -> At24Data:
        """
        The contents, as a programmer beside the bus sees them: without write cycles and regardless of
        write protection.
        """
    @property
    def last_error(self) -> str:
        """
        Why contents were last not saved; empty when they always were.
        """
    @property
    def page_size(self) -> int:
        """
        In bytes.
        """
    @property
    def size(self) -> int:
        """
        In bytes.
        """
    @property
    def write_cycle_ms(self) -> int:
        """
        How long the chip is busy after a write; 0 for not at all. ValueError for a negative time.
        """
    @write_cycle_ms.setter
    def write_cycle_ms(self, arg1: int) -> None:
        ...
    @property
    def write_protect(self) -> bool:
        """
        The WP pin. While it is set, bytes are acknowledged as ever, and not written.
        """
    @write_protect.setter
    def write_protect(self, arg1: bool) -> None:
        ...
class Lm75(Device):
    """
    A temperature sensor with a thermostat: lm75, lm75a, tmp75 or tmp275.
    """
    def __init__(self, part: str = 'lm75', *, address: int | Address, temperature: float = 25.0) -> None:
        """
        ValueError for an unknown part, an address that it cannot have (0x48 to 0x4f), and a
        temperature that it cannot measure.
        """
    @property
    def configuration(self) -> int:
        """
        The configuration register.
        """
    @property
    def hysteresis(self) -> float:
        """
        The T_HYST (T_LOW) register, in degrees Celsius.
        """
    @property
    def limit(self) -> float:
        """
        The T_OS (T_HIGH) register, in degrees Celsius.
        """
    @property
    def os_level(self) -> Level:
        """
        The O.S. (ALERT) pin.
        """
    @property
    def reported_temperature(self) -> float:
        """
        What the temperature register says, in degrees Celsius.
        """
    @property
    def temperature(self) -> float:
        """
        What the sensor is at, in degrees Celsius. Setting it completes a conversion at once, so
        that the next read is of the new temperature, except in shutdown. ValueError outside
        -55 to 125 (lm75), -128 to 128 (tmp75, tmp275).
        """
    @temperature.setter
    def temperature(self, arg1: float) -> None:
        ...
class Transaction:
    """
    A transaction that was recorded: from START to STOP. str() is its line of text.
    """
    def __repr__(self) -> str:
        ...
    def __str__(self) -> str:
        ...
    @property
    def end(self) -> float:
        """
        In seconds on the bus's clock.
        """
    @property
    def end_ns(self) -> int:
        ...
    @property
    def error(self) -> str | None:
        """
        Why it failed: "address NACK", "timeout" ... None if it did not.
        """
    @property
    def messages(self) -> list[TracedMessage]:
        ...
    @property
    def notes(self) -> list[str]:
        """
        Such as faults that were put into it.
        """
    @property
    def number(self) -> int:
        """
        Counts from 0, in the order in which they ended.
        """
    @property
    def ok(self) -> bool:
        ...
    @property
    def start(self) -> float:
        """
        In seconds on the bus's clock.
        """
    @property
    def start_ns(self) -> int:
        ...
class TracedMessage:
    """
    A message that was recorded.
    """
    def __repr__(self) -> str:
        ...
    @property
    def acknowledged(self) -> int | None:
        """
        How many bytes went through; None where nobody knows.
        """
    @property
    def address(self) -> Address:
        ...
    @property
    def data(self) -> bytes:
        """
        What was on the wire: the last byte may be one that was refused. Where nobody knows how far a
        write came, all that was to be sent.
        """
    @property
    def error(self) -> str | None:
        """
        Why it did not: "address NACK", "data NACK at byte 2" (counted from 0), "timeout" ...,
        or "not sent" for one behind a message that failed. None if it did.
        """
    @property
    def length(self) -> int:
        """
        In bytes, as it was asked for.
        """
    @property
    def ok(self) -> bool:
        """
        Whether the message went through.
        """
    @property
    def read(self) -> bool:
        ...
    @property
    def register_name(self) -> str:
        """
        Of the register that a write begins with, for chips whose registers are known.
        """
    @property
    def transaction(self) -> Transaction:
        """
        The one that it is part of.
        """
class LiveTrace:
    """
    The C++ half of vhost_device.trace.LiveTrace.
    """
    def close(self, limit_s: float) -> bool:
        ...
    @property
    def dropped(self) -> int:
        ...
class Tracer(Adapter):
    """
    The C++ half of vhost_device.trace.Tracer.
    """
    _enabled: bool
    def __init__(self, adapter: Adapter, clock: Clock) -> None:
        ...
    def _clear(self) -> None:
        ...
    def _format(self, path: os.PathLike[str] | str | bytes, name: str) -> bytes:
        ...
    def _transactions(self) -> list[Transaction]:
        ...
    def _write_to(self, path: os.PathLike[str] | str | bytes, name: str) -> LiveTrace:
        ...
    @property
    def _dropped(self) -> int:
        ...
    @property
    def _limit(self) -> int:
        ...
    @_limit.setter
    def _limit(self, arg1: int) -> None:
        ...
class Bus(Adapter):
    """
    The C++ half of vhost_device.sim.Bus.
    """
    def __init__(self, clock: Clock) -> None:
        ...
    def _attach(self, device: Device, supervisor: ScriptSupervisor) -> None:
        ...
    def clear(self) -> None:
        """
        Takes every chip off.
        """
    def detach(self, device: Device) -> None:
        """
        Takes a chip off the bus, after the transaction under way (unless called from inside it).
        ValueError when it is not on this bus.
        """
    def load_board(self, board: os.PathLike[str] | str | bytes) -> list[str]:
        """
        Puts the chips of a devicetree file (.dts or .dtb) on the bus. FILE:NODE chooses one of
        several buses in it. Returns warnings. BoardError, and the bus as it was, if the file
        cannot be used.
        """
    @property
    def _tracer(self) -> Tracer:
        ...
    @property
    def devices(self) -> list[Device]:
        """
        The chips in the order of their first addresses.
        """
class I2cDev(Adapter):
    """
    The C++ half of vhost_device.linux.I2cDev.
    """
    def __init__(self, adapter: bytes, addresses: int | Address | collections.abc.Sequence[int | Address], timeout_s: float | None, retries: int | None, force: bool) -> None:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def number(self) -> int:
        ...
class Router(Adapter):
    """
    The C++ half of vhost_device.i2c.Router.
    """
    def __init__(self, routes: collections.abc.Sequence[tuple[Adapter, int | Address | collections.abc.Sequence[int | Address] | None]]) -> None:
        ...
class Server:
    """
    The C++ half of vhost_device.Daemon.
    """
    @typing.overload
    def __init__(self, adapter: Adapter, path: os.PathLike[str] | str | bytes, count: int, mode: int) -> None:
        ...
    @typing.overload
    def __init__(self, adapter: Adapter, *, fd: int) -> None:
        ...
    def stop(self, limit_s: float) -> bool:
        ...
    def wait(self, limit_s: float) -> bool:
        ...
    @property
    def connected(self) -> int:
        ...
    @property
    def socket_paths(self) -> list[pathlib.Path]:
        ...
class InProcessGuest(Adapter):
    """
    A guest without a virtual machine: what is transferred on it goes through a virtqueue to the
    daemon on the other side of a socket. As in any guest, the reason of a failure does not come
    back: it is a BusError.

    `timeout`, in seconds, is for each answer of the daemon. FrontEndError if the daemon cannot
    be reached or refuses something. Ctrl-C ends every wait; in the middle of a transfer it
    closes the guest.
    """
    def __enter__(self) -> InProcessGuest:
        ...
    def __exit__(self, *args: object) -> None:
        ...
    def __init__(self, socket_path: os.PathLike[str] | str | bytes, timeout: float = 5.0) -> None:
        ...
    def close(self) -> None:
        """
        Leaves. May be called again.
        """
def end_scripts() -> None:
    """
    Before the interpreter ends: from here on no chip is called any more.
    """
def flush_log(timeout: float = 2.0) -> None:
    """
    Waits until everything that was logged before has reached its handlers.
    """
def list_adapters() -> list[tuple[int, str]]:
    ...
def log(level: int, text: str) -> None:
    """
    Writes a log record without waiting for its handlers, and so with any lock held.
    """
MAX_SOCKETS: int = 1024
__version__: str = '0.1.0'
