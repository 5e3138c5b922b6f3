"""What stops a command: errors whose message is for the person who ran it."""


class Stopped(Exception):
    """What was asked for could not be done; the message says why and what to do."""

    exit_code = 1


class BuildStopped(Stopped):
    """A build or a publication cannot go on; the message says which step, why, and what to do."""
