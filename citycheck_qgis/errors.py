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


class ExchangeError(CityCheckError):
    """The exchange with a platform cannot go on; what was done so far is in the journal."""


class NoAnswerError(ExchangeError):
    """A request was sent and no usable answer came: whether the platform did what was asked is not known."""


class FailedError(NoAnswerError):
    """The platform answered that it failed: what it did is not known, but it is not busy with it any more."""


class RefusedError(ExchangeError):
    """The platform refused a request and did nothing of it."""


class SignInError(ExchangeError):
    """The platform does not accept the credentials, or no longer."""


class UnsafeError(ExchangeError):
    """An answer asks for something that could do harm (another host, an entity bomb, an endless body)."""
