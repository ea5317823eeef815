"""The errors that CityCheck raises for its users.

Every message is one sentence that says what is wrong, where (file, layer, row, feature) and what to do about it.
The algorithm layer shows the message, translated; anything else that is raised is a defect of CityCheck.
"""

from .messages import Message


class CityCheckError(Exception):
    """Base of all errors that are meant for a person to read.

    The sentence is a template and its values, so that it can be translated:
    ``InputError("{layer} has no CRS.", layer="buildings")``, see `messages.Message`.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        self.message = Message(template, values)
        super().__init__(str(self.message))


class InputError(CityCheckError):
    """An input cannot be used as it is."""


class ConservationError(CityCheckError):
    """A join lost more rows than the user allows, or its counts do not add up."""


class OutputError(CityCheckError):
    """A result cannot be written."""


class CancelledError(CityCheckError):
    """The user stopped the run; nothing has been written."""
