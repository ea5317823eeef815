"""Diagnosis against standards, the problem ledger, and counts of problems per unit."""
