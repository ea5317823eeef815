"""The checkup database, files that are never half written, and reports."""
