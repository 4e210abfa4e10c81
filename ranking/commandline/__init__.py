"""The command line, one module a command: each adds its options and returns the text to print."""
