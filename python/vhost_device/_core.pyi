# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
"""
The part of vhost_device that is written in C++.
"""
from __future__ import annotations
import collections.abc
import datetime
import enum
import os
import pathlib
import typing
import vhost_device.stimulus
__all__: list[str] = ['Adapter', 'Address', 'Ads1015', 'Adxl345', 'AfterRegister', 'At24', 'At24Data', 'Bmp280', 'Bus', 'Channel', 'ChipFamily', 'Clock', 'Device', 'Direction', 'Ds1307', 'Ee1004', 'Eeprom', 'Endian', 'Fault', 'FaultInjector', 'FaultKind', 'I2cDev', 'InProcessGuest', 'Ina2xx', 'Jc42', 'Level', 'LiveTrace', 'Lm75', 'MAX_SOCKETS', 'ManualClock', 'Mcp4725', 'Mpu6050', 'Mux', 'Pca953x', 'Pca954x', 'Pcf8563', 'PmbusSupply', 'PointerRules', 'Read', 'RealClock', 'Recorder', 'Register', 'RegisterDevice', 'RegisterLayout', 'Replayer', 'Router', 'ScriptSupervisor', 'Server', 'Sht3x', 'Stimulus', 'Tmp102', 'TracedMessage', 'Tracer', 'Transaction', 'Write', 'add_stimulus', 'chip_families', 'end_scripts', 'flush_log', 'get_state', 'hold', 'keep_state', 'list_adapters', 'load_state', 'log', 'remove_stimulus']
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
    limit_ms: int
    def __init__(self, on_error: collections.abc.Callable[[str, Address, str, typing.Any], None]) -> None:
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
    def follow(self, property: str, source: collections.abc.Callable[[float], typing.Any], *, start: float | None = None) -> vhost_device.stimulus.Following:
        """
        Lets a property follow a source: a function of time, a Csv or a Resd.

        Before each message to the chip, and whenever a property of it is used, `source` is asked for the
        value at that moment, in seconds of the bus's clock: since follow() was called, or since the chip came
        to a bus with another clock. With `start` they count from that time of the clock.

        An exception, and a value that the property does not take, are in the bus's script_errors, and the
        property stays as it was. What is returned ends it, with stop() or as a context manager; following
        the same property anew ends it, too.
        """
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
class Mux(Device):
    """
    A chip with further wires, its channels, which it connects or not.
    """
    def channel(self, index: int) -> Channel:
        """
        A channel, from 0 on. IndexError when there is none.
        """
    @property
    def channel_count(self) -> int:
        """
        How many channels it has.
        """
_D = typing.TypeVar("_D", bound=Device)

class Channel:
    """
    One of a mux's wires. Chips on it are on the bus while the mux connects it.
    """
    def __repr__(self) -> str:
        ...
    def attach(self, device: _D) -> _D:
        """
        Puts a chip on the channel and returns it. As Bus.attach(); an address is also taken by a chip
        on the way to the bus, such as the mux itself, and by one behind a mux of this channel. Other
        channels may have chips at the same address.
        """
    def clear(self) -> None:
        """
        Takes every chip off.
        """
    def detach(self, device: Device) -> None:
        """
        Takes a chip off, as Bus.detach(). ValueError when it is not on this channel.
        """
    @property
    def connected(self) -> bool:
        """
        Whether messages on the mux's own wire reach this one.
        """
    @property
    def devices(self) -> list[Device]:
        """
        The chips in the order of their first addresses.
        """
    @property
    def index(self) -> int:
        """
        Its number, from 0 on.
        """
    @property
    def mux(self) -> Mux:
        """
        Whose channel it is.
        """
class Endian(enum.Enum):
    """
    The order of a register's bytes.
    """
    big = ...
    little = ...
class AfterRegister(enum.Enum):
    """
    What comes behind a register within one message.
    """
    next = ...
    nothing = ...
    same = ...
