# SPDX-License-Identifier: GPL-3.0-or-later
# glint — `make help` lists the targets. Everything is built under $(BUILD); sources are found, not listed.
BUILD   ?= build
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
CXX     := $(if $(filter default,$(origin CXX)),g++,$(CXX))
VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
PYTHON  ?= /usr/bin/python3

# ---- libraries: found by pkg-config, so Debian packages, modules and Spack all work ----
PKG_CONFIG ?= pkg-config
first_of = $(firstword $(foreach p,$(1),$(shell $(PKG_CONFIG) --exists $(p) 2>/dev/null && echo $(p))) $(firstword $(1)))
MPI_PC  := $(call first_of,ompi-c mpi-c ompi mpich)
HDF5_PC := $(call first_of,hdf5-openmpi hdf5)
# Optional: models of OpenKIM (kim:NAME). `make KIM_PC=` builds without.
KIM_PC  := $(if $(shell $(PKG_CONFIG) --exists libkim-api 2>/dev/null && echo yes),libkim-api)
HAVE_KIM := $(if $(KIM_PC),1,0)
PACKAGES := $(MPI_PC) $(HDF5_PC) fftw3 openblas gsl libplfit yaml-0.1 $(KIM_PC)
MISSING := $(strip $(foreach p,$(PACKAGES),$(shell $(PKG_CONFIG) --exists $(p) 2>/dev/null || echo $(p))) \
             $(shell $(CXX) -E -x c++ -include voro++/config.hh /dev/null >/dev/null 2>&1 || echo voro++))
PC_CFLAGS := $(if $(MISSING),,$(shell $(PKG_CONFIG) --cflags $(PACKAGES) | sed 's/-I/-isystem /g'))
PC_LIBS   := $(if $(MISSING),,$(filter-out -lgslcblas,$(shell $(PKG_CONFIG) --libs $(PACKAGES))))

# The Debian package of each library, and everything else that is installed by the three deps targets.
DEB_ompi-c = libopenmpi-dev
DEB_hdf5-openmpi = libhdf5-openmpi-dev
DEB_fftw3 = libfftw3-dev
DEB_openblas = libopenblas-dev
DEB_gsl = libgsl-dev
DEB_libplfit = libplfit-dev
DEB_yaml-0.1 = libyaml-dev
DEB_voro++ = voro++-dev
DEB_cmocka = libcmocka-dev
DEPS := gcc g++ make pkg-config openmpi-bin libopenmpi-dev libhdf5-openmpi-dev hdf5-tools libfftw3-dev \
        libopenblas-dev libgsl-dev libplfit-dev voro++-dev libyaml-dev gnuplot-nox
DEPS_UNIT := libcmocka-dev
DEPS_TEST := $(DEPS_UNIT) lammps lammps-data voro++ libkim-api-dev openkim-models python3-h5py python3-numpy \
             python3-mdanalysis clang-format clang-tidy valgrind chromium git

# ---- flags ----
WERROR ?= -Werror
WARN := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef $(WERROR)
OPT  ?= -O2 -g
SAN  ?=
# -fno-math-errno lets sqrt be one instruction; -ffp-contract=off keeps FMA explicit (Law 1). Never -ffast-math.
CFLAGS  := -std=c11 -D_GNU_SOURCE $(OPT) $(SAN) -ffp-contract=off -fno-math-errno -fopenmp $(WARN) -Isrc -I. \
           -DGLINT_VERSION='"$(VERSION)"' -DGLINT_HAVE_KIM=$(HAVE_KIM) $(PC_CFLAGS)
LDLIBS  := $(SAN) $(PC_LIBS) -lfftw3_omp -lvoro++ -lstdc++ -fopenmp -lm
# One C++ file, the shim to Voro++ (which has no pkg-config file): exceptions stay inside, no RTTI.
CXXWARN := $(filter-out -Wstrict-prototypes -Wmissing-prototypes,$(WARN)) -Wold-style-cast -Wnon-virtual-dtor
CXXFLAGS := -std=c++14 $(OPT) $(SAN) -ffp-contract=off -fno-rtti $(CXXWARN) -Isrc

