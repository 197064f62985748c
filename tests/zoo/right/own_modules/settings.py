HOST = "127.0.0.1"
PORT = 9029
PROMPT = "nickname?\n"
