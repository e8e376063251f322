# SPDX-License-Identifier: GPL-3.0-or-later
# glint — `make help` lists the targets. Everything is built under $(BUILD); sources are found, not listed.
BUILD   ?= build
CC      := $(if $(filter default,$(origin CC)),gcc,$(CC))
CXX     := $(if $(filter default,$(origin CXX)),g++,$(CXX))
VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=

# ---- libraries (found by pkg-config; `make deps` installs them on Debian) ----
MPI_PC  := $(shell pkg-config --exists ompi-c && echo ompi-c || echo mpi-c)
HDF5_PC := $(shell pkg-config --exists hdf5-openmpi && echo hdf5-openmpi || echo hdf5)
PACKAGES := $(MPI_PC) $(HDF5_PC) fftw3 openblas gsl libplfit yaml-0.1
PC_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null | sed 's/-I/-isystem /g')
PC_LIBS   := $(filter-out -lgslcblas,$(shell pkg-config --libs $(PACKAGES) 2>/dev/null))

WARN := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Werror
OPT  ?= -O2 -g
SAN  ?=
# -fno-math-errno lets sqrt be one instruction; -ffp-contract=off keeps FMA explicit (Law 1). Never -ffast-math.
CFLAGS  := -std=c11 -D_GNU_SOURCE $(OPT) $(SAN) -ffp-contract=off -fno-math-errno -fopenmp $(WARN) -Isrc -I. \
           -DGLINT_VERSION='"$(VERSION)"' $(PC_CFLAGS)
LDLIBS  := $(SAN) $(PC_LIBS) -lfftw3_omp -fopenmp -lm

# ---- sources: *.kernel.c are compiled once per instruction set ----
ISA_avx512 := -mavx512f -mavx512dq -mavx512vl -mavx512bw -mavx512cd -mfma -mprefer-vector-width=512
ISA_avx2   := -mavx2 -mfma
ISA_sse2   := -msse2
ISAS    := avx512 avx2 sse2
ALL_C   := $(shell find src analysis -name '*.c')
KERNELS := $(filter %.kernel.c,$(ALL_C))
SOURCES := $(filter-out src/main.c %.kernel.c,$(ALL_C))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(foreach i,$(ISAS),$(KERNELS:%.kernel.c=$(BUILD)/%.$(i).o))
LIBRARY := $(BUILD)/libglint.a
PROGRAM := $(BUILD)/glint
UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
UNIT    := $(UNIT_SOURCES:tests/unit/%.c=$(BUILD)/tests/%)

.DEFAULT_GOAL := all
.PHONY: help deps deps-test all demo test test-all bench install layers format format-check headers tidy unit clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1|/' | column -t -s '|'

all: $(PROGRAM) ## build build/glint

$(PROGRAM): $(BUILD)/src/main.o $(LIBRARY)
	@echo "link  $@"
	@$(CC) -o $@ $^ $(LDLIBS)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "cc    $<"
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

define isa_rule
$(BUILD)/%.$(1).o: %.kernel.c
	@mkdir -p $$(@D)
	@echo "cc    $$< ($(1))"
	@$(CC) $(filter-out -O%,$(CFLAGS)) -O3 $(ISA_$(1)) -DISA_NAME=$(1) -DISA_$(1)=1 -MMD -MP -c -o $$@ $$<
endef
$(foreach i,$(ISAS),$(eval $(call isa_rule,$(i))))

$(BUILD)/tests/%: tests/unit/%.c $(LIBRARY)
	@mkdir -p $(@D)
	@echo "test  $<"
	@$(CC) $(filter-out -Wmissing-prototypes,$(CFLAGS)) -Itests -MMD -MP -o $@ $< $(LIBRARY) $(shell pkg-config --libs cmocka) $(LDLIBS)

# Programs of the physics and MPI tests; built by name from their scripts, e.g. make build/tests/engine_physics.
$(BUILD)/tests/%: tests/physics/%.c $(LIBRARY)
	@mkdir -p $(@D)
	@echo "test  $<"
	@$(CC) $(filter-out -Wmissing-prototypes,$(CFLAGS)) -Itests -MMD -MP -o $@ $< $(LIBRARY) $(LDLIBS)
$(BUILD)/tests/%: tests/mpi/%.c $(LIBRARY)
	@mkdir -p $(@D)
	@echo "test  $<"
	@$(CC) $(filter-out -Wmissing-prototypes,$(CFLAGS)) -Itests -MMD -MP -o $@ $< $(LIBRARY) $(LDLIBS)

unit: $(UNIT) ## build and run the unit tests only
	@for t in $(UNIT); do $$t || exit 1; done

clean: ## remove everything built
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
