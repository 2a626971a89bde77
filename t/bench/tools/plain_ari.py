#!/usr/bin/python3
"""Calls by Asterisk's REST interface as a script would make them: the peer of
t/bench/calls.py.  What the bridge does beyond it (a journal, deadlines, what
happens when something fails) is not here.

	plain_ari.py TRUNK PROMPTS CALLER <LINES

A line "A B" of its input is a call: A is rung, hears the prompt, presses 1; B
is rung, hears, presses 1; they are joined; when one leaves the other is put
down.  Says how many were joined when its input ends.  AST_URL, AST_USER,
AST_PASSWORD and AST_APP are in the environment.
"""
import asyncio
import os
import sys

import aiohttp

TRUNK, PROMPTS, CALLER = sys.argv[1:]
URL, APP = os.environ["AST_URL"], os.environ["AST_APP"]
calls = {}                      # channel: its call


class Call:
    def __init__(self, ari, n, a, b):
        self.ari, self.id, self.numbers = ari, "plain-%d" % n, (a, b)
        self.legs = [self.id + "-a", self.id + "-b"]
        self.up, self.is_joined, self.is_over = set(), False, False
        self.asked = 0
        calls.update(dict.fromkeys(self.legs, self))

    async def ask(self, method, path, body=None, **query):
        async with self.ari.request(method, URL + path, params=query,
                                    json=body) as r:
            await r.read()
            return r.status

    async def ring(self, side):
        await self.ask("POST", "/channels/" + self.legs[side],
                       {"variables": {"TIMEOUT(absolute)": "3600"}},
                       endpoint=TRUNK % self.numbers[side], app=APP,
                       appArgs="ab"[side], callerId="\"\" <%s>" % CALLER,
                       timeout="25")

    async def play(self, side, *names):
        leg = self.legs[side]
        await self.ask("POST", "/channels/%s/play/%s" % (leg, leg), media=
                       ",".join("sound:%s/en/%s" % (PROMPTS, n)
                                for n in names))

    async def hush(self, side):
        await self.ask("DELETE", "/playbacks/" + self.legs[side])

    async def on_up(self, side):
        self.asked = side
        await self.play(side, *(("a-offer", "a-press") if side == 0 else
                                ("b-offer", "b-press")))

    async def on_key(self, side, key):
        if key != "1" or side != self.asked or self.is_joined:
            return
        if side == 0:
            self.asked = None
            await self.hush(0)
            await self.play(0, "a-wait")
            await self.ring(1)
            return
        self.is_joined = True
        await asyncio.gather(self.hush(0), self.hush(1))
        await self.ask("POST", "/bridges/" + self.id, type="mixing")
        await self.ask("POST", "/bridges/%s/addChannel" % self.id,
                       channel=",".join(self.legs),
                       inhibitConnectedLineUpdates="true")

    async def on_gone(self, side):
        calls.pop(self.legs[side], None)
        if self.is_over:
            return
        self.is_over = True
        await self.ask("DELETE", "/channels/" + self.legs[1 - side],
                       reason="normal")
        calls.pop(self.legs[1 - side], None)
        if self.is_joined:
            await self.ask("DELETE", "/bridges/" + self.id)


async def listen(ari, ready):
    url = URL.replace("http", "ws", 1) + "/events?app=" + APP
    async with ari.ws_connect(url) as events:
        ready.set()
        async for message in events:
            e = message.json()
            leg = e.get("channel", {}).get("id")
            call = calls.get(leg)
            if call is None:
                continue
            side = call.legs.index(leg)
            if e["type"] == "StasisStart":
                asyncio.ensure_future(call.on_up(side))
            elif e["type"] == "ChannelDtmfReceived":
                asyncio.ensure_future(call.on_key(side, e["digit"]))
            elif e["type"] == "ChannelDestroyed":
                asyncio.ensure_future(call.on_gone(side))


async def main():
    auth = aiohttp.BasicAuth(os.environ["AST_USER"],
                             os.environ["AST_PASSWORD"])
    loop, made, ready = asyncio.get_running_loop(), [], asyncio.Event()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with aiohttp.ClientSession(auth=auth) as ari:
        asyncio.ensure_future(listen(ari, ready))
        await ready.wait()
        print("ready", flush=True)
        async for line in lines:
            a, b = line.decode().split()
            made.append(Call(ari, len(made), a, b))
            asyncio.ensure_future(made[-1].ring(0))
    print(sum(c.is_joined for c in made), flush=True)


asyncio.run(main())
