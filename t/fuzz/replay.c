/* Runs a fuzz target over the files and folders named: its corpus, replayed. */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int n_files;

static int
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	unsigned char *all = NULL;
	size_t len = 0, n;
	char chunk[4096];

	if (f == NULL)
		return (-1);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
		unsigned char *more = realloc(all, len + n);

		if (more == NULL)
			exit(2);
		all = more;
		memcpy(all + len, chunk, n);
		len += n;
	}
	fclose(f);
	/* A copy of the exact size, so that a sanitizer sees every overrun. */
	LLVMFuzzerTestOneInput(len > 0 ? all : (const uint8_t *)"", len);
	free(all);
	n_files++;
	return (0);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		struct dirent *e;
		char path[4096];

		if (d == NULL) {
			if (replay(argv[i]) == -1)
				perror(argv[i]);
			continue;
		}
		while ((e = readdir(d)) != NULL) {
			if (e->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i],
			    e->d_name);
			replay(path);
		}
		closedir(d);
	}
	printf("%d\n", n_files);
	return (n_files == 0);
}
