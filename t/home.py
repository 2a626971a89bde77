"""The folder of a bridge, for tests that start the program themselves: keys,
secrets, journal, configuration and log."""
import os
import pwd
import signal

B = os.path.abspath(os.environ.get("B", "build"))


class Home:
    def __init__(self, folder, keys, secrets):
        """`secrets` by the names of their files.  Where we are root all is
        nobody's, as whom the program runs."""
        self.dir, self.run = folder, None
        self.user = "nobody" if os.getuid() == 0 else ""
        self.uid = pwd.getpwnam(self.user).pw_uid if self.user \
            else os.getuid()
        keys.save(folder)
        for name, text in secrets.items():
            self.write(name, text + "\n", 0o400)
        for name in ("journal", "journal-keys"):
            os.mkdir(self.path(name), 0o700)
        os.chmod(folder, 0o755)
        for name in os.listdir(folder):
            os.chown(self.path(name), self.uid, -1)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(self.path(name), mode)

    def user_line(self):
        """For the configuration."""
        return 'user = "%s"' % self.user if self.user else ""

    def log(self):
        with open(self.path("log"), encoding="utf-8") as f:
            return f.read()

    def end(self, signo=signal.SIGTERM):
        self.run.send_signal(signo)
        return self.run.wait(20)
