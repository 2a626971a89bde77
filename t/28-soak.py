#!/usr/bin/python3
"""The milter under load and faults: the short form of `make soak`."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE + "/soak", HERE]
import soak  # noqa: E402

soak.main(2000, False)
