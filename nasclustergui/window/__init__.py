"""The main window: brings a session and the pages together."""
