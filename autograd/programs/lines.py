"""Lines."""


class Lines:
    pass
