"""The commands: thin. Each reads its options, calls one function, renders, and sets the exit code."""
