"""Peer: QGIS, "Join attributes by location" with the largest overlap, in the program that has no window."""

import os
import sys

buildings, communities, target = sys.argv[1:]
parameters = {
    "INPUT": buildings,
    "JOIN": communities,
    "PREDICATE": "0",
    "JOIN_FIELDS": "code",
    "METHOD": "2",
    "PREFIX": "community_",
    "OUTPUT": target,
}
command = ["qgis_process", "--skip-loading-plugins", "run", "native:joinattributesbylocation", "--"]
os.execvp(command[0], [*command, *(f"{name}={value}" for name, value in parameters.items())])