class PointerRules:
    """
    The C++ half of vhost_device.sim.PointerRules.
    """
    after: AfterRegister
    counts_registers: bool
    sticky: bool
    write_pairs: bool
    def __init__(self) -> None:
        ...
    @property
    def auto_increment_bit(self) -> int:
        ...
    @auto_increment_bit.setter
    def auto_increment_bit(self, arg0: int) -> None:
        ...
    @property
    def first(self) -> int:
        ...
    @first.setter
    def first(self, arg0: int) -> None:
        ...
    @property
    def last(self) -> int:
        ...
    @last.setter
    def last(self, arg0: int) -> None:
        ...
    @property
    def mask(self) -> int:
        ...
    @mask.setter
    def mask(self, arg0: int) -> None:
        ...
    @property
    def size(self) -> int:
        ...
    @size.setter
    def size(self, arg0: int) -> None:
        ...
    @property
    def unmapped(self) -> int:
        ...
    @unmapped.setter
    def unmapped(self, arg0: int) -> None:
        ...
class Register:
    """
    The C++ half of vhost_device.sim.Register.
    """
    endian: Endian
    def __init__(self) -> None:
        ...
    @property
    def address(self) -> int:
        ...
    @address.setter
    def address(self, arg0: int) -> None:
        ...
    @property
    def banks(self) -> int:
        ...
    @banks.setter
    def banks(self, arg0: int) -> None:
        ...
    @property
    def clear_on_read(self) -> int:
        ...
    @clear_on_read.setter
    def clear_on_read(self, arg0: int) -> None:
        ...
    @property
    def readable(self) -> int:
        ...
    @readable.setter
    def readable(self, arg0: int) -> None:
        ...
    @property
    def reset(self) -> int:
        ...
    @reset.setter
    def reset(self, arg0: int) -> None:
        ...
    @property
    def width(self) -> int:
        ...
    @width.setter
    def width(self, arg0: int) -> None:
        ...
    @property
    def writable(self) -> int:
        ...
    @writable.setter
    def writable(self, arg0: int) -> None:
        ...
    @property
    def write_one_to_clear(self) -> int:
        ...
    @write_one_to_clear.setter
    def write_one_to_clear(self, arg0: int) -> None:
        ...
class RegisterLayout:
    """
    The C++ half of a RegisterDevice's class: its map of registers.
    """
    def __init__(self, rules: PointerRules, *, pec: bool) -> None:
        ...
    def add(self, name: str, register: Register, *, on_read: bool, on_write: bool) -> None:
        ...
    def complete(self) -> None:
        """
        ValueError for a map that contradicts itself; the text names the register.
        """
    def select_bank_by(self, index: int, high: int, low: int) -> None:
        ...
class RegisterDevice(Device):
    """
    The C++ half of vhost_device.sim.RegisterDevice.
    """
    def __init__(self, address: int | Address | collections.abc.Sequence[int | Address], *, name: str | None = None, layout: RegisterLayout) -> None:
        ...
    def _get(self, index: int) -> int:
        ...
    def _set(self, index: int, mask: int, value: int) -> None:
        ...
    def catch_up(self) -> None:
        """
        Called before each message, and before a test reads or sets a register: brings the
        registers up to now.
        """
    def reset(self) -> None:
        """
        Every register to its reset value, and the pointer to the first.
        """
class ChipFamily:
    """
    Parts that share a model: a row of the registry of chips.
    """
    def __repr__(self) -> str:
        ...
    @property
    def driver(self) -> str:
        """
        The Linux driver that proves it: "at24"
        """
    @property
    def name(self) -> str:
        """
        "24Cxx EEPROM"
        """
    @property
    def parts(self) -> tuple[str, ...]:
        """
        Their names on a board: "24c32"
        """
    @property
    def vendors(self) -> tuple[str, ...]:
        """
        What stands before the comma in a board's compatible: "atmel"
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
class Eeprom(Device):
    """
    What serial EEPROMs have in common.
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
class Ads1015(Device):
    """
    A converter with four inputs: ads1015, ads1115 or tla2024.
    """
    def __init__(self, part: str = 'ads1015', *, address: int | Address) -> None:
        """
        ValueError for an unknown part, and an address that it cannot have (0x48 to 0x4b).
        """
    def set_voltage(self, input: int, volts: float) -> None:
        """
        Setting it completes a conversion at once in continuous mode. ValueError outside
        -0.3 to 5.8, and for an input other than 0 to 3.
        """
    def voltage(self, input: int) -> float:
        """
        The voltage at AIN0 to AIN3, against ground.
        """
    @property
    def alert_level(self) -> Level:
        """
        The ALERT/RDY pin.
        """
    @property
    def configuration(self) -> int:
        """
        The configuration register.
        """
    @property
    def high_threshold(self) -> int:
        """
        Hi_thresh, left-justified in 16 bits.
        """
    @property
    def low_threshold(self) -> int:
        """
        Lo_thresh, left-justified in 16 bits.
        """
    @property
    def reported_voltage(self) -> float:
        """
        What the conversion register says, in volts, by the gain it was converted with.
        """
