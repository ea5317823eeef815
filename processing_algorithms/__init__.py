"""The Processing provider: one file per algorithm, one folder per toolbox group."""