# ---- sources: *.kernel.c are compiled once per instruction set ----
ISA_avx512 := -mavx512f -mavx512dq -mavx512vl -mavx512bw -mavx512cd -mfma -mprefer-vector-width=512
ISA_avx2   := -mavx2 -mfma
ISA_sse2   := -msse2
ISAS    := avx512 avx2 sse2
ALL_C   := $(shell find src analysis -name '*.c')
ALL_CXX := $(shell find src -name '*.cc')
ALL_H   := $(shell find src analysis -name '*.h')
KERNELS := $(filter %.kernel.c,$(ALL_C))
SOURCES := $(filter-out src/main.c %.kernel.c,$(ALL_C))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(ALL_CXX:%.cc=$(BUILD)/%.o) $(foreach i,$(ISAS),$(KERNELS:%.kernel.c=$(BUILD)/%.$(i).o))
LIBRARY := $(BUILD)/libglint.a
PROGRAM := $(BUILD)/glint
UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
UNIT    := $(UNIT_SOURCES:tests/unit/%.c=$(BUILD)/tests/%)
COMMANDS := $(shell sed -n 's/^ *X(\([a-z0-9_]*\)).*/\1/p' src/commands.h | tr _ -)

.DEFAULT_GOAL := all
# The commands of the README build with all cores, unless make was told how many.
parallel = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: help deps deps-unit deps-test libraries all units unit demo test test-all bench install uninstall layers \
        format format-check headers tidy sanitize clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /  \1|/' | column -t -s '|'

# ---- what must be installed ----

# apt_install, PACKAGES: nothing when all are there; installs what is missing as root or with sudo; else says so.
define apt_install
@command -v dpkg-query >/dev/null || { echo "make $@: this is not Debian; needed are the equivalents of: $(1)" >&2; exit 1; }; \
missing=; for p in $(1); do \
  dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
test -n "$$missing" || exit 0; \
echo "missing Debian packages:$$missing"; \
if test "$$(id -u)" = 0; then as=; \
elif sudo -n true 2>/dev/null || { test -t 0 && command -v sudo >/dev/null; }; then as=sudo; \
else echo "neither root nor sudo here; ask an administrator for:" >&2; \
  echo "  apt-get install --no-install-recommends$$missing" >&2; exit 1; fi; \
install="$$as env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends"; \
$$install $$missing </dev/null || { $$as apt-get update && $$install $$missing </dev/null; }
endef

deps: ## install what building and running needs (Debian; root or sudo)
	$(call apt_install,$(DEPS))

deps-unit:
	$(call apt_install,$(DEPS_UNIT))

deps-test: ## install what the tests compare with: LAMMPS, OpenKIM (then make builds kim: in), MDAnalysis, voro++, clang tools
	$(call apt_install,$(DEPS_TEST))

# Which optional libraries there are is told at the start, when that changes; what depends on it is made again.
OPTIONAL := $(BUILD)/optional-kim-$(HAVE_KIM)
$(OPTIONAL):
	@mkdir -p $(@D)
	@rm -f $(BUILD)/optional-kim-*
	@echo "$(if $(KIM_PC),KIM API $(shell $(PKG_CONFIG) --modversion libkim-api 2>/dev/null) found: kim:NAME is built in,no KIM API (optional; Debian: libkim-api-dev openkim-models): built without kim:NAME)"
	@touch $@

# A missing library is told at the start, not by a compiler error in the middle. An empty recipe costs nothing.
libraries: $(OPTIONAL)
ifneq ($(MISSING),)
	@command -v $(PKG_CONFIG) >/dev/null || echo "glint needs pkg-config (Debian: pkg-config)" >&2
	@echo "glint needs libraries that pkg-config (or, for Voro++, the C++ compiler) does not find:" >&2
	@$(foreach p,$(MISSING),echo "  $(p)   (Debian: $(DEB_$(p)))" >&2;)
	@echo "Install them with 'make deps', or load their modules (module load, spack load) so that pkg-config sees them." >&2
	@exit 1
endif

# ---- building ----

