"""A mail server that takes what it is sent, or does what a case wants."""
import email
import email.policy
import socket
import threading
import time


class Server:
    """SMTP (RFC 5321); `odd` says what it does at a command: a reply instead,
    None to close, or a function."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.got, self.odd, self.lock = [], {}, threading.Lock()
        self.envelopes = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.guard, args=(sock,),
                             daemon=True).start()

    def guard(self, sock):
        try:
            self.talk(sock, sock.makefile("rb"))
        except OSError:
            pass
        sock.close()

    def reply(self, sock, command, usual):
        """True when the conversation goes on as usual."""
        what = self.odd.get(command, usual)
        if callable(what):
            what = what()
        if what is None:
            return None
        sock.sendall(what.encode() + b"\r\n")
        return what == usual

    def talk(self, sock, f):
        envelope = []
        if not self.reply(sock, "hello", "220 mail.example.com ESMTP"):
            return
        for line in iter(f.readline, b""):
            word = line[:4].upper().strip().decode()
            if word == "DATA":
                if not self.reply(sock, word, "354 go on"):
                    return
                data = b""
                for line in iter(f.readline, b".\r\n"):
                    if not line:
                        return
                    data += line[1:] if line.startswith(b"..") else line
                with self.lock:
                    self.got.append(data)
                    self.envelopes.append(envelope)
                if self.reply(sock, ".", "250 taken") is None:
                    return
                continue
            if word in ("MAIL", "RCPT"):
                envelope.append(line.decode().strip())
            usual = "221 bye" if word == "QUIT" else "250 mail.example.com"
            if self.reply(sock, word, usual) is None:
                return

    def count(self):
        with self.lock:
            return len(self.got)

    def wait(self, n, timeout=5):
        for _ in range(timeout * 50):
            if self.count() >= n:
                break
            time.sleep(0.02)
        return self.count()

    def last(self):
        with self.lock:
            return email.message_from_bytes(
                self.got[-1], policy=email.policy.default)
