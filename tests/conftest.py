"""Settings of all tests."""

from hypothesis import settings

# Machines are noisy: how long an example takes says nothing. Everything else stays as the machine's profile has it
# (under CI the examples are the same in every run).
settings.register_profile("citycheck", settings(), deadline=None)
settings.load_profile("citycheck")
