import json
import socket
import threading

HOST = "127.0.0.1"
PORT = 5050

users = {}  # сокет -> имя
lock = threading.Lock()


def send_json(conn, data):
    conn.sendall((json.dumps(data, ensure_ascii=False) + "\n").encode("utf-8"))


def broadcast(data, author=None):
    with lock:
        receivers = [conn for conn in users if conn is not author]
    for conn in receivers:
        try:
            send_json(conn, data)
        except OSError:
            pass  # его поток сам заметит, что он ушёл


def handle_client(conn, addr):
    name = None
    reader = conn.makefile("r", encoding="utf-8", errors="replace")
    try:
        for line in reader:
            try:
                data = json.loads(line)
            except json.JSONDecodeError:
                send_json(conn, {"type": "error", "text": "Это не JSON"})
                continue
            if data["type"] == "login":
                name = data["nickname"]
                with lock:
                    users[conn] = name
                broadcast({"type": "info", "text": f"{name} присоединился к чату"}, conn)
            elif data["type"] == "message":
                text = data["text"]
                if text == "/exit":
                    send_json(conn, {"type": "info", "text": "До свидания!"})
                    break
                broadcast({"type": "message", "nickname": name, "text": text}, conn)
    except (OSError, KeyError):
        pass
    finally:
        with lock:
            users.pop(conn, None)
        if name:
            broadcast({"type": "info", "text": f"{name} покинул чат"})
        reader.close()
        conn.close()


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind((HOST, PORT))
    server.listen(50)
    print(f"Чат запущен на {HOST}:{PORT}")
    while True:
        conn, addr = server.accept()
        threading.Thread(target=handle_client, args=(conn, addr), daemon=True).start()


if __name__ == "__main__":
    main()
