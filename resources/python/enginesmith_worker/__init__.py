"""Enginesmith's Python worker: one process that speaks JSON lines, for the user's environment and the managed one.

Standard library and torch only; packages of the managed environment are imported inside the methods that need them.
Runs on Python 3.9 and torch 2.4 or newer.
"""

PROTOCOL_VERSION = 1