class Adxl345(Device):
    """
    An accelerometer of three axes with a FIFO: adxl345.
    """
    def __init__(self, part: str = 'adxl345', *, address: int | Address, acceleration: typing.Annotated[collections.abc.Sequence[float], "FixedSize(3)"] = [0.0, 0.0, 1.0]) -> None:
        """
        ValueError for an unknown part, an address other than 0x53 and 0x1d, and an
        acceleration that it refuses.
        """
    @property
    def acceleration(self) -> typing.Annotated[list[float], "FixedSize(3)"]:
        """
        What it feels on X, Y and Z, in g. Setting it takes a sample at once, in
        measurement mode. ValueError outside -16 to 16.
        """
    @acceleration.setter
    def acceleration(self, arg1: typing.Annotated[collections.abc.Sequence[float], "FixedSize(3)"]) -> None:
        ...
    @property
    def data_rate(self) -> float:
        """
        Samples a second, in hertz.
        """
    @property
    def fifo_entries(self) -> int:
        """
        How many samples wait to be read.
        """
    @property
    def int1_level(self) -> Level:
        """
        The INT1 pin.
        """
    @property
    def int2_level(self) -> Level:
        """
        The INT2 pin.
        """
class At24(Eeprom):
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
    @property
    def write_protect(self) -> bool:
        """
        The WP pin. While it is set, bytes are acknowledged as ever, and not written.
        """
    @write_protect.setter
    def write_protect(self, arg1: bool) -> None:
        ...
class Bmp280(Device):
    """
    A pressure and temperature sensor, bmp280, or with humidity, bme280.
    """
    def __init__(self, part: str = 'bmp280', *, address: int | Address, temperature: float = 25.0, pressure: float = 101325.0) -> None:
        """
        ValueError for an unknown part, an address that it cannot have (0x76 and 0x77), and
        values that it cannot measure.
        """
    @property
    def configuration(self) -> int:
        """
        The register config.
        """
    @property
    def control(self) -> int:
        """
        The register ctrl_meas.
        """
    @property
    def humidity(self) -> float:
        """
        The relative humidity in percent, like the temperature, 50 at first. ValueError
        outside 0 to 100, and for a bmp280, which does not measure it.
        """
    @humidity.setter
    def humidity(self, arg1: float) -> None:
        ...
    @property
    def is_measuring(self) -> bool:
        """
        Whether a measurement is under way.
        """
    @property
    def pressure(self) -> float:
        """
        In Pa, like the temperature. ValueError outside 30000 to 110000.
        """
    @pressure.setter
    def pressure(self, arg1: float) -> None:
        ...
    @property
    def temperature(self) -> float:
        """
        What the sensor is at, in degrees Celsius. Setting it completes a measurement at
        once in normal mode. ValueError outside -40 to 85.
        """
    @temperature.setter
    def temperature(self, arg1: float) -> None:
        ...
class Ds1307(Device):
    """
    A real-time clock: ds1307, ds3231 or ds1339.
    """
    def __init__(self, part: str = 'ds1307', *, address: int | Address = 104, time: datetime.datetime | None = None) -> None:
        """
        Without a time it is as when power is first applied. ValueError for an unknown part, an
        address other than 0x68, and a time that it cannot have.
        """
    def lose_power(self) -> None:
        """
        Takes the supply and the battery away for a moment.
        """
    @property
    def lost_time(self) -> bool:
        """
        Whether it says that its time is not to be trusted: CH of the ds1307, else OSF.
        """
    @property
    def square_wave_hz(self) -> int:
        """
        The square wave at that pin; 0 if it has another use.
        """
    @property
    def sqw_level(self) -> Level:
        """
        The pin SQW/OUT, INT/SQW or SQW/INT.
        """
    @property
    def temperature(self) -> float:
        """
        What the ds3231 is at, in degrees Celsius. Setting it completes a conversion at
        once. ValueError outside -40 to 85, and for the other parts.
        """
    @temperature.setter
    def temperature(self, arg1: float) -> None:
        ...
    @property
    def time(self) -> datetime.datetime:
        """
        The time in its counters, without a time zone. The nearest that exists, whatever a
        guest wrote: 28 February 2100 on the 29th, which only the counters have. Setting
        it starts a clock that is halted. ValueError outside of the years 2000 to 2099 (ds1307) or 2199.
        """
    @time.setter
    def time(self, arg1: datetime.datetime) -> None:
        ...
