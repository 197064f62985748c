"""What a right chat looks like: the rules (`room`), the ways of input and output around them (`servers`, `clients`), the `chat` command."""