DATA := $(patsubst %.gz,%,$(wildcard tests/data/*.data.gz))
all: $(PROGRAM) $(DATA) ## build build/glint

# The reference configurations, for tests and examples.
tests/data/%.data: tests/data/%.data.gz
	@gzip -dc $< > $@

$(PROGRAM): $(BUILD)/src/main.o $(LIBRARY)
	@echo "link  $@"
	@$(CC) -o $@ $^ $(LDLIBS)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/src/force/kim.o $(BUILD)/src/force/kim_model.o $(BUILD)/tests/test_kim: $(OPTIONAL)

$(BUILD)/%.o: %.c | libraries
	@mkdir -p $(@D)
	@echo "cc    $<"
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.cc | libraries
	@mkdir -p $(@D)
	@echo "c++   $<"
	@$(CXX) $(CXXFLAGS) -MMD -MP -c -o $@ $<

# Kernels are optimised always, but for these with sanitizers: minutes a file.
SLOW_WITH_SANITIZERS := src/force/eam.kernel.c src/force/eam_mixed.kernel.c
kernel_opt = $(if $(and $(SAN),$(filter $(SLOW_WITH_SANITIZERS),$(1))),-Og,-O3)

define isa_rule
$(BUILD)/%.$(1).o: %.kernel.c | libraries
	@mkdir -p $$(@D)
	@echo "cc    $$< ($(1))"
	@$$(CC) $(filter-out -O%,$(CFLAGS)) $$(call kernel_opt,$$<) $(ISA_$(1)) -DISA_NAME=$(1) -DISA_$(1)=1 -MMD -MP -c -o $$@ $$<
endef
$(foreach i,$(ISAS),$(eval $(call isa_rule,$(i))))

$(BUILD)/tests/%: tests/unit/%.c $(LIBRARY)
	@mkdir -p $(@D)
	@$(PKG_CONFIG) --exists cmocka || { echo "the tests need cmocka (Debian: libcmocka-dev)" >&2; exit 1; }
	@echo "test  $<"
	@$(CC) $(filter-out -Wmissing-prototypes,$(CFLAGS)) -Itests -MMD -MP -o $@ $< $(LIBRARY) $(shell $(PKG_CONFIG) --libs cmocka 2>/dev/null) $(LDLIBS)

# Programs of the physics and MPI tests; built by name, e.g. make build/tests/engine_physics.
define test_program
$(BUILD)/tests/%: tests/$(1)/%.c $(LIBRARY)
	@mkdir -p $$(@D)
	@echo "test  $$<"
	@$(CC) $(filter-out -Wmissing-prototypes,$(CFLAGS)) -Itests -MMD -MP -o $$@ $$< $(LIBRARY) $(LDLIBS)
endef
$(foreach folder,physics mpi,$(eval $(call test_program,$(folder))))

units: $(UNIT)

clean: ## remove everything built
	rm -rf $(BUILD)

# ---- using ----

# Missing packages first (only if a library is missing), then what is asked for with the libraries in place.
ensure = $(if $(strip $(MISSING) $(shell command -v gnuplot >/dev/null || echo gnuplot)),@$(MAKE) --no-print-directory deps,@:)
ensure_unit = $(if $(shell $(PKG_CONFIG) --exists cmocka 2>/dev/null || echo missing),@$(MAKE) --no-print-directory deps-unit,@:)

demo: ## the whole story in a few minutes: runs/demo/report.html
	$(ensure)
	@$(MAKE) $(parallel) --no-print-directory all
	rm -rf runs/demo
	$(PROGRAM) run inputs/demo/demo.yaml -o runs/demo
	$(PROGRAM) report runs/demo
	@echo "The page: file://$(CURDIR)/runs/demo/report.html"

bench: all ## speed on this machine: engine, analysis, files, beside LAMMPS and GROMACS where installed (12 minutes)
	@GLINT=$(abspath $(PROGRAM)) OUT=$(abspath $(BUILD))/bench tests/bench/bench.sh

# ---- checking ----

test: ## build and run all tests but the long ones (under 8 minutes on 2 cores)
	$(ensure)
	$(ensure_unit)
	@$(MAKE) $(parallel) --no-print-directory all units
	@BUILD=$(BUILD) PYTHON=$(PYTHON) tests/run.sh

test-all: ## the same and tests/physics, tests/fault
	$(ensure)
	$(ensure_unit)
	@$(MAKE) $(parallel) --no-print-directory all units
	@BUILD=$(BUILD) PYTHON=$(PYTHON) tests/run.sh all

unit: units ## build and run the unit tests only
	@BUILD=$(BUILD) tests/run.sh unit

sanitize: ## the unit tests with address and undefined-behaviour sanitizers (build/sanitize)
	@$(MAKE) $(parallel) --no-print-directory units BUILD=$(BUILD)/sanitize OPT='-O1 -g -fno-omit-frame-pointer' \
	    WERROR= SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined'
	@BUILD=$(BUILD)/sanitize UNIT_LIMIT=400 LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0 \
	    ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1 tests/run.sh unit

layers: ## includes point upstream only
	@tests/layers.sh

FORMATTED = $(ALL_C) $(ALL_CXX) $(ALL_H) $(wildcard tests/unit/*.[ch])
format: ## clang-format all sources
	@clang-format -i $(FORMATTED)
format-check: ## fail if a source is not formatted; comments are not rewrapped, only measured
	@clang-format --dry-run --Werror $(FORMATTED)
	@! LC_ALL=C.UTF-8 grep -nE '^(/\*| \*).{109}' $(FORMATTED) /dev/null || { echo "comments longer than 110 characters" >&2; exit 1; }

headers: libraries ## every header compiles alone
	@failed=0; for h in $(ALL_H); do \
	  $(CC) $(CFLAGS) -Wno-unused-function -DISA_NAME=sse2 -DISA_sse2=1 -fsyntax-only -x c $$h || { echo "not alone: $$h" >&2; failed=1; }; \
	done; test $$failed = 0 && echo "$(words $(ALL_H)) headers compile alone"

# gcc-only warnings and flags are left out: clang reads this file.
quoted = $(subst ",\",$(subst \,\\,$(filter-out -Werror -W%,$(subst '"$(VERSION)"',\"$(VERSION)\",$(1)))))
compile_commands.json: $(ALL_C) $(ALL_CXX) Makefile
	@{ echo '['; sep=; entry() { \
	    printf '%s{"directory": "%s", "file": "%s", "command": "%s -c %s"}' "$$sep" "$(CURDIR)" "$$1" "$$2" "$$1"; \
	    sep=",$$(printf '\n ')"; }; \
	  for f in $(ALL_C); do entry $$f 'clang $(call quoted,$(CFLAGS)) -DISA_NAME=avx2 -DISA_avx2=1 -mavx2 -mfma'; done; \
	  for f in $(ALL_CXX); do entry $$f 'clang++ $(call quoted,$(CXXFLAGS))'; done; echo; echo ']'; } > $@

TIDY_JOBS ?= 2
tidy: compile_commands.json ## clang-tidy over all sources (.clang-tidy), no warning allowed
	@printf '%s\n' $(ALL_C) $(ALL_CXX) | xargs -P $(TIDY_JOBS) -n 4 clang-tidy --quiet -p . --warnings-as-errors='*' 2>/dev/null && echo "clang-tidy: no warnings in $(words $(ALL_C) $(ALL_CXX)) files"

# ---- installing ----

MAN   = $(DESTDIR)$(PREFIX)/share/man/man1
SHARE = $(DESTDIR)$(PREFIX)/share/glint
DOC   = $(DESTDIR)$(PREFIX)/share/doc/glint
install: all ## PREFIX=/usr/local, DESTDIR for packaging
	install -d $(DESTDIR)$(PREFIX)/bin $(MAN) $(SHARE) $(DOC)
	install -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/glint
	for c in $(COMMANDS); do $(PROGRAM) --man $$c > $(MAN)/glint-$$c.1 || exit 1; done
	cp -R inputs $(SHARE)/
	cp -R docs/. LICENSE README.md CHANGELOG.md CITATION.cff $(DOC)/

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/glint $(MAN)/glint-*.1
	rm -rf $(SHARE) $(DOC)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
