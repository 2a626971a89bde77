/*
 * Offerors' names as recordings: rendered, or taken from a file.
 */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/spoken.h"

#include "admin/wave.h"

#include "admin/voice.h"

#define LEAST_MS	200
#define MOST_MS		6000
#define RUN_S		20	/* then the synthesiser is given up */
#define NOT_THERE	127	/* as shells say that there is no program */

static enum voice_result
bad(char *why, size_t size, const char *what)
{
	snprintf(why, size, "%s", what);
	return VOICE_BAD;
}

static int
has_good_length(const struct wave *w)
{
	return wave_length_ms(w) >= LEAST_MS && wave_length_ms(w) <= MOST_MS;
}

/* A recording as it stands: of telephones, and not too long. */
static enum voice_result
read_sound(struct wave *w, const char *sound, char *why, size_t size)
{
	const char *what = NULL;

	if (wave_read(w, sound, &what) == -1)
		return bad(why, size, what);
	if (w->rate == WAVE_RATE && has_good_length(w))
		return VOICE_GOOD;
	what = w->rate != WAVE_RATE ? "not 8000 samples a second" :
	    "not 0.2 to 6 seconds long";
	wave_free(w);
	return bad(why, size, what);
}

enum voice_result
voice_check(const char *sound, char *why, size_t size)
{
	enum voice_result result;
	struct wave w;

	result = read_sound(&w, sound, why, size);
	if (result == VOICE_GOOD)
		wave_free(&w);
	return result;
}

static void
become(const char *program, const struct voice_name *n, const char *out)
{
	const char *argv[] = { program, "-v", n->lang, "-w", out, "--", n->name,
		NULL };
	int null = open("/dev/null", O_RDWR);

	if (null != -1) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
	}
	alarm(RUN_S);
	execvp(program, (char *const *)argv);
	_exit(NOT_THERE);
}

static enum voice_result
synthesise(const char *program, const struct voice_name *n, const char *out,
    char *why, size_t size)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		become(program, n, out);
	if (pid == -1)
		return bad(why, size, strerror(errno));
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return bad(why, size, strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return VOICE_GOOD;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
		return VOICE_NO_PROGRAM;
	return bad(why, size, "the synthesiser failed");
}

static enum voice_result
render(struct wave *w, const struct voice *v, const struct voice_name *n,
    char *why, size_t size)
{
	enum voice_result result;
	const char *what = NULL;
	char raw[PATH_MAX];
	int len;

	len = snprintf(raw, sizeof(raw), "%s/.raw.%ld.wav", v->dir,
	    (long)getpid());
	if (len < 0 || (size_t)len >= sizeof(raw))
		return bad(why, size, strerror(ENAMETOOLONG));
	result = synthesise(v->program, n, raw, why, size);
	if (result == VOICE_GOOD && wave_read(w, raw, &what) == -1)
		result = bad(why, size, what);
	else if (result == VOICE_GOOD && wave_fit(w) == -1)
		result = bad(why, size, "the synthesiser says nothing");
	else if (result == VOICE_GOOD && !has_good_length(w))
		result = bad(why, size, "takes more than 6 seconds to say");
	if (result == VOICE_BAD)
		wave_free(w);
	unlink(raw);
	return result;
}

/*
 * Chinese signs: espeak-ng spells them out as such.  In UTF-8 they begin with
 * E3 90 (U+3400) to E9 BF (U+9FFF); kana are before them.
 */
static int
has_signs(const char *name)
{
	const unsigned char *p = (const unsigned char *)name;

	for (; *p != '\0'; p++)
		if ((*p == 0xe3 && p[1] >= 0x90) || (*p > 0xe3 && *p <= 0xe9))
			return 1;
	return 0;
}

/* Beside its place, then into it. */
static enum voice_result
put_file(const struct wave *w, const char *path, char *why, size_t size)
{
	char part[PATH_MAX + 32];

	snprintf(part, sizeof(part), "%s.%ld.part", path, (long)getpid());
	unlink(part);
	if (wave_write(w, part, 0644) == 0 && rename(part, path) == 0)
		return VOICE_GOOD;
	bad(why, size, strerror(errno));
	unlink(part);
	return VOICE_BAD;
}

enum voice_result
voice_put(const struct voice *v, const struct voice_name *n, char *why,
    size_t size)
{
	char file[SPOKEN_SIZE], path[PATH_MAX];
	struct wave w = { .n = 0 };
	enum voice_result result;
	int len;

	spoken_put(file, n->name);
	len = snprintf(path, sizeof(path), "%s/%s.wav", v->dir, file);
	if (len < 0 || (size_t)len >= sizeof(path))
		return bad(why, size, strerror(ENAMETOOLONG));
	if (n->sound[0] != '\0')
		result = read_sound(&w, n->sound, why, size);
	else if (!v->is_anew && access(path, F_OK) == 0)
		return VOICE_THERE;
	else if (v->program == NULL)
		return VOICE_NO_PROGRAM;
	else if (has_signs(n->name))
		return VOICE_UNREAD;
	else
		result = render(&w, v, n, why, size);
	if (result != VOICE_GOOD)
		return result;
	result = put_file(&w, path, why, size);
	wave_free(&w);
	return result;
}
