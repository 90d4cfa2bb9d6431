# Hearth: `make demo` shows it at work, `make test` proves it. Both install what they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help

DEBS := pkg-config libuv1-dev libnghttp2-dev libprotobuf-c-dev protobuf-c-compiler protobuf-compiler \
	libprotobuf-dev libssl-dev openssl libyaml-dev libzmq3-dev libsqlite3-dev python3 python3-venv curl
BENCH_DEBS := libgrpc++-dev protobuf-compiler-grpc nghttp2-client g++
CONTAINER_DEBS := podman runc catatonit netavark aardvark-dns iptables iproute2 curl openssl \
	systemd systemd-container python3-venv
# Earlier ones lack the fixes for rapid reset and endless CONTINUATION.
NGHTTP2_MIN := 1.52.0-1+deb12u3

BIN := .build/release
# Symbols are bound at start, C is checked for overruns, and no library is looked for beside the program.
RELEASE := swift build -c release --static-swift-stdlib --disable-local-rpath -Xlinker -z -Xlinker now \
	-Xcc -fstack-protector-strong -Xcc -D_FORTIFY_SOURCE=2
FUZZ_SECONDS := 60
# Where to, and for the same inputs each time how many and by which seed.
FUZZ_FINDS := .build/fuzz/finds
FUZZ_FIXED :=
# Tests that wait for a thread use up their time limit, so only as many start as soon get one.
FEW_TESTS_AT_ONCE := SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6

DAEMONS := hearth-control hearth-region hearth-node hearth-gateway
PREFIX := /usr/local
MAN := .build/man
SHARE := $(DESTDIR)$(PREFIX)/share

.PHONY: help deps build allocations demo demo-engines demo-jobs up man install image test test-clients test-containers \
	test-vllm fuzz chaos chaos-jobs bench bench-gateway format generate clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

deps: ## install the Debian packages that the build needs
	@deploy/scripts/install-packages $(DEBS)
	@deploy/scripts/require-version libnghttp2-14 $(NGHTTP2_MIN)
	@command -v swift >/dev/null || { echo "hearth: swift 6.2 or later is needed: https://www.swift.org/install/linux" >&2; exit 1; }

build: deps ## build the release executables
	$(RELEASE)

allocations: deps # what the hot path allocates, in a release build
	$(RELEASE) --product hearth-allocation-check
	@$(BIN)/hearth-allocation-check

demo: build ## serve a real trace with a three-region fleet, under two policies, and compare
	@deploy/scripts/demo $(BIN)

demo-engines: build ## talk to llama.cpp servers in three regions, under three policies, and compare
	@deploy/scripts/interop-venv .build/interop-venv
	@deploy/scripts/demo-engines $(BIN) .build/interop-venv/bin/python

demo-jobs: build ## train a model by night on the GPUs that conversations leave, and lose a node (3 minutes)
	@deploy/scripts/venv .build/jobs-venv numpy==2.4.6
	@.build/jobs-venv/bin/python deploy/scripts/demo_jobs.py $(BIN)

up: build ## start the example fleet and leave it running
	@$(BIN)/hearth dev --file deploy/fleet.yaml --http 127.0.0.1:8080

