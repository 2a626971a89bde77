"""Tones as 20 ms frames of G.711 u-law, for telephones that are programs.

A tone is a multiple of 50 Hz: a frame of it follows itself without a click.
"""
import cmath
import math

FRAME = 160                     # samples, of 8000 a second
STEP = 50                       # Hz
ALL = list(range(400, 3400, STEP))


def decode(byte):
    """G.711, table 2a: one byte's sample."""
    byte = ~byte & 0xff
    x = (((byte & 15) << 3) + 0x84 << (byte >> 4 & 7)) - 0x84
    return -x if byte & 0x80 else x


SAMPLES = [decode(b) for b in range(256)]


def frame(hz):
    want = [8000 * math.sin(2 * math.pi * hz * i / 8000)
            for i in range(FRAME)]
    return bytes(min(range(256), key=lambda b: abs(SAMPLES[b] - w))
                 for w in want)


def share(data, hz):
    """The tone's share of the frame's power (0: silence)."""
    x = [SAMPLES[b] for b in data]
    total = sum(v * v for v in x)
    if total < len(x) * 10000:
        return 0.0
    turn = cmath.exp(-2j * math.pi * hz / 8000)
    at, phase = 0, 1
    for v in x:
        at += v * phase
        phase *= turn
    return 2 * abs(at) ** 2 / (len(x) * total)
