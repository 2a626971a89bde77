#ifndef LIB_FILELOCK_H
#define LIB_FILELOCK_H

/*
 * Locks on whole files, as Postfix takes them on its tables.  Open file
 * description locks conflict with fcntl(2)'s locks of other programs and,
 * unlike these, belong to no process: closing another descriptor of the same
 * file does not drop them.
 */
enum filelock { FILELOCK_SHARED, FILELOCK_EXCLUSIVE };

/*
 * Waits two seconds at most; a lock that is held already is changed.  0, or
 * errno (ETIMEDOUT: others kept it for so long).
 */
int filelock_take(int fd, enum filelock);
/* At once: 0, or errno (EBUSY: held by others). */
int filelock_try(int fd, enum filelock);
void filelock_release(int fd);

/*
 * Makes a lock file of `bytes`, or fills one that has holes: where a program
 * writes it through a map, a full disk would end that program by a signal.
 * 0, or errno.
 */
int filelock_make(const char *path, long bytes);

#endif