man: build ## write the man pages of the programs and the commands of hearth to .build/man
	swift build --product generate-manual
	@rm -rf $(MAN) && mkdir -p $(MAN)
	.build/debug/generate-manual $(BIN)/hearth --multi-page --output-directory $(MAN)
	@cd $(MAN) && for page in hearth.*.1; do name=$${page%.1}; mv $$page $${name//./-}.1; done
	@for daemon in $(DAEMONS); do deploy/scripts/man-page $(BIN)/$$daemon >$(MAN)/$$daemon.8; done

install: man ## install programs, units, man pages and completions under PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/man/man8 \
		$(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	install $(addprefix $(BIN)/,hearth $(DAEMONS)) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(MAN)/*.1 $(SHARE)/man/man1
	install -m 644 $(MAN)/*.8 $(SHARE)/man/man8
	$(BIN)/hearth completion bash >$(SHARE)/bash-completion/completions/hearth
	$(BIN)/hearth completion zsh >$(SHARE)/zsh/site-functions/_hearth
	$(BIN)/hearth completion fish >$(SHARE)/fish/vendor_completions.d/hearth.fish
	deploy/scripts/install-units $(PREFIX) $(DESTDIR)

image: build ## build the container image localhost/hearth with podman, of what this machine built
	@deploy/scripts/image-root $(BIN) .build/containers/image
	podman build --format docker --build-context programs=.build/containers -t localhost/hearth \
		-f deploy/containers/Containerfile deploy/containers

test: deps ## run every test, with real processes, clients and engines
	@deploy/scripts/interop-venv .build/interop-venv
	@deploy/scripts/prometheus .build/prometheus
	@deploy/scripts/install-criu .build/criu || echo "hearth: tests of transparent checkpoints are left out"
	swift build --build-tests
	HEARTH_PROMETHEUS=$(CURDIR)/.build/prometheus/usr/bin HEARTH_INTEROP_PYTHON=$(CURDIR)/.build/interop-venv/bin/python $(FEW_TESTS_AT_ONCE) swift test --skip-build

test-containers: build ## run fleets of containers and services, and kill each container (a minute; needs root)
	@deploy/scripts/install-packages $(CONTAINER_DEBS)
	@deploy/scripts/venv .build/containers-venv podman-compose==1.6.0 kubernetes-validate==1.37.0
	@.build/containers-venv/bin/python deploy/scripts/check-manifests $(BIN)
	@deploy/scripts/test-units $(BIN)
	@deploy/scripts/test-containers $(BIN) .build/containers-venv

test-vllm: deps ## run the tests with real vLLM servers (8 GB of memory, 6 GB of disk, about 15 minutes the first time)
	@deploy/scripts/vllm-venv .build/vllm-venv
	swift build --build-tests
	deploy/scripts/test-vllm $(CURDIR)/.build/vllm-venv/bin/python Tests/Engines swift test --skip-build --filter VLLMTests

test-clients: build ## have guidellm and aiperf, which take 7 GB to install, use a gateway
	@deploy/scripts/test-clients $(BIN) $(CURDIR)/.build

chaos: build ## break a fleet of real processes in sixteen ways, and print what came of each turn (6 minutes)
	@deploy/scripts/chaos $(BIN)

chaos-jobs: build ## kill what runs a job, in twenty runs, and compare each outcome (15 minutes)
	@deploy/scripts/venv .build/jobs-venv numpy==2.4.6
	@.build/jobs-venv/bin/python deploy/scripts/chaos_jobs.py $(BIN) 20

fuzz: deps ## feed each parser with made-up input for a minute (FUZZ_SECONDS)
	HEARTH_FUZZ=1 swift build -c release --scratch-path .build/fuzz --product hearth-fuzz -Xswiftc -sanitize=fuzzer -Xswiftc -enable-testing
	@deploy/scripts/fuzz .build/fuzz/release/hearth-fuzz $(FUZZ_SECONDS) Tests/Fuzz/Corpus $(FUZZ_FINDS) $(FUZZ_FIXED)

bench: deps ## measure Hearth's RPC beside grpc-swift-2 and C++ gRPC, and the prefix index (about 25 minutes the first time)
	@deploy/scripts/install-packages $(BENCH_DEBS)
	@Benchmarks/run

bench-gateway: build ## measure the gateway beside other routers on mock engines (20 minutes)
	@deploy/scripts/install-packages gcc libc6-dev python3 python3-venv
	@Benchmarks/gateway/run $(BIN)

format: ## format the sources
	swift format --in-place --recursive Sources Tests Plugins Package.swift

generate: deps ## regenerate the code from proto/
	swift package --disable-sandbox --allow-writing-to-package-directory generate-proto

clean: ## remove everything that was built
	rm -rf .build Benchmarks/.build Benchmarks/rpc/*/.build
