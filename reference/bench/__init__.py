"""`chat bench`: how fast a chat server is, what it costs, and what it does when people misbehave. Any server on a port will do."""
