"""The same ways from the other side: one terminal client a file, each with `run(server, talk, keyboard, show)`."""
