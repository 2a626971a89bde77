"""The peers of the acceptance page, each in a folder of its own: Express on
PostgreSQL, Fastify on SQLite, and nginx."""
import atexit
import os
import pwd
import signal
import sqlite3
import subprocess
import time

from accepting import free_ports, read, visit, wait_until
from pairs import ROOT, cpu_of_family, run, write

PEERS = os.path.join(ROOT, "t/bench/peers")
POSTGRES = ("/usr/lib/postgresql/15/bin",
            os.path.join(ROOT, "build/postgresql/usr/lib/postgresql/15/bin"))
CALLS = """CREATE TABLE calls (id {bytes} PRIMARY KEY, offer {bytes},
    tag {bytes}, a_hash {bytes}, state int, "end" int DEFAULT 0,
    leg_a int DEFAULT 1, leg_b int DEFAULT 0, since bigint,
    accepted_at bigint, key_at bigint, talk_at bigint, ended_at bigint,
    uses int, not_after bigint, name text, account text, offeror text,
    recipient text, caller text, a text, b text, lang text, provider text,
    detail text){tail}"""
USES = """CREATE TABLE uses (offer {bytes} PRIMARY KEY, uses int, spent int,
    is_open {bool}, attempts int, not_after bigint){tail}"""
SIMPLE = """'sales', 'alice@example.com', 'bob.builder@example.org',
    '+442079460100', '+447400123456', '+442079460123', 'en', 'pbx'"""


def family_end(child):
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()


class Node:
    """A program of t/bench/peers, with so many processes."""
    program, workers = None, 2

    def __init__(self, folder, keys, ari_at):
        os.makedirs(folder)
        self.dir = folder
        self.web = "127.0.0.1:" + free_ports(1)[0]
        self.env = dict(
            os.environ,
            NODE_PATH=os.path.join(ROOT, "build/peers/node_modules"),
            NODE_ENV="production", KEYS=keys, PROVIDER=ari_at,
            WORKERS=str(self.workers), PORT=self.web.split(":")[1])

    def start(self):
        log = open(self.dir + "/node.log", "w")
        self.node = subprocess.Popen(
            ["node", os.path.join(PEERS, self.program)], env=self.env,
            stdout=log, stderr=log)
        atexit.register(family_end, self.node)
        wait_until(self.answers, self.program + " does not start: " +
                   read(self.dir + "/node.log"))
        time.sleep(1)       # the other worker
        return self

    def answers(self):
        return subprocess.run(["curl", "-s", "-o", "/dev/null", "http://%s/"
                               % self.web]).returncode == 0

    def stop(self):
        family_end(self.node)

    def cpu(self):
        return cpu_of_family(self.node.pid)


