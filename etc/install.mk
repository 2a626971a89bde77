# make install, make uninstall: where everything goes.
#
# PREFIX and SYSCONFDIR are compiled into the programs: give the same ones to
# `make` and to `make install`.  DESTDIR is put before every path and nowhere
# inside a file.

BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
DATADIR := $(PREFIX)/share/calloffer
DOCDIR ?= $(PREFIX)/share/doc/calloffer
MANDIR ?= $(PREFIX)/share/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
CONFDIR := $(SYSCONFDIR)/calloffer
DEST_DATA = $(abspath $(DESTDIR)$(DATADIR))
INSTALL ?= install

DAEMONS := milter acceptd bridge
CONFIGURATION := offerors $(DAEMONS:%=%.conf)
UNITS := $(DAEMONS:%=calloffer-%.service) calloffer-acceptd.socket
MANUALS := $(notdir $(wildcard etc/man/*.[1-8]))
# Directories that are passed on as they stand: to the programs, to people.
DATA := lang web
EXAMPLES := $(filter-out etc/man etc/systemd etc/prompts $(DATA:%=etc/%) \
	etc/%.mk etc/%.conf etc/offerors,$(wildcard etc/*))

put = $(INSTALL) -D -m
# $(call tree,FROM,TO): every file below FROM.
tree = cd $(1) && find . -type f -exec $(INSTALL) -D -m 644 {} $(2)/{} \;
# Samples name the default places; the installed ones name the real ones.
placed = sed -e 's,@SBINDIR@,$(SBINDIR),g' -e 's,@CONFDIR@,$(CONFDIR),g' \
	-e 's,/usr/local/share/calloffer,$(DATADIR),g' \
	-e 's,/etc/calloffer,$(CONFDIR),g'

.PHONY: uninstall
install: all
	$(put) 755 $(B)/calloffer $(DESTDIR)$(BINDIR)/calloffer
	@set -e; for d in $(DAEMONS); do \
		$(put) 755 $(B)/calloffer-$$d \
		    $(DESTDIR)$(SBINDIR)/calloffer-$$d; \
	done
	@echo "samples:  $(DESTDIR)$(CONFDIR) (what is there stays)"
	@set -e; mkdir -p $(B)/install; for f in $(CONFIGURATION); do \
		$(placed) etc/$$f > $(B)/install/$$f; \
		$(put) 644 $(B)/install/$$f \
		    $(DESTDIR)$(DATADIR)/examples/$$f; \
		test -e $(DESTDIR)$(CONFDIR)/$$f || \
		    $(put) 644 $(B)/install/$$f $(DESTDIR)$(CONFDIR)/$$f; \
	done
	@echo "units:    $(DESTDIR)$(UNITDIR)"
	@set -e; for f in $(UNITS); do \
		$(placed) etc/systemd/$$f > $(B)/install/$$f; \
		$(put) 644 $(B)/install/$$f $(DESTDIR)$(UNITDIR)/$$f; \
	done
	@$(put) 644 etc/systemd/sysusers.conf \
	    $(DESTDIR)$(SYSUSERSDIR)/calloffer.conf
	@$(put) 644 etc/systemd/tmpfiles.conf \
	    $(DESTDIR)$(TMPFILESDIR)/calloffer.conf
	@echo "manuals:  $(DESTDIR)$(MANDIR)"
	@set -e; for f in $(MANUALS); do \
		$(placed) etc/man/$$f > $(B)/install/$$f; \
		$(put) 644 $(B)/install/$$f \
		    $(DESTDIR)$(MANDIR)/man$${f##*.}/$$f; \
	done
	@echo "examples: $(DESTDIR)$(DATADIR)/examples"
	@set -e; for f in $(EXAMPLES); do \
		if test -d $$f; then ($(call tree,$$f,$(DEST_DATA)/examples/$${f##*/})); \
		else $(put) 644 $$f $(DEST_DATA)/examples/$${f##*/}; fi; \
	done
	@echo "data:     $(DESTDIR)$(DATADIR)"
	@set -e; for d in $(DATA); do \
		($(call tree,etc/$$d,$(DEST_DATA)/$$d)); \
	done
	@($(call tree,$(B)/prompts,$(DEST_DATA)/prompts))
	@$(put) 644 README $(DESTDIR)$(DOCDIR)/README
	@$(put) 644 DESIGN $(DESTDIR)$(DOCDIR)/DESIGN
	@$(put) 644 LICENSE $(DESTDIR)$(DOCDIR)/LICENSE

# The configuration, the keys and the journal stay: they are not ours.
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/calloffer
	rm -f $(DAEMONS:%=$(DESTDIR)$(SBINDIR)/calloffer-%)
	rm -f $(UNITS:%=$(DESTDIR)$(UNITDIR)/%)
	rm -f $(DESTDIR)$(SYSUSERSDIR)/calloffer.conf
	rm -f $(DESTDIR)$(TMPFILESDIR)/calloffer.conf
	rm -f $(foreach m,$(MANUALS),$(DESTDIR)$(MANDIR)/man$(subst \
	    .,,$(suffix $(m)))/$(m))
	rm -rf $(DESTDIR)$(DATADIR) $(DESTDIR)$(DOCDIR)
	@echo "what stays: $(DESTDIR)$(CONFDIR), and /var/lib/calloffer"