class Ee1004(Eeprom):
    """
    The SPD EEPROM of a DDR4 memory module: 512 bytes in two pages, which commands at 0x36 and 0x37 select
    for all of these chips on a bus.
    """
    def __init__(self, address: int | Address, *, write_cycle_ms: int | None = None, image: os.PathLike[str] | str | bytes | None = None, save: bool = False) -> None:
        """
        Keywords as for At24. ValueError for an address outside 0x50 to 0x57, ImageError for an image that
        cannot be used.
        """
    def block_protected(self, block: int) -> bool:
        """
        Whether one of the four blocks of 128 bytes is write-protected. IndexError above 3.
        """
    def set_block_protected(self, block: int, protect: bool) -> None:
        """
        Protects a block or frees it, as a programmer with a high voltage does.
        """
    @property
    def spd_page(self) -> int:
        """
        Which of the two pages is visible: 0 or 1.
        """
class Ina2xx(Device):
    """
    A monitor of voltage, current and power: ina219, ina220, ina226, ina230 or
    ina231.
    """
    def __init__(self, part: str = 'ina219', *, address: int | Address, shunt_resistance: float = 0.01) -> None:
        """
        The resistance is in ohms. ValueError for an unknown part, an address that it cannot
        have (0x40 to 0x4f), and a resistance outside 0.000001 to 1000.
        """
    @property
    def alert_level(self) -> Level:
        """
        The ALERT pin; high for a part that has none.
        """
    @property
    def bus_voltage(self) -> float:
        """
        In volts. Setting it completes a conversion at once while the chip converts
        continuously. ValueError outside 0 to 26 (ina219, ina220), 36 (ina226) or 28.
        """
    @bus_voltage.setter
    def bus_voltage(self, arg1: float) -> None:
        ...
    @property
    def calibration(self) -> int:
        """
        The calibration register.
        """
    @property
    def configuration(self) -> int:
        """
        The configuration register.
        """
    @property
    def current(self) -> float:
        """
        The shunt voltage as the current that causes it, in amperes.
        """
    @current.setter
    def current(self, arg1: float) -> None:
        ...
    @property
    def shunt_resistance(self) -> float:
        """
        In ohms.
        """
    @property
    def shunt_voltage(self) -> float:
        """
        In volts, with the same effect. ValueError outside -0.32 to 0.32 (ina219,
        ina220) or -0.08192 to 0.08192.
        """
    @shunt_voltage.setter
    def shunt_voltage(self, arg1: float) -> None:
        ...
