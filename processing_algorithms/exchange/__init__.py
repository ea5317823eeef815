"""Algorithms for the exchange with CIM platforms."""
