"""Rows for what was seen: a call a thread is stuck in, an exception, what came instead. The finest first."""

from __future__ import annotations

from typing import Final

from grading.symptoms.symptom import Symptom

_LEAVING: Final = ("leave-quietly", "leave-abruptly", "leave-mid-handshake", "gone-are-forgotten")
_AFTER_LEAVING: Final = (*_LEAVING, "no-busy-loop", "rejoin", "names-kept", "stops-on-interrupt")
_STREAM: Final = ("order-kept", "long-message", "odd-boundary", "split-character", "four-byte-characters", "dripped-message")
_HEARING: Final = ("two-users-exchange", "three-users-hear", "late-joiner-hears", "silent-user")
_ONE_THREAD: Final = ("select", "asyncio")
_SEVERAL: Final = ("three-users-hear", "late-joiner-hears", "silent-newcomer", "silent-user")

# One row is its text and one line of conditions.
# fmt: off
SEEN: Final[tuple[Symptom, ...]] = (
    # The client, whatever its server is like.
    Symptom(
        "Пока строка не закончена, терминал её не показывает: Python копит её у себя. Кончайте сообщение переводом строки — print(text), — "
        "а если нужен end='', добавьте flush=True.",
        read="client", checks=("own-clients-chat",), seen="клиент это прочёл|the client has read it",
    ),
    Symptom(
        "Пока клиент ждёт в input(), он не слышит сервера. Пусть recv() и print() работают в своём потоке: "
        "threading.Thread(target=..., daemon=True).start() до первого input().",
        read="client", checks=("own-clients-chat",),
        seen="только когда .{1,20} отправит что-нибудь своё|only once .{1,20} has sent something",
    ),
    Symptom(
        "Клиент не справился с русскими буквами. Кодируйте и раскодируйте одинаково, в UTF-8: encode() и decode() без аргументов.",
        read="client", checks=("own-clients-chat",), seen=r"Unicode(En|De)codeError|'ascii' codec",
    ),
    Symptom(
        "Клиент стучится не туда: адрес и порт в connect() должны быть те же, что в bind() сервера.",
        read="client", checks=("own-clients-chat",), seen="клиент идёт на другой порт|the client goes to another port",
    ),
    Symptom(
        "Запустите сервер и три клиента в разных окнах: что набрано в одном, должно появиться в остальных. Пусть отдельный поток клиента "
        "всё время ждёт в recv() и печатает всё, что пришло, как есть.",
        read="client", checks=("own-clients-chat",),
    ),
    # The server does not start.
    Symptom(
        "Это работа другого варианта. Запустите grade без --variant: он сам выберет тот, который даёт больше баллов.",
        checks=("starts",), seen=r"этот сервер ведёт разговор|this server holds its conversation",
    ),
    Symptom(
        "Адрес занят. Если чат запущен у вас в другом окне, остановите его. Чтобы сервер мог сразу запуститься снова, до bind() "
        "добавьте sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1).",
        read="threads", checks=("starts", "restart", "stops-on-interrupt"), seen=r"Address already in use|Errno 98|WinError 10048",
    ),
    Symptom(
        "Порт меньше 1024 доступен только администратору. Возьмите порт побольше, например 9090.",
        checks=("starts", "restart"), seen=r"\.bind\([^\n]*\n(?:[^\n]*\n){0,2}PermissionError|WinError 10013",
    ),
    Symptom(
        "Такого адреса на этом компьютере нет, поэтому bind() не удался. Укажите '127.0.0.1' (только этот компьютер) или '0.0.0.0' "
        "(все его адреса): сервер, на котором записан адрес домашней сети, на другом компьютере не запустится.",
        checks=("starts", "restart"), seen=r"Cannot assign requested address|gaierror|WinError 10049",
    ),
    Symptom(
        "Файл вашей папки назван как модуль Python, и import находит его вместо настоящего модуля. Переименуйте файл (например, "
        "socket.py — в my_socket.py) и удалите папку __pycache__.",
        checks=("starts",),
        seen=r"partially initialized module '(socket|threading|select|selectors|random|time|json|queue|logging)'|"
             r"module 'socket' has no attribute 'socket'|module 'threading' has no attribute '(Thread|Lock)'",
    ),
    Symptom(
        "Не нашёлся модуль. Если это ваш файл, сдайте его вместе с server.py, в той же папке; если сторонняя библиотека — обойдитесь "
        "без неё: для чата достаточно socket и threading.",
        read="task", checks=("starts",), seen=r"ModuleNotFoundError|ImportError|(?m:^Модуль \S+ не найден|^Module \S+ not found)",
    ),
    Symptom(
        "Python не смог прочитать файл: в указанной строке ошибка отступа. Выровняйте блок, не смешивая пробелы с табуляцией.",
        checks=("starts",), seen=r"IndentationError|TabError",
    ),
    Symptom(
        "Python не смог прочитать файл: в указанной строке или строкой выше синтаксическая ошибка. Запустите сервер у себя: Python "
        "покажет то же место. Если листинг скопирован в отчёт, проверьте, что он скопирован целиком.",
        checks=("starts",), seen=r"SyntaxError|(?m:^Синтаксическая ошибка|^Syntax error)",
    ),
    Symptom(
        "Сервер ждёт ввода с клавиатуры, а вводить некому. Уберите input() из запуска: адрес и порт запишите в начале файла. Или напишите "
        "в lab.toml рядом с работой, что набрать: под заголовком [launch] строку вида stdin = \"1\\n9090\\n\".",
        read="task", checks=("starts",), call=("input", "read"), source=r"input\(|stdin",
    ),
    Symptom(
        "Сервер ждёт аргументов командной строки. Пусть он запускается и без них: запишите адрес и порт в начале файла.",
        read="task", checks=("starts",),
        seen=r"sys\.argv|the following arguments are required|(?im:^[ \t]*(usage|использование|запуск|пример запуска)\b[^\n]*\.py\b)",
    ),
    Symptom(
        "Сервер печатает без остановки, и проверка его прервала. Ищите print() в цикле, который крутится, ничего не ожидая: чаще всего "
        "recv() вернул b'' — гость ушёл, — а цикл не закончился.",
        read="threads", seen=r"больше 64 МиБ|more than 64 MiB",
    ),
    Symptom(
        "Сервер завершился раньше, чем начал слушать: последние строки того, что он напечатал, называют причину и строку файла.",
        checks=("starts",), seen=r"Traceback \(most recent call last\)",
    ),
    Symptom(
        "Сервер отработал и вышел сам. Чтобы он ждал гостей, после bind() нужны listen() и цикл while True с accept().",
        read="threads", checks=("starts",), seen=r"(?i)exited|завершил|вышел",
    ),
    # A thread died of an exception: the traceback says which mistake it is.
    Symptom(
        "Список или словарь гостей изменился, пока по нему шёл цикл. Идите по копии: for guest in list(guests), — а добавление, "
        "удаление и само копирование защитите одним threading.Lock.",
        read="threads", seen=r"RuntimeError: (dictionary|Set|deque|OrderedDict)[^\n]* (changed size|mutated)",
    ),
    Symptom(
        "recv() отдаёт столько байтов, сколько пришло, и может разрезать букву пополам: кириллица в UTF-8 занимает два байта. Копите "
        "байты и раскодируйте только целое — codecs.getincrementaldecoder('utf-8') или строку до '\\n'.",
        read="framing", checks=(*_HEARING, *_STREAM), seen=r"'utf-8' codec can't decode",
    ),
    Symptom(
        "Кодировка не умеет русских букв. Везде пишите .encode('utf-8') и .decode('utf-8') — без 'ascii' и 'latin-1'.",
        read="framing", checks=(*_HEARING, *_STREAM, "author-is-known"), seen=r"UnicodeEncodeError|'(ascii|charmap)' codec",
    ),
    Symptom(
        "Сервер писал гостю, который уже ушёл, и исключение остановило весь поток. Оберните отправку каждому гостю в try/except "
        "OSError, а того, кому не отправилось, закройте и уберите из списка; остальным продолжайте отправлять.",
        read="threads", checks=_AFTER_LEAVING, seen=r"BrokenPipeError|ConnectionAbortedError|WinError 10053",
    ),
    Symptom(
        "Гость оборвал соединение, и recv() или send() бросил ConnectionResetError. Это обычный уход: поймайте его (except "
        "ConnectionError) и сделайте то же, что при b'': уберите гостя из списка и закройте его сокет.",
        read="threads", checks=_AFTER_LEAVING, seen=r"ConnectionResetError|WinError 10054",
    ),
    Symptom(
        "Сервер пользуется сокетом, который уже закрыт. После close() сразу убирайте гостя из списка и больше к нему не обращайтесь.",
        read="threads", checks=_AFTER_LEAVING, seen=r"Bad file descriptor|WinError 10038|Errno 9\b",
    ),
    Symptom(
        "Гостя убирают дважды или убрали не отовсюду: в одном списке его уже нет, а в другом он ещё есть. Пусть уходом занимается одно "
        "место программы, а всё о госте лежит в одном словаре {сокет: имя}, а не в двух списках.",
        read="threads", checks=_AFTER_LEAVING, seen=r"ValueError: (list\.remove|[^\n]*is not in list)|KeyError: <socket",
    ),
    Symptom(
        "Потоков стало слишком много: система не дала нового. Завершайте поток гостя, когда тот ушёл (recv() вернул b'').",
        read="threads", seen=r"can't start new thread",
    ),
    Symptom(
        "По сети ходят байты, а не строки: перед send() строку кодируют, text.encode('utf-8'), после recv() байты раскодируют, "
        "data.decode('utf-8').",
        read="framing", seen=r"a bytes-like object is required|can't concat str to bytes|\(not \"bytes\"\) to str",
    ),
    Symptom(
        "Сервер закончил работу посреди разговора, не сообщив об ошибке. Ищите exit(), os._exit() и выход из главного цикла: break, "
        "return, условие в while. Сервер работает, пока его не остановят.",
        read="threads", seen=r"сервер завершился с кодом 0|the server exited with code 0",
    ),
    # Something came, and what is wrong with it tells enough.
    Symptom(
        "Сообщение пришло дважды. Каждому гостю его отправляют один раз: проверьте, не попадает ли гость в список второй раз, не рассылают "
        "ли одно и то же два места программы, и не уходит ли история разговора тем, кто её уже слышал.",
        read="rules", checks=(*_HEARING, *_AFTER_LEAVING, "all-speak-at-once", "random-conversations", "order-kept"),
        seen="пришло не один раз|the message came not once",
    ),
    Symptom(
        "Конец сообщения потерялся. Если перед ним идёт его длина, считайте её в байтах — len(text.encode('utf-8')), а не len(text): "
        "русская буква занимает два. Если сервер читает recv(N) один раз, читайте, пока не придёт всё.",
        read="framing", checks=_HEARING, seen="пришло не целиком|it did not come whole",
    ),
    # A thread waits: for whom, says the report; what to do, say we.
    Symptom(
        "Что не поместилось в буфер recvfrom(), отрезается от датаграммы и пропадает. Читайте с запасом: recvfrom(65535).",
        read="udp", checks=("long-message", "odd-boundary"), call=("recv",), source=r"recvfrom\(",
    ),
    Symptom(
        "По UDP соединений нет, есть только адреса. Запоминайте адрес, который вернул recvfrom(), для каждой датаграммы, и "
        "отправляйте сообщение через sendto() на все запомненные адреса, кроме адреса автора.",
        read="udp", checks=(*_HEARING, "rejoin"), models=("udp",),
    ),
    Symptom(
        "Имя принадлежит адресу, с которого пришла датаграмма: держите словарь {адрес: имя}, ставьте перед текстом имя по адресу из "
        "recvfrom() и удаляйте запись, когда гость прощается.",
        read="udp", checks=("author-is-known", "names-kept"), models=("udp",),
    ),
    Symptom(
        "Гостей может быть сколько угодно: храните все адреса, с которых приходили датаграммы, и не ограничивайте их число.",
        read="udp", checks=("thirty-users-hear",), models=("udp",),
    ),
    Symptom(
        "Поток берёт замок, который не отпущен, — часто им же самим двумя вызовами выше. Берите замок только через with lock:, не "
        "вызывайте под ним функций, которые берут его снова, и не держите его во время send() и recv().",
        read="threads", call=("lock",), source=r"(?i)lock|acquire|with |mutex",
    ),
    Symptom(
        "Цикл крутится впустую. recv() вернул b'' — это значит «гость ушёл», а не «пока пусто»: выйдите из цикла, закройте сокет, "
        "уберите гостя. Если вы опрашиваете сокеты без ожидания, ждите в recv() своего потока или в select.select().",
        read="threads", call=("busy",),
    ),
    # One thread for all: what is said of threads below is of no use to it.
    Symptom(
        "Сразу после accept() сервер ждёт имени новичка, а с ним ждут все. Добавьте новый сокет к тем, за которыми следит цикл, и "
        "считайте именем первое, что из него придёт.",
        read="select", checks=("silent-newcomer",), models=_ONE_THREAD,
    ),
    Symptom(
        "Гость, который оборвал связь или ушёл, не назвав имени, — это b'' или ConnectionError. Поймайте его там, где читаете и где пишете "
        "этому гостю, закройте его сокет, уберите его отовсюду и обслуживайте остальных дальше.",
        read="select", checks=("leave-abruptly", "leave-mid-handshake"), models=_ONE_THREAD,
    ),
    Symptom(
        "Имя свободно, как только его хозяин ушёл: уберите его из всех списков и словарей там же, где закрываете сокет. Вернувшийся — это "
        "новое подключение.",
        read="select", checks=("rejoin",), models=_ONE_THREAD,
    ),
    Symptom(
        "Ctrl-C должен завершать сервер и при людях в чате: поймайте KeyboardInterrupt вокруг главного цикла и закройте сокеты в finally. "
        "Голый except: без имени ошибки ловит и Ctrl-C — пишите except OSError.",
        read="select", checks=("stops-on-interrupt",), models=_ONE_THREAD,
    ),
    Symptom(
        "Гостей может быть сколько угодно: не ограничивайте их список, а новых принимайте всякий раз, когда готов слушающий сокет.",
        read="select", checks=("thirty-users-hear",), models=_ONE_THREAD,
    ),
    Symptom(
        "Сервер спрашивает имя прямо в цикле accept() и, пока новичок молчит, никого больше не впускает. Сразу после accept() "
        "запускайте поток, а имя читайте уже в нём.",
        read="threads", checks=("silent-newcomer",),
    ),
    Symptom(
        "Кто несколько секунд молчит, того сервер отключает. Молчание — не уход: при socket.timeout продолжайте ждать (continue) и "
        "прощайтесь, только когда recv() вернёт b\"\" или бросит другое исключение.",
        read="threads", checks=("silent-user",), seen="сервер закрыл соединение: |the server closed the connection: ",
    ),
    Symptom(
        "Сервер ждёт в accept() следующего гостя и потому не слушает тех, кто уже вошёл. Разделите: accept() — в главном потоке, "
        "recv() каждого гостя — в его собственном.",
        read="threads", checks=_SEVERAL, call=("accept",), alone=True,
    ),
    Symptom(
        "Для двоих accept() вызывают ровно два раза, а потом по очереди recv() у одного и send() другому. Сервер же снова ждёт в "
        "accept() и разговора не слышит.",
        read="turns", checks=("two-users-exchange",), call=("accept",), alone=True,
    ),
    Symptom(
        "Один поток ждёт слов одного гостя и не слышит остальных: так говорить можно только по очереди. Дайте каждому гостю свой "
        "поток или ждите всех сразу через select.select().",
        read="select", checks=_SEVERAL, call=("recv", "read"), alone=True,
    ),
    Symptom(
        "В очереди гостя, который не читает, кончились места; put() ждёт, а с ним и все остальные. Кладите через put_nowait() и на "
        "queue.Full отключайте отставшего.",
        read="rules", checks=("slow-reader",), call=("lock",), source=r"\.put\(",
    ),
    Symptom(
        "Сервер застрял в send(): гость не читает, его буфер полон, а ждут все. Не держите замок во время send(); поставьте сокету "
        "settimeout() и отключайте того, кто долго не читает.",
        read="rules", call=("send", "sendall"),
    ),
    Symptom(
        "Сервер ждёт ввода с клавиатуры, пока гости говорят друг с другом. В чате слова приходят из сокетов; input() серверу не нужен.",
        read="task", checks=_HEARING, call=("input", "read"), source=r"input\(|stdin", alone=True,
    ),
    Symptom(
        "Сервер спит в time.sleep(). Паузы не нужны: recv() и accept() сами ждут, сколько надо, и просыпаются сразу.",
        read="threads", call=("sleep",), alone=True,
    ),
    Symptom(
        "Главный поток ждёт в join() завершения другого потока и сам ничего не делает. Если join() стоит сразу после start(), гости "
        "обслуживаются по одному: уберите его из цикла accept().",
        read="threads", checks=_SEVERAL, call=("lock", "join"), source=r"\.join\(",
    ),
    # There is no server to start.
    Symptom(
        "Сдайте и сервер: клиенту без него не с кем говорить. Если он у вас есть, добавьте его файл в папку или его листинг в отчёт, "
        "целиком. Сервер вызывает bind(), listen() и ждёт гостей в accept().",
        read="task", checks=("starts",), seen=r"только клиент[ ,]|only a client[ ,]",
    ),
    Symptom(
        "Напишите сервер на Python: задание — про его библиотеку socket. Заготовку вместе с описанием создаст grade --new ПАПКА.",
        read="task", checks=("starts",),
        seen=r"листинги на .{1,12}, а не на Python|Нет ни одного файла Python|"
             r"listings are in .{1,12}, not in Python|There is no Python file",
    ),
    Symptom(
        "Сдайте программу сервера целиком, от import до последней строки: файлом server.py, ячейкой блокнота или листингом в отчёте. Она "
        "вызывает bind(), listen() и ждёт гостей в accept(), а в чате по UDP — bind() и recvfrom().",
        read="task", checks=("starts",),
        seen=r" пуст[.:]|Здесь пусто|но они пустые|Сервера чата не нашлось|сервера чата в нём нет|вашего сервера пока нет|"
             r"ни одного листинга|is empty[.:]|There is nothing here|but they are empty|No chat server was found|no chat server is in it|"
             r"no server of yours|no listing in Python",
    ),
    Symptom(
        "Сначала проверке нужен сам сервер: что сделать, сказано у [starts].",
        checks=("uses-socket",), seen="кода сервера проверка не увидела|no code of a server was seen",
    ),
)
# fmt: on