class Jc42(Device):
    """
    A temperature sensor of JEDEC JC-42.4: mcp9804, mcp9808, mcp9843, mcp98243 or se97.
    """
    def __init__(self, part: str = 'mcp9808', *, address: int | Address, temperature: float = 25.0) -> None:
        """
        ValueError for an unknown part, an address that it cannot have (0x18 to 0x1f), and a
        temperature that it cannot measure.
        """
    @property
    def configuration(self) -> int:
        """
        The configuration register.
        """
    @property
    def critical_limit(self) -> float:
        """
        T_CRIT, in degrees Celsius.
        """
    @property
    def event_level(self) -> Level:
        """
        The EVENT pin (Microchip: Alert).
        """
    @property
    def hysteresis(self) -> float:
        """
        Below each limit, in degrees Celsius.
        """
    @property
    def lower_limit(self) -> float:
        """
        T_LOWER, in degrees Celsius.
        """
    @property
    def reported_temperature(self) -> float:
        """
        What the temperature register says, in degrees Celsius.
        """
    @property
    def resolution(self) -> float:
        """
        How fine a conversion is: 0.5, 0.25, 0.125 or 0.0625 degrees Celsius.
        """
    @property
    def temperature(self) -> float:
        """
        What the sensor is at, in degrees Celsius. Setting it completes a conversion at
        once, except in shutdown. ValueError outside -40 to 125.
        """
    @temperature.setter
    def temperature(self, arg1: float) -> None:
        ...
    @property
    def upper_limit(self) -> float:
        """
        T_UPPER, in degrees Celsius.
        """
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
class Mcp4725(Device):
    """
    A digital-to-analog converter of 12 bits with an EEPROM: mcp4725.
    """
    def __init__(self, part: str = 'mcp4725', *, address: int | Address, supply_voltage: float = 3.3) -> None:
        """
        ValueError for an unknown part, an address that it cannot have (0x60 to 0x67), and a
        supply outside 2.7 to 5.5 V.
        """
    def power_cycle(self) -> None:
        """
        Power off and on: the EEPROM's content goes to the DAC register.
        """
    @property
    def dac_code(self) -> int:
        """
        The DAC register: 0 to 4095.
        """
    @property
    def eeprom_code(self) -> int:
        """
        What the EEPROM puts into the DAC register at power-up.
        """
    @property
    def is_busy(self) -> bool:
        """
        Whether the EEPROM is being written.
        """
    @property
    def output_voltage(self) -> float:
        """
        VOUT in volts: 0 while it is powered down.
        """
    @property
    def power_down_kilohms(self) -> int:
        """
        The resistor from VOUT to ground: 1, 100 or 500; 0 when not powered down.
        """
    @property
    def supply_voltage(self) -> float:
        """
        VDD, which is the reference, in volts. ValueError outside 2.7 to 5.5.
        """
    @supply_voltage.setter
    def supply_voltage(self, arg1: float) -> None:
        ...
class Mpu6050(Device):
    """
    An accelerometer and a gyroscope of three axes each: mpu6050.
    """
    def __init__(self, part: str = 'mpu6050', *, address: int | Address, acceleration: typing.Annotated[collections.abc.Sequence[float], "FixedSize(3)"] = [0.0, 0.0, 1.0], temperature: float = 25.0) -> None:
        """
        ValueError for an unknown part, an address other than 0x68 and 0x69, and what the
        properties refuse.
        """
    @property
    def acceleration(self) -> typing.Annotated[list[float], "FixedSize(3)"]:
        """
        What it feels on X, Y and Z, in g. Setting it takes a sample at once, unless the
        chip sleeps. ValueError outside -16 to 16.
        """
    @acceleration.setter
    def acceleration(self, arg1: typing.Annotated[collections.abc.Sequence[float], "FixedSize(3)"]) -> None:
        ...
    @property
    def angular_velocity(self) -> typing.Annotated[list[float], "FixedSize(3)"]:
        """
        How it turns about X, Y and Z, in degrees per second, with the same effect.
        ValueError outside -2000 to 2000.
        """
    @angular_velocity.setter
    def angular_velocity(self, arg1: typing.Annotated[collections.abc.Sequence[float], "FixedSize(3)"]) -> None:
        ...
    @property
    def fifo_count(self) -> int:
        """
        How many bytes are in the FIFO.
        """
    @property
    def interrupt_level(self) -> Level:
        """
        The INT pin.
        """
    @property
    def is_asleep(self) -> bool:
        """
        Whether it sleeps, as after power-up.
        """
    @property
    def sample_rate(self) -> float:
        """
        Samples a second, in hertz.
        """
    @property
    def temperature(self) -> float:
        """
        In degrees Celsius, with the same effect. ValueError outside -40 to 85.
        """
    @temperature.setter
    def temperature(self, arg1: float) -> None:
        ...
