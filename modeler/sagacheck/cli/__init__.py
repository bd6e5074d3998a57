"""The command line: a thin shell around the application, one file per command."""
