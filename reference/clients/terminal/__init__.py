"""The comfortable client, for a terminal: what comes in stands above the line being typed and never breaks it.

    presence   what the server said, and who is here. Pure.
    look       how that is shown: time, colours by name, the bar at the bottom. Pure.
    backoff    how long to wait before connecting again. Pure.
    client     the conversation, over asyncio: hear, say, come back when the connection breaks.
    screen     the terminal, with prompt_toolkit.

The three plain clients beside it are for reading; this one is for talking. All four share `clients.talk`, which knows what to send.
"""
