#ifndef T_ASTERISK_BED_H
#define T_ASTERISK_BED_H

/*
 * The test bed (t/asterisk/bed) for one test in C; see t/asterisk/lib.sh for
 * what it can be told.
 */

#include <sys/wait.h>

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t/tap.h"

/* What the bed has chosen: the variables of its env. */
static struct {
	char	url[128], tls_url[128], ca[256], user[64], app[64];
	char	password[128];
} bed_var;
static FILE *bed_in, *bed_out;
static pid_t bed_pid;
static char bed_dir[256];

/* NAME=value or NAME='value' */
static void
bed_keep(const char *line)
{
	const struct {
		const char	*name;
		char		*dst;
		size_t		 size;
	} v[] = {
		{ "AST_URL=", bed_var.url, sizeof(bed_var.url) },
		{ "AST_TLS_URL=", bed_var.tls_url, sizeof(bed_var.tls_url) },
		{ "AST_CA=", bed_var.ca, sizeof(bed_var.ca) },
		{ "AST_USER=", bed_var.user, sizeof(bed_var.user) },
		{ "AST_APP=", bed_var.app, sizeof(bed_var.app) },
		{ "AST_PASSWORD=", bed_var.password,
		    sizeof(bed_var.password) },
	};
	size_t i, n;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		n = strlen(v[i].name);
		if (strncmp(line, v[i].name, n) != 0)
			continue;
		n += line[n] == '\'';
		snprintf(v[i].dst, v[i].size, "%.*s",
		    (int)strcspn(line + n, "'\n"), line + n);
	}
}

static void
bed_start(void)
{
	char line[512];
	int in[2], out[2];

	snprintf(bed_dir, sizeof(bed_dir), "%s/bed", tap_dir());
	if (pipe(in) < 0 || pipe(out) < 0 || (bed_pid = fork()) < 0)
		exit(1);
	if (bed_pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		execl("t/asterisk/bed", "bed", bed_dir, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	bed_in = fdopen(in[1], "w");
	bed_out = fdopen(out[0], "r");
	while (fgets(line, sizeof(line), bed_out) != NULL) {
		if (strcmp(line, "ready\n") == 0)
			break;
		bed_keep(line);
	}
	if (bed_var.url[0] == '\0' || bed_var.password[0] == '\0') {
		printf("Bail out! no Asterisk\n");
		exit(1);
	}
}

/* One line to the bed; 1 when it says "ok". */
static int __attribute__((format(printf, 1, 2)))
bed(const char *fmt, ...)
{
	char line[64];
	va_list ap;

	va_start(ap, fmt);
	vfprintf(bed_in, fmt, ap);
	va_end(ap);
	fputc('\n', bed_in);
	fflush(bed_in);
	return fgets(line, sizeof(line), bed_out) != NULL &&
	    strcmp(line, "ok\n") == 0;
}

static void
bed_stop(void)
{
	fclose(bed_in);
	fclose(bed_out);
	waitpid(bed_pid, NULL, 0);
}

/* Exit status of a program; its output is a remark of the test. */
static int
bed_run(const char *const argv[])
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fputs("# ", stdout);
		fflush(stdout);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return -1;
	fputs("\n", stdout);
	return WEXITSTATUS(status);
}

#endif
