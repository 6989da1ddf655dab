#!/usr/bin/env python3
"""Drops files on a window the way a file manager does: the source's side of the XDND protocol, version 5.

    xdnd.py WINDOW X Y < list of paths, each ended by a NUL byte

X and Y are root coordinates. The exit status is 0 once the window has said that it took the drop; every step that does not
happen within the time limit ends the program with a sentence on standard error. The protocol:
https://freedesktop.org/wiki/Specifications/XDND/
"""

import select
import sys
import time
import urllib.parse

from Xlib import X, Xatom, display
from Xlib.protocol import event

LIMIT = 30.0  # seconds for all of it


class Drop:
    def __init__(self, window, x, y, paths):
        self.end = time.monotonic() + LIMIT
        self.display = display.Display()
        self.target = self.display.create_resource_object("window", window)
        self.source = self.display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self.x, self.y = x, y
        uris = ("file://" + urllib.parse.quote(path) + "\r\n" for path in paths)
        self.list = "".join(uris).encode("ascii")

    def atom(self, name):
        return self.display.intern_atom(name)

    def tell(self, name, *data):
        """Sends a client message; data[0] of every XDND message is the window that sends it."""
        words = [self.source.id, *data]
        words += [0] * (5 - len(words))
        message = event.ClientMessage(window=self.target, client_type=self.atom(name), data=(32, words))
        self.target.send_event(message)
        self.display.flush()

    def wait(self, name):
        """Answers requests for the list until the message of that name arrives, and returns its data."""
        while True:
            while self.display.pending_events():
                e = self.display.next_event()
                if e.type == X.SelectionRequest:
                    self.answer(e)
                elif e.type == X.ClientMessage and e.client_type == self.atom(name):
                    return e.data[1]
            left = self.end - time.monotonic()
            if left <= 0:
                raise SystemExit(f"xdnd.py: no {name} within {LIMIT:.0f} s")
            select.select([self.display.fileno()], [], [], left)

    def answer(self, request):
        """Hands over the list, or says that this form is not to be had."""
        at = request.property or request.target
        if request.target == self.atom("text/uri-list"):
            request.requestor.change_property(at, request.target, 8, self.list)
        elif request.target == self.atom("TARGETS"):
            request.requestor.change_property(at, Xatom.ATOM, 32, [self.atom("text/uri-list")])
        else:
            at = X.NONE
        request.requestor.send_event(event.SelectionNotify(
            time=request.time, requestor=request.requestor, selection=request.selection, target=request.target, property=at))
        self.display.flush()

    def run(self):
        aware = self.target.get_full_property(self.atom("XdndAware"), X.AnyPropertyType)
        if aware is None:
            raise SystemExit("xdnd.py: the window takes no drops: it has no property XdndAware")
        if len(self.list) > 250_000:
            raise SystemExit("xdnd.py: the list is too long for one transfer, and transfers in parts are not spoken here")
        self.source.set_selection_owner(self.atom("XdndSelection"), X.CurrentTime)
        self.tell("XdndEnter", 5 << 24, self.atom("text/uri-list"))
        self.tell("XdndPosition", 0, self.x << 16 | self.y, X.CurrentTime, self.atom("XdndActionCopy"))
        if not self.wait("XdndStatus")[1] & 1:
            raise SystemExit("xdnd.py: the window refuses the drop")
        self.tell("XdndDrop", 0, X.CurrentTime)
        # Bit 0 says whether the drop was taken; some toolkits put a count of bytes there.
        if self.wait("XdndFinished")[1] == 0:
            raise SystemExit("xdnd.py: the window did not take the drop")


def main():
    window, x, y = (int(argument, 0) for argument in sys.argv[1:4])
    paths = sys.stdin.buffer.read().split(b"\0")[:-1]
    if not paths:
        raise SystemExit("xdnd.py: no paths on standard input")
    Drop(window, x, y, paths).run()


main()
