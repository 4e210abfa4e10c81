"""What cannot be said of style. The messages are shown on boards."""


class StyleError(ValueError):
    """Features or covariates are not what was asked for."""


class DuplicateFeature(StyleError):
    """Two features would have the same name."""


class UnknownFeature(StyleError):
    """No feature has this name."""


class BadFeature(StyleError):
    """A feature gave what is no number from zero on."""


class MissingFeatures(StyleError):
    """Responses are without the features that a board needs."""
