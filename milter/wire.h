#ifndef MILTER_WIRE_H
#define MILTER_WIRE_H

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <poll.h>

/*
 * What goes between the mail server and libmilter, in large pieces.
 *
 * For each packet libmilter asks the kernel five times: is there anything, is
 * there a header, read it, is there the rest, read it; and twice to answer.  A
 * usual mail is forty packets of a few bytes, which Postfix sends in two or
 * three writes.  These stand in for the calls that libmilter makes on its
 * connections; the linker puts them there (see GNUmakefile), for this program
 * and the libraries in it.  Linked without, all is the same and costs twice as
 * much.
 *
 * A connection that wire_accept() gave has buffers until wire_close().  On it,
 * what has been read ahead counts as what is there to be read; and answers are
 * kept until they are many, or until somebody looks for the next packet: so
 * that the mail server is woken once for all edits of a message.  Hence
 * smfi_progress() tells it nothing until then.  On every other descriptor each
 * call does what the one of its name does.  A connection is used by one thread
 * at a time, as libmilter does.
 *
 * A libmilter that waits by select() finds nothing read ahead and no answer
 * kept: both are for connections only that were looked at by wire_poll().
 *
 * A look of a few milliseconds at one connection lasts 20: libmilter would
 * give the session up to its poller and take it back, by two switches of
 * threads each, while the mail server writes its next words.
 *
 * Nobody is waited for longer than five minutes in the middle of a long packet
 * or of an answer.  Over TCP neither side's system keeps short words back, nor
 * waits before it confirms them: that would be 40 ms, twice a message.  While
 * no connection can be accepted, for want of descriptors, it is not tried all
 * the time.
 */
int wire_accept(int fd, struct sockaddr *, socklen_t *);
int wire_poll(struct pollfd *, nfds_t n, int timeout_ms);
ssize_t wire_read(int fd, void *, size_t);
ssize_t wire_writev(int fd, const struct iovec *, int n);
int wire_close(int fd);

#endif