class Pca953x(Device):
    """
    A GPIO expander with 8, 16 or 24 pins: pca9534 to pca9555, tca6408 to tca9554.
    """
    def __init__(self, part: str = 'pca9555', *, address: int | Address) -> None:
        """
        ValueError for an unknown part and for an address that it cannot have.
        """
    def drive(self, pin: int, level: Level | None) -> None:
        """
        Drives a pin from outside to a level, or lets go of it with None. ValueError for a
        pin that the part does not have; so do the other methods.
        """
    def level(self, pin: int) -> Level:
        """
        What a probe on the pin would see. The chip wins where both drive it; a pin that
        nobody drives is high where the part has pull-ups, and else low.
        """
    def output(self, pin: int) -> Level | None:
        """
        What the chip drives a pin to; None if it is an input.
        """
    def reset(self) -> None:
        """
        A pulse at the RESET pin, or power-up. The pins stay driven as they are.
        """
    @property
    def interrupt_level(self) -> Level:
        """
        The INT pin: low from an input's change until its port is read, or it is back.
        """
    @property
    def pins(self) -> int:
        """
        How many there are.
        """
class Pca954x(Mux):
    """
    An I2C multiplexer or switch of the PCA954x family, pca9540 to pca9548.
    """
    def __init__(self, part: str = 'pca9548', *, address: int | Address) -> None:
        """
        ValueError for an unknown part and for an address that it cannot have.
        """
    def interrupt_input(self, channel: int) -> Level:
        """
        A channel's INT input. IndexError when there is no such channel, ValueError for a part
        without interrupts.
        """
    def reset(self) -> None:
        """
        A pulse on the RESET pin. ValueError for a part without one.
        """
    def set_interrupt_input(self, channel: int, level: Level) -> None:
        """
        Drives a channel's INT input, which is active at a low level.
        """
    @property
    def control(self) -> int:
        """
        The control register, as a read gives it.
        """
    @property
    def interrupt_output(self) -> Level:
        """
        The INT output: low while one of the inputs is.
        """
    @property
    def selected(self) -> list[int]:
        """
        The channels that are connected, in order.
        """
class Pcf8563(Device):
    """
    A real-time clock with an alarm and a timer.
    """
    def __init__(self, part: str = 'pcf8563', *, address: int | Address = 81, time: datetime.datetime | None = None) -> None:
        """
        Without a time it is as when power is first applied. ValueError for an unknown part, an
        address other than 0x51, and a time that it cannot have.
        """
    def lose_power(self) -> None:
        """
        Takes the supply away for a moment.
        """
    @property
    def interrupt_level(self) -> Level:
        """
        The INT pin: low while an alarm or a countdown's end is flagged and enabled.
        """
    @property
    def lost_time(self) -> bool:
        """
        VL: whether it says that its time is not to be trusted.
        """
    @property
    def time(self) -> datetime.datetime:
        """
        The time in its counters, without a time zone. The nearest that exists, whatever a
        guest wrote: 28 February 2100 on the 29th, which only the counters have.
        ValueError outside of the years 2000 to 2199.
        """
    @time.setter
    def time(self, arg1: datetime.datetime) -> None:
        ...
class PmbusSupply(Device):
    """
    A made-up PMBus supply: 48 V in, and 12 V, 5 V and 3.3 V out on the pages 0 to 2.
    """
    def __init__(self, part: str = 'pmbus', *, address: int | Address) -> None:
        """
        ValueError for an unknown part and for an address outside 0x10 to 0x77.
        """
    def is_on(self, page: int) -> bool:
        """
        Whether OPERATION has the output on; it gives nothing while it is off.
        """
    def output_current(self, page: int) -> float:
        """
        In amperes.
        """
    def output_voltage(self, page: int) -> float:
        """
        In volts. ValueError for a page that is none; so do the other methods.
        """
    def set_output_current(self, page: int, amperes: float) -> None:
        """
        ValueError outside 0 to 100.
        """
    def set_output_voltage(self, page: int, volts: float) -> None:
        """
        ValueError outside 0 to what the page's LINEAR16 can say.
        """
    def status_word(self, page: int) -> int:
        """
        STATUS_WORD of a page.
        """
    @property
    def alert_level(self) -> Level:
        """
        The SMBALERT# pin: low while a status register has a bit set.
        """
    @property
    def fan_speed(self) -> float:
        """
        In turns per minute. ValueError outside 0 to 30000.
        """
    @fan_speed.setter
    def fan_speed(self, arg1: float) -> None:
        ...
    @property
    def input_current(self) -> float:
        """
        In amperes. ValueError outside 0 to 100.
        """
    @input_current.setter
    def input_current(self, arg1: float) -> None:
        ...
    @property
    def input_voltage(self) -> float:
        """
        In volts. ValueError outside 0 to 100.
        """
    @input_voltage.setter
    def input_voltage(self, arg1: float) -> None:
        ...
    @property
    def temperature(self) -> float:
        """
        In degrees Celsius. ValueError outside -55 to 150.
        """
    @temperature.setter
    def temperature(self, arg1: float) -> None:
        ...