class Fastify(Node):
    """One process: two are several times slower, for they wait for each
    other's lock on the database, and better-sqlite3 waits by sleeping."""
    program, workers = "fastify.js", 1

    def fill(self, n):
        """So many offers that were accepted before."""
        self.env["DB"] = self.dir + "/db"
        db = sqlite3.connect(self.dir + "/db")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        names = {"bytes": "BLOB", "bool": "int", "tail": " WITHOUT ROWID"}
        db.execute(CALLS.format(**names))
        db.execute(USES.format(**names))
        now = int(time.time() * 1000)
        ids = ((now - (n - i) * 100).to_bytes(6, "big") + b"\x7f\xff\x8f" +
               i.to_bytes(7, "big") for i in range(n))
        rows = list(ids)
        db.executemany("INSERT INTO uses VALUES (?, 1, 1, 0, 1, %d)" %
                       (now // 1000), ((i,) for i in rows))
        db.executemany(
            "INSERT INTO calls VALUES (?, ?, ?, ?, 10, 1, 4, 4, {0}, {0}, "
            "{0}, {0}, {0}, 1, {0}, 'Alice Example', {1}, NULL)".format(
                now // 1000, SIMPLE), ((i, i, i, i) for i in rows))
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()


class Express(Node):
    program = "express.js"

    def postgres(self, *command):
        """As a user who may run it: it refuses to be root."""
        bin_dir = next(p for p in POSTGRES if os.path.exists(p))
        command = [os.path.join(bin_dir, command[0]), *command[1:]]
        if os.getuid() == 0:
            command = ["runuser", "-u", "nobody", "--"] + command
        return command

    def fill(self, n):
        self.env["DB"] = self.dir
        if os.getuid() == 0:
            os.chown(self.dir, pwd.getpwnam("nobody").pw_uid, -1)
        run(*self.postgres("initdb", "-D", self.dir + "/data", "-U",
                           "postgres", "-A", "trust", "-E", "UTF8",
                           "--locale=C"))
        write(self.dir + "/postgresql.conf", """
listen_addresses = ''
unix_socket_directories = '%s'
synchronous_commit = on
fsync = on
shared_buffers = 1GB
max_wal_size = 8GB
checkpoint_timeout = 30min
wal_compression = off
jit = off
""" % self.dir)
        self.server = subprocess.Popen(
            self.postgres("postgres", "-D", self.dir + "/data", "-c",
                          "config_file=%s/postgresql.conf" % self.dir),
            stdout=open(self.dir + "/postgres.log", "w"),
            stderr=subprocess.STDOUT)
        atexit.register(self.stop_postgres)
        wait_until(lambda: subprocess.run(
            self.postgres("psql", "-h", self.dir, "-U", "postgres", "-c",
                          "SELECT 1"), capture_output=True).returncode == 0,
                   "PostgreSQL does not start")
        names = {"bytes": "bytea", "bool": "bool",
                 "tail": " WITH (fillfactor = 90)"}
        now = int(time.time() * 1000)
        ids = """SELECT decode(lpad(to_hex(%d - (%d - i)::bigint * 100), 12,
            '0') || '7fff8f' || lpad(to_hex(i), 14, '0'), 'hex') AS id
            FROM generate_series(1, %d) AS i""" % (now, n, n)
        for sql in (
                CALLS.format(**names), USES.format(**names),
                "INSERT INTO uses SELECT id, 1, 1, false, 1, %d FROM (%s) s"
                % (now // 1000, ids),
                "INSERT INTO calls SELECT id, id, id, id, 10, 1, 4, 4, {0}, "
                "{0}, {0}, {0}, {0}, 1, {0}, 'Alice Example', {1}, NULL FROM "
                "({2}) s".format(now // 1000, SIMPLE, ids),
                "VACUUM ANALYZE", "CHECKPOINT"):
            run(*self.postgres("psql", "-q", "-h", self.dir, "-U", "postgres",
                               "-c", sql))

    def stop_postgres(self):
        if self.server.poll() is None:
            with open(self.dir + "/data/postmaster.pid") as f:
                os.kill(int(f.readline()), signal.SIGINT)
            self.server.wait()

    def cpu(self):
        return super().cpu() + cpu_of_family(self.server.pid)


class Nginx:
    """In front of acceptd; and a static page."""

    def __init__(self, folder, acceptd):
        root = os.path.join(ROOT, "build/nginx")
        run(os.path.join(ROOT, "t/unpack"), "nginx", root, "nginx")
        os.makedirs(folder)
        os.chmod(folder, 0o755)
        self.web, self.plain = ("127.0.0.1:" + p for p in free_ports(2))
        page = os.path.join(folder, "page.html")
        write(page, "<!DOCTYPE html>\n" + "<p>An offer of a call.</p>\n" * 200)
        conf = write(folder + "/nginx.conf", """
worker_processes 2;
pid %(dir)s/pid;
error_log %(dir)s/error.log crit;
events { worker_connections 4096; }
http {
	access_log off;
	keepalive_requests 100000000;
	upstream acceptd {
		server %(acceptd)s;
		keepalive 256;
		keepalive_requests 100000000;
	}
	client_body_temp_path %(dir)s/body;
	proxy_temp_path %(dir)s/proxy;
	fastcgi_temp_path %(dir)s/fastcgi;
	uwsgi_temp_path %(dir)s/uwsgi;
	scgi_temp_path %(dir)s/scgi;
	server {
		listen %(web)s;
		location / {
			proxy_http_version 1.1;
			proxy_set_header Host $host;
			proxy_set_header Connection "";
			proxy_set_header X-Forwarded-For $remote_addr;
			proxy_pass http://acceptd;
		}
	}
	server {
		listen %(plain)s;
		root %(dir)s;
	}
}
""" % {"dir": folder, "acceptd": acceptd, "web": self.web,
       "plain": self.plain})
        self.requests = folder + "/requests"
        q = b"GET /page.html HTTP/1.1\r\nHost: call.example.com\r\n\r\n"
        with open(self.requests, "wb") as f:
            f.write((len(q).to_bytes(4, "big") + q) * 64)
        log = open(folder + "/log", "w")
        self.nginx = subprocess.Popen(
            [root + "/usr/sbin/nginx", "-p", folder, "-c", conf, "-e",
             folder + "/error.log", "-g", "daemon off;"], stdout=log,
            stderr=log)
        atexit.register(family_end, self.nginx)
        wait_until(lambda: os.path.exists(folder + "/pid"),
                   "nginx does not start")

    def static(self):
        r = visit(self.plain, self.requests, "-r", "-s", "1")
        return r["n"] / r["s"]


def fetch():
    """What the peers are made of, below build/."""
    run(PEERS + "/get")
    if not os.path.exists(POSTGRES[0]):
        run(os.path.join(ROOT, "t/unpack"), "postgresql",
            os.path.join(ROOT, "build/postgresql"), "postgresql-15",
            "postgresql-client-15")
