#ifndef ADMIN_BACKUP_H
#define ADMIN_BACKUP_H

/* calloffer backup: copies the journal while the bridge writes it. */
struct command;

extern const struct command backup_command;

#endif
