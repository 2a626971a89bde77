#!/usr/bin/python3
"""Executes what README shows a sysadmin, word for word, in a clean Debian root
of its own with its own init and network, up to a mail with a button that that
root's Postfix delivers, and the page behind it; then what README says to
remove it all.

Lines that begin with four spaces and "# " are commands; the indented lines
below one belong to it.  Those of apt-get and make run before the root is
booted (they need the network, or long); all others in the booted one, in one
shell and in README's order.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
if os.getuid() != 0:
    os.execvp("sudo", ["sudo", sys.executable, os.path.abspath(__file__)])

KEEP = "build/readme-root.tar"
PACKAGES = ("systemd,systemd-sysv,dbus,postfix,ca-certificates,procps,"
            "iproute2,bash")
count = failed = 0


def ok(passed, what, detail=""):
    global count, failed
    count += 1
    print("ok" if passed else "not ok", count, "-", what)
    if not passed:
        failed += 1
        for line in str(detail).splitlines()[-30:]:
            print("#  ", line, file=sys.stderr)
    sys.stdout.flush()
    return passed


def run(*args, **more):
    return subprocess.run(args, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          errors="replace", **more)


def commands(text):
    """The commands of a part of README."""
    found, here = [], None
    for line in text.split("\n"):
        if here is not None and "<<" in found[-1].split("\n")[0]:
            found[-1] += "\n" + line[4:]        # a here-document
            if line.strip() == "END":
                here = None
            continue
        if line.startswith("    # "):
            found.append(line[6:])
            here = "<<" in line or None
        elif line.startswith("        ") and found \
                and found[-1].endswith("\\"):
            found[-1] += "\n" + line[4:]
    return found


def make_root():
    """Debian with an init and a mail server; kept for the next time."""
    if os.path.exists(KEEP):
        return "kept"
    os.makedirs("build", exist_ok=True)
    mirror = run("apt-get", "indextargets", "--format", "$(REPO_URI)",
                 "Created-By: Packages").stdout.split()
    mirror = next(m for m in mirror if "security" not in m)
    new = "%s.%d" % (KEEP, os.getpid())
    r = run("mmdebstrap", "-q", "--variant=minbase", "--format=tar",
            "--include=" + PACKAGES, "bookworm", new,
            "deb %s bookworm main" % mirror)
    if r.returncode == 0:
        os.rename(new, KEEP)
        return "made"
    print("#", r.stdout)
    return ""


class Root:
    def __init__(self, path):
        self.path = path
        self.src = path + "/usr/src/calloffer"
        self.boot = None

    def fill(self):
        subprocess.run(["tar", "-xf", KEEP, "-C", self.path], check=True)
        os.makedirs(self.src)
        files = run("git", "ls-files", "-co", "--exclude-standard").stdout
        for f in files.split("\n"):
            if f and os.path.exists(f):
                to = os.path.join(self.src, f)
                os.makedirs(os.path.dirname(to), exist_ok=True)
                shutil.copy(f, to)
        for f in ("resolv.conf", "hosts"):
            shutil.copy("/etc/" + f, self.path + "/etc/" + f)
        with open(self.path + "/usr/sbin/policy-rc.d", "w") as f:
            f.write("#!/bin/sh\nexit 101\n")
        os.chmod(self.path + "/usr/sbin/policy-rc.d", 0o755)
        for f in os.listdir("/etc/apt/apt.conf.d"):
            with open("/etc/apt/apt.conf.d/" + f) as text:
                if re.search(r"Acquire::(http|https|Check)", text.read()):
                    shutil.copy("/etc/apt/apt.conf.d/" + f,
                                self.path + "/etc/apt/apt.conf.d/")

    def before(self, command):
        """In the root, not booted: the host's network, no services."""
        return run("unshare", "-m", "sh", "-c",
                   'mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev"'
                   ' && exec chroot "$0" sh -c "$1"', self.path,
                   "export DEBIAN_FRONTEND=noninteractive "
                   "MAKEFLAGS=-sj$(nproc); cd /usr/src/calloffer && "
                   "exec sh -c '%s'" % command.replace("'", "'\\''"))

    def start(self):
        os.unlink(self.path + "/usr/sbin/policy-rc.d")
        self.boot = subprocess.Popen(
            ["systemd-nspawn", "-q", "-D", self.path, "--private-network",
             "--register=no", "--keep-unit", "--boot", "--console=pipe",
             "-M", "readme%d" % os.getpid()],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for _ in range(120):
            state = self.sh("systemctl is-system-running").stdout.strip()
            if state in ("running", "degraded"):
                return True
            time.sleep(0.5)
        return False

    def init(self):
        r = run("pgrep", "-P", str(self.boot.pid))
        return r.stdout.split()[0] if r.stdout.split() else ""

    def sh(self, script):
        if not self.init():
            return run("false")
        return run("nsenter", "-t", self.init(), "-m", "-u", "-i", "-n", "-p",
                   "-r", "-w", "env", "-i", "HOME=/root", "LC_ALL=C.UTF-8",
                   "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
                   "/sbin:/bin", "bash", "-c", "cd /root\n" + script)

    def stop(self):
        if self.boot and self.boot.poll() is None:
            self.boot.send_signal(signal.SIGTERM)
            try:
                self.boot.wait(20)
            except subprocess.TimeoutExpired:
                self.boot.kill()
                self.boot.wait()


def is_for_before(command):
    return re.match(r"(apt-get|make)\b", command) is not None


def build(root, todo):
    r = root.before("apt-get -q update")
    if not ok(r.returncode == 0, "apt-get update", r.stdout):
        return False
    for command in todo:
        if is_for_before(command):
            c = command.replace("apt-get install",
                                "apt-get -q --no-install-recommends install")
            r = root.before(c)
            if not ok(r.returncode == 0, command, r.stdout):
                return False
    return True


def follow(root, todo):
    """All other commands in one shell: each one's number, words, status."""
    script = ""
    for i, command in enumerate(todo):
        script += "echo '@@@ %d'\n%s\necho \"@@@ = $?\"\n" % (i, command)
    text = root.sh("exec 2>&1\n" + script).stdout
    said = {}
    for m in re.finditer(r"^@@@ (\d+)\n(.*?)^@@@ = (\d+)$", text,
                         re.M | re.S):
        said[int(m.group(1))] = (m.group(2), int(m.group(3)))
    return [said.get(i, ("(not run)\n" + text[-2000:], -1))
            for i in range(len(todo))]


def judge(command, words, status):
    """There is no Asterisk in this root: that alone may be amiss."""
    name = command.split("\n")[0]
    if command == "calloffer check":
        bad = [line for line in words.splitlines()
               if re.match(r"(milter|acceptd|bridge|provider)\b", line)
               and not line.rstrip().endswith("ok")]
        ok(len(bad) == 1 and "provider" in bad[0],
           name + ": all is well but for the missing Asterisk", words)
    elif command.startswith("calloffer test-call"):
        ok(status != 0 and words.strip() != "", name +
           ": says that nobody can place the call", words)
    elif "/var/mail/root" in command:
        ok(re.search(r"https://call\.example\.com/o/[A-Za-z0-9_-]{200,}",
                     words), name + ": the mail has its link", words)
    else:
        ok(status == 0, name, words)


def page(root):
    """Through the root's own nginx."""
    link = root.sh("grep -o 'https://[^ ]*/o/[A-Za-z0-9_-]*' "
                   "/var/mail/root | head -n 1").stdout.strip()
    r = root.sh("curl -sSk --resolve call.example.com:443:127.0.0.1 "
                "-w '\\n%%{http_code}\\n' '%s'" % link)
    ok("Alice Doe" in r.stdout, "the link leads to her page", r.stdout)
    r = root.sh("cat /var/mail/root")
    ok("X-Call-Offer" not in r.stdout, "her field is gone", r.stdout)
    r = root.sh("grep -rl '%s' /var/log/nginx /run/log/journal "
                "/var/log/journal 2>/dev/null" % link[-40:])
    ok(link and r.stdout.strip() == "", "no log holds the link", r.stdout)
    r = root.sh("systemctl is-failed 'calloffer-*'; "
                "systemctl list-units --failed --plain --no-legend")
    bad = not ok("calloffer" not in r.stdout and "activating" not in r.stdout,
                 "no unit has failed", r.stdout)
    if bad:
        log = root.sh("journalctl --no-pager -o cat -u 'calloffer-*' -n 60")
        ok(False, "what the units have said", log.stdout)


def restarts(root):
    """The web face restarted, as for a new version: who comes meanwhile, by
    nginx, is answered all the same.  Fewer a second than nginx allows one
    visitor."""
    r = root.sh("""
        ask() {
            curl -sSk -o /dev/null -w '%{http_code}\\n' --resolve \\
                call.example.com:443:127.0.0.1 https://call.example.com/healthz
        }
        (while [ ! -e /tmp/enough ]; do ask; sleep 0.06; done) >/tmp/asked 2>&1 &
        for i in 1 2 3; do
            sleep 0.5
            systemctl restart calloffer-acceptd || exit 1
        done
        sleep 0.5
        touch /tmp/enough
        wait
        sort /tmp/asked | uniq -c
        rm /tmp/asked /tmp/enough""")
    words = r.stdout.split()
    ok(r.returncode == 0 and words[1:] == ["200"] and int(words[0]) > 10,
       "three restarts of the web face: each visit is answered", r.stdout)


def remove(root, todo):
    """`make uninstall` is for README's own directory."""
    rest = ["cd /usr/src/calloffer && " + c if c.startswith("make") else c
            for c in todo]
    for command, said in zip(rest, follow(root, rest)):
        ok(said[1] == 0, command, said[0])
    r = root.sh("find /usr/local -type f; systemctl list-units --plain "
                "--no-legend 'calloffer-*'")
    ok(r.stdout.strip() == "", "nothing of ours is left", r.stdout)


def main():
    text = open("README", encoding="utf-8").read()
    text, removing = text.split("\nREMOVING IT\n")
    todo = commands(text)
    ok(len(todo) > 30, "README's commands are found", len(todo))
    if not ok(make_root(), "a clean Debian root"):
        return
    with tempfile.TemporaryDirectory(prefix="calloffer-readme.") as folder:
        root = Root(folder + "/root")
        os.mkdir(root.path)
        try:
            root.fill()
            if not build(root, todo) or not ok(root.start(), "it boots"):
                return
            rest = [c for c in todo if not is_for_before(c)]
            for command, said in zip(rest, follow(root, rest)):
                judge(command, *said)
            page(root)
            restarts(root)
            remove(root, commands(removing))
        finally:
            root.stop()


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
try:
    main()
finally:
    print("1..%d" % count)
sys.exit(failed > 0)
