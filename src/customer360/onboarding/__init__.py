"""Your own data: the scaffold, the mapping, and the checks before a build."""
