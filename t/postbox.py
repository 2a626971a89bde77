"""A mail server that takes everything, and keeps it.

	m = Postbox()		m.url
	m.wait(subject)		the first with this in its subject, parsed;
				None after a while
	m.count(subject)	how many
"""
import email
import email.policy
import socket
import threading
import time


class Postbox:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "smtp://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.got = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.talk, args=(sock,),
                             daemon=True).start()

    def talk(self, sock):
        f = sock.makefile("rb")
        sock.sendall(b"220 mail.example.com ESMTP\r\n")
        for line in iter(f.readline, b""):
            if line[:4].upper() == b"DATA":
                sock.sendall(b"354 go on\r\n")
                data = b""
                for line in iter(f.readline, b".\r\n"):
                    data += line[1:] if line.startswith(b"..") else line
                self.got.append(email.message_from_bytes(
                    data, policy=email.policy.default))
            sock.sendall(b"250 ok\r\n")
        sock.close()

    def some(self, subject):
        return [m for m in self.got if subject in m["Subject"]]

    def count(self, subject):
        return len(self.some(subject))

    def wait(self, subject, seconds=40):
        stop = time.monotonic() + seconds
        while not self.some(subject) and time.monotonic() < stop:
            time.sleep(0.05)
        return self.some(subject)[0] if self.some(subject) else None