class Sht3x(Device):
    """
    A humidity and temperature sensor: sht30, sht31, sht35, or sht3x for any.
    """
    def __init__(self, part: str = 'sht3x', *, address: int | Address, temperature: float = 25.0, humidity: float = 50.0) -> None:
        """
        ValueError for an unknown part, an address that it cannot have (0x44 and 0x45), and
        values that it cannot measure.
        """
    @property
    def alert_level(self) -> Level:
        """
        The ALERT pin.
        """
    @property
    def heater_is_on(self) -> bool:
        """
        Whether the heater was switched on.
        """
    @property
    def high_alert_humidity(self) -> float:
        """
        What an alert begins above, in percent.
        """
    @property
    def high_alert_temperature(self) -> float:
        """
        What an alert begins above, in degrees Celsius.
        """
    @property
    def humidity(self) -> float:
        """
        The relative humidity in percent, like the temperature. ValueError outside 0 to
        100.
        """
    @humidity.setter
    def humidity(self, arg1: float) -> None:
        ...
    @property
    def low_alert_humidity(self) -> float:
        """
        What an alert begins below, in percent.
        """
    @property
    def low_alert_temperature(self) -> float:
        """
        What an alert begins below, in degrees Celsius.
        """
    @property
    def measures_periodically(self) -> bool:
        """
        Whether it is in periodic mode.
        """
    @property
    def status(self) -> int:
        """
        The status register.
        """
    @property
    def temperature(self) -> float:
        """
        What the sensor is at, in degrees Celsius. Setting it completes a measurement at
        once in periodic mode. ValueError outside -40 to 125.
        """
    @temperature.setter
    def temperature(self, arg1: float) -> None:
        ...
class Tmp102(Device):
    """
    A temperature sensor with an alert: tmp102 or tmp112.
    """
    def __init__(self, part: str = 'tmp102', *, address: int | Address, temperature: float = 25.0) -> None:
        """
        ValueError for an unknown part, an address that it cannot have (0x48 to 0x4b), and a
        temperature that it cannot measure.
        """
    @property
    def alert_level(self) -> Level:
        """
        The ALERT pin.
        """
    @property
    def configuration(self) -> int:
        """
        The configuration register.
        """
    @property
    def high_limit(self) -> float:
        """
        T_HIGH, in degrees Celsius.
        """
    @property
    def low_limit(self) -> float:
        """
        T_LOW, in degrees Celsius.
        """
    @property
    def reported_temperature(self) -> float:
        """
        What the temperature register says, in degrees Celsius.
        """
    @property
    def temperature(self) -> float:
        """
        What the sensor is at, in degrees Celsius. Setting it completes a conversion at
        once, except in shutdown. ValueError outside -55 to 150.
        """
    @temperature.setter
    def temperature(self, arg1: float) -> None:
        ...
class FaultKind(enum.Enum):
    """
    What can go wrong on a bus.
    """
    bad_pec = ...
    flip = ...
    lose_arbitration = ...
    nack = ...
    short_read = ...
    stretch = ...
    stuck_scl = ...
    stuck_sda = ...
class Fault:
    """
    A fault and which messages it befalls; made by the functions of vhost_device.faults.
    """
    def __init__(self, kind: FaultKind, *, address: int | Address | None = None, read: bool | None = None, when: collections.abc.Callable[[Address, bool, bytes, int], bool] | None = None, times: int | None = None, probability: float = 1.0, byte: int | None = None, mask: int = 0, length: int = 0, duration: float = 0.0) -> None:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def kind(self) -> FaultKind:
        ...
    @property
    def probability(self) -> float:
        ...
