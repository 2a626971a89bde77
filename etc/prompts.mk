# Prompts: etc/prompts/LANG.txt becomes $(B)/prompts/LANG/NAME.wav.

PROMPTS := $(patsubst etc/prompts/%.txt,$(B)/prompts-%.made,\
	$(wildcard etc/prompts/*.txt))

prompts: $(PROMPTS)
$(B)/prompts-%.made: etc/prompts/%.txt etc/prompts/make
	@mkdir -p $(B)/prompts
	$(call say,SAY,$<)etc/prompts/make $< $(B)/prompts/$*
	@touch $@
