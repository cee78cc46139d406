# `just test` is what .ci/run checks, without the quality gate.
test:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps

# the long proofs of the fetcher: 5,000 pages at full politeness, pages a second without (two minutes)
proofs:
    cargo test --release --test proofs -- --ignored --nocapture --test-threads 1

# licences and bans (cargo install cargo-deny)
deny:
    cargo deny --workspace --all-features check licenses bans sources

# the Python wheel: built, installed into python/.venv, tested against the program
wheel:
    cargo build
    python/install
    python/.venv/bin/python -m pytest python/tests

# quality on the labelled pages, with the floors of .ci/run
eval:
    cargo run --release -- eval ../shared/corpus

# the block classifier, from the labelled pages (see model/README.md)
train:
    python3 model/train.py

# every crate that is built in, as a CycloneDX bill of materials: `just sbom > tamis.cdx.json` (needs jq)
sbom:
    @cargo metadata --format-version 1 --locked --filter-platform "$(rustc -vV | sed -n 's/^host: //p')" | jq '{bomFormat: "CycloneDX", specVersion: "1.5", version: 1, components: [.packages[] | select(.source) | {type: "library", name, version, purl: "pkg:cargo/\(.name)@\(.version)", licenses: [{expression: (.license | gsub("/"; " OR "))}]}]}'

# fuzzing, an hour for each target; see docs/trust.md
fuzz target="all" seconds="3600":
    fuzz/run {{target}} {{seconds}}

# the long versions of the tests behind docs/trust.md (half an hour)
trust:
    cargo test --release --test trust -- --ignored --nocapture --test-threads 1
    cargo test --release --test run faults -- --ignored --nocapture
    PROPTEST_CASES=20000 cargo test --release --test trust properties