class FaultInjector(Adapter):
    """
    The C++ half of vhost_device.faults.FaultInjector.
    """
    def __init__(self, adapter: Adapter, *, seed: int = 1, clock: Clock | None = None) -> None:
        ...
    def _add(self, fault: Fault, supervisor: ScriptSupervisor) -> int:
        ...
    def _hits(self, number: int) -> int:
        ...
    def _remove(self, number: int) -> int:
        ...
    def clear_bus(self) -> bool:
        """
        Nine pulses on SCL, as a controller frees an SDA that a chip holds (UM10204, 3.1.16).
        False when the bus is still stuck, because something holds SCL.
        """
    def clear_faults(self, seed: int | None = None) -> None:
        """
        Takes every fault away, and begins the draw of probabilities anew: by `seed`, or by the one
        before.
        """
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
    _limit: int
    def __init__(self, adapter: Adapter, clock: Clock) -> None:
        ...
    def _clear(self) -> None:
        ...
    def _save(self, path: os.PathLike[str] | str | bytes, name: str) -> None:
        ...
    def _text(self, name: str) -> bytes:
        ...
    def _transactions(self) -> list[Transaction]:
        ...
    def _write_to(self, path: os.PathLike[str] | str | bytes, name: str) -> LiveTrace:
        ...
    @property
    def _dropped(self) -> int:
        ...
class Bus(Adapter):
    """
    The C++ half of vhost_device.sim.Bus.
    """
    def __init__(self, clock: Clock) -> None:
        ...
    def _attach(self, device: Device, supervisor: ScriptSupervisor) -> None:
        ...
    def _set_supervisor(self, supervisor: ScriptSupervisor) -> None:
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
    def _injector(self) -> FaultInjector:
        ...
    @property
    def _tracer(self) -> Tracer:
        ...
    @property
    def all_devices(self) -> dict[str, Device]:
        """
        The chips with those behind muxes, each after its mux, by where they are:
        "pca9548@70/1/lm75@48" is at 0x48 behind channel 1 of the mux at 0x70.
        """
    @property
    def devices(self) -> list[Device]:
        """
        The chips in the order of their first addresses. Without those behind muxes.
        """
class Stimulus:
    """
    The C++ half of what a chip follows.
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
class Recorder(Adapter):
    """
    The C++ half of vhost_device.replay.Recorder.
    """
    def __init__(self, adapter: Adapter, path: os.PathLike[str] | str | bytes) -> None:
        ...
    def _close(self, limit_s: float) -> bool:
        ...
    @property
    def _dropped(self) -> int:
        ...
    @property
    def _loss(self) -> str:
        ...
class Replayer(Adapter):
    """
    The C++ half of vhost_device.replay.Replayer.
    """
    def __init__(self, path: os.PathLike[str] | str | bytes, strict: bool, bus: str | None) -> None:
        ...
    def _addresses(self) -> list[Address]:
        ...
    def _differences(self) -> list[tuple[str, int]]:
        ...
    def _report(self) -> str:
        ...
    def _rewind(self) -> None:
        ...
    @property
    def _difference_count(self) -> int:
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
def add_stimulus(chip: Device, property: str, function: collections.abc.Callable[[Device, float], None], *, unattended: ScriptSupervisor, start: float | None = None) -> Stimulus:
    ...
def chip_families() -> list[ChipFamily]:
    """
    Every chip that boards and the daemon know, by family.
    """
def end_scripts() -> None:
    """
    Before the interpreter ends: from here on no chip is called any more.
    """
def flush_log(timeout: float = 2.0) -> None:
    """
    Waits until everything that was logged before has reached its handlers.
    """
def get_state(chip: Device) -> dict[str, typing.Any]:
    """
    Everything that a chip will ever answer by.
    """
def hold(bus: Bus, function: collections.abc.Callable[[], typing.Any]) -> typing.Any:
    """
    Calls a function while no other thread uses the bus or a chip on it.
    """
def keep_state(chip: Device) -> None:
    """
    The state that was loaded is to stay.
    """
def list_adapters() -> list[tuple[int, str]]:
    ...
def load_state(chip: Device, values: dict[str, typing.Any]) -> None:
    """
    ValueError, with the chip as it was, for a state that it cannot have.
    """
def log(level: int, text: str) -> None:
    """
    Writes a log record without waiting for its handlers, and so with any lock held.
    """
def remove_stimulus(chip: Device, stimulus: Stimulus) -> None:
    ...
MAX_SOCKETS: int = 1024
__version__: str = '0.1.0'
