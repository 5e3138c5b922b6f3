"""A build from the inbox to the publication."""
