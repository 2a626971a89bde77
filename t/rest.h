#ifndef T_REST_H
#define T_REST_H

/* A server that misbehaves (t/rest_server.py), and accounts with it. */

#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/loop.h"
#include "lib/secret.h"

#include "bridge-client/net/rest.h"

#include "t/tap.h"

static struct loop *loop;
static struct rest *rest;
static int plain_port, tls_port, dead_port;

/* Turns the loop until `*flag` is at least `n`, 10 s at most. */
static int
wait_for(const int *flag, int n)
{
	int64_t end = clock_mono_ms() + 10000;

	while (*flag < n && clock_mono_ms() < end)
		loop_turn(loop, 100);
	return *flag >= n;
}

static pid_t server;
static int server_in = -1;

static void
start_server(void)
{
	const char *dir = tap_dir();
	int in[2], out[2];
	char line[64], *p = line;
	FILE *f;

	if (pipe(in) < 0 || pipe(out) < 0 || (server = fork()) < 0)
		exit(1);
	if (server == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execl("/usr/bin/python3", "python3", "t/rest_server.py",
		    dir, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	server_in = in[1];
	f = fdopen(out[0], "r");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL) {
		printf("Bail out! the server did not start\n");
		exit(1);
	}
	fclose(f);
	plain_port = (int)strtol(p, &p, 10);
	tls_port = (int)strtol(p, &p, 10);
	dead_port = (int)strtol(p, &p, 10);
}

static void
stop_server(void)
{
	close(server_in);
	waitpid(server, NULL, 0);
}

static struct secret *passwords[32];
static size_t n_passwords;

static struct rest_account *
account(const char *user, const char *password, const char *ca_file)
{
	struct rest_account_conf c = { user, NULL, ca_file, 400, NULL, NULL };
	char copy[64];

	if (password != NULL) {
		snprintf(copy, sizeof(copy), "%s", password);
		c.password = passwords[n_passwords++] =
		    secret_take(copy, strlen(copy));
	}
	return rest_account_new(rest, &c);
}

static int
start(void)
{
	if (secret_init() < 0)
		return -1;
	start_server();
	loop = loop_new();
	rest = rest_open(loop);
	return 0;
}

static void
stop(void)
{
	rest_close(rest);
	loop_free(loop);
	while (n_passwords > 0)
		secret_free(passwords[--n_passwords]);
	stop_server();
}

#endif
