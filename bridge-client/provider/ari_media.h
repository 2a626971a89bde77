#ifndef BRIDGE_PROVIDER_ARI_MEDIA_H
#define BRIDGE_PROVIDER_ARI_MEDIA_H

struct provider_conf;
struct provider_intent;
struct request;

/*
 * What Asterisk is to play, as a list of its media: "sound:/dir/en/a-offer,..".
 * It has no speech, so a name is the recording that there is of it, and a
 * reference is spelled by recordings "x-0" to "x-z".  0, or -1: there are no
 * such prompts, or too many.
 */
int ari_media_put(const struct provider_conf *, const struct provider_intent *,
    struct request *);

/* A directory that will do: all of a list goes into one line of a request, of
 * which Asterisk takes 4096 bytes. */
int ari_media_is_path(const char *);

#endif
